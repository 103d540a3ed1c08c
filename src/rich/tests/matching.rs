//! Which choice a typed answer means.

use super::*;
use crate::rich::matched;

fn choice(title: &str, text: &str) -> Choice {
    Choice {
        title: title.to_owned(),
        text: text.to_owned(),
        metadata: Vec::new(),
    }
}

fn drinks() -> Vec<Choice> {
    vec![
        choice("Black tea", "tea"),
        choice("Kaffee Über", "coffee"),
        choice("Coffee", "other coffee"),
        choice("Tea", "green"),
        choice("Milk", "100"),
    ]
}

#[test]
fn a_number_means_the_choice_of_that_number() {
    for typed in [
        "2", "2.", "2)", "#2", "(2)", " 2 ", "\t2)\n", "# 2", "( 2 )", "02",
    ] {
        assert_eq!(matched(typed, &drinks()), Some(1), "{typed:?}");
    }
    assert_eq!(matched("1", &drinks()), Some(0));
    assert_eq!(matched("5", &drinks()), Some(4));
}

#[test]
fn other_numbers_mean_nothing() {
    let odd = [
        "0", "6", "100", "-1", "1.5", "1 2", "(2", "2))", "##2", "#(2)", "2nd", "²", "٢",
    ];
    let long = "9".repeat(100);
    for typed in odd
        .into_iter()
        .chain([long.as_str(), "", " ", ".", "()", "#"])
    {
        assert_eq!(matched(typed, &drinks()), None, "{typed:?}");
        assert_eq!(matched(typed, &[]), None, "{typed:?}");
    }
}

#[test]
fn a_title_or_what_it_publishes_means_its_choice_and_the_title_counts_first() {
    for (typed, index) in [
        ("Black tea", 0),
        ("  black \n TEA ", 0),
        ("kaffee über", 1),
        ("KAFFEE ÜBER", 1),
        ("coffee", 2),
        ("OTHER  coffee", 2),
        ("tea", 3),
        ("Green", 3),
    ] {
        assert_eq!(matched(typed, &drinks()), Some(index), "{typed:?}");
    }
    for typed in ["Black", "black tea please", "blacktea", "tea."] {
        assert_eq!(matched(typed, &drinks()), None, "{typed:?}");
    }
}

#[test]
fn what_fits_several_choices_means_none() {
    let offered = offered("same_titles");
    assert_eq!(matched("choose", &offered), None);
    assert_eq!(matched("2", &offered), Some(1));
    assert_eq!(matched("blue", &offered), Some(1));
    assert_eq!(matched("red", &offered), Some(2));
    let same_texts = [choice("A", "same"), choice("B", "same")];
    assert_eq!(matched("same", &same_texts), None);
}

#[test]
fn among_titles_that_are_numbers_a_number_means_a_title() {
    let marks = choices(None, Some(&QuickReplies::parse(&fixture("survey_marks"))));
    for (typed, index) in [
        ("0", Some(0)),
        ("1", Some(1)),
        ("2.", Some(2)),
        ("#10", Some(3)),
        ("3", None),
        ("4", None),
    ] {
        assert_eq!(matched(typed, &marks), index, "{typed:?}");
    }
    let mixed = [
        choice("2", "two"),
        choice("More", "1"),
        choice("(2)", "also"),
    ];
    assert_eq!(matched("2", &mixed), None);
    assert_eq!(matched("1", &mixed), None);
    assert_eq!(matched("more", &mixed), Some(1));
}
