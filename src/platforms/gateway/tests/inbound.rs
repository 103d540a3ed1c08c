use super::*;
use crate::message::{
    Command, ConsumerEvent, Content, EventKind, Location, ReceiptStatus, ResponseTarget, Signal,
};
use crate::platforms::Ignored;

pub(super) fn parse(body: &str) -> Result<Parsed, Unreadable> {
    let headers = signed("evt_1", body.as_bytes());
    let callback = callback(&headers, body.as_bytes());
    assert_eq!(adapter().verify(&callback), Ok(()));
    adapter().parse(&callback)
}

pub(super) fn by(consumer: &str, event: EventKind) -> ConsumerEvent {
    ConsumerEvent::new(consumer, event)
}

pub(super) fn said(id: &str, content: Content) -> EventKind {
    EventKind::Message {
        id: id.to_owned(),
        content,
        sent_at: None,
    }
}

pub(super) fn text(text: &str) -> Content {
    Content::Text {
        text: text.to_owned(),
    }
}

fn done(id: &str, command: Command) -> EventKind {
    said(id, Content::Command { command })
}

fn typing(state: &str) -> EventKind {
    EventKind::Signal(Signal::ChatState {
        state: state.to_owned(),
    })
}

fn alone(event: ConsumerEvent) -> Parsed {
    Parsed {
        events: vec![event],
        ignored: Vec::new(),
    }
}

fn ignored(kind: &str) -> Ignored {
    Ignored {
        kind: kind.to_owned(),
    }
}

