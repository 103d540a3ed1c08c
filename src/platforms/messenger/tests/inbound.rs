use super::*;
use crate::message::{Location, Reference};

const SENT_AT: Option<Millis> = Some(1_795_000_000_123);

fn parse_with(adapter: &dyn Adapter, body: &str) -> Parsed {
    adapter.parse(&callback(&[], body.as_bytes())).unwrap()
}

fn parse(body: &str) -> Parsed {
    parse_with(&*adapter(), body)
}

/// Ids and contents of what was said, with nothing ignored.
fn said(body: &str) -> Vec<(String, Content)> {
    let Parsed { events, ignored } = parse(body);
    assert_eq!(ignored, []);
    let events = events.into_iter().map(|event| match event.event {
        EventKind::Message {
            id,
            content,
            sent_at,
        } => {
            assert_eq!((&*event.consumer, sent_at), (PERSON, SENT_AT));
            (id, content)
        }
        EventKind::Signal(signal) => panic!("{signal:?}"),
    });
    events.collect()
}

fn only(body: &str) -> Content {
    let said = said(body);
    assert_eq!(said.len(), 1, "{said:?}");
    said.into_iter().next().unwrap().1
}

fn ignored(parsed: &Parsed) -> Vec<&str> {
    let kinds = parsed.ignored.iter();
    kinds.map(|ignored| ignored.kind.as_str()).collect()
}

#[test]
fn texts_come_as_they_were_written() {
    let found = said(fixture!("callbacks/text"));
    let expected = text("Where is my parcel? 📦 Zoë");
    assert_eq!(found, [("m_AAA0".to_owned(), expected)]);
    let answered = only(fixture!("callbacks/answer_to_a_message"));
    assert_eq!(answered, text("That one"));
}

#[test]
fn what_is_tapped_is_a_choice_if_our_buttons_say_it_and_a_text_else() {
    let choice = |text: &str, reference: &str| Content::Choice {
        text: text.to_owned(),
        reference: Some(reference.to_owned()),
        metadata: Vec::new(),
        offered_in: None,
    };
    for (body, expected) in [
        (
            fixture!("callbacks/quick_reply_tapped"),
            choice("Blue", "0a1b2c3d.1"),
        ),
        (
            fixture!("callbacks/button_tapped"),
            choice("Call me", "0a1b2c3d.0"),
        ),
        (
            fixture!("callbacks/quick_reply_of_another_app"),
            text("Green"),
        ),
        (fixture!("callbacks/get_started"), text("Get started")),
    ] {
        assert_eq!(only(body), expected);
    }
}

#[test]
fn a_tap_without_a_title_says_what_it_carries() {
    let tap = |postback: Value| {
        let event =
            json!({ "sender": { "id": PERSON }, "timestamp": SENT_AT, "postback": postback });
        let body = json!({ "entry": [{ "id": PAGE, "messaging": [event] }] });
        only(&body.to_string())
    };
    assert_eq!(
        tap(json!({ "payload": "MENU_1" })),
        text("[tapped: MENU_1]")
    );
    assert_eq!(tap(json!({})), text("[tapped a button]"));
    for payload in [
        "0a1b.",
        ".1",
        "0a1b.x",
        "zz.1",
        "a.b.1",
        "0a1b2c3d.1234567",
        "1",
    ] {
        let said = tap(json!({ "payload": payload, "title": "T" }));
        assert_eq!(said, text("T"), "{payload}");
    }
}

#[test]
fn what_has_no_id_has_the_same_one_whenever_it_comes() {
    let id = |body: &str| said(body).remove(0).0;
    let ids = [
        id(fixture!("callbacks/get_started")),
        id(fixture!("callbacks/reaction")),
        id(fixture!("callbacks/reaction_taken_back")),
        id(fixture!("callbacks/edited")),
        id(fixture!("callbacks/taken_back")),
    ];
    let kinds = ["postback-", "reaction-", "reaction-", "edit-", "deleted-"];
    for (id, kind) in ids.iter().zip(kinds) {
        assert!(id.starts_with(kind) && id.len() < 64, "{id}");
    }
    assert_ne!(ids[1], ids[2]);
    let later = fixture!("callbacks/reaction").replace("0123", "0124");
    let Parsed { events, .. } = parse(&later);
    assert!(matches!(&events[0].event, EventKind::Message { id, .. } if *id != ids[1]));
    let second = fixture!("callbacks/edited").replace("\"num_edit\": 1", "\"num_edit\": 2");
    assert_ne!(id(&second), ids[3]);
}

