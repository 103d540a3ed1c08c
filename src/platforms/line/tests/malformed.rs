use proptest::prelude::*;

use super::*;
use crate::message::{Content, EventKind};

fn try_parse(body: &[u8]) -> Result<Parsed, Unreadable> {
    adapter().parse(&callback(&[], body))
}

/// Of one event: whose it is, and what is wrong with it.
fn dead(event: &Value) -> (String, String) {
    let body = json!({ "events": [event] }).to_string();
    let mut parsed = try_parse(body.as_bytes()).unwrap();
    let event = parsed.events.pop().expect("no event");
    match event.event {
        EventKind::Message {
            id,
            content: Content::Malformed { what, raw },
            ..
        } => {
            assert!(id.starts_with("malformed-") && !raw.is_empty());
            (event.consumer, what)
        }
        other => panic!("readable: {other:?}"),
    }
}

#[test]
fn a_body_that_is_no_list_of_events_is_unreadable() {
    for (body, what) in [
        ("", "the body is not JSON"),
        ("{", "the body is not JSON"),
        ("null", "events is not a list"),
        ("[]", "events is not a list"),
        ("{}", "events is not a list"),
        (r#"{"events":{}}"#, "events is not a list"),
    ] {
        let what = what.to_owned();
        assert_eq!(
            try_parse(body.as_bytes()),
            Err(Unreadable { what }),
            "{body}"
        );
    }
    assert!(try_parse(b"{\"events\":[\"\xff\"]}").is_err());
}

#[test]
fn an_event_that_cannot_be_read_is_the_same_dead_letter_when_it_comes_again() {
    let id = |again: bool| {
        let body = json!({ "events": [{
            "type": "message", "message": {}, "source": { "type": "user", "userId": PERSON },
            "deliveryContext": { "isRedelivery": again },
        }] });
        let mut parsed = try_parse(body.to_string().as_bytes()).unwrap();
        match parsed.events.pop().unwrap().event {
            EventKind::Message { id, .. } => id,
            EventKind::Signal(signal) => panic!("{signal:?}"),
        }
    };
    assert_eq!(id(false), id(true));
}

#[test]
fn an_event_that_cannot_be_read_is_a_dead_letter_of_that_person() {
    let message = |message: Value| {
        json!({
            "type": "message", "webhookEventId": "01", "message": message,
            "source": { "type": "user", "userId": PERSON },
        })
    };
    let text = || json!({ "id": "1", "type": "text", "text": "Hi" });
    let without = |field: &str| {
        let mut event = message(text());
        event.as_object_mut().unwrap().remove(field);
        event
    };
    let cases = [
        (json!(7), "", "the event is not an object"),
        (json!({}), "", "type is missing or not a text"),
        (without("message"), PERSON, "message is not an object"),
        (without("source"), "", "source is not an object"),
        (
            json!({ "type": "postback", "postback": {}, "source": { "userId": PERSON } }),
            PERSON,
            "data is missing or not a text",
        ),
        (
            json!({ "type": "message", "message": text(), "source": { "type": "user" } }),
            "",
            "userId is not an id of 1 to 256 bytes",
        ),
        (
            message(json!({ "id": "1", "type": "text" })),
            PERSON,
            "text is missing or not a text",
        ),
        (
            message(json!({ "id": "1" })),
            PERSON,
            "type is missing or not a text",
        ),
        (
            message(json!({ "type": "image" })),
            PERSON,
            "id is not an id of 1 to 256 bytes",
        ),
        (
            message(json!({ "id": "../1", "type": "image" })),
            PERSON,
            "id is not an id of a message with a file",
        ),
        (
            message(json!({ "id": "1", "type": "location", "latitude": 91, "longitude": 0 })),
            PERSON,
            "latitude is not a number of degrees",
        ),
        (
            json!({ "type": "message", "message": { "type": "sticker" }, "source": { "userId": PERSON } }),
            PERSON,
            "it has no id",
        ),
    ];
    for (event, person, what) in cases {
        assert_eq!(dead(&event), (person.to_owned(), what.to_owned()));
    }
}

#[test]
fn an_event_that_cannot_be_read_takes_no_other_with_it() {
    let text = |id: &str, text: &str| {
        json!({
            "type": "message", "webhookEventId": id, "source": { "type": "user", "userId": PERSON },
            "message": { "id": "1", "type": "text", "text": text },
        })
    };
    let deep = format!("{}1{}", "[".repeat(80), "]".repeat(80));
    let mut nested = text("02", "second");
    nested["message"]["x"] = serde_json::from_str(&deep).unwrap();
    let body = json!({ "events": [text("01", "first"), nested, text("03", "third")] });
    let parsed = try_parse(body.to_string().as_bytes()).unwrap();
    let malformed: Vec<bool> = parsed
        .events
        .iter()
        .map(|event| {
            matches!(
                &event.event,
                EventKind::Message {
                    content: Content::Malformed { .. },
                    ..
                }
            )
        })
        .collect();
    assert_eq!(malformed, [false, true, false]);
}

#[test]
fn tokens_that_cannot_be_tokens_are_left_out() {
    for token in ["", "a b", "ü", &"x".repeat(513)] {
        let body =
            fixture!("callbacks/text.json").replace("0f3779fba3b349968c5d07db31eab501", token);
        let body = body.replace("read-1", token);
        let events = super::inbound::parse(&body).events;
        assert_eq!(events[0].handle, None, "{token:?}");
    }
}

proptest! {
    #[test]
    fn nothing_in_a_body_makes_it_panic(body in ".{0,300}", at in 0_usize..600, byte in any::<u8>()) {
        drop(try_parse(body.as_bytes()));
        let mut known = fixture!("callbacks/several_people.json").as_bytes().to_vec();
        let at = at % known.len();
        known[at] = byte;
        drop(try_parse(&known));
        drop(try_parse(&known[..at]));
    }
}
