use super::*;
use crate::rich::{self, QuickReplies};

fn sends(said: Option<&str>, content: Option<Value>, replies: Option<Value>) -> Vec<Value> {
    let tree = content.as_ref().map(rich::parse);
    let quick = replies.as_ref().map(QuickReplies::parse);
    let offer = Offer {
        id: "0a1b2c3d".to_owned(),
        place: None,
        choices: rich::choices(tree.as_ref(), quick.as_ref()),
    };
    let content = Content::Structured {
        text: said.map(str::to_owned),
        content,
        quick_replies: replies,
        metadata: None,
    };
    let none = Progress::default();
    let message = Outgoing {
        offer: Some(&offer),
        ..Outgoing::new("l:d:7", PERSON, &content, &none)
    };
    sent(&*adapter(), &message)
}

fn says(title: &str) -> Value {
    json!({ "type": "button", "title": title, "click": { "actions": [{ "type": "publishText", "text": title }] } })
}

fn opens(title: &str, uri: &str) -> Value {
    json!({ "type": "button", "title": title, "click": { "actions": [{ "type": "link", "uri": uri }] } })
}

fn words(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

fn picture(url: &str) -> Value {
    json!({ "type": "image", "url": url })
}

fn card(elements: Vec<Value>) -> Value {
    json!({ "type": "vertical", "elements": elements })
}

fn template(message: &Value) -> &Value {
    assert_eq!(message["attachment"]["type"], "template", "{message}");
    &message["attachment"]["payload"]
}

#[test]
fn quick_replies_stand_below_the_text() {
    let replies = json!({ "type": "quickReplies", "replies": [says("Blue"), says("A very long name of a colour")] });
    let expected = json!({
        "text": "Which one?",
        "quick_replies": [
            { "content_type": "text", "title": "Blue", "payload": "0a1b2c3d.0" },
            { "content_type": "text", "title": "A very long name of…", "payload": "0a1b2c3d.1" },
        ],
    });
    assert_eq!(
        sends(Some("Which one?"), None, Some(replies.clone())),
        [expected]
    );
    // Below a text of several pieces they stand below the last one; without any text below a sign.
    let long = "A sentence of words. ".repeat(120);
    let pieces = sends(Some(&long), None, Some(replies.clone()));
    assert!(pieces[0].get("quick_replies").is_none());
    assert!(pieces[1].get("quick_replies").is_some());
    let pieces = sends(
        None,
        Some(picture("https://cdn.example.com/a.png")),
        Some(replies),
    );
    assert_eq!(pieces.len(), 2);
    assert_eq!(pieces[1]["text"], "👇");
    assert!(pieces[1].get("quick_replies").is_some());
}

#[test]
fn words_with_buttons_are_a_button_template() {
    let content = card(vec![
        words("Shall we call?"),
        says("Yes"),
        opens("Shop", "https://shop.example.com/"),
        opens("Call us", "tel:+1 555-0100002"),
    ]);
    let [message] = sends(None, Some(content), None).try_into().unwrap();
    let expected = json!({
        "template_type": "button", "text": "Shall we call?",
        "buttons": [
            { "type": "postback", "title": "Yes", "payload": "0a1b2c3d.0" },
            { "type": "web_url", "title": "Shop", "url": "https://shop.example.com/" },
            { "type": "phone_number", "title": "Call us", "payload": "+15550100002" },
        ],
    });
    assert_eq!(template(&message), &expected);
}

#[test]
fn a_picture_with_words_and_buttons_is_an_element() {
    let content = card(vec![
        picture("https://cdn.example.com/a.png"),
        words("Small"),
        words("EUR 10"),
        says("Choose"),
    ]);
    let [message] = sends(None, Some(content), None).try_into().unwrap();
    let expected = json!({
        "template_type": "generic",
        "elements": [{
            "title": "Small", "subtitle": "EUR 10", "image_url": "https://cdn.example.com/a.png",
            "buttons": [{ "type": "postback", "title": "Choose", "payload": "0a1b2c3d.0" }],
        }],
    });
    assert_eq!(template(&message), &expected);
}

#[test]
fn words_that_are_too_long_for_an_element_stand_below_the_picture() {
    let long = "Many words about it. ".repeat(60);
    let content = card(vec![
        picture("https://cdn.example.com/a.png"),
        words(&long),
        says("Choose"),
    ]);
    let pieces = sends(None, Some(content), None);
    assert_eq!(pieces[0]["attachment"]["type"], "image");
    let last = template(pieces.last().unwrap());
    assert!(last["text"].as_str().unwrap().encode_utf16().count() <= 640);
    let said: Vec<&str> = pieces[1..pieces.len() - 1]
        .iter()
        .map(|piece| piece["text"].as_str().unwrap())
        .chain([last["text"].as_str().unwrap()])
        .collect();
    let said: Vec<&str> = said
        .iter()
        .flat_map(|text| text.split_whitespace())
        .collect();
    let expected: Vec<&str> = long.split_whitespace().collect();
    assert_eq!(said, expected);
}

#[test]
fn cards_side_by_side_are_a_generic_template() {
    let cards: Vec<Value> = (0..12)
        .map(|n| {
            card(vec![
                picture("https://cdn.example.com/a.png"),
                words(&format!("Card {n}")),
                says(&format!("Choose {n}")),
            ])
        })
        .collect();
    let content = json!({ "type": "carousel", "elements": cards });
    let pieces = sends(None, Some(content), None);
    let counts: Vec<usize> = pieces
        .iter()
        .map(|piece| template(piece)["elements"].as_array().unwrap().len())
        .collect();
    assert_eq!(counts, [6, 6]);
    let last = &template(&pieces[1])["elements"][5];
    assert_eq!(last["title"], "Card 11");
    assert_eq!(last["buttons"][0]["payload"], "0a1b2c3d.11");
}

#[test]
fn what_a_carousel_has_to_cut_is_said_in_full_before_it() {
    let long = "Many words about it. ".repeat(20);
    let cards = [
        card(vec![words("Short"), words("and good"), says("One")]),
        card(vec![words("Long"), words(&long), says("Two")]),
    ];
    let content = json!({ "type": "carousel", "elements": cards });
    let pieces = sends(None, Some(content), None);
    assert_eq!(pieces.len(), 2);
    assert_eq!(pieces[0]["text"], format!("Long\n{}", long.trim_end()));
    let elements = &template(&pieces[1])["elements"];
    assert_eq!(elements[0]["subtitle"], "and good");
    let cut = elements[1]["subtitle"].as_str().unwrap();
    assert!(cut.ends_with('…') && cut.encode_utf16().count() <= 80);
}

#[test]
fn more_buttons_than_a_template_takes_are_more_templates() {
    let mut elements = vec![words("Which one?")];
    elements.extend((0..7).map(|n| says(&format!("Number {n}"))));
    let pieces = sends(None, Some(card(elements)), None);
    let payloads: Vec<&str> = pieces
        .iter()
        .flat_map(|piece| template(piece)["buttons"].as_array().unwrap())
        .map(|button| button["payload"].as_str().unwrap())
        .collect();
    let expected: Vec<String> = (0..7).map(|n| format!("0a1b2c3d.{n}")).collect();
    assert_eq!(payloads, expected);
    for piece in &pieces {
        assert_eq!(template(piece)["text"], "Which one?");
        assert!(template(piece)["buttons"].as_array().unwrap().len() <= 3);
    }
}

#[test]
fn what_has_no_template_is_text() {
    let map = json!({ "type": "map", "la": 52.37, "lo": 4.89 });
    let [message] = sends(None, Some(map), None).try_into().unwrap();
    assert!(
        message["text"]
            .as_str()
            .unwrap()
            .contains("https://maps.google.com/?q=52.37,4.89")
    );
    let [message] = sends(None, Some(picture("https://cdn.example.com/a.png")), None)
        .try_into()
        .unwrap();
    let expected = json!({
        "attachment": { "type": "image", "payload": { "url": "https://cdn.example.com/a.png" } }
    });
    assert_eq!(message, expected);
    let in_the_open = sends(None, Some(picture("http://cdn.example.com/a.png")), None);
    assert_eq!(
        in_the_open,
        [json!({ "text": "http://cdn.example.com/a.png" })]
    );
}
