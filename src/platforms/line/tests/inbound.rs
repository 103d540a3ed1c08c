use super::*;
use crate::message::{ConsumerEvent, Content, EventKind, Location};
use crate::platforms::line::inbound::Handle;

pub(super) fn parse(body: &str) -> Parsed {
    adapter().parse(&callback(&[], body.as_bytes())).unwrap()
}

/// The only event of a body.
fn one(body: &str) -> ConsumerEvent {
    let Parsed { events, ignored } = parse(body);
    assert_eq!(ignored, []);
    let [event] = <[ConsumerEvent; 1]>::try_from(events).expect("one event");
    event
}

fn content(body: &str) -> Content {
    match one(body).event {
        EventKind::Message { content, .. } => content,
        EventKind::Signal(signal) => panic!("{signal:?}"),
    }
}

fn text(text: &str) -> Content {
    outbound::text(text)
}

fn aside(text: &str) -> Content {
    Content::Aside {
        text: text.to_owned(),
    }
}

pub(super) fn photo(reference: &str) -> File {
    File {
        at: FilePlace::Platform {
            reference: reference.to_owned(),
        },
        name: Some("picture".to_owned()),
        media_type: Some("image/*".to_owned()),
        size: None,
        caption: None,
        link: None,
    }
}

fn kinds(body: &str) -> Vec<String> {
    let Parsed { events, ignored } = parse(body);
    assert_eq!(events, []);
    ignored.into_iter().map(|ignored| ignored.kind).collect()
}

