//! Labels within the length that a platform takes, by the platform's own measure.

use unicode_segmentation::UnicodeSegmentation;

const ELLIPSIS: char = '…';

/// Length in Unicode code points.
pub fn characters(text: &str) -> usize {
    text.chars().count()
}

/// Length in UTF-16 code units.
pub fn utf16_units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Length in characters as readers see them (grapheme clusters).
pub fn graphemes(text: &str) -> usize {
    text.graphemes(true).count()
}

/// Length in bytes of UTF-8.
pub fn bytes(text: &str) -> usize {
    text.len()
}

/// The text, if it is no longer than `limit`, or else as much of its beginning as fits with an ellipsis behind. Characters as
/// readers see them stay whole, unless not even one of them fits. `measure` must not shrink when a text grows.
pub fn cut(text: &str, limit: usize, measure: impl Fn(&str) -> usize) -> String {
    cut_before(text, "", limit, &measure)
}

/// The texts within `limit`, and no two alike: the second one that reads the same ends in ` 2`. For platforms that refuse labels
/// that are the same in one message.
pub fn cut_distinct(texts: &[&str], limit: usize, measure: impl Fn(&str) -> usize) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for text in texts {
        let mut label = cut(text, limit, &measure);
        let mut count: usize = 1;
        while labels.contains(&label) && count <= texts.len() {
            count = count.saturating_add(1);
            label = cut_before(text, &format!(" {count}"), limit, &measure);
        }
        labels.push(label);
    }
    labels
}

/// The text with `end` behind it; the text is cut where both are longer than `limit`.
fn cut_before(text: &str, end: &str, limit: usize, measure: &impl Fn(&str) -> usize) -> String {
    let whole = format!("{text}{end}");
    if measure(&whole) <= limit {
        return whole;
    }
    let text = text.trim_start();
    let cuts: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).collect();
    let with = |at: usize, ellipsis: &str| {
        let head = text.get(..at).unwrap_or_default().trim_end();
        format!("{head}{ellipsis}{end}")
    };
    let ellipsis = ELLIPSIS.to_string();
    let fitting = cuts.partition_point(|at| measure(&with(*at, &ellipsis)) <= limit);
    let last = fitting.checked_sub(1).and_then(|last| cuts.get(last));
    match last {
        Some(at) if *at > 0 => with(*at, &ellipsis),
        _ => first_that_fits(text, end, limit, measure),
    }
}

/// Not even one character fits with an ellipsis: one alone, or else what fits of its code points.
fn first_that_fits(
    text: &str,
    end: &str,
    limit: usize,
    measure: &impl Fn(&str) -> usize,
) -> String {
    let first = text.graphemes(true).next().unwrap_or_default();
    let ends = first.char_indices().map(|(at, c)| at + c.len_utf8());
    let heads = ends.rev().filter_map(|end| first.get(..end));
    heads
        .map(|head| format!("{head}{end}"))
        .find(|label| measure(label) <= limit)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_label_is_cut_by_the_measure_that_counts() {
        type Measure = fn(&str) -> usize;
        let cases: &[(&str, usize, Measure, &str)] = &[
            ("fits", 4, characters, "fits"),
            ("does not fit", 8, characters, "does no…"),
            ("does not fit", 6, characters, "does…"),
            ("Grüße aus Köln", 8, bytes, "Grü…"),
            ("😀😀😀", 5, utf16_units, "😀😀…"),
            ("😀😀😀", 4, utf16_units, "😀…"),
            ("👩‍👩‍👧 family", 6, characters, "👩‍👩‍👧…"),
            ("👩‍👩‍👧 family", 3, graphemes, "👩‍👩‍👧…"),
            ("👩‍👩‍👧 family", 5, characters, "👩‍👩‍👧"),
            ("👩‍👩‍👧 family", 3, characters, "👩\u{200d}👩"),
            ("  spaces", 4, characters, "spa…"),
            ("ab", 1, characters, "a"),
            ("ab", 0, characters, ""),
        ];
        for (text, limit, measure, expected) in cases {
            assert_eq!(cut(text, *limit, measure), *expected, "{text:?} {limit}");
        }
    }

    #[test]
    fn labels_that_would_read_the_same_are_told_apart() {
        let texts = [
            "Choose",
            "Choose",
            "Choose 2",
            "Something long a",
            "Something long b",
        ];
        assert_eq!(
            cut_distinct(&texts, 12, characters),
            [
                "Choose",
                "Choose 2",
                "Choose 2 2",
                "Something l…",
                "Something… 2"
            ]
        );
        assert_eq!(cut_distinct(&["a", "a"], 20, characters), ["a", "a 2"]);
    }

    proptest! {
        #[test]
        fn a_cut_label_fits_and_begins_like_the_text(text in "[a-c é\u{301}\u{200d}👩🇩🇪]{0,40}", limit in 1_usize..30) {
            let text = text.trim();
            for measure in [characters, utf16_units, bytes, graphemes] {
                let label = cut(text, limit, measure);
                prop_assert!(measure(&label) <= limit, "{:?}", label);
                let head = label.trim_end_matches(ELLIPSIS);
                prop_assert!(text.starts_with(head), "{:?}", label);
                prop_assert!(measure(text) > limit || label == text);
            }
        }

        #[test]
        fn distinct_labels_fit_and_are_distinct(texts in prop::collection::vec("[ab]{1,8}", 0..20)) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let mut labels = cut_distinct(&texts, 6, characters);
            prop_assert_eq!(labels.len(), texts.len());
            prop_assert!(labels.iter().all(|label| characters(label) <= 6));
            labels.sort();
            labels.dedup();
            prop_assert_eq!(labels.len(), texts.len());
        }
    }
}
