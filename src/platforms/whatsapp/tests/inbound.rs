use super::*;
use crate::message::{EventKind, ReceiptStatus, Reference, Signal};

/// One message as it was read.
pub(super) struct Said {
    pub(super) consumer: String,
    pub(super) id: String,
    pub(super) content: Content,
    pub(super) sent_at: Option<u64>,
}

/// The only message of a callback.
pub(super) fn said(body: &str) -> Said {
    let mut all = all_said(body);
    assert_eq!(all.len(), 1, "{body}");
    all.remove(0)
}

pub(super) fn all_said(body: &str) -> Vec<Said> {
    let events = parsed(body).events.into_iter();
    let said = events.map(|event| match event.event {
        EventKind::Message {
            id,
            content,
            sent_at,
        } => Said {
            consumer: event.consumer,
            id,
            content,
            sent_at,
        },
        EventKind::Signal(signal) => panic!("{signal:?}"),
    });
    said.collect()
}

/// What a callback that concerns nobody is counted as.
fn ignored(body: &str) -> Vec<String> {
    let parsed = parsed(body);
    assert_eq!(parsed.events, [], "{body}");
    let ignored = parsed.ignored.into_iter();
    ignored.map(|Ignored { kind }| kind).collect()
}

#[test]
fn a_message_has_its_id_its_time_and_its_person() {
    let Said {
        consumer,
        id,
        content,
        sent_at,
    } = said(heard!("text"));
    assert_eq!(content, text("café 😀 http://a.example"));
    assert_eq!(consumer, PERSON);
    assert_eq!(id, "wamid.HBgL0001");
    assert_eq!(sent_at, Some(1_795_000_001_000));
    // A time that cannot be read is none; the message is one all the same.
    for timestamp in [json!(""), json!("soon"), json!(-1), Value::Null] {
        let message = json!({ "type": "text", "text": { "body": "Hi" }, "timestamp": timestamp });
        assert_eq!(said(&with_message(message)).sent_at, None);
    }
}

#[test]
fn a_status_is_a_receipt_of_the_person() {
    for (body, expected) in [
        (heard!("status_delivered"), ReceiptStatus::Delivered),
        (heard!("status_read"), ReceiptStatus::Read),
        (heard!("status_played"), ReceiptStatus::Accessed),
        (heard!("status_failed"), ReceiptStatus::Failed),
        (heard!("status_without_user_id"), ReceiptStatus::Delivered),
    ] {
        let parsed = parsed(body);
        assert_eq!(parsed.ignored, []);
        assert_eq!(parsed.events.len(), 1);
        assert_eq!(parsed.events[0].consumer, PERSON);
        let signal = Signal::Receipt {
            remote_id: "wamid.OUT1".to_owned(),
            status: expected,
            code: (expected == ReceiptStatus::Failed).then(|| "131047".to_owned()),
        };
        assert_eq!(parsed.events[0].event, EventKind::Signal(signal));
    }
}

#[test]
fn a_status_that_repeats_what_a_request_carried_says_that_it_was_taken() {
    let taken = Signal::Taken {
        reference: Reference::parse(REFERENCE).unwrap(),
        remote_id: "wamid.OUT1".to_owned(),
    };
    let named = heard!("status_sent_of_a_request").replace("REFERENCE", REFERENCE);
    let receipt = |status, code: Option<&str>| Signal::Receipt {
        remote_id: "wamid.OUT1".to_owned(),
        status,
        code: code.map(str::to_owned),
    };
    for (status, second) in [
        ("sent", None),
        ("delivered", Some(receipt(ReceiptStatus::Delivered, None))),
        ("read", Some(receipt(ReceiptStatus::Read, None))),
        ("failed", Some(receipt(ReceiptStatus::Failed, None))),
    ] {
        let body = named.replace("\"status\": \"sent\"", &format!("\"status\": \"{status}\""));
        let parsed = parsed(&body);
        assert_eq!(parsed.ignored, []);
        let signals = parsed.events.into_iter().map(|event| event.event);
        let expected = std::iter::once(taken.clone()).chain(second);
        let expected: Vec<_> = expected.map(EventKind::Signal).collect();
        assert_eq!(signals.collect::<Vec<_>>(), expected, "{status}");
    }
    // What another system has sent by the same number names nothing of ours.
    for other in ["[1]", "\"0a1b-2\"", "\"case 12\"", "null"] {
        let odd = parsed(named.replace(&format!("\"{REFERENCE}\""), other));
        assert_eq!(odd.events, [], "{other}");
    }
}

