use std::path::Path;

use serde_json::{Value, json};

use super::check;

const SECONDS: u64 = 1_767_225_600;
const SIGNAL: &str = "sig_1";

fn fixtures() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/gateway/to_app");
    let files = std::fs::read_dir(folder).unwrap();
    files
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(path).unwrap();
            (name, serde_json::from_str(&text).unwrap())
        })
        .collect()
}

fn fixture(wanted: &str) -> Value {
    let found = fixtures().into_iter().find(|(name, _)| name == wanted);
    found.unwrap_or_else(|| panic!("there is no {wanted}")).1
}

fn checked(body: &Value) -> Result<Value, String> {
    let id = body["id"].as_str().unwrap_or(SIGNAL);
    check(body.to_string().as_bytes(), id, SECONDS)
}

/// The fixture with one field changed, or without it.
fn changed(name: &str, pointer: &str, value: Option<Value>) -> Value {
    let mut body = fixture(name);
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => parent.insert(field.to_owned(), value),
        None => parent.remove(field),
    };
    body
}

#[test]
fn every_body_of_the_documentation_is_accepted() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 13, "{}", fixtures.len());
    for (name, body) in fixtures {
        assert_eq!(checked(&body), Ok(body), "{name}");
    }
}

#[test]
fn each_field_that_must_be_there_is_missed() {
    for (name, fields) in [
        (
            "text",
            vec![
                "/type",
                "/to",
                "/timestamp",
                "/content",
                "/text",
                "/content/type",
            ],
        ),
        (
            "text",
            vec![
                "/content/text",
                "/agent/id",
                "/place/dialog_id",
                "/place/sequence",
            ],
        ),
        ("file", vec!["/content/url"]),
        ("location", vec!["/content/latitude", "/content/longitude"]),
        ("secure_form", vec!["/content/form"]),
        (
            "structured",
            vec![
                "/choices/0/reference",
                "/choices/0/title",
                "/choices/0/text",
            ],
        ),
        (
            "conversation_opened",
            vec!["/news", "/conversation_id", "/to"],
        ),
        ("conversation_agent_joined", vec!["/agent_id"]),
        ("typing", vec!["/state", "/to", "/timestamp"]),
        ("receipt", vec!["/message", "/status"]),
    ] {
        for field in fields {
            let refused = checked(&changed(name, field, None));
            let named = field.rsplit('/').next().unwrap();
            let reason = refused.unwrap_err();
            assert!(reason.contains(named), "{name} without {field}: {reason}");
        }
    }
    for name in ["text", "conversation_closed"] {
        let body = changed(name, "/id", None).to_string();
        let id = "msg_b4bdb44c8dfd5e2708e1814fb341e8fa";
        assert!(check(body.as_bytes(), id, SECONDS).is_err(), "{name}");
    }
}

#[test]
fn each_wrong_value_is_refused() {
    for (name, field, value) in [
        ("text", "/type", json!("news")),
        ("text", "/to", json!("")),
        ("text", "/to", json!(15_550_100_001_u64)),
        ("text", "/to", json!("x".repeat(257))),
        ("text", "/timestamp", json!("1767225600000")),
        ("text", "/timestamp", json!(SECONDS)),
        ("text", "/id", json!("msg_1")),
        ("text", "/id", json!("msg_B4BDB44C8DFD5E2708E1814FB341E8FA")),
        ("text", "/more", json!(1)),
        ("text", "/text", json!(" ")),
        ("text", "/content", json!("text")),
        ("text", "/content/type", json!("news")),
        ("text", "/content/text", json!("")),
        ("text", "/content/more", json!(null)),
        ("text", "/agent", json!(null)),
        ("text", "/agent/id", json!(7)),
        ("text", "/agent/name", json!(null)),
        ("text", "/agent/nickname", json!("Ada")),
        ("text", "/place/sequence", json!(-1)),
        ("text", "/place/sequence", json!("4")),
        ("text", "/place/conversation_id", json!("c")),
        ("text", "/choices", json!([])),
        ("text", "/news", json!("opened")),
        ("file", "/content/url", json!("/files/signed")),
        ("file", "/content/url", json!("https://")),
        ("file", "/content/url", json!("https://a b/")),
        (
            "file",
            "/content/url",
            json!("https://user:pass@files.example.com/a"),
        ),
        ("file", "/content/url", json!("javascript:alert(1)")),
        ("file", "/content/size", json!("20480")),
        ("file", "/content/size", json!(null)),
        ("file", "/content/name", json!(null)),
        ("location", "/content/latitude", json!("52.3702")),
        ("location", "/content/latitude", json!(90.5)),
        ("location", "/content/longitude", json!(-180.5)),
        ("structured", "/content/content", json!(null)),
        ("structured", "/content/quickReplies", json!({})),
        ("structured", "/content", json!({ "type": "structured" })),
        ("structured", "/choices/0/title", json!("")),
        ("structured", "/choices/0/index", json!(0)),
        ("secure_form", "/content/form", json!(null)),
        ("conversation_opened", "/news", json!("began")),
        ("conversation_opened", "/by", json!("AGENT")),
        ("conversation_opened", "/content", json!({})),
        ("conversation_opened", "/conversation_id", json!("")),
        ("conversation_agent_joined", "/agent_id", json!("")),
        ("conversation_off_hours", "/until", json!("tomorrow")),
        ("conversation_closed", "/by", json!(null)),
        ("conversation_closed", "/until", json!(SECONDS)),
        ("typing", "/state", json!("COMPOSING")),
        ("typing", "/agent", json!({ "id": "7ab2" })),
        ("typing", "/id", json!(SIGNAL)),
        ("receipt", "/status", json!("ACCEPT")),
        ("receipt", "/message", json!("")),
        ("receipt", "/place", json!({})),
    ] {
        let body = changed(name, field, Some(value.clone()));
        assert!(checked(&body).is_err(), "{name}: {field} {value}");
    }
}

#[test]
fn two_choices_do_not_share_a_reference() {
    let mut body = fixture("structured");
    let choice = body["choices"][0].clone();
    body["choices"] = json!([choice, choice]);
    assert!(checked(&body).unwrap_err().contains("reference"));
    body["choices"][1]["reference"] = json!("7f3a.1");
    assert_eq!(checked(&body), Ok(body));
}

#[test]
fn the_headers_belong_to_the_body() {
    let text = fixture("text").to_string();
    let id = "msg_b4bdb44c8dfd5e2708e1814fb341e8fa";
    assert!(check(text.as_bytes(), id, SECONDS).is_ok());
    assert!(check(text.as_bytes(), id, SECONDS + 2).is_err());
    assert!(
        check(
            text.as_bytes(),
            "msg_00000000000000000000000000000000",
            SECONDS
        )
        .is_err()
    );
    let typing = fixture("typing").to_string();
    assert!(check(typing.as_bytes(), SIGNAL, SECONDS).is_ok());
    assert!(check(typing.as_bytes(), id, SECONDS).is_err());
}

#[test]
fn a_body_that_is_no_object_is_refused() {
    for body in ["", "[]", "null", "{", "\"message\"", "\u{feff}{}"] {
        assert!(check(body.as_bytes(), SIGNAL, SECONDS).is_err(), "{body}");
    }
}
