use serde_json::json;

use crate::message::{Content, EventKind};
use crate::platforms::Parsed;
use crate::platforms::meta::envelope::{entries, list, millis};

#[test]
fn entries_come_in_order() {
    let body = json!({ "object": "page", "new": 1, "entry": [{ "id": "1" }, { "id": "2", "messaging": [1] }] });
    let mut parsed = Parsed::default();
    let entries = entries(body.to_string().as_bytes(), &mut parsed).unwrap();
    assert_eq!(parsed, Parsed::default());
    let ids: Vec<&str> = entries
        .iter()
        .map(|entry| entry["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["1", "2"]);
    assert_eq!(list(&entries[0], "messaging").len(), 0);
    assert_eq!(list(&entries[1], "messaging").len(), 1);
}

#[test]
fn what_is_no_envelope_is_named_without_its_content() {
    let read = |body: &[u8]| entries(body, &mut Parsed::default());
    for (body, what) in [
        ("", "the body is not JSON"),
        ("{", "the body is not JSON"),
        ("\u{ff}", "the body is not JSON"),
        ("[]", "the body is not a JSON object"),
        ("7", "the body is not a JSON object"),
        ("{}", "entry is missing or not a list"),
        ("{\"entry\":{}}", "entry is missing or not a list"),
    ] {
        assert_eq!(read(body.as_bytes()).unwrap_err().what, what, "{body}");
    }
    assert_eq!(read(b"{\"entry\":[]}").unwrap(), []);
    assert_eq!(read(b"\xff\xfe").unwrap_err().what, "the body is not JSON");
}

#[test]
fn what_is_no_entry_takes_no_other_with_it() {
    let mut parsed = Parsed::default();
    let found = entries(b"{\"entry\":[1,{\"id\":\"2\"}]}", &mut parsed).unwrap();
    assert_eq!(found.len(), 1);
    let EventKind::Message { content, .. } = &parsed.events[0].event else {
        panic!("no message");
    };
    assert!(
        matches!(content, Content::Malformed { what, .. } if what == "an entry is not an object")
    );
}

#[test]
fn times_are_read_in_seconds_and_in_milliseconds() {
    for (value, expected) in [
        (json!(1_795_000_000_123_u64), Some(1_795_000_000_123)),
        (json!(1_795_000_000), Some(1_795_000_000_000)),
        (json!("1795000000"), Some(1_795_000_000_000)),
        (json!("1795000000123"), Some(1_795_000_000_123)),
        (json!(0), None),
        (json!(-1), None),
        (json!(1.5), None),
        (json!(null), None),
        (json!("soon"), None),
    ] {
        assert_eq!(millis(&value), expected, "{value}");
    }
}