#[test]
fn what_concerns_no_conversation_is_counted_by_name() {
    for (body, expected) in [
        (heard!("status_sent"), "status=sent"),
        (heard!("status_deleted"), "status=deleted"),
        (heard!("status_of_group"), "group"),
        (heard!("group_message"), "group"),
        (heard!("first_opening"), "type=request_welcome"),
        (
            heard!("identity_changed"),
            "system=customer_identity_changed",
        ),
        (heard!("account_error"), "error=131031"),
        (heard!("other_number"), "other_number"),
        (heard!("echo_of_the_app"), "field=smb_message_echoes"),
        (
            heard!("template_status"),
            "field=message_template_status_update",
        ),
        (r#"{"entry":[{"messaging":[{}]}]}"#, "entry=without_changes"),
        (
            r#"{"entry":[{"changes":[{"field":"a b"}]}]}"#,
            "field=other",
        ),
    ] {
        assert_eq!(ignored(body), [expected]);
    }
    assert_eq!(ignored(r#"{"entry":[]}"#), [""; 0]);
    assert_eq!(ignored(&with_value(json!({}))), [""; 0]);
    assert_eq!(
        ignored(&with_value(json!({ "messages": null, "statuses": [] }))),
        [""; 0]
    );
}

#[test]
fn everything_in_a_batch_is_read_in_its_order() {
    let parsed = parsed(heard!("batch"));
    let who: Vec<&str> = parsed
        .events
        .iter()
        .map(|it| it.consumer.as_str())
        .collect();
    assert_eq!(who, [PERSON, "US.7Bob", PERSON, PERSON, PERSON, PERSON]);
    let names: Vec<_> = parsed
        .events
        .iter()
        .map(|it| it.profile.name.as_deref())
        .collect();
    assert_eq!(names[..2], [Some("Zoë"), Some("Bob")]);
    let kinds = parsed.events.iter().map(|it| match &it.event {
        EventKind::Message { content, .. } => match content {
            Content::Text { text } | Content::Aside { text } => text.clone(),
            Content::File { .. } => "file".to_owned(),
            other => panic!("{other:?}"),
        },
        EventKind::Signal(_) => "signal".to_owned(),
    });
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [
            "One",
            "Two",
            "Three",
            "[came from a post: Shoes]",
            "signal",
            "file"
        ]
    );
    assert_eq!(parsed.ignored.len(), 1);
}

#[test]
fn what_cannot_be_read_is_kept_and_takes_nothing_else_with_it() {
    let good = json!({ "id": "wamid.1", "from_user_id": PERSON, "type": "text", "text": { "body": "Hi" } });
    let long = "w".repeat(201);
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let cases = [
        (
            json!({ "id": long, "from_user_id": PERSON, "type": "text", "text": { "body": "Hi" } }),
            PERSON,
        ),
        (
            json!({ "from_user_id": PERSON, "type": "text", "text": { "body": "Hi" } }),
            PERSON,
        ),
        (
            json!({ "id": "wamid#1", "from_user_id": PERSON, "type": "text", "text": { "body": "Hi" } }),
            PERSON,
        ),
        (json!({ "id": "wamid.2", "from_user_id": PERSON }), PERSON),
        (
            json!({ "id": "wamid.2", "from_user_id": PERSON, "type": "text" }),
            PERSON,
        ),
        (
            json!({ "id": "wamid.2", "from_user_id": PERSON, "type": "text", "text": { "body": " " } }),
            PERSON,
        ),
        (
            json!({ "id": "wamid.2", "from_user_id": PERSON, "type": "text", "text": "Hi" }),
            PERSON,
        ),
        (
            json!({ "id": "wamid.2", "from_user_id": PERSON, "type": "location", "location": { "latitude": 91, "longitude": 0 } }),
            PERSON,
        ),
        (
            json!({ "id": "wamid.2", "from_user_id": PERSON, "type": "image", "image": {} }),
            PERSON,
        ),
        (
            json!({ "id": "wamid.2", "from_user_id": PERSON, "type": "image", "image": { "id": "../me" } }),
            PERSON,
        ),
        (
            json!({ "id": "wamid.2", "from_user_id": PERSON, "type": "contacts", "contacts": [] }),
            PERSON,
        ),
        (
            json!({ "id": "wamid.2", "from_user_id": PERSON, "type": "interactive", "interactive": { "type": "button_reply" } }),
            PERSON,
        ),
        (
            json!({ "id": "wamid.2", "from_user_id": PERSON, "type": "x", "x": deep }),
            PERSON,
        ),
        (
            json!({ "id": "wamid.2", "type": "text", "text": { "body": "Hi" } }),
            "",
        ),
        (
            json!({ "id": "wamid.2", "from": "me", "type": "text", "text": { "body": "Hi" } }),
            "",
        ),
        (json!("text"), ""),
    ];
    for (bad, from) in cases {
        let body = with_value(json!({ "messages": [bad, good] }));
        let all = all_said(&body);
        assert_eq!(all.len(), 2, "{bad}");
        assert_eq!(all[0].consumer, from, "{bad}");
        assert!(matches!(all[0].content, Content::Malformed { .. }), "{bad}");
        assert_eq!(all[1].content, text("Hi"), "{bad}");
    }
}

#[test]
fn a_change_that_cannot_be_read_is_kept_for_nobody() {
    for change in [
        json!(1),
        json!({ "field": "messages" }),
        json!({ "field": "messages", "value": [] }),
        json!({ "field": "messages", "value": { "messages": [] } }),
        json!({ "field": "messages", "value": { "metadata": { "phone_number_id": NUMBER }, "messages": {} } }),
    ] {
        let body = json!({ "entry": [{ "changes": [change] }] }).to_string();
        let all = all_said(&body);
        assert_eq!(all.len(), 1, "{body}");
        assert_eq!(all[0].consumer, "");
        assert!(matches!(all[0].content, Content::Malformed { .. }));
    }
    for body in ["", "[]", "{}", "null", r#"{"entry":{}}"#] {
        assert!(parse(body).is_err(), "{body}");
    }
}

#[test]
fn a_status_that_cannot_be_read_is_kept() {
    for status in [
        json!({ "recipient_user_id": PERSON, "status": "read" }),
        json!({ "recipient_user_id": PERSON, "id": "wamid.OUT1" }),
        json!({ "id": "wamid.OUT1", "status": "read" }),
    ] {
        let all = all_said(&with_value(json!({ "statuses": [status] })));
        assert_eq!(all.len(), 1, "{status}");
        assert!(
            matches!(all[0].content, Content::Malformed { .. }),
            "{status}"
        );
    }
}
