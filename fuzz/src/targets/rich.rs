//! Structured content and quick replies. Input: JSON.

use liveengage_connector::rich::outline::{Block, Does, Limits, Outline, fit};
use liveengage_connector::rich::{
    Choice, QuickReplies, choices, matched, outline, parse, plain_text,
};
use serde_json::Value;

use crate::corpus;

/// Text may be this many times as long as the content that it stands for: names of choices are shown and addresses of maps written out.
const LONGER: usize = 64;

pub(super) fn run(data: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    let element = parse(&value);
    let replies = QuickReplies::parse(&value);
    // Nothing is lost, and what was read is read alike again.
    let written = serde_json::to_value(&element).unwrap();
    assert_eq!(
        parse(&written),
        element,
        "read once more it is something else"
    );
    if !value.is_string() {
        assert_eq!(written, value, "something is lost");
    }
    let again = serde_json::to_value(&replies).unwrap();
    assert_eq!(QuickReplies::parse(&again), replies);

    let shown = plain_text(Some("Hello"), Some(&element), Some(&replies));
    assert!(shown.starts_with("Hello"), "the text above is lost");
    assert!(
        shown.len() <= 1024 + data.len().saturating_mul(LONGER),
        "{} bytes of {}",
        shown.len(),
        data.len()
    );
    let alone = plain_text(None, Some(&element), None);
    assert!(!alone.is_empty(), "content that shows nothing");
    let offered = choices(Some(&element), Some(&replies));
    kept(&offered, data);
    numbered(&offered, &shown);
    let outline = outline(Some("Hello"), Some(&element), Some(&replies));
    outlined(outline, offered.len(), data);
}

/// An outline offers each choice once, and within limits it does not grow out of proportion.
fn outlined(outline: Outline, offered: usize, data: &[u8]) {
    let mut taps: Vec<_> = outline.replies.iter().collect();
    for block in &outline.blocks {
        match block {
            Block::Card(card) => taps.extend(&card.taps),
            Block::Carousel(cards) => taps.extend(cards.iter().flat_map(|card| &card.taps)),
            Block::Menu(menu) => taps.extend(menu.options()),
            _ => {}
        }
    }
    let mut chosen: Vec<usize> = taps
        .iter()
        .filter_map(|tap| match tap.does {
            Does::Choose(index) => Some(index),
            _ => None,
        })
        .collect();
    chosen.sort_unstable();
    assert!(chosen.into_iter().eq(0..offered), "not each choice once");
    let narrow = Limits {
        taps_per_card: 1,
        cards_per_carousel: 2,
        menu_options: 1,
        replies: 1,
        ..Limits::NONE
    };
    let fitted = fit(outline, &narrow);
    let texts = fitted
        .blocks
        .iter()
        .map(|block| block.text(fitted.numbered));
    let bytes: usize = texts.map(|text| text.len()).sum();
    assert!(
        bytes <= 1024 + data.len().saturating_mul(LONGER * 4),
        "{bytes} bytes of blocks out of {}",
        data.len()
    );
}

/// What is kept of all choices together is in proportion to what came.
fn kept(offered: &[Choice], data: &[u8]) {
    let bytes = serde_json::to_vec(offered).unwrap().len();
    assert!(
        bytes <= 256 * 1024 + data.len().saturating_mul(LONGER),
        "{bytes} bytes of choices out of {}",
        data.len()
    );
}

/// Numbers mean what they stand beside.
fn numbered(offered: &[Choice], shown: &str) {
    for (index, choice) in offered.iter().enumerate().take(20) {
        assert!(!choice.title.is_empty() && !choice.text.trim().is_empty());
        assert!(!choice.title.contains('\n'));
        let number = (index + 1).to_string();
        let line = format!("{number}. {}", choice.title);
        if shown.contains(&line) && matched(&number, offered).is_some_and(|found| found != index) {
            panic!("{number} is shown beside one choice and means another");
        }
        if let Some(found) = matched(&choice.title, offered) {
            let means = &offered[found];
            assert!(found == index || means != choice, "a title means its twin");
        }
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    corpus::fixtures("liveengage/rich")
}
