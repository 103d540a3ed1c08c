//! What events carry, in the connector's model.

use liveengage_connector::liveengage::content::content_of;
use liveengage_connector::message::Content;

use super::*;

pub(super) fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn structured(content: Option<Value>, quick_replies: Option<Value>) -> Content {
    Content::Structured {
        text: None,
        content,
        quick_replies,
        metadata: None,
    }
}

pub(super) fn unsupported(name: &str, raw: Value) -> Content {
    Content::Unsupported {
        name: name.to_owned(),
        raw,
    }
}

/// The content of an event of that content type with that message, from an agent.
pub(super) fn of_message(content_type: &str, message: Value) -> Content {
    content_of(&DialogEvent {
        body: EventBody::Content {
            content_type: content_type.to_owned(),
            raw: json!({ "type": "ContentEvent", "message": message }),
        },
        ..event("agent_text")
    })
}

fn of_rich(raw: Value) -> Content {
    content_of(&DialogEvent {
        body: EventBody::Rich { raw },
        ..event("agent_text")
    })
}

#[test]
fn every_kind_of_content() {
    let card = json!({ "type": "vertical", "elements": [{ "type": "text", "text": "Choose", "tag": "title" }] });
    let said = |text: &str| Content::Text {
        text: text.to_owned(),
    };
    let cases = [
        ("agent_text", said("How can I help?\n")),
        ("auto_message", said("Welcome!")),
        (
            "quick_replies",
            Content::Structured {
                text: some("Did that help?"),
                content: None,
                quick_replies: Some(raw_event("quick_replies")["quickReplies"].clone()),
                metadata: None,
            },
        ),
        (
            // Its quick replies are an empty list.
            "rich_content",
            Content::Structured {
                text: None,
                content: Some(raw_event("rich_content")["content"].clone()),
                quick_replies: None,
                metadata: Some(json!([{ "type": "ExternalId", "id": "card-1" }])),
            },
        ),
        (
            "rich_content_as_text",
            structured(
                Some(card.clone()),
                Some(
                    json!({ "type": "quickReplies", "replies": [{ "type": "button", "title": "Yes" }] }),
                ),
            ),
        ),
        ("rich_content_as_message", structured(Some(card), None)),
        (
            "secure_form",
            Content::SecureForm {
                title: some("Your address"),
                form: raw_event("secure_form")["message"].clone(),
            },
        ),
        (
            "secure_submission",
            Content::SecureForm {
                title: None,
                form: json!({ "invitationId": "inv-1", "submissionId": "sub-1" }),
            },
        ),
        (
            "unknown_event_type",
            unsupported("PaymentEvent", raw_event("unknown_event_type")),
        ),
        ("accept_read", unsupported("signal", Value::Null)),
        ("chat_state", unsupported("signal", Value::Null)),
    ];
    for (fixture, expected) in cases {
        assert_eq!(content_of(&event(fixture)), expected, "{fixture}");
    }
}

#[test]
fn forms_that_nobody_can_fill_in_stay_unsupported() {
    let raw = |message: &Value| json!({ "type": "ContentEvent", "message": message });
    let message = json!({ "invitationId": "inv-1" });
    assert_eq!(
        of_message("forms/secure-submission", message.clone()),
        unsupported("forms/secure-submission", raw(&message)),
        "an agent does not submit forms"
    );
    let text = json!("no object");
    assert_eq!(
        of_message("forms/secure-invitation", text.clone()),
        unsupported("forms/secure-invitation", raw(&text))
    );
    assert_eq!(
        of_message(
            "forms/secure-invitation",
            json!({ "title": " ", "formId": 7 })
        ),
        Content::SecureForm {
            title: None,
            form: json!({ "title": " ", "formId": 7 })
        }
    );
}

#[test]
fn content_of_unknown_types_is_kept_whole() {
    let message = json!({ "anything": ["at", "all"] });
    let raw = json!({ "type": "ContentEvent", "message": message });
    assert_eq!(
        of_message("application/new", message),
        unsupported("application/new", raw)
    );
    for raw in [
        json!({}),
        json!({ "content": 17 }),
        json!({ "content": "" }),
        Value::Null,
    ] {
        assert_eq!(of_rich(raw.clone()), unsupported("RichContentEvent", raw));
    }
}

#[test]
fn structured_content_in_odd_shapes() {
    let tree = json!({ "type": "text", "text": "t" });
    assert_eq!(
        of_rich(json!({ "content": "just words" })),
        structured(Some(json!("just words")), None)
    );
    assert_eq!(
        of_rich(json!({ "content": "42" })),
        structured(Some(json!("42")), None),
        "a number is words too"
    );
    assert_eq!(
        of_rich(json!({ "content": null, "message": tree.to_string() })),
        structured(Some(tree.clone()), None)
    );
    assert_eq!(
        of_rich(json!({ "content": [tree], "message": "older" })),
        structured(Some(json!([tree])), None)
    );
    let replies = json!([{ "type": "button", "title": "Yes" }]);
    assert_eq!(
        of_rich(json!({ "quickReplies": replies })),
        structured(None, Some(replies))
    );
}

#[test]
fn quick_replies_without_any_reply_leave_plain_text() {
    let with = |message: &str, quick_replies: Value| {
        content_of(&DialogEvent {
            body: EventBody::Text {
                text: message.to_owned(),
                extra: Some(json!({ "quickReplies": quick_replies })),
            },
            metadata: Some(json!([{ "type": "ExternalId" }])),
            ..event("agent_text")
        })
    };
    for none in [
        json!({ "type": "quickReplies", "replies": [] }),
        json!({ "replies": null }),
        json!({}),
        json!([]),
        json!(true),
        json!("none"),
    ] {
        let expected = Content::Text {
            text: "t".to_owned(),
        };
        assert_eq!(with("t", none.clone()), expected, "{none}");
    }
    let only = json!({ "replies": { "title": "Yes" } });
    let expected = |text| Content::Structured {
        text,
        content: None,
        quick_replies: Some(only.clone()),
        metadata: Some(json!([{ "type": "ExternalId" }])),
    };
    assert_eq!(with("t", only.clone()), expected(some("t")));
    assert_eq!(
        with(" ", only.clone()),
        expected(None),
        "replies below nothing"
    );
}

#[test]
fn what_is_stored_can_be_read_again_however_deep_it_was() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    for levels in [64, 65, 126] {
        let text = nested(levels);
        let content = of_rich(json!({ "content": text }));
        let expected = if levels <= 64 {
            serde_json::from_str(&text).unwrap()
        } else {
            json!(text)
        };
        assert_eq!(content, structured(Some(expected), None), "{levels}");
        let stored = serde_json::to_string(&content).unwrap();
        assert_eq!(serde_json::from_str::<Content>(&stored).unwrap(), content);
    }
}
