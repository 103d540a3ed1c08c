use super::*;
use crate::message::{Content, Offer};
use crate::platforms::line::render::messages;
use crate::rich::{self, QuickReplies};

pub(super) fn structured(
    text: Option<&str>,
    content: Option<Value>,
    quick_replies: Option<Value>,
) -> Content {
    Content::Structured {
        text: text.map(str::to_owned),
        content,
        quick_replies,
        metadata: None,
    }
}

pub(super) fn offer(content: &Content) -> Option<Offer> {
    let Content::Structured {
        content,
        quick_replies,
        ..
    } = content
    else {
        return None;
    };
    let content = content.as_ref().map(rich::parse);
    let quick_replies = quick_replies.as_ref().map(QuickReplies::parse);
    let choices = rich::choices(content.as_ref(), quick_replies.as_ref());
    (!choices.is_empty()).then(|| Offer {
        id: "0a1b2c3d".to_owned(),
        place: None,
        choices,
    })
}

/// The message objects of a content.
pub(super) fn shown(content: &Content) -> Vec<Value> {
    let progress = Progress::default();
    let offer = offer(content);
    let message = Outgoing {
        offer: offer.as_ref(),
        file_url: Some("https://connector.example.com/files/x"),
        ..Outgoing::new("l:d:7", PERSON, content, &progress)
    };
    messages(&message).unwrap()
}

pub(super) fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

pub(super) fn button(title: &str) -> Value {
    json!({
        "type": "button", "title": title,
        "click": { "actions": [{ "type": "publishText", "text": format!("I say {title}") }] },
    })
}

pub(super) fn link(title: &str) -> Value {
    json!({
        "type": "button", "title": title,
        "click": { "actions": [{ "type": "link", "uri": "https://shop.example.com/1", "name": title }] },
    })
}

pub(super) fn column(elements: Vec<Value>) -> Value {
    json!({ "type": "vertical", "elements": elements })
}

pub(super) fn titled(title: &str) -> Value {
    json!({ "type": "text", "text": title, "tag": "title" })
}

pub(super) fn picture(name: &str) -> Value {
    json!({ "type": "image", "url": format!("https://img.example.com/{name}") })
}

fn card(elements: Vec<Value>) -> Vec<Value> {
    shown(&structured(None, Some(column(elements)), None))
}

pub(super) fn replies(titles: &[&str]) -> Value {
    let replies: Vec<Value> = titles.iter().map(|title| button(title)).collect();
    json!({ "type": "quickReplies", "replies": replies })
}

fn postback(index: usize, label: &str, says: &str) -> Value {
    json!({ "type": "postback", "label": label, "data": format!("0a1b2c3d.{index}"), "displayText": says })
}

fn uri(label: &str) -> Value {
    json!({ "type": "uri", "label": label, "uri": "https://shop.example.com/1" })
}

#[test]
fn a_question_with_two_answers_asks_for_one_of_them() {
    let objects = card(vec![
        text("Shall we call you?"),
        button("Yes"),
        button("No"),
    ]);
    let template = json!({
        "type": "confirm", "text": "Shall we call you?",
        "actions": [postback(0, "Yes", "I say Yes"), postback(1, "No", "I say No")],
    });
    assert_eq!(
        objects,
        [json!({ "type": "template", "altText": "Shall we call you?", "template": template })]
    );
}

#[test]
fn a_card_has_picture_title_text_and_buttons() {
    let objects = card(vec![
        picture("shoe.png"),
        titled("Running shoe"),
        text("Light and fast"),
        button("Buy"),
        link("Details"),
    ]);
    let template = json!({
        "type": "buttons", "thumbnailImageUrl": "https://img.example.com/shoe.png",
        "title": "Running shoe", "text": "Light and fast",
        "actions": [postback(0, "Buy", "I say Buy"), uri("Details")],
    });
    let alt = "Running shoe\nLight and fast";
    assert_eq!(
        objects,
        [json!({ "type": "template", "altText": alt, "template": template })]
    );
    let only_title = card(vec![titled("Running shoe"), button("Buy")]);
    let template = json!({ "type": "buttons", "text": "Running shoe", "actions": [postback(0, "Buy", "I say Buy")] });
    assert_eq!(only_title[0]["template"], template);
}