#[test]
fn what_is_done_beside_talking_is_told_in_brackets() {
    let aside = |text: &str| Content::Aside {
        text: text.to_owned(),
    };
    for (body, expected) in [
        (fixture!("callbacks/reaction"), "[reacted with ❤]"),
        (
            fixture!("callbacks/reaction_taken_back"),
            "[took a reaction back]",
        ),
        (
            fixture!("callbacks/edited"),
            "[edited] Where is my second parcel?",
        ),
        (fixture!("callbacks/taken_back"), "[took a message back]"),
    ] {
        assert_eq!(only(body), aside(expected));
    }
    let long = fixture!("callbacks/reaction").replace("\\u2764", &"x".repeat(500));
    let Content::Aside { text } = only(&long) else {
        panic!("no aside");
    };
    assert!(text.len() < 60, "{text}");
}

#[test]
fn attachments_that_are_no_files_are_places_or_lines() {
    let place = Content::Location {
        location: Location {
            latitude: 52.37,
            longitude: -4.89,
            name: Some("Dam".to_owned()),
            address: None,
        },
    };
    for (body, expected) in [
        (fixture!("callbacks/location"), place),
        (fixture!("callbacks/thumb"), text("👍")),
        (
            fixture!("callbacks/link_in_a_text"),
            text("See https://shop.example.com/1"),
        ),
        (
            fixture!("callbacks/shared_link"),
            text("[link: Shop https://shop.example.com/2]"),
        ),
        (
            fixture!("callbacks/shared_reel"),
            text("[shared reel: A cat https://www.facebook.com/reel/1]"),
        ),
        (fixture!("callbacks/template"), text("[template]")),
        (
            fixture!("callbacks/unsupported"),
            text("[a message that cannot be shown here]"),
        ),
        (
            fixture!("callbacks/picture_elsewhere"),
            text("[picture: https://elsewhere.example.com/1.jpg]"),
        ),
        (
            fixture!("callbacks/unknown_attachment"),
            text("[hologram 3d: https://www.facebook.com/hologram/1]"),
        ),
    ] {
        assert_eq!(only(body), expected);
    }
}

#[test]
fn attachments_of_any_form_are_never_the_reason_that_a_message_is_lost() {
    let attach = |attachments: Value| {
        let message = json!({ "mid": "m_1", "attachments": attachments });
        let event = json!({ "sender": { "id": PERSON }, "timestamp": SENT_AT, "message": message });
        let body = json!({ "entry": [{ "id": PAGE, "messaging": [event] }] });
        said(&body.to_string())
    };
    for odd in [
        json!(null),
        json!([]),
        json!([1]),
        json!([{}]),
        json!([{ "type": 7 }]),
        json!([{ "type": "unsupported_type" }]),
        json!({ "type": "image" }),
    ] {
        let expected = text("[a message that cannot be shown here]");
        assert_eq!(attach(odd)[0].1, expected);
    }
    for (odd, line) in [
        (json!([{ "type": "image" }]), "[picture]"),
        (
            json!([{ "type": "image", "payload": { "url": "javascript:1" } }]),
            "[picture]",
        ),
        (
            json!([{ "type": "location", "payload": { "coordinates": { "lat": 91, "long": 0 } } }]),
            "[location]",
        ),
        (json!([{ "type": "a b\n" }]), "[other]"),
    ] {
        assert_eq!(attach(odd)[0].1, text(line));
    }
    let many: Vec<Value> = (0..40).map(|_| json!({ "type": "image" })).collect();
    let found = attach(many.into());
    assert_eq!(found.len(), 31);
    assert_eq!(found[30].1, text("[10 more files]"));
    let ids: std::collections::BTreeSet<_> = found.iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), 31);
}

