//! What every known notification of LiveEngage says. The fixtures are named by meaning.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod assigned_agent;
mod content;
mod conversations;
mod files;
mod format;
mod older_forms;
mod wild;

use std::path::Path;

use liveengage_connector::liveengage::notification::{
    Change, ConversationChange, Dialog, DialogEvent, EventBody, Participant, Standing, parse,
};
use serde_json::{Value, json};

const CONVERSATION: &str = "9d6f1f9a-0000-4000-8000-00000000c0de";
const SURVEY: &str = "uV9xQ2pTTc2kZk1oY2RlZg";
const AGENT: &str = "a1b2c3d4-0000-5000-8000-000000000001";
const BOT: &str = "c3d4e5f6-0000-5000-8000-000000000002";
const CONSUMER: &str = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00";

fn bytes(fixture: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/liveengage");
    std::fs::read(folder.join(fixture).with_extension("json")).expect(fixture)
}

fn changes(fixture: &str) -> Vec<Change> {
    parse(&bytes(fixture)).expect(fixture)
}

fn event(fixture: &str) -> DialogEvent {
    match changes(fixture).as_slice() {
        [Change::Event(event)] => event.clone(),
        other => panic!("{fixture}: {other:?}"),
    }
}

fn conversation(fixture: &str) -> ConversationChange {
    match changes(fixture).as_slice() {
        [Change::Conversation(change)] => change.clone(),
        other => panic!("{fixture}: {other:?}"),
    }
}

fn raw_event(fixture: &str) -> Value {
    let whole: Value = serde_json::from_slice(&bytes(fixture)).unwrap();
    whole["body"]["changes"][0]["event"].clone()
}

fn text(text: &str) -> EventBody {
    EventBody::Text {
        text: text.to_owned(),
        extra: None,
    }
}

fn accept(status: &str, sequences: &[u64]) -> EventBody {
    EventBody::Accept {
        status: status.to_owned(),
        sequences: sequences.to_vec(),
    }
}

fn of_type(fixture: &str, content_type: &str) -> EventBody {
    EventBody::Content {
        content_type: content_type.to_owned(),
        raw: raw_event(fixture),
    }
}

#[test]
fn events() {
    use Standing::{Echo, Forward, Private, Unattributed};
    let typing = EventBody::ChatState {
        state: "COMPOSING".to_owned(),
    };
    let rich = EventBody::Rich {
        raw: raw_event("rich_content"),
    };
    let payment = EventBody::Other {
        name: "PaymentEvent".to_owned(),
        raw: raw_event("unknown_event_type"),
    };
    let replies = EventBody::Text {
        text: "Did that help?".to_owned(),
        extra: Some(json!({ "quickReplies": raw_event("quick_replies")["quickReplies"] })),
    };
    let single = text("one change without its list");
    let cases: Vec<(&str, Standing, Option<u64>, EventBody)> = vec![
        ("agent_text", Forward, Some(5), text("How can I help?\n")),
        ("null_metadata", Forward, Some(5), text("How can I help?")),
        ("consumer_echo", Echo, Some(0), text("Grüße 👋")),
        (
            "private_note",
            Private,
            Some(5),
            text("customer seems upset"),
        ),
        (
            "unknown_audience",
            Private,
            Some(5),
            text("who may see this?"),
        ),
        ("odd_audience", Private, Some(5), text("who may see this?")),
        (
            "no_audience",
            Forward,
            Some(5),
            text("from an older account"),
        ),
        ("auto_message", Forward, Some(1), text("Welcome!")),
        ("no_role", Forward, Some(5), text("by id only")),
        (
            "unattributed",
            Unattributed,
            Some(5),
            text("who says this?"),
        ),
        ("chat_state", Forward, None, typing),
        ("accept_read", Forward, Some(6), accept("READ", &[0, 4])),
        (
            "accept_single_number",
            Forward,
            Some(6),
            accept("ACCEPT", &[4]),
        ),
        ("rich_content", Forward, Some(12), rich),
        (
            "hosted_file",
            Forward,
            Some(9),
            of_type("hosted_file", "hosted/file"),
        ),
        (
            "secure_form",
            Forward,
            Some(10),
            of_type("secure_form", "forms/secure-invitation"),
        ),
        ("quick_replies", Forward, Some(8), replies),
        ("unknown_event_type", Forward, Some(13), payment),
        ("survey_question", Forward, Some(0), text("survey question")),
        (
            "no_conversation_id_2018",
            Forward,
            Some(2),
            text("from 2018"),
        ),
        ("changes_as_single_object", Forward, Some(5), single),
    ];
    for (fixture, standing, sequence, body) in cases {
        let event = event(fixture);
        assert_eq!(event.conversation_id, CONVERSATION, "{fixture}");
        assert_eq!(event.standing(None), standing, "{fixture}");
        assert_eq!(event.standing(Some(CONSUMER)), standing, "{fixture}");
        assert_eq!(event.sequence, sequence, "{fixture}");
        assert_eq!(event.body, body, "{fixture}");
    }
}