#[test]
fn what_a_template_has_no_room_for_is_a_flex_message() {
    let long = "A rather long text about shoes. ".repeat(20);
    let objects = card(vec![
        picture("shoe.png"),
        titled("Running shoe"),
        text(&long),
        button("I would like to buy them"),
        button("Other"),
    ]);
    let bubble = json!({
        "type": "bubble",
        "hero": {
            "type": "image", "url": "https://img.example.com/shoe.png",
            "size": "full", "aspectRatio": "20:13", "aspectMode": "cover",
        },
        "body": {
            "type": "box", "layout": "vertical", "spacing": "sm",
            "contents": [
                { "type": "text", "text": "Running shoe", "wrap": true, "weight": "bold", "size": "lg" },
                { "type": "text", "text": long.trim(), "wrap": true },
            ],
        },
        "footer": {
            "type": "box", "layout": "vertical", "spacing": "sm",
            "contents": [
                {
                    "type": "button", "style": "link", "height": "sm",
                    "action": postback(0, "I would like to buy them", "I say I would like to buy them"),
                },
                {
                    "type": "button", "style": "link", "height": "sm",
                    "action": postback(1, "Other", "I say Other"),
                },
            ],
        },
    });
    let [object] = &objects[..] else {
        panic!("{objects:?}");
    };
    assert_eq!(
        (&object["type"], &object["contents"]),
        (&json!("flex"), &bubble)
    );
    let alt = object["altText"].as_str().unwrap();
    assert!(alt.starts_with("Running shoe\nA rather") && alt.ends_with('…'));
    assert!(alt.chars().count() > 390);
}

#[test]
fn a_label_that_no_button_holds_stands_over_it() {
    let title = "I would like to buy these running shoes right now";
    let objects = card(vec![text("What now?"), button(title)]);
    let footer = &objects[0]["contents"]["footer"]["contents"];
    assert_eq!(footer[0]["text"], title);
    assert_eq!(
        footer[1]["action"]["label"],
        "I would like to buy these running shoes…"
    );
    assert_eq!(footer[1]["action"]["displayText"], format!("I say {title}"));
}

#[test]
fn cards_of_one_shape_stand_side_by_side_in_a_template_and_others_in_a_flex_message() {
    let item = |name: &str, buttons: usize| {
        let taps = ["One", "Two", "Three", "Four"].into_iter().take(buttons);
        let mut elements = vec![
            picture(&format!("{name}.png")),
            titled(name),
            text("EUR 10"),
        ];
        elements.extend(taps.map(button));
        column(elements)
    };
    let carousel = |items: Vec<Value>| {
        let content = json!({ "type": "carousel", "elements": items });
        shown(&structured(None, Some(content), None))
    };
    let objects = carousel(vec![item("Small", 1), item("Large", 1)]);
    let columns = json!([
        {
            "thumbnailImageUrl": "https://img.example.com/Small.png", "title": "Small", "text": "EUR 10",
            "actions": [postback(0, "One", "I say One")],
        },
        {
            "thumbnailImageUrl": "https://img.example.com/Large.png", "title": "Large", "text": "EUR 10",
            "actions": [postback(1, "One", "I say One")],
        },
    ]);
    let alt = "Small\nEUR 10\nLarge\nEUR 10";
    let template = json!({ "type": "carousel", "columns": columns });
    assert_eq!(
        objects,
        [json!({ "type": "template", "altText": alt, "template": template })]
    );
    for items in [
        vec![item("Small", 1), item("Large", 2)],
        vec![item("Small", 4), item("Large", 4)],
        (0..11).map(|n| item(&format!("Size-{n}"), 1)).collect(),
    ] {
        let count = items.len();
        let objects = carousel(items);
        assert_eq!(objects.len(), 1, "{objects:?}");
        assert_eq!(objects[0]["contents"]["type"], "carousel");
        let bubbles = objects[0]["contents"]["contents"].as_array().unwrap();
        assert_eq!(bubbles.len(), count);
    }
}

