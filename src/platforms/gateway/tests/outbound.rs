use super::*;
use crate::message::{Agent, Content, DialogPlace, Location, News, Offer, ReceiptStatus, Signal};
use crate::outcome::{Outcome, Refusal};
use crate::platforms::Progress;
use crate::platforms::readable::readable;
use crate::rich::Choice;
use crate::secret::Secret;

/// Names the message of all tests: what the core makes of dialog and sequence.
const MESSAGE: &str = "l:d1:4";

/// The id of [`MESSAGE`] in the fixtures.
pub(super) fn webhook_id() -> String {
    let hash = crate::crypto::sha256_hex(MESSAGE.as_bytes());
    format!("msg_{}", &hash[..32])
}

/// Nothing is ever stored of a send.
fn no_progress() -> &'static Progress {
    static NONE: std::sync::LazyLock<Progress> = std::sync::LazyLock::new(Progress::default);
    &NONE
}

pub(super) fn message(content: &Content) -> Outgoing<'_> {
    Outgoing {
        now: NOW,
        ..Outgoing::new(MESSAGE, PERSON, content, no_progress())
    }
}

pub(super) fn text(text: &str) -> Content {
    Content::Text {
        text: text.to_owned(),
    }
}

fn asked(next: Next) -> HttpRequest {
    match next {
        Next::Request { request, progress } => {
            assert_eq!(progress, Progress::default(), "nothing to store");
            request
        }
        Next::Done { outcome, .. } => panic!("ended: {outcome:?}"),
    }
}

pub(super) fn ended(next: Next) -> Outcome {
    match next {
        Next::Done { outcome, .. } => outcome,
        Next::Request { request, .. } => panic!("asked: {request:?}"),
    }
}

/// The body of a request, after its address, headers and signature have been checked as the app would.
fn received(request: &HttpRequest, id: &str) -> Value {
    assert_eq!((request.method, &*request.url), (Method::Post, URL));
    assert!(request.redirects.is_empty());
    let headers: Vec<(String, String)> = request
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "content-type",
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature"
        ]
    );
    let callback = callback(&headers, &request.body);
    assert_eq!(callback.media_type().as_deref(), Some(JSON));
    assert_eq!(callback.header("webhook-id"), Some(id));
    let secret = Rotating::new(Secret::new(SECRET), None);
    assert_eq!(signature::verify(&secret, &callback), Ok(()));
    serde_json::from_slice(&request.body).unwrap()
}

fn sent(message: &Outgoing<'_>) -> Value {
    received(&asked(adapter().next(message, None)), &webhook_id())
}

fn expected(fixture: &str) -> Value {
    serde_json::from_str(fixture).unwrap()
}

fn ada() -> Agent {
    Agent {
        id: "7ab2".to_owned(),
        role: Some("ASSIGNED_AGENT".to_owned()),
        name: Some("Ada".to_owned()),
        picture: None,
    }
}

fn place() -> DialogPlace {
    DialogPlace {
        dialog_id: "d1".to_owned(),
        sequence: 4,
    }
}

#[test]
fn a_text_goes_out_in_exactly_these_bytes() {
    let content = text("It is on its way 🚚\r\n");
    let (agent, place) = (ada(), place());
    let request = asked(adapter().next(
        &Outgoing {
            agent: Some(&agent),
            place: Some(&place),
            ..message(&content)
        },
        None,
    ));
    let bytes = concat!(
        r#"{"type":"message","id":"msg_ID","to":"+15550100001","timestamp":1767225600000,"#,
        r#""agent":{"id":"7ab2","role":"ASSIGNED_AGENT","name":"Ada"},"#,
        r#""place":{"dialog_id":"d1","sequence":4},"#,
        r#""content":{"type":"text","text":"It is on its way 🚚"},"text":"It is on its way 🚚"}"#,
    );
    let body = String::from_utf8(request.body.clone()).unwrap();
    assert_eq!(body, bytes.replace("msg_ID", &webhook_id()));
    received(&request, &webhook_id());
    assert!(!format!("{request:?}").contains("5550100001"));
}