#[test]
fn the_fields_around_an_event() {
    let expected = DialogEvent {
        conversation_id: CONVERSATION.to_owned(),
        dialog_id: CONVERSATION.to_owned(),
        sequence: Some(5),
        originator_id: Some(AGENT.to_owned()),
        role: Some("ASSIGNED_AGENT".to_owned()),
        audience: Some("ALL".to_owned()),
        server_timestamp: Some(1_700_000_001_049),
        body: text("How can I help?"),
        metadata: None,
    };
    assert_eq!(event("null_metadata"), expected);
    assert_eq!(event("survey_question").dialog_id, SURVEY);
    assert_eq!(event("no_conversation_id_2018").dialog_id, CONVERSATION);
    assert_eq!(event("chat_state").server_timestamp, None);
    assert_eq!(
        event("rich_content").metadata,
        Some(json!([{ "type": "ExternalId", "id": "card-1" }]))
    );
}

#[test]
fn ids_may_be_numbers_and_numbers_texts() {
    let event = event("ids_as_numbers");
    assert_eq!(event.conversation_id, "1001");
    assert_eq!(event.dialog_id, "1001");
    assert_eq!(event.originator_id.as_deref(), Some("42"));
    assert_eq!(event.sequence, Some(7));
    assert_eq!(event.server_timestamp, Some(1_700_000_001_049));
}

#[test]
fn our_consumer_is_an_echo_whatever_the_role() {
    let mut event = event("no_role");
    assert_eq!(event.standing(Some(AGENT)), Standing::Echo);
    event.role = Some("consumer".to_owned());
    assert_eq!(event.standing(None), Standing::Echo);
    event.role = None;
    event.originator_id = None;
    assert_eq!(event.standing(None), Standing::Unattributed);
    event.audience = Some("all".to_owned());
    assert_eq!(event.standing(None), Standing::Private);
}

#[test]
fn a_stripped_event_says_nothing() {
    for fixture in [
        "private_note",
        "rich_content",
        "rich_content_as_text",
        "hosted_file",
        "external_file",
        "secure_form",
        "quick_replies",
        "unknown_event_type",
    ] {
        let event = event(fixture);
        let stripped = event.clone().without_text();
        assert_eq!(stripped.sequence, event.sequence);
        assert_eq!(stripped.standing(None), event.standing(None));
        let stripped = serde_json::to_string(&stripped).unwrap();
        for word in [
            "upset",
            "ExternalId",
            "shoe",
            "Choose",
            "invoice",
            "manual",
            "address",
            "help",
            "amount",
        ] {
            assert!(!stripped.contains(word), "{fixture}: {stripped}");
        }
    }
}

#[test]
fn one_malformed_change_does_not_take_the_others_with_it() {
    let changes = changes("one_malformed_among_several");
    let [
        Change::Event(first),
        Change::Malformed { what, raw },
        Change::Malformed { raw: private, .. },
        Change::Malformed { raw: number, .. },
        Change::Event(last),
    ] = changes.as_slice()
    else {
        panic!("{changes:?}");
    };
    assert_eq!((&first.body, &last.body), (&text("first"), &text("last")));
    assert_eq!(what, "neither conversation id nor dialog id");
    assert_eq!(raw["event"]["message"], "no ids");
    assert_eq!(
        *private,
        Value::Null,
        "what is not for the consumer is not kept"
    );
    assert_eq!(*number, json!(17));
}

