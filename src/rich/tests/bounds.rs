//! Content that is small and says the same again and again must not become large.

use super::*;
use crate::rich::outline;
use crate::rich::outline::{Beyond, Limits, fit};

/// As much as a notification may have.
const LARGE: usize = 400_000;

fn bytes(choices: &[Choice]) -> usize {
    serde_json::to_vec(choices).unwrap().len()
}

#[test]
fn metadata_that_many_choices_share_is_kept_for_the_first_ones_only() {
    let answers: Vec<String> = (0..2000).map(|number| format!("answer {number}")).collect();
    let metadata = json!([{ "type": "ExternalId", "id": "x".repeat(1000) }]);
    let template =
        json!({ "type": "template", "resp": answers, "click": { "metadata": metadata } });
    let offered = choices(Some(&parse(&template)), None);
    assert_eq!(offered.len(), 2000, "every answer is a choice");
    assert_eq!(offered[0].metadata, metadata.as_array().unwrap().clone());
    assert!(offered.last().unwrap().metadata.is_empty());
    assert!(bytes(&offered) < LARGE, "{}", bytes(&offered));

    let boxes: Vec<Value> = answers
        .iter()
        .map(|text| {
            json!({ "type": "checkbox", "text": text,
        "click": { "actions": [{ "type": "checked", "publishText": text }] } })
        })
        .collect();
    let list = json!({ "type": "list", "elements": [
        { "type": "checklist", "elements": boxes },
        { "type": "submitButton", "title": "Send", "click": { "metadata": metadata } },
    ] });
    let offered = choices(Some(&parse(&list)), None);
    assert!(
        offered.len() >= 2000 && bytes(&offered) < LARGE,
        "{}",
        bytes(&offered)
    );
}

#[test]
fn a_title_that_stands_before_every_link_does_not_fill_the_memory() {
    let link = json!({ "type": "link", "uri": "https://a.example" });
    let button = json!({ "type": "button", "title": "t".repeat(LARGE), "click": { "actions": vec![link; 10_000] } });
    let text = plain_text(None, Some(&parse(&button)), None);
    assert!(text.len() < 3_000_000, "{}", text.len());
    assert!(text.starts_with("ttt"));
    // What is really there stays whole.
    let texts = vec![json!({ "type": "text", "text": "w".repeat(1000) }); 1000];
    let content = json!({ "type": "vertical", "elements": texts });
    assert!(plain_text(None, Some(&parse(&content)), None).len() >= 1_000_000);
}

#[test]
fn a_long_title_is_not_repeated_for_each_of_many_taps() {
    let link = json!({ "type": "link", "uri": "https://a.example" });
    let publish = json!({ "type": "publishText", "text": "x" });
    let button = |action: &Value| json!({ "type": "button", "title": "x", "click": { "actions": [action] } });
    let long = json!({ "type": "text", "text": "t".repeat(LARGE / 2) });
    let mut card = vec![long.clone()];
    card.extend(vec![button(&link); 1000]);
    card.extend(vec![button(&publish); 1000]);
    let section = json!({ "type": "section", "elements": [{ "type": "text", "text": "s" }, button(&publish)] });
    let mut list = vec![long];
    list.extend(vec![section; 1000]);
    for (kind, elements) in [("vertical", card), ("list", list)] {
        let content = parse(&json!({ "type": kind, "elements": elements }));
        for (menu_options, mixed_taps) in [(0, true), (0, false), (1, true), (10, false)] {
            let limits = Limits {
                taps_per_card: 1,
                menu_options,
                mixed_taps,
                beyond: Beyond::Again,
                ..Limits::NONE
            };
            let fitted = fit(outline(None, Some(&content), None), &limits);
            let blocks = fitted.blocks.iter().map(|block| block.text(true).len());
            let all: usize = blocks.sum();
            assert!(all > LARGE / 2 && all < 6_000_000, "{kind} {all}");
        }
    }
}
