//! Whole messages, and what goes with a choice.

use super::*;

fn external(id: &str) -> Vec<Value> {
    vec![json!({"type": "ExternalId", "id": id})]
}

#[test]
fn choices_carry_their_metadata_and_checkboxes_that_of_the_submit_button() {
    let metadata = |name: &str| -> Vec<Vec<Value>> {
        let offered = offered(name);
        offered.into_iter().map(|choice| choice.metadata).collect()
    };
    assert_eq!(metadata("generic_card"), [external("buy-1")]);
    assert_eq!(metadata("carousel"), [external("red"), external("blue")]);
    assert_eq!(metadata("schedule_slots"), vec![external("booking"); 3]);
    assert_eq!(metadata("template_quick_reply"), vec![external("help"); 3]);
    let submitted = external("order-1");
    let expected = [
        external("veg-1"),
        submitted.clone(),
        submitted.clone(),
        submitted,
        Vec::new(),
    ];
    assert_eq!(metadata("list_picker"), expected);
}

#[test]
fn a_submit_button_gives_its_metadata_to_its_own_list_only() {
    let picker = fixture("list_picker");
    let checklist = picker.pointer("/elements/1/elements/1/elements/0").unwrap();
    let content = json!({"type": "vertical", "elements": [picker, checklist]});
    let offered = choices(Some(&parse(&content)), None);
    let ketchup = offered.iter().filter(|choice| choice.text == "ketchup");
    let metadata: Vec<Vec<Value>> = ketchup.map(|choice| choice.metadata.clone()).collect();
    assert_eq!(metadata, [external("order-1"), Vec::new()]);
}

#[test]
fn text_content_and_quick_replies_make_one_message_with_one_count() {
    let card = parse(&fixture("generic_card"));
    let replies = QuickReplies::parse(&fixture("quick_replies"));
    let shown = plain_text(Some("Look at this.\n"), Some(&card), Some(&replies));
    assert_eq!(
        shown,
        "Look at this.\n\n\
         Shoe: https://img.example.com/shoe.png\n\
         Running shoe\n\
         Light and fast\n\
         1. Buy\n\
         Details: https://shop.example.com/1\n\n\
         2. Yes\n\
         3. No"
    );
    let offered = choices(Some(&card), Some(&replies));
    let texts: Vec<&str> = offered.iter().map(|choice| choice.text.as_str()).collect();
    assert_eq!(texts, ["Buy running shoe", "yep", "nope"]);

    let shown = plain_text(Some("Did that help?"), None, Some(&replies));
    assert_eq!(shown, "Did that help?\n1. Yes\n2. No");
}

#[test]
fn a_text_alone_is_left_as_it_is() {
    let nothing = parse(&fixture("nothing_at_all"));
    let no_replies = QuickReplies::parse(&json!({"type": "quickReplies", "replies": []}));
    for text in [" Hello \n", "", "a\n\n\nb"] {
        assert_eq!(plain_text(Some(text), None, None), text);
        assert_eq!(plain_text(Some(text), None, Some(&no_replies)), text);
    }
    let shown = plain_text(Some("Hello\n"), Some(&nothing), None);
    assert_eq!(shown, "Hello\n");
    assert_eq!(plain_text(None, None, None), "");
}

#[test]
fn content_that_says_nothing_is_described_even_beside_other_things() {
    let described = parse(&fixture("nothing_but_alt"));
    let shown = plain_text(Some("Hurray!"), Some(&described), None);
    assert_eq!(shown, "Hurray!\n\nA shower of confetti");
    let replies = QuickReplies::parse(&fixture("quick_replies"));
    let shown = plain_text(None, Some(&described), Some(&replies));
    assert_eq!(shown, "A shower of confetti\n\n1. Yes\n2. No");
    let nothing = parse(&fixture("nothing_at_all"));
    let shown = plain_text(None, Some(&nothing), Some(&replies));
    assert_eq!(shown, "1. Yes\n2. No");
    for nameless in [json!(null), json!({}), json!([1]), json!("")] {
        let shown = plain_text(None, Some(&parse(&nameless)), None);
        assert_eq!(shown, "[structured content]", "{nameless}");
    }
}

#[test]
fn titles_that_are_numbers_have_dashes_in_place_of_numbers() {
    let marks = QuickReplies::parse(&fixture("survey_marks"));
    let shown = plain_text(Some("How did we do?"), None, Some(&marks));
    assert_eq!(shown, "How did we do?\n- 0\n- 1\n- 2\n- 10");
}

#[test]
fn titles_and_names_take_one_line() {
    let content = json!({"type": "vertical", "elements": [
        {"type": "button", "title": " Two\n lines ", "subtitle": "and\nmore",
         "click": {"actions": [{"type": "publishText", "text": "as\nwritten"}]}},
        {"type": "image", "url": " https://img.example.com/a.png ", "caption": "A\nB"},
        {"type": "text", "text": "Kept\n\nas it is"},
    ]});
    let content = parse(&content);
    assert_eq!(
        plain_text(None, Some(&content), None),
        "1. Two lines – and more\n\
         A B: https://img.example.com/a.png\n\
         Kept\n\nas it is"
    );
    let choice = choices(Some(&content), None).swap_remove(0);
    assert_eq!(choice.title, "Two lines");
    assert_eq!(choice.text, "as\nwritten");
}

#[test]
fn a_stored_choice_can_be_read_without_metadata() {
    let stored = json!({"title": "Yes", "text": "yep"});
    let choice: Choice = serde_json::from_value(stored.clone()).unwrap();
    assert!(choice.metadata.is_empty());
    assert_eq!(serde_json::to_value(&choice).unwrap(), stored);
    let choice = offered("generic_card").swap_remove(0);
    let stored = serde_json::to_string(&choice).unwrap();
    assert_eq!(serde_json::from_str::<Choice>(&stored).unwrap(), choice);
}

#[test]
fn every_sample_is_looked_at() {
    let tests = [
        include_str!("samples.rs"),
        include_str!("plain.rs"),
        include_str!("matching.rs"),
    ]
    .concat();
    for (name, _) in fixtures() {
        assert!(tests.contains(&format!("\"{name}\"")), "{name}");
    }
}