#[test]
fn an_unreadable_state_does_not_keep_a_note_that_comes_with_it() {
    let mut body: Value = serde_json::from_slice(&bytes("every_field")).unwrap();
    let result = body.pointer_mut("/body/changes/0/result").unwrap();
    result.as_object_mut().unwrap().remove("convId");
    let malformed = |body: &Value| match parse(body.to_string().as_bytes()).unwrap().as_slice() {
        [Change::Malformed { what, raw }] => (what.clone(), raw.clone()),
        other => panic!("{other:?}"),
    };
    let what = "no conversation id".to_owned();
    assert_eq!(malformed(&body), (what.clone(), Value::Null));
    let last = "/body/changes/0/result/lastContentEventNotification/messageAudience";
    *body.pointer_mut(last).unwrap() = json!("ALL");
    let raw = body["body"]["changes"][0].clone();
    assert_eq!(malformed(&body), (what, raw));
}

#[test]
fn a_change_that_could_not_travel_is_malformed() {
    let rich = |levels: usize| {
        let mut body: Value = serde_json::from_slice(&bytes("rich_content")).unwrap();
        let deep = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        body["body"]["changes"][0]["event"]["content"] = serde_json::from_str(&deep).unwrap();
        parse(body.to_string().as_bytes()).unwrap()
    };
    // The change and its event are two levels of the 64.
    assert!(matches!(rich(62).as_slice(), [Change::Event(_)]));
    let [Change::Malformed { what, .. }] = &rich(63)[..] else {
        panic!("too deep");
    };
    assert_eq!(what, "nested too deeply");
}

#[test]
fn unknown_notifications_are_named() {
    let expected = Change::Other {
        name: "xy.SomethingNew".to_owned(),
    };
    assert_eq!(changes("unknown_notification"), [expected]);
}

#[test]
fn a_missing_or_differently_prefixed_type_is_understood() {
    for fixture in ["agent_text", "agent_joined"] {
        let expected = changes(fixture);
        let mut body: Value = serde_json::from_slice(&bytes(fixture)).unwrap();
        let name = body["type"].as_str().unwrap().split_once('.').unwrap().1;
        body["type"] = json!(format!("other.{name}"));
        assert_eq!(parse(body.to_string().as_bytes()).unwrap(), expected);
        body.as_object_mut().unwrap().remove("type");
        assert_eq!(parse(body.to_string().as_bytes()).unwrap(), expected);
    }
}

#[test]
fn what_cannot_be_read_is_said_without_its_content() {
    let secret_text: &[u8] = br#"{"text":"secret" "#;
    let cases: [(&[u8], &str); 7] = [
        (b"", "not JSON (line 1, column 0)"),
        (b"\xff", "not JSON (line 1, column 1)"),
        (secret_text, "not JSON (line 1, column 17)"),
        (b"[]", "not a JSON object"),
        (b"{}", "no changes"),
        (br#"{"type":"ms.MessagingEventNotification"}"#, "no changes"),
        (
            br#"{"type":"ms.MessagingEventNotification","body":[]}"#,
            "no changes",
        ),
    ];
    for (body, what) in cases {
        assert_eq!(parse(body).unwrap_err().what, what);
    }
    let empty = br#"{"type":"ms.MessagingEventNotification","body":{"changes":[]}}"#;
    assert_eq!(parse(empty), Ok(vec![]));
}

#[test]
fn a_deep_body_is_unreadable_and_no_crash() {
    let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
    let body =
        format!(r#"{{"type":"ms.MessagingEventNotification","body":{{"changes":{open}{close}}}}}"#);
    assert!(parse(body.as_bytes()).is_err());
}

#[test]
fn every_fixture_is_used() {
    let tests = [
        include_str!("main.rs"),
        include_str!("content.rs"),
        include_str!("conversations.rs"),
        include_str!("files.rs"),
        include_str!("format.rs"),
        include_str!("older_forms.rs"),
    ]
    .concat();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/liveengage");
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file
            .unwrap()
            .path()
            .file_stem()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        assert!(tests.contains(&format!("\"{name}\"")), "{name}");
    }
}
