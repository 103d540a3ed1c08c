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
    let text = text.trim_start();
    let first = text.graphemes(true).next().unwrap_or_default();
    let mut label = String::new();
    for part in [first].into_iter().chain(first.split_inclusive(|_| true)) {
        let longer = format!("{label}{part}");
        if measure(&format!("{longer}{end}")) > limit {
            continue;
        }
        label = longer;
        if label == first {
            break;
        }
    }
    label + end
}
