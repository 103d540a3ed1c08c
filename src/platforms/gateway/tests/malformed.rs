use proptest::prelude::*;

use super::inbound::{by, parse, said, text};
use super::*;
use crate::message::{ConsumerEvent, Content, EventKind};

/// The person of an unreadable event, its id, what is wrong with it, and what is kept.
fn dead(event: &ConsumerEvent) -> (&str, &str, &str, &str) {
    match &event.event {
        EventKind::Message {
            id,
            content: Content::Malformed { what, raw },
            ..
        } => (&event.consumer, id, what, raw),
        other => panic!("readable: {other:?}"),
    }
}

#[test]
fn an_unreadable_event_takes_no_other_with_it() {
    let parsed = parse(fixture!("odd/one_malformed_among_several.json")).unwrap();
    let [first, empty, nobodys, last] = &parsed.events[..] else {
        panic!("four events: {parsed:?}");
    };
    assert_eq!(first, &by("u1", said("m-1010", text("first"))));
    assert_eq!(last, &by("u2", said("m-1013", text("last"))));
    let (person, id, what, raw) = dead(empty);
    assert_eq!((person, what), ("u1", "text is missing or not a text"));
    assert!(raw.contains("m-1011"));
    assert!(!what.contains("m-1011"));
    let (person, other, what, raw) = dead(nobodys);
    assert_eq!((person, what), ("", "from is not an id of 1 to 256 bytes"));
    assert!(raw.contains("whose?"));
    assert_ne!(id, other);
    let again = parse(fixture!("odd/one_malformed_among_several.json"));
    assert_eq!(again, Ok(parsed), "the same again has the same ids");
}