#[test]
fn every_kind_of_content_has_its_form() {
    let agent = Agent {
        picture: Some("https://brand.example.com/ada.png".to_owned()),
        ..ada()
    };
    let place = place();
    let content = text("It is on its way 🚚");
    let text = Outgoing {
        agent: Some(&agent),
        place: Some(&place),
        ..message(&content)
    };
    assert_eq!(sent(&text), expected(fixture!("to_app/text.json")));

    let hosted = FilePlace::Liveengage {
        relative_path: "/files/1".to_owned(),
    };
    let address = "https://connector.example.com/files/signed";
    let linked = FilePlace::Url {
        url: address.to_owned(),
    };
    for (at, file_url) in [(hosted, Some(address)), (linked, None)] {
        let content = Content::File {
            file: File {
                at,
                name: Some("invoice.pdf".to_owned()),
                media_type: Some("application/pdf".to_owned()),
                size: Some(20480),
                caption: Some("Your invoice".to_owned()),
                link: None,
            },
        };
        let file = Outgoing {
            file_url,
            ..message(&content)
        };
        assert_eq!(sent(&file), expected(fixture!("to_app/file.json")));
    }

    let content = Content::Location {
        location: Location {
            latitude: 52.3702,
            longitude: 4.8952,
            name: Some("Dam Square".to_owned()),
            address: None,
        },
    };
    assert_eq!(
        sent(&message(&content)),
        expected(fixture!("to_app/location.json"))
    );

    let content = Content::SecureForm {
        title: Some("Your address".to_owned()),
        form: json!({ "formId": "f1", "invitationId": "i1", "title": "Your address" }),
    };
    assert_eq!(
        sent(&message(&content)),
        expected(fixture!("to_app/secure_form.json"))
    );
}

#[test]
fn structured_content_goes_as_it_came_with_its_choices_and_as_text() {
    let mut wanted = expected(fixture!("to_app/structured.json"));
    let shown = &wanted["content"];
    let content = Content::Structured {
        text: Some("Shall we call you?".to_owned()),
        content: None,
        quick_replies: Some(shown["quick_replies"].clone()),
        metadata: Some(shown["metadata"].clone()),
    };
    let offer = Offer {
        id: "7f3a".to_owned(),
        place: None,
        choices: vec![Choice {
            title: "Yes".to_owned(),
            text: "Yes, please".to_owned(),
            metadata: vec![json!({ "type": "ExternalId", "id": "button-1" })],
        }],
    };
    let place = place();
    let message = Outgoing {
        offer: Some(&offer),
        place: Some(&place),
        ..message(&content)
    };
    // How structured content reads as text is not decided here.
    wanted["text"] = json!(readable(&message).unwrap());
    assert_eq!(sent(&message), wanted);

    let card = json!({ "type": "vertical", "elements": [] });
    let content = Content::Structured {
        text: None,
        content: Some(card.clone()),
        quick_replies: None,
        metadata: None,
    };
    let body = sent(&super::outbound::message(&content));
    assert_eq!(
        body["content"],
        json!({ "type": "structured", "content": card })
    );
    assert!(body["text"].is_string());
    assert_eq!(body.get("choices"), None);
}

#[test]
fn a_file_without_an_address_is_readable_text() {
    let content = Content::File {
        file: File {
            name: Some("invoice.pdf".to_owned()),
            ..file(FilePlace::Liveengage {
                relative_path: "/files/1".to_owned(),
            })
        },
    };
    let body = sent(&message(&content));
    assert_eq!(
        body["content"],
        json!({ "type": "text", "text": "[invoice.pdf]" })
    );
    assert_eq!(body["text"], "[invoice.pdf]");
}

#[test]
fn news_of_the_conversation_are_messages_of_their_own() {
    let agent = ada();
    let agent_id = agent.id.clone();
    let until = Some(NOW + 8 * 3_600_000);
    let by = Some("AGENT".to_owned());
    let cases = [
        (
            News::Opened,
            None,
            fixture!("to_app/conversation_opened.json"),
        ),
        (
            News::AgentJoined { agent_id },
            Some(&agent),
            fixture!("to_app/conversation_agent_joined.json"),
        ),
        (
            News::Transferred,
            None,
            fixture!("to_app/conversation_transferred.json"),
        ),
        (
            News::OffHours { until },
            None,
            fixture!("to_app/conversation_off_hours.json"),
        ),
        (
            News::SurveyStarted,
            None,
            fixture!("to_app/conversation_survey_started.json"),
        ),
        (
            News::Closed { by },
            None,
            fixture!("to_app/conversation_closed.json"),
        ),
    ];
    for (news, agent, fixture) in cases {
        let content = Content::News {
            conversation_id: "9c1d".to_owned(),
            news,
        };
        let message = Outgoing {
            agent,
            ..message(&content)
        };
        assert_eq!(sent(&message), expected(fixture), "{fixture}");
    }
}