#[test]
fn a_list_is_a_menu_with_its_sections() {
    let sample = include_str!("../../../../tests/fixtures/liveengage/rich/list_picker.json");
    let content = serde_json::from_str(sample).unwrap();
    let objects = shown(&structured(None, Some(content), None));
    let contents = objects[0]["contents"]["body"]["contents"].clone();
    let lines: Vec<&str> = contents
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            let label = &line["action"]["label"];
            label.as_str().or(line["text"].as_str()).unwrap()
        })
        .collect();
    assert_eq!(
        lines[..6],
        [
            "What would you like?",
            "Vegetables",
            "Tomato",
            "Onion",
            "Ketchup",
            "Mustard"
        ]
    );
    assert_eq!(contents[2]["action"]["data"], "0a1b2c3d.0");
    assert_eq!(contents[2]["action"]["displayText"], "tomato");
}

#[test]
fn quick_replies_stand_below_the_last_message() {
    let objects = shown(&structured(
        Some("Which?"),
        None,
        Some(replies(&["Red", "Blue"])),
    ));
    let items = json!([
        { "type": "action", "action": postback(0, "Red", "I say Red") },
        { "type": "action", "action": postback(1, "Blue", "I say Blue") },
    ]);
    assert_eq!(
        objects,
        [json!({ "type": "text", "text": "Which?", "quickReply": { "items": items } })]
    );
    let many: Vec<String> = (1..=15).map(|n| format!("Number {n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let objects = shown(&structured(Some("Which?"), None, Some(replies(&many))));
    let items = objects[0]["quickReply"]["items"].as_array().unwrap();
    assert_eq!(items.len(), 13);
    assert_eq!(objects[0]["text"], "Which?\n\n14. Number 14\n15. Number 15");
}

#[test]
fn quick_replies_that_are_too_long_are_told_apart_and_stand_there_whole() {
    let titles = [
        "I would like to have it in red",
        "I would like to have it in blue",
        "Neither",
    ];
    let objects = shown(&structured(Some("Which?"), None, Some(replies(&titles))));
    let [first, second] = &objects[..] else {
        panic!("{objects:?}");
    };
    assert_eq!(*first, json!({ "type": "text", "text": "Which?" }));
    assert_eq!(
        second["text"],
        "1. I would like to have it in red\n2. I would like to have it in blue"
    );
    let labels: Vec<&Value> = (0..3)
        .map(|n| &second["quickReply"]["items"][n]["action"]["label"])
        .collect();
    assert_eq!(
        labels,
        ["I would like to hav…", "I would like to h… 2", "Neither"]
    );
}

#[test]
fn texts_pictures_and_places_of_one_message_are_messages_of_their_own() {
    let place = json!({ "type": "map", "la": 52.3702, "lo": 4.8952, "tooltip": "Dam" });
    let content = column(vec![picture("dam.jpg"), place]);
    let objects = shown(&structured(Some("Here we are"), Some(content), None));
    let url = "https://img.example.com/dam.jpg";
    assert_eq!(objects[0], json!({ "type": "text", "text": "Here we are" }));
    assert_eq!(
        objects[1],
        json!({ "type": "image", "originalContentUrl": url, "previewImageUrl": url })
    );
    assert_eq!(objects[2]["type"], "location");
    assert_eq!(objects[2]["latitude"], 52.3702);
    // LINE shows JPEG and PNG, by https.
    for other in ["dam.gif", "dam.webp?x=.png", "dam.SVG#a"] {
        let objects = card(vec![picture(other)]);
        assert_eq!(objects[0]["type"], "text", "{other}");
    }
}

#[test]
fn without_an_offer_a_tap_says_the_title_that_finds_the_choice() {
    let content = structured(Some("Which?"), None, Some(replies(&["Red"])));
    let progress = Progress::default();
    let objects = messages(&Outgoing::new("l:d:7", PERSON, &content, &progress)).unwrap();
    assert_eq!(
        objects[0]["quickReply"]["items"][0]["action"],
        json!({ "type": "message", "label": "Red", "text": "Red" })
    );
}
