//! What the Send API refuses, and what it takes.

use super::Network::{self, Instagram, Messenger};
use super::request::{Accepted, Action, What, check};
use super::window::Basis;
use crate::meta::graph::GraphError;
use serde_json::{Value, json};

const PERSON: &str = "7000000000000001";

fn sent(network: Network, message: &Value) -> Result<Accepted, GraphError> {
    let body =
        json!({ "recipient": { "id": PERSON }, "messaging_type": "RESPONSE", "message": message });
    check(network, &body)
}

fn refused(network: Network, message: &Value) -> GraphError {
    let error = sent(network, message).unwrap_err();
    assert_eq!(error.code, 100, "{message}");
    error
}

fn taken(network: Network, message: &Value) {
    let accepted = sent(network, message);
    assert!(accepted.is_ok(), "{message}: {accepted:?}");
}

fn template(payload: &Value) -> Value {
    json!({ "attachment": { "type": "template", "payload": payload } })
}

fn generic(elements: &Value) -> Value {
    template(&json!({ "template_type": "generic", "elements": elements }))
}

fn postback(title: &str) -> Value {
    json!({ "type": "postback", "title": title, "payload": "p" })
}

#[test]
fn messenger_counts_characters_and_instagram_counts_bytes() {
    for (network, letter, most) in [
        (Messenger, "a", 2_000),
        (Messenger, "é", 2_000),
        (Messenger, "😀", 2_000),
        (Instagram, "a", 1_000),
        (Instagram, "é", 500),
        (Instagram, "😀", 250),
    ] {
        taken(network, &json!({ "text": letter.repeat(most) }));
        refused(network, &json!({ "text": letter.repeat(most + 1) }));
    }
    refused(Messenger, &json!({ "text": "" }));
    refused(Messenger, &json!({ "text": 5 }));
    refused(Messenger, &json!({}));
}

#[test]
fn a_message_says_one_thing_and_nothing_unknown() {
    let picture = json!({ "type": "image", "payload": { "url": "https://a.example/b.png" } });
    refused(Messenger, &json!({ "text": "a", "attachment": picture }));
    let error = refused(Messenger, &json!({ "text": "a", "colour": "red" }));
    assert!(
        error.message.contains("Invalid keys \"colour\""),
        "{}",
        error.message
    );
    refused(Messenger, &json!("text"));
}

#[test]
fn messaging_type_is_required_of_messenger_alone() {
    let with = |network, more: Value| {
        let mut body = json!({ "recipient": { "id": PERSON }, "message": { "text": "a" } });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        match check(network, &body).map(|accepted| accepted.what) {
            Ok(What::Message(outgoing)) => Some(outgoing.basis),
            _ => None,
        }
    };
    assert_eq!(with(Messenger, json!({})), None);
    assert_eq!(with(Instagram, json!({})), Some(Basis::Answer));
    let tagged = |tag: &str| json!({ "messaging_type": "MESSAGE_TAG", "tag": tag });
    for network in [Messenger, Instagram] {
        for kind in ["RESPONSE", "UPDATE"] {
            assert_eq!(
                with(network, json!({ "messaging_type": kind })),
                Some(Basis::Answer)
            );
            let tag = json!({ "messaging_type": kind, "tag": "HUMAN_AGENT" });
            assert_eq!(with(network, tag), None);
        }
        assert_eq!(
            with(network, tagged("HUMAN_AGENT")),
            Some(Basis::HumanAgent)
        );
        for dead in [
            "CONFIRMED_EVENT_UPDATE",
            "ACCOUNT_UPDATE",
            "POST_PURCHASE_UPDATE",
            "X",
        ] {
            assert_eq!(with(network, tagged(dead)), None, "{dead}");
        }
        assert_eq!(
            with(network, json!({ "messaging_type": "MESSAGE_TAG" })),
            None
        );
        assert_eq!(with(network, json!({ "messaging_type": "response" })), None);
        assert_eq!(
            with(network, json!({ "messaging_type": "RESPONSE", "x": 1 })),
            None
        );
    }
}

#[test]
fn a_recipient_is_an_id_of_digits() {
    for recipient in [
        json!({}),
        json!({ "id": 7 }),
        json!({ "id": "+1555" }),
        json!("7"),
        json!({ "id": "7", "x": "y" }),
    ] {
        let body = json!({ "recipient": recipient, "messaging_type": "RESPONSE", "message": { "text": "a" } });
        assert_eq!(
            check(Messenger, &body).unwrap_err().code,
            100,
            "{recipient}"
        );
    }
}

#[test]
fn quick_replies_are_at_most_thirteen_with_short_titles() {
    let reply = |title: &str| json!({ "content_type": "text", "title": title, "payload": "p" });
    let many = |count| json!({ "text": "a", "quick_replies": vec![reply("Blue"); count] });
    taken(Messenger, &many(13));
    refused(Messenger, &many(14));
    refused(Messenger, &many(0));
    let one = |reply: Value| json!({ "text": "a", "quick_replies": [reply] });
    taken(Messenger, &one(reply(&"é".repeat(20))));
    refused(Messenger, &one(reply(&"é".repeat(21))));
    refused(
        Messenger,
        &one(json!({ "content_type": "text", "title": "a" })),
    );
    let long = json!({ "content_type": "text", "title": "a", "payload": "p".repeat(1_001) });
    refused(Messenger, &one(long));
    taken(Messenger, &one(json!({ "content_type": "user_email" })));
    refused(Instagram, &one(json!({ "content_type": "user_email" })));
    refused(Messenger, &one(json!({ "content_type": "location" })));
    refused(Messenger, &json!({ "quick_replies": [reply("a")] }));
}

