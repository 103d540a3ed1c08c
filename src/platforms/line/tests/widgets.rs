//! LINE's limits, held against whatever an agent may send.

use proptest::prelude::*;

use super::rich::{button, column, link, picture, shown, structured, text, titled};
use super::*;
use crate::message::Content;
use crate::platforms::fitting::{graphemes, utf16_units};

fn words<'a>(object: &'a Value, name: &str) -> &'a str {
    object[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} of {object}"))
}

fn list<'a>(object: &'a Value, name: &str) -> &'a [Value] {
    let list = object[name].as_array();
    list.unwrap_or_else(|| panic!("{name} of {object}"))
}

fn is_within(text: &str, longest: usize, measure: impl Fn(&str) -> usize) {
    let length = measure(text);
    assert!(
        !text.trim().is_empty() && length <= longest,
        "{length}: {text}"
    );
}

fn is_url(url: &str, longest: usize) {
    assert!(
        url.len() <= longest && url.is_ascii() && url.contains(':'),
        "{url}"
    );
}

fn check_action(action: &Value, longest_label: usize) {
    is_within(words(action, "label"), longest_label, graphemes);
    match words(action, "type") {
        "postback" => {
            is_within(words(action, "data"), 300, utf16_units);
            is_within(words(action, "displayText"), 300, graphemes);
        }
        "uri" => is_url(words(action, "uri"), 1000),
        "message" => is_within(words(action, "text"), 300, graphemes),
        other => panic!("{other}"),
    }
}

fn check_card(card: &Value, longest: usize, taps: usize) -> (usize, bool, bool) {
    let (picture, title) = (&card["thumbnailImageUrl"], &card["title"]);
    let beside = !picture.is_null() || !title.is_null();
    is_within(
        words(card, "text"),
        if beside { 60 } else { longest },
        graphemes,
    );
    if !picture.is_null() {
        is_url(words(card, "thumbnailImageUrl"), 2000);
    }
    if !title.is_null() {
        is_within(words(card, "title"), 40, graphemes);
    }
    let actions = list(card, "actions");
    assert!((1..=taps).contains(&actions.len()));
    actions.iter().for_each(|action| check_action(action, 20));
    if !card["defaultAction"].is_null() {
        check_action(&card["defaultAction"], 20);
    }
    (actions.len(), picture.is_null(), title.is_null())
}

fn check_template(template: &Value) {
    match words(template, "type") {
        "buttons" => {
            check_card(template, 160, 4);
        }
        "confirm" => {
            is_within(words(template, "text"), 240, graphemes);
            let actions = list(template, "actions");
            assert_eq!(actions.len(), 2);
            actions.iter().for_each(|action| check_action(action, 20));
        }
        "carousel" => {
            let columns = list(template, "columns");
            assert!((1..=10).contains(&columns.len()));
            let mut shapes: Vec<_> = columns
                .iter()
                .map(|column| check_card(column, 120, 3))
                .collect();
            shapes.dedup();
            assert_eq!(shapes.len(), 1, "columns of several shapes");
        }
        other => panic!("{other}"),
    }
}

fn check_component(component: &Value) {
    match words(component, "type") {
        "box" => list(component, "contents").iter().for_each(check_component),
        "text" => is_within(words(component, "text"), 2000, utf16_units),
        "image" => is_url(words(component, "url"), 2000),
        "button" => return check_action(&component["action"], 40),
        other => panic!("{other}"),
    }
    if !component["action"].is_null() {
        check_action(&component["action"], 40);
    }
}

fn check_bubble(bubble: &Value) {
    assert!(bubble.to_string().len() <= 30_000);
    let blocks = ["hero", "body", "footer"].map(|name| &bubble[name]);
    let blocks = blocks.into_iter().filter(|block| !block.is_null());
    assert!(blocks.clone().count() > 0, "an empty bubble");
    blocks.for_each(check_component);
}