#[test]
fn receipts_name_messages_or_a_time() {
    let signals = |body: &str| -> Vec<Signal> {
        let Parsed { events, ignored } = parse(body);
        assert_eq!(ignored, []);
        let signals = events.into_iter().map(|event| match event.event {
            EventKind::Signal(signal) => signal,
            EventKind::Message { id, .. } => panic!("{id}"),
        });
        signals.collect()
    };
    let named = |id: &str| Signal::Receipt {
        remote_id: id.to_owned(),
        status: ReceiptStatus::Delivered,
        code: None,
    };
    let until = |until, status| Signal::ReceiptUntil { until, status };
    let delivered = signals(fixture!("callbacks/delivered"));
    assert_eq!(delivered, [named("m_ZZZ1"), named("m_ZZZ2")]);
    let delivered = signals(fixture!("callbacks/delivered_until"));
    assert_eq!(
        delivered,
        [until(1_795_000_000_125, ReceiptStatus::Delivered)]
    );
    let read = signals(fixture!("callbacks/read"));
    assert_eq!(read, [until(1_795_000_000_126, ReceiptStatus::Read)]);
}

#[test]
fn what_concerns_no_conversation_is_counted_by_a_plain_word() {
    for (body, kinds) in [
        (fixture!("callbacks/echo"), vec!["echo"]),
        (fixture!("callbacks/echo_of_the_page_inbox"), vec!["echo"]),
        (fixture!("callbacks/reaction_of_the_page"), vec!["echo"]),
        (fixture!("callbacks/standby"), vec!["standby", "standby"]),
        (
            fixture!("callbacks/handed_over"),
            vec!["pass_thread_control"],
        ),
        (fixture!("callbacks/referral"), vec!["referral"]),
        (fixture!("callbacks/optin"), vec!["optin"]),
        (fixture!("callbacks/unknown_event"), vec!["hologram"]),
        (fixture!("callbacks/feed"), vec!["field=feed"]),
        (fixture!("callbacks/other_page"), vec!["other_page"]),
        ("{\"entry\":[{\"messaging\":[]}]}", vec!["other_page"]),
        ("{\"entry\":[{\"id\":100000000000001}]}", vec!["entry"]),
    ] {
        let parsed = parse(body);
        assert_eq!(parsed.events, [], "{body}");
        assert_eq!(ignored(&parsed), kinds, "{body}");
    }
}

#[test]
fn with_the_apps_id_our_echoes_are_told_from_those_of_others() {
    let adapter = adapter_with(json!({ "page_id": PAGE, "app_id": "500000000000001" }));
    for (body, kind) in [
        (fixture!("callbacks/echo"), "echo"),
        (
            fixture!("callbacks/echo_of_the_page_inbox"),
            "echo_elsewhere",
        ),
    ] {
        assert_eq!(ignored(&parse_with(&*adapter, body)), [kind]);
    }
}

#[test]
fn an_echo_that_repeats_what_a_request_carried_says_that_it_was_taken() {
    let with =
        |metadata: &str| fixture!("callbacks/echo_of_a_request").replace("REFERENCE", metadata);
    let taken = Signal::Taken {
        reference: Reference::parse(REFERENCE).unwrap(),
        remote_id: "m_ZZZ1".to_owned(),
    };
    let expected = ConsumerEvent::new(PERSON, EventKind::Signal(taken));
    // The app's id is only for the log.
    for settings in [
        json!({ "page_id": PAGE }),
        json!({ "page_id": PAGE, "app_id": "500000000000001" }),
        json!({ "page_id": PAGE, "app_id": "500000000000002" }),
    ] {
        let parsed = parse_with(&*adapter_with(settings), &with(REFERENCE));
        assert_eq!(parsed.events, std::slice::from_ref(&expected));
        assert_eq!(ignored(&parsed), [""; 0]);
    }
    // What another app has sent names nothing of ours.
    for other in ["0a1b-2", "campaign 7", ""] {
        let parsed = parse(&with(other));
        assert_eq!(parsed.events, []);
        assert_eq!(ignored(&parsed), ["echo"]);
    }
}