#[test]
fn signals_are_sent_once_under_a_name_of_their_own() {
    let request = |signal: &Signal| {
        adapter().signal(&OutgoingSignal {
            consumer: PERSON,
            signal,
            heard: None,
            nonce: "0011223344556677",
            now: NOW,
        })
    };
    let chat_state = |state: &str| Signal::ChatState {
        state: state.to_owned(),
    };
    let body = |signal: &Signal| received(&request(signal).unwrap(), "sig_0011223344556677");
    let composing = body(&chat_state("COMPOSING"));
    assert_eq!(composing, expected(fixture!("to_app/typing.json")));
    for (theirs, ours) in [
        ("PAUSE", "paused"),
        ("ACTIVE", "active"),
        ("INACTIVE", "inactive"),
        ("GONE", "gone"),
    ] {
        assert_eq!(body(&chat_state(theirs))["state"], ours);
    }
    assert_eq!(request(&chat_state("BACKGROUND")), None);

    let receipt = |status| Signal::Receipt {
        remote_id: "m-1001".to_owned(),
        status,
        code: None,
    };
    let read = body(&receipt(ReceiptStatus::Read));
    assert_eq!(read, expected(fixture!("to_app/receipt.json")));
    for (status, word) in [
        (ReceiptStatus::Delivered, "delivered"),
        (ReceiptStatus::Failed, "failed"),
        (ReceiptStatus::Accessed, "accessed"),
    ] {
        assert_eq!(body(&receipt(status))["status"], word);
    }
}

#[test]
fn the_app_shows_and_wants_to_know_everything() {
    let abilities = adapter().abilities();
    let Abilities {
        typing,
        receipts,
        news,
        idempotent,
        ..
    } = *abilities;
    assert!(typing && receipts && news && idempotent);
    assert!(abilities.shows(Shown::Structured) && abilities.hears(Heard::Command));
}

#[test]
fn what_cannot_be_sent_is_refused_without_a_request() {
    let unsupported = |kind: &str| Refusal::Unsupported {
        kind: kind.to_owned(),
    };
    let malformed = Content::Malformed {
        what: "no content".to_owned(),
        raw: "x".to_owned(),
    };
    let unknown = Content::Unsupported {
        name: "hosted/other".to_owned(),
        raw: json!({}),
    };
    let what = "no content".to_owned();
    let cases = [
        (text(" \n"), unsupported("empty text")),
        (unknown, unsupported("hosted/other")),
        (malformed, Refusal::Malformed { what }),
    ];
    for (content, reason) in cases {
        let next = adapter().next(&message(&content), None);
        assert_eq!(ended(next), Outcome::Refused { reason }, "{content:?}");
    }
}

#[test]
fn every_attempt_has_the_same_id_and_its_own_time() {
    let content = text("Hi");
    let at = |id, now| {
        asked(adapter().next(
            &Outgoing {
                id,
                now,
                ..message(&content)
            },
            None,
        ))
        .headers
    };
    let first = at(MESSAGE, NOW);
    let second = at(MESSAGE, NOW + 60_000);
    assert_eq!(first[1], second[1]);
    assert_eq!(first[2].1, "1767225600");
    assert_eq!(second[2].1, "1767225660");
    assert_ne!(first[3], second[3]);
    assert_ne!(at("l:d1:5", NOW)[1], first[1]);
}

#[test]
fn both_secrets_sign_while_one_is_being_changed() {
    let pair = json!({ "signing_secret": { "current": PREVIOUS, "previous": SECRET } });
    let (adapter, problems) = read(json!({ "url": URL }), pair);
    assert_eq!(problems, []);
    let request = asked(adapter.unwrap().next(&message(&text("Hi")), None));
    received(&request, &webhook_id());
    assert_eq!(request.headers[3].1.split(' ').count(), 2);
}