fn check(object: &Value) {
    match words(object, "type") {
        "text" => is_within(words(object, "text"), 5000, utf16_units),
        "image" => {
            is_url(words(object, "originalContentUrl"), 2000);
            is_url(words(object, "previewImageUrl"), 2000);
        }
        "location" => {
            is_within(words(object, "title"), 100, utf16_units);
            is_within(words(object, "address"), 100, utf16_units);
            assert!(object["latitude"].is_number() && object["longitude"].is_number());
        }
        "template" => {
            is_within(words(object, "altText"), 400, utf16_units);
            check_template(&object["template"]);
        }
        "flex" => {
            is_within(words(object, "altText"), 400, utf16_units);
            let contents = &object["contents"];
            match words(contents, "type") {
                "bubble" => check_bubble(contents),
                "carousel" => {
                    assert!(contents.to_string().len() <= 50_000);
                    let bubbles = list(contents, "contents");
                    assert!((1..=12).contains(&bubbles.len()));
                    bubbles.iter().for_each(check_bubble);
                }
                other => panic!("{other}"),
            }
        }
        other => panic!("{other}"),
    }
    if let Some(items) = object["quickReply"]["items"].as_array() {
        assert!((1..=13).contains(&items.len()));
        items
            .iter()
            .for_each(|item| check_action(&item["action"], 20));
    }
}

fn check_all(content: &Content) {
    let objects = shown(content);
    objects.iter().for_each(check);
    let with_replies = objects.iter().filter(|it| !it["quickReply"].is_null());
    assert!(with_replies.count() <= 1);
    let replies = objects.iter().rev().skip(1);
    for earlier in replies {
        assert!(earlier["quickReply"].is_null(), "not with the last message");
    }
}

#[test]
fn every_sample_of_structured_content_stays_within_the_limits() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/liveengage/rich"
    );
    let mut samples = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let sample = std::fs::read(entry.unwrap().path()).unwrap();
        let sample: Value = serde_json::from_slice(&sample).unwrap();
        for content in [
            structured(Some("Words"), Some(sample.clone()), None),
            structured(Some("Words"), None, Some(sample.clone())),
            structured(Some("Words"), Some(sample.clone()), Some(sample)),
        ] {
            check_all(&content);
        }
        samples += 1;
    }
    assert!(samples > 30);
}

#[test]
fn widgets_that_would_be_too_large_are_text() {
    let long = "語".repeat(20_000);
    let objects = shown(&structured(
        None,
        Some(column(vec![text(&long), button("Yes"), button("No")])),
        None,
    ));
    objects.iter().for_each(check);
    assert!(objects.iter().all(|object| object["type"] == "text"));
    let said: String = objects.iter().map(|object| words(object, "text")).collect();
    assert!(said.contains(&long) && said.ends_with("1. Yes\n2. No"));
    let half = "語".repeat(6_000);
    let item = || column(vec![titled("語"), text(&half), button("Yes")]);
    let carousel = json!({ "type": "carousel", "elements": [item(), item(), item()] });
    let objects = shown(&structured(None, Some(carousel), None));
    objects.iter().for_each(check);
    let kinds: Vec<&str> = objects
        .iter()
        .map(|object| words(&object["contents"], "type"))
        .collect();
    assert_eq!(kinds, ["bubble", "bubble", "bubble"], "too large together");
}

fn labels() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,12}",
        "[a-z ]{10,60}",
        "(👩‍👩‍👧|é|語|a){1,50}",
        "[a-z語]{300,700}"
    ]
}

fn element() -> impl Strategy<Value = Value> {
    prop_oneof![
        labels().prop_map(|title| button(&title)),
        labels().prop_map(|title| link(&title)),
        labels().prop_map(|words| text(&words)),
        labels().prop_map(|words| titled(&words)),
        "[a-z]{1,8}[.](png|gif|jpg)".prop_map(|name| picture(&name)),
        (-90.0..90.0).prop_map(|degrees| json!({ "type": "map", "la": degrees, "lo": degrees })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_an_agent_sends_stays_within_the_limits(
        cards in prop::collection::vec(prop::collection::vec(element(), 0..8), 1..14),
        replies in prop::collection::vec(labels(), 0..16),
        said in prop::option::of(labels()),
    ) {
        let replies: Vec<Value> = replies.iter().map(|title| button(title)).collect();
        let replies = json!({ "type": "quickReplies", "replies": replies });
        let cards: Vec<Value> = cards.into_iter().map(column).collect();
        let said = said.unwrap_or_else(|| "Hi".to_owned());
        for kind in ["carousel", "vertical"] {
            let content = json!({ "type": kind, "elements": cards });
            check_all(&structured(Some(&said), Some(content), Some(replies.clone())));
        }
    }
}