#[test]
fn a_batch_of_pages_and_people_is_read_in_order_and_nothing_takes_another_with_it() {
    let parsed = parse(fixture!("callbacks/batch"));
    assert_eq!(ignored(&parsed), ["hologram", "other_page"]);
    let events: Vec<(&str, String)> = parsed
        .events
        .iter()
        .map(|event| {
            let what = match &event.event {
                EventKind::Message { content, .. } => match content {
                    Content::Text { text } => text.clone(),
                    Content::Malformed { what, .. } => format!("malformed: {what}"),
                    other => panic!("{other:?}"),
                },
                EventKind::Signal(_) => "signal".to_owned(),
            };
            (event.consumer.as_str(), what)
        })
        .collect();
    let malformed = "malformed: mid is not an id of 1 to 256 bytes";
    let expected = [
        (PERSON, "one"),
        ("7000000000000002", "two"),
        (PERSON, "three"),
        (PERSON, malformed),
        (PERSON, "signal"),
    ];
    let expected = expected.map(|(person, what)| (person, what.to_owned()));
    assert_eq!(events, expected);
}

#[test]
fn what_cannot_be_read_is_a_dead_letter_of_its_person() {
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let event =
        |event: &str| format!("{{\"entry\":[{{\"id\":\"{PAGE}\",\"messaging\":[{event}]}}]}}");
    let from = "\"sender\":{\"id\":\"7000000000000001\"}";
    for (odd, person, what) in [
        ("1".to_owned(), "", "the event is not an object"),
        ("{}".to_owned(), "", "the event says nothing"),
        (format!("{{{from}}}"), PERSON, "the event says nothing"),
        (
            format!("{{{from},\"message\":1}}"),
            PERSON,
            "message is not an object",
        ),
        (
            format!("{{{from},\"message\":{{}}}}"),
            PERSON,
            "mid is not an id of 1 to 256 bytes",
        ),
        (
            "{\"message\":{\"mid\":\"m\"}}".to_owned(),
            "",
            "sender is missing",
        ),
        (
            "{\"sender\":{},\"message\":{\"mid\":\"m\"}}".to_owned(),
            "",
            "id is not an id of 1 to 256 bytes",
        ),
        (
            format!("{{{from},\"read\":{{}}}}"),
            PERSON,
            "read has neither a message nor a time",
        ),
        (
            format!("{{{from},\"reaction\":{{\"mid\":\"m\"}}}}"),
            PERSON,
            "timestamp is missing or not a time",
        ),
        (
            format!("{{{from},\"message\":{{\"mid\":\"m\",\"x\":{deep}}}}}"),
            PERSON,
            "nested too deeply",
        ),
    ] {
        let Parsed { events, ignored } = parse(&event(&odd));
        assert_eq!((events.len(), ignored.len()), (1, 0), "{odd}");
        assert_eq!(events[0].consumer, person, "{odd}");
        let EventKind::Message { content, .. } = &events[0].event else {
            panic!("{odd}");
        };
        let Content::Malformed { what: found, .. } = content else {
            panic!("{odd}: {content:?}");
        };
        assert_eq!(found, what, "{odd}");
    }
}

#[test]
fn ids_of_parts_stay_within_what_a_key_may_have() {
    let mid = "m".repeat(256);
    let message = json!({ "mid": mid, "text": "a", "attachments": [{ "type": "image" }] });
    let event = json!({ "sender": { "id": PERSON }, "timestamp": SENT_AT, "message": message });
    let body = json!({ "entry": [{ "id": PAGE, "messaging": [event] }] });
    let found = said(&body.to_string());
    assert_eq!(found[0].0, mid);
    assert!(found[1].0.starts_with("part-"), "{}", found[1].0);
}