#[test]
fn the_same_id_counts_again_once_it_can_be_read() {
    let parsed = parse(r#"{"type":"message","id":"m-1","from":"u1","content":{"type":"text"}}"#);
    let parsed = parsed.unwrap();
    let (_, id, ..) = dead(&parsed.events[0]);
    assert!(id.starts_with("malformed-"));
}

#[test]
fn a_known_type_of_a_wrong_shape_becomes_a_dead_letter_of_that_person() {
    let content = |content: Value| json!({ "type": "message", "id": "m", "content": content });
    let cases = [
        (json!({}), "type is missing or not a text"),
        (json!({ "type": 7 }), "type is missing or not a text"),
        (
            json!({ "type": "message", "id": "m" }),
            "content is not an object",
        ),
        (
            json!({ "type": "message", "id": "m", "content": "Hi" }),
            "content is not an object",
        ),
        (content(json!({})), "type is missing or not a text"),
        (
            content(json!({ "type": "text" })),
            "text is missing or not a text",
        ),
        (
            content(json!({ "type": "text", "text": "" })),
            "text is missing or not a text",
        ),
        (
            content(json!({ "type": "text", "text": " \n" })),
            "text is missing or not a text",
        ),
        (
            content(json!({ "type": "text", "text": 7 })),
            "text is missing or not a text",
        ),
        (
            content(json!({ "type": "choice", "reference": "7f3a.0" })),
            "text is missing or not a text",
        ),
        (
            content(json!({ "type": "file" })),
            "url is missing or not a text",
        ),
        (
            content(json!({ "type": "file", "url": "parcel.jpg" })),
            "url is not a web address without name and password",
        ),
        (
            content(json!({ "type": "file", "url": "javascript:alert(1)" })),
            "url is not a web address without name and password",
        ),
        (
            content(json!({ "type": "file", "url": "https://u:p@app.example.com/a" })),
            "url is not a web address without name and password",
        ),
        (
            content(json!({ "type": "location", "latitude": 1 })),
            "longitude is not a number of degrees",
        ),
        (
            content(json!({ "type": "location", "latitude": 91, "longitude": 1 })),
            "latitude is not a number of degrees",
        ),
        (
            content(json!({ "type": "location", "latitude": "NaN", "longitude": 1 })),
            "latitude is not a number of degrees",
        ),
        (
            json!({ "type": "message", "content": { "type": "text", "text": "Hi" } }),
            "id is not an id of 1 to 256 bytes",
        ),
        (
            json!({ "type": "message", "id": " ", "content": { "type": "text", "text": "Hi" } }),
            "id is not an id of 1 to 256 bytes",
        ),
        (
            json!({ "type": "message", "id": 1.5, "content": { "type": "text", "text": "Hi" } }),
            "id is not an id of 1 to 256 bytes",
        ),
        (
            json!({ "type": "message", "id": "a\nb", "content": { "type": "text", "text": "Hi" } }),
            "id is not an id of 1 to 256 bytes",
        ),
        (
            json!({ "type": "message", "id": "m".repeat(257), "content": { "type": "text", "text": "Hi" } }),
            "id is not an id of 1 to 256 bytes",
        ),
        (
            json!({ "type": "typing" }),
            "state is missing or not a text",
        ),
        (
            json!({ "type": "receipt", "status": "read" }),
            "message is not an id of 1 to 256 bytes",
        ),
        (
            json!({ "type": "receipt", "message": "m" }),
            "status is missing or not a text",
        ),
        (
            json!({ "type": "close" }),
            "id is not an id of 1 to 256 bytes",
        ),
        (
            json!({ "type": "close", "id": "c", "survey": 0 }),
            "survey is neither true nor false",
        ),
        (
            json!({ "type": "stop_survey" }),
            "id is not an id of 1 to 256 bytes",
        ),
        (
            json!({ "type": "response_target", "id": "c" }),
            "target is missing or not a text",
        ),
        (
            json!({ "type": "response_target", "id": "c", "target": "now" }),
            "target is none of normal, prioritized, urgent",
        ),
        (
            json!({ "type": "profile", "id": "c" }),
            "profile has nothing that can be read",
        ),
        (
            json!({ "type": "profile", "id": "c", "profile": { "name": ["Ann"] } }),
            "profile has nothing that can be read",
        ),
    ];
    for (event, expected) in cases {
        // Alone and without a person it is the whole callback that cannot be read.
        let what = expected.to_owned();
        assert_eq!(
            parse(&event.to_string()),
            Err(Unreadable { what }),
            "{event}"
        );
        let mut event = event;
        event["from"] = json!("u1");
        let parsed = parse(&event.to_string()).unwrap();
        assert_eq!(parsed.events.len(), 1);
        let (person, _, what, raw) = dead(&parsed.events[0]);
        assert_eq!((person, what), ("u1", expected), "{event}");
        assert_eq!(serde_json::from_str::<Value>(raw).unwrap(), event);
    }
}

#[test]
fn a_body_that_is_no_event_cannot_be_read() {
    let cases = [
        ("", "the body is not JSON"),
        ("{", "the body is not JSON"),
        ("text=Hi", "the body is not JSON"),
        ("null", "the body is not a JSON object"),
        ("7", "the body is not a JSON object"),
        ("\"message\"", "the body is not a JSON object"),
        ("{\"events\": 7}", "events is not a list"),
        ("[7]", "the event is not an object"),
    ];
    for (body, what) in cases {
        let what = what.to_owned();
        assert_eq!(parse(body), Err(Unreadable { what }), "{body}");
    }
    let headers = signed("evt_1", b"\xff");
    let parsed = adapter().parse(&callback(&headers, b"\xff"));
    assert!(parsed.is_err(), "bytes that are not UTF-8");
}

#[test]
fn what_is_kept_of_an_unreadable_event_has_a_limit() {
    let long = "é".repeat(200_000);
    let parsed = parse(&json!({ "type": "close", "from": "u1", "note": long }).to_string());
    let parsed = parsed.unwrap();
    let (_, _, _, raw) = dead(&parsed.events[0]);
    assert!((90_000..=98_304).contains(&raw.len()), "{}", raw.len());
}

/// JSON that looks like the contract here and there.
fn near_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("message"),
        Just("text"),
        Just("file"),
        Just("location"),
        Just("choice"),
        Just("typing"),
        Just("receipt"),
        Just("close"),
        Just("profile"),
        Just("composing"),
        Just("https://app.example.com/é"),
        Just("https://[::1"),
        Just(""),
        Just("\u{0}"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        let name = prop_oneof![
            Just("events"),
            Just("type"),
            Just("id"),
            Just("from"),
            Just("content"),
            Just("text"),
            Just("url"),
            Just("profile"),
            Just("state"),
            Just("latitude"),
            Just("survey"),
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(name.prop_map(str::to_owned), inner, 0..9)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_event_of_whatever_body_is_accounted_for(body in near_json()) {
        let text = body.to_string();
        let headers = signed("evt_1", text.as_bytes());
        let parsed = adapter().parse(&callback(&headers, text.as_bytes()));
        if let (Ok(parsed), Some(events)) = (parsed, body.get("events").and_then(Value::as_array)) {
            prop_assert!(parsed.events.len() <= events.len());
            prop_assert!(parsed.events.len() + parsed.ignored.len() >= events.len());
        }
    }

    #[test]
    fn bytes_of_any_kind_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let headers = signed("evt_1", &body);
        let _ = adapter().parse(&callback(&headers, &body));
    }
}

/// It would travel and be stored inside other JSON, whose readers stop at 128 levels.
#[test]
fn what_is_nested_too_deeply_becomes_a_dead_letter_that_can_be_stored() {
    for levels in [20, 60, 100, 120, 126] {
        let deep = format!("{}1{}", "[".repeat(levels - 2), "]".repeat(levels - 2));
        let event = format!(
            r#"{{"type":"message","id":"m","from":"u1","content":{{"type":"hologram","deep":{deep}}}}}"#
        );
        let parsed = parse(&event).unwrap();
        let [event] = &parsed.events[..] else {
            panic!("one event: {parsed:?}");
        };
        let EventKind::Message { content, .. } = &event.event else {
            panic!("a message: {event:?}");
        };
        assert_eq!(
            matches!(content, Content::Malformed { .. }),
            levels > 62,
            "{levels}"
        );
        let inside = json!({ "route": {}, "events": [{ "event": "message", "content": content }] });
        let text = inside.to_string();
        assert!(
            serde_json::from_str::<Value>(&text).is_ok(),
            "{levels} levels cannot be read again"
        );
    }
}