#[test]
fn a_button_template_has_a_text_and_up_to_three_buttons() {
    let buttons = |text: &str, buttons: Vec<Value>| {
        template(&json!({ "template_type": "button", "text": text, "buttons": buttons }))
    };
    taken(
        Messenger,
        &buttons(&"é".repeat(640), vec![postback("Yes"); 3]),
    );
    refused(Messenger, &buttons(&"é".repeat(641), vec![postback("Yes")]));
    refused(Messenger, &buttons("a", vec![postback("Yes"); 4]));
    refused(Messenger, &buttons("a", vec![]));
    refused(Messenger, &buttons("", vec![postback("Yes")]));
    taken(Messenger, &buttons("a", vec![postback(&"t".repeat(20))]));
    refused(Messenger, &buttons("a", vec![postback(&"t".repeat(21))]));
    let one = |button: Value| buttons("a", vec![button]);
    refused(Messenger, &one(json!({ "type": "postback", "title": "a" })));
    taken(
        Messenger,
        &one(json!({ "type": "web_url", "title": "a", "url": "http://a.example" })),
    );
    refused(
        Messenger,
        &one(json!({ "type": "web_url", "title": "a", "url": "a.example" })),
    );
    refused(
        Messenger,
        &one(json!({ "type": "web_url", "title": "a", "url": "tel:1" })),
    );
    let phone =
        |number: &str| one(json!({ "type": "phone_number", "title": "a", "payload": number }));
    taken(Messenger, &phone("+15550100001"));
    refused(Messenger, &phone("15550100001"));
    refused(Instagram, &phone("+15550100001"));
    refused(
        Messenger,
        &template(&json!({ "template_type": "list", "elements": [] })),
    );
}

#[test]
fn a_generic_template_has_up_to_ten_elements_of_three_buttons() {
    let element = json!({ "title": "a", "subtitle": "b", "image_url": "https://a.example/b.png",
        "default_action": { "type": "web_url", "url": "https://a.example" }, "buttons": vec![postback("Yes"); 3] });
    taken(Messenger, &generic(&json!(vec![&element; 10])));
    taken(Instagram, &generic(&json!(vec![&element; 10])));
    refused(Messenger, &generic(&json!(vec![&element; 11])));
    refused(Messenger, &generic(&json!([])));
    for (name, value) in [
        ("title", json!("é".repeat(81))),
        ("subtitle", json!("é".repeat(81))),
        ("title", json!("")),
        ("image_url", json!("http://a.example/b.png")),
        ("buttons", json!(vec![postback("Yes"); 4])),
        (
            "default_action",
            json!({ "type": "web_url", "url": "https://a.example", "title": "a" }),
        ),
        (
            "default_action",
            json!({ "type": "postback", "payload": "a" }),
        ),
        ("colour", json!("red")),
    ] {
        let mut wrong = element.clone();
        wrong[name] = value;
        refused(Messenger, &generic(&json!([wrong])));
    }
    let bare = refused(Messenger, &generic(&json!([{ "title": "a" }])));
    assert_eq!(bare.subcode, Some(2_018_032));
    taken(
        Messenger,
        &generic(&json!([{ "title": "é".repeat(80), "subtitle": "é".repeat(80) }])),
    );
}

#[test]
fn files_are_named_by_an_address_that_can_be_fetched() {
    let file = |kind: &str, url: &str| json!({ "attachment": { "type": kind, "payload": { "url": url } } });
    for kind in ["image", "audio", "video", "file"] {
        taken(Messenger, &file(kind, "https://a.example/b"));
        taken(Messenger, &file(kind, "http://127.0.0.1:8787/b"));
        refused(Messenger, &file(kind, "http://a.example/b"));
        refused(Messenger, &file(kind, ""));
    }
    refused(Messenger, &file("sticker", "https://a.example/b"));
    refused(
        Messenger,
        &json!({ "attachment": { "type": "like_heart" } }),
    );
    taken(
        Instagram,
        &json!({ "attachment": { "type": "like_heart" } }),
    );
    let link = |network| match sent(network, &file("image", "https://a.example/b"))
        .unwrap()
        .what
    {
        What::Message(outgoing) => outgoing.links[0].largest,
        What::Action(_) => 0,
    };
    assert_eq!((link(Messenger) >> 20, link(Instagram) >> 20), (25, 8));
    let picture = json!({ "type": "image", "payload": { "url": "https://a.example/b" } });
    taken(Instagram, &json!({ "attachments": vec![&picture; 10] }));
    refused(Instagram, &json!({ "attachments": vec![&picture; 11] }));
}

#[test]
fn a_sender_action_stands_alone() {
    let act = |more: Value| {
        let mut body = json!({ "recipient": { "id": PERSON } });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        check(Messenger, &body).map(|accepted| match accepted.what {
            What::Action(action) => action,
            What::Message(_) => Action::Typing(false),
        })
    };
    let action = |name: &str| act(json!({ "sender_action": name }));
    assert_eq!(action("typing_on"), Ok(Action::Typing(true)));
    assert_eq!(action("typing_off"), Ok(Action::Typing(false)));
    assert_eq!(action("mark_seen"), Ok(Action::Seen));
    assert_eq!(action("TYPING_ON").unwrap_err().code, 100);
    assert_eq!(action("react").unwrap_err().code, 100);
    let react =
        json!({ "sender_action": "react", "payload": { "message_id": "m_1", "reaction": "love" } });
    assert_eq!(
        act(react),
        Ok(Action::React("m_1".into(), Some("love".into())))
    );
    let unreact = json!({ "sender_action": "unreact", "payload": { "message_id": "m_1" } });
    assert_eq!(act(unreact), Ok(Action::React("m_1".into(), None)));
    let both = json!({ "sender_action": "typing_on", "message": { "text": "a" } });
    assert_eq!(act(both).unwrap_err().subcode, Some(2_018_091));
}