#[test]
fn a_text_keeps_its_emoji_and_brings_what_an_answer_needs() {
    let event = one(fixture!("callbacks/text.json"));
    let handle = Handle {
        reply: Some("0f3779fba3b349968c5d07db31eab501".to_owned()),
        read: Some("read-1".to_owned()),
    };
    assert_eq!(Handle::of(event.handle.as_deref()), handle);
    assert_eq!(
        event.handle.as_deref(),
        Some(r#"{"reply":"0f3779fba3b349968c5d07db31eab501","read":"read-1"}"#),
        "as it is stored"
    );
    assert_eq!(event.consumer, PERSON);
    let EventKind::Message {
        id,
        content,
        sent_at,
    } = event.event
    else {
        panic!("a signal");
    };
    assert_eq!(id, "01KAM000000000000000000001");
    assert_eq!(content, text("Hi @Shop (love) 😀"));
    assert_eq!(sent_at, Some(1_794_999_990_100));
}

#[test]
fn a_handle_that_cannot_be_read_is_none() {
    for stored in [
        None,
        Some(""),
        Some("x"),
        Some("[1]"),
        Some(r#"{"reply":7}"#),
    ] {
        assert_eq!(Handle::of(stored), Handle::default(), "{stored:?}");
    }
    let later = Handle::of(Some(r#"{"reply":"a","later":{}}"#));
    assert_eq!(later.reply.as_deref(), Some("a"));
}

#[test]
fn a_picture_is_fetched_from_line_unless_it_lies_elsewhere() {
    let file = photo("560000000000000002");
    assert_eq!(
        content(fixture!("callbacks/picture.json")),
        Content::File { file }
    );
    let url = "https://cdn.example.com/parcel.jpg".to_owned();
    let file = File {
        at: FilePlace::Url { url },
        ..photo("")
    };
    assert_eq!(
        content(fixture!("callbacks/picture_elsewhere.json")),
        Content::File { file }
    );
    let odd = fixture!("callbacks/picture_elsewhere.json");
    let odd = odd.replace("https://cdn.example.com/parcel.jpg", "javascript:alert(1)");
    assert_eq!(
        content(&odd),
        Content::File {
            file: photo("560000000000000003")
        }
    );
}

#[test]
fn films_sounds_and_documents_say_what_they_are() {
    let file = |reference: &str, name: &str, size| Content::File {
        file: File {
            name: Some(name.to_owned()),
            media_type: None,
            size,
            ..photo(reference)
        },
    };
    assert_eq!(
        content(fixture!("callbacks/video.json")),
        file("560000000000000004", "video of 13 s", None)
    );
    assert_eq!(
        content(fixture!("callbacks/audio.json")),
        file("560000000000000005", "audio of 2 s", None)
    );
    assert_eq!(
        content(fixture!("callbacks/file.json")),
        file("560000000000000006", "invoice.pdf", Some(20_480))
    );
}

#[test]
fn places_and_stickers() {
    let location = Location {
        latitude: 52.3702,
        longitude: 4.8952,
        name: Some("Dam Square".to_owned()),
        address: Some("Dam, Amsterdam".to_owned()),
    };
    assert_eq!(
        content(fixture!("callbacks/location.json")),
        Content::Location { location }
    );
    assert_eq!(
        content(fixture!("callbacks/sticker.json")),
        text("[sticker 446/1988: hello, wave]")
    );
    assert_eq!(
        content(fixture!("callbacks/sticker_with_text.json")),
        text("[sticker 17839/10977: So many thanks 🎉, thanks]")
    );
    let bare = r#"{"events":[{"type":"message","source":{"type":"user","userId":"U1"},"message":{"id":"1","type":"sticker"}}]}"#;
    assert_eq!(content(bare), text("[sticker]"));
}

#[test]
fn a_tap_is_a_choice_where_the_button_was_ours() {
    let choice = Content::Choice {
        text: "[tapped a button]".to_owned(),
        reference: Some("0a1b2c3d.1".to_owned()),
        metadata: Vec::new(),
        offered_in: None,
    };
    assert_eq!(content(fixture!("callbacks/tapped_button.json")), choice);
    assert_eq!(
        content(fixture!("callbacks/tapped_own_menu.json")),
        text("[tapped: action=hours&shop=42]")
    );
    assert_eq!(
        content(fixture!("callbacks/picked_time.json")),
        text("[tapped: 0a1b2c3d.1, 2026-11-22T18:00]")
    );
    assert_eq!(
        kinds(fixture!("callbacks/switched_own_menu.json")),
        ["postback=richmenuswitch"]
    );
    for data in ["v1.2.3", "menu.1", "abc.", ".1", "cafe.x", "cafe1"] {
        let body = fixture!("callbacks/tapped_button.json").replace("0a1b2c3d.1", data);
        assert_eq!(content(&body), text(&format!("[tapped: {data}]")));
    }
}

#[test]
fn what_is_done_beside_talking_is_an_aside() {
    let cases = [
        (fixture!("callbacks/added.json"), "[added this account]"),
        (
            fixture!("callbacks/unblocked.json"),
            "[unblocked this account]",
        ),
        (fixture!("callbacks/blocked.json"), "[blocked this account]"),
        (
            fixture!("callbacks/taken_back.json"),
            "[took a message back]",
        ),
        (
            fixture!("callbacks/edited.json"),
            "[edited] Hi there (fixed)",
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(content(body), aside(expected));
    }
}

#[test]
fn one_callback_may_bring_several_people_and_the_order_is_kept() {
    let parsed = parse(fixture!("callbacks/several_people.json"));
    let said: Vec<(&str, &Content)> = parsed
        .events
        .iter()
        .map(|event| match &event.event {
            EventKind::Message { content, .. } => (event.consumer.as_str(), content),
            EventKind::Signal(signal) => panic!("{signal:?}"),
        })
        .collect();
    let [(a, first), (b, second), (c, tap), (d, left)] = &said[..] else {
        panic!("{said:?}");
    };
    let people = [a, b, c, d].map(|person| &person[31..]);
    assert_eq!(people, ["01", "02", "01", "03"]);
    assert_eq!((*first, *second), (&text("first"), &text("second")));
    assert!(matches!(tap, Content::Choice { .. }));
    assert_eq!(*left, &aside("[blocked this account]"));
    assert_eq!(parsed.ignored.len(), 1);
    assert_eq!(parsed.ignored[0].kind, "source=group");
}

#[test]
fn what_is_for_nobody_here_is_counted() {
    assert_eq!(parse(fixture!("callbacks/nothing.json")), Parsed::default());
    assert_eq!(
        kinds(fixture!("callbacks/group.json")),
        ["source=group", "source=room"]
    );
    assert_eq!(kinds(fixture!("callbacks/standby.json")), ["mode=standby"]);
    assert_eq!(
        kinds(fixture!("callbacks/console_test.json")),
        ["test=message", "test=message"]
    );
    assert_eq!(
        kinds(fixture!("callbacks/unknown_event.json")),
        ["type=hologram", "type=videoPlayComplete", "type=join"]
    );
    let secretive = r#"{"events":[{"type":"my secret + words"}]}"#;
    assert_eq!(kinds(secretive), ["type=other"]);
}

#[test]
fn an_unknown_message_is_kept_whole() {
    let Content::Unsupported { name, raw } = content(fixture!("callbacks/unknown_message.json"))
    else {
        panic!("it is known");
    };
    assert_eq!((name.as_str(), &raw["depth"]), ("hologram", &json!(3)));
}

#[test]
fn events_without_ids_of_their_own_have_ids_that_stay() {
    let ids = |body: &str| {
        let events = parse(body).events.into_iter();
        let ids = events.map(|event| match event.event {
            EventKind::Message { id, .. } => id,
            EventKind::Signal(signal) => panic!("{signal:?}"),
        });
        ids.collect::<Vec<String>>()
    };
    let body = fixture!("callbacks/without_event_ids.json");
    let once = ids(body);
    assert_eq!(once[0], "560000000000000033");
    assert!(once[1].starts_with("event-"), "{once:?}");
    assert_eq!(once[2], "unsend-560000000000000001");
    let again = body.replace("\"isRedelivery\": false", "\"isRedelivery\": true");
    assert_ne!(again, body);
    assert_eq!(ids(&again), once);
}

#[test]
fn the_events_of_the_vectors_are_read() {
    let read = |id: &str| {
        let vector = vectors().into_iter().find(|vector| vector.id == id);
        parse(&vector.unwrap().body)
    };
    let ids = |parsed: &Parsed| {
        let ids = parsed.events.iter().map(|event| match &event.event {
            EventKind::Message { id, .. } => id.clone(),
            EventKind::Signal(signal) => panic!("{signal:?}"),
        });
        ids.collect::<Vec<String>>()
    };
    let group = read("ln-05");
    assert_eq!((group.events.len(), group.ignored.len()), (0, 1));
    assert_eq!(ids(&read("ln-08")), ["contentid"]);
    let two = ids(&read("ln-11"));
    assert_eq!((two.len(), two[0].as_str()), (2, "325708"));
    assert_eq!(read("ln-d1"), Parsed::default());
}