#[test]
fn every_kind_of_event_is_read() {
    let mut greeting = by(
        PERSON,
        EventKind::Message {
            id: "m-1001".to_owned(),
            content: text("Where is my parcel? 📦"),
            sent_at: Some(NOW),
        },
    );
    greeting.profile.name = Some("Zoë".to_owned());
    greeting.profile.phone = Some(PERSON.to_owned());
    greeting.profile.language = Some("en-GB".to_owned());
    let mut renamed = by(PERSON, done("c-4", Command::UpdateProfile));
    renamed.profile.name = Some("Zoë Byron".to_owned());
    renamed.profile.language = Some("nl-NL".to_owned());
    let choice = Content::Choice {
        text: "Yes, please".to_owned(),
        reference: Some("7f3a.0".to_owned()),
        metadata: Vec::new(),
        offered_in: None,
    };
    let picture = Content::File {
        file: File {
            at: FilePlace::Platform {
                reference: "https://app.example.com/files/8d1f.jpg".to_owned(),
            },
            name: Some("parcel.jpg".to_owned()),
            media_type: Some("image/jpeg".to_owned()),
            size: Some(48213),
            caption: Some("The box is open".to_owned()),
            link: Some("https://app.example.com/files/8d1f.jpg".to_owned()),
        },
    };
    let location = Content::Location {
        location: Location {
            latitude: 52.3702,
            longitude: 4.8952,
            name: Some("Dam Square".to_owned()),
            address: Some("Dam, Amsterdam".to_owned()),
        },
    };
    let receipt = EventKind::Signal(Signal::Receipt {
        remote_id: super::outbound::webhook_id(),
        status: ReceiptStatus::Read,
        code: None,
    });
    let urgent = Command::ResponseTarget {
        target: ResponseTarget::Urgent,
        seconds: None,
    };
    let cases = [
        (fixture!("from_app/text.json"), greeting),
        (
            fixture!("from_app/choice.json"),
            by(PERSON, said("m-1002", choice)),
        ),
        (
            fixture!("from_app/file.json"),
            by(PERSON, said("m-1003", picture)),
        ),
        (
            fixture!("from_app/location.json"),
            by(PERSON, said("m-1004", location)),
        ),
        (
            fixture!("from_app/typing.json"),
            by(PERSON, typing("COMPOSING")),
        ),
        (fixture!("from_app/receipt.json"), by(PERSON, receipt)),
        (
            fixture!("from_app/close.json"),
            by(PERSON, done("c-1", Command::Close { survey: false })),
        ),
        (
            fixture!("from_app/stop_survey.json"),
            by(PERSON, done("c-2", Command::StopSurvey)),
        ),
        (
            fixture!("from_app/response_target.json"),
            by(PERSON, done("c-3", urgent)),
        ),
        (fixture!("from_app/profile.json"), renamed),
        (fixture!("odd/bare_list.json"), by("u1", typing("PAUSE"))),
        (
            fixture!("odd/single_event_in_events.json"),
            by("u1", done("5", Command::Close { survey: false })),
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(parse(body), Ok(alone(expected)), "{body}");
    }
}

#[test]
fn a_batch_is_read_in_its_order() {
    let expected = vec![
        by(PERSON, typing("PAUSE")),
        by(PERSON, said("m-1005", text("Hello?"))),
        by("+15550100009", said("m-1006", text("Somebody else"))),
    ];
    let parsed = parse(fixture!("from_app/batch.json")).unwrap();
    assert_eq!(parsed.events, expected);
    assert_eq!(parse("{\"events\": []}"), Ok(Parsed::default()));
}

#[test]
fn ids_may_be_numbers_and_unknown_fields_do_not_matter() {
    let expected = EventKind::Message {
        id: "1007".to_owned(),
        content: text("Hi"),
        sent_at: Some(NOW),
    };
    let parsed = parse(fixture!("odd/ids_as_numbers.json"));
    assert_eq!(parsed, Ok(alone(by("15550100001", expected))));
}

#[test]
fn what_is_not_known_is_kept_or_counted() {
    let unknown = Content::Unsupported {
        name: "sticker".to_owned(),
        raw: json!({ "type": "sticker", "pack": 7 }),
    };
    let parsed = parse(fixture!("odd/unknown_content.json"));
    assert_eq!(parsed, Ok(alone(by("u1", said("m-1008", unknown)))));

    let cases = [
        (fixture!("odd/unknown_type.json"), "type=reaction"),
        (r#"{"type": "<b>\n"}"#, "type=other"),
        (
            r#"{"type": "typing", "from": "u1", "state": "recording"}"#,
            "typing=recording",
        ),
        (
            r#"{"type": "receipt", "from": "u1", "message": "m", "status": "sent"}"#,
            "receipt=sent",
        ),
    ];
    for (body, kind) in cases {
        let expected = Parsed {
            events: Vec::new(),
            ignored: vec![ignored(kind)],
        };
        assert_eq!(parse(body), Ok(expected), "{body}");
    }
}

#[test]
fn a_profile_is_never_the_reason_that_a_message_fails() {
    let parsed = parse(fixture!("odd/profile_with_a_wrong_field.json")).unwrap();
    assert_eq!(parsed.ignored, []);
    assert_eq!(parsed.events[0].event, said("m-1009", text("Hi")));
    for profile in [
        json!(null),
        json!("Ann"),
        json!(7),
        json!(["Ann"]),
        json!({}),
    ] {
        let content = json!({ "type": "text", "text": "Hi" });
        let event = json!({ "type": "message", "id": 1, "from": 2, "profile": profile, "content": content });
        let expected = by("2", said("1", text("Hi")));
        assert_eq!(parse(&event.to_string()), Ok(alone(expected)), "{event}");
    }
}

#[test]
fn a_file_elsewhere_is_passed_on_as_its_address() {
    let of = |url: &str| {
        let body = json!({ "type": "message", "id": 1, "from": 2, "content": { "type": "file", "url": url, "name": "", "size": "7" } });
        let parsed = parse(&body.to_string()).unwrap();
        match &parsed.events[0].event {
            EventKind::Message {
                content: Content::File { file },
                ..
            } => file.clone(),
            other => panic!("{other:?}"),
        }
    };
    for url in [
        "https://elsewhere.example/a.jpg",
        "http://app.example.com/a.jpg",
    ] {
        let at = FilePlace::Url {
            url: url.to_owned(),
        };
        let expected = File {
            size: Some(7),
            ..file(at)
        };
        assert_eq!(of(url), expected);
        assert_eq!(adapter().media(&expected), None);
    }
    let own = of(" https://APP.example.com/a.jpg ");
    assert!(adapter().media(&own).is_some());
}
