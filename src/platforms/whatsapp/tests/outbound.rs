use super::*;
use crate::message::{Agent, File, FilePlace, Location, News};
use crate::outcome::Refusal;

fn file(media_type: Option<&str>, size: Option<u64>, caption: Option<&str>) -> Content {
    Content::File {
        file: File {
            at: FilePlace::Url {
                url: "https://cdn.example.com/a".to_owned(),
            },
            name: Some("order.pdf".to_owned()),
            media_type: media_type.map(str::to_owned),
            size,
            caption: caption.map(str::to_owned),
            link: None,
        },
    }
}

#[test]
fn a_text_is_one_request_with_the_token_in_its_header() {
    let content = text("Hello, see https://shop.example.com\n");
    let progress = Progress::default();
    let message = Outgoing::new("l:d:7", PERSON, &content, &progress);
    let Next::Request {
        request,
        progress: stored,
    } = adapter().next(&message, None)
    else {
        panic!("no request");
    };
    assert_eq!(stored, progress);
    assert_eq!(request.method, Method::Post);
    assert_eq!(
        request.url,
        format!("https://graph.facebook.com/v26.0/{NUMBER}/messages")
    );
    assert_eq!(
        request.headers,
        [
            ("authorization", "Bearer token".to_owned()),
            ("content-type", "application/json".to_owned())
        ]
    );
    assert_eq!(
        String::from_utf8(request.body).unwrap(),
        r#"{"messaging_product":"whatsapp","recipient":"US.1A2b3C","recipient_type":"individual","text":{"body":"Hello, see https://shop.example.com","preview_url":true},"type":"text"}"#
    );
    assert_eq!(
        shown(&text("Hello")),
        [json!({ "text": { "body": "Hello" } })]
    );
}

#[test]
fn a_long_text_goes_in_pieces_and_all_their_ids_are_kept() {
    let long = "A sentence of words. ".repeat(500);
    let content = text(&long);
    let progress = Progress::default();
    let message = Outgoing::new("l:d:7", PERSON, &content, &progress);
    let (bodies, outcome) = sent_by(&*adapter(), &message);
    let pieces: Vec<&str> = bodies
        .iter()
        .map(|it| it["text"]["body"].as_str().unwrap())
        .collect();
    assert_eq!(pieces.len(), 3);
    assert!(
        pieces
            .iter()
            .all(|piece| piece.encode_utf16().count() <= 4096)
    );
    assert_eq!(pieces.join(" "), long.trim_end());
    let remote_id = Some("wamid.OUT1 wamid.OUT2 wamid.OUT3".to_owned());
    assert_eq!(outcome, Outcome::Delivered { remote_id });
}

#[test]
fn after_a_restart_the_first_piece_that_was_not_taken_is_next() {
    let content = text(&"A sentence of words. ".repeat(500));
    let start = Progress::default();
    let message = |progress| Outgoing::new("l:d:7", PERSON, &content, progress);
    let adapter = adapter();
    let (whole, _) = sent_by(&*adapter, &message(&start));
    let Next::Request { progress, .. } = adapter.next(&message(&start), Some(&taken(1))) else {
        panic!("no second piece");
    };
    assert_eq!(
        serde_json::to_value(&progress).unwrap(),
        json!({ "next_piece": 1, "ids": ["wamid.OUT1"] })
    );
    let (rest, _) = sent_by(&*adapter, &message(&progress));
    assert_eq!(rest, whole[1..]);
    // A refusal in the middle keeps what went before.
    let refused = answer(400, answered!("invalid_value_400"));
    let Next::Done { progress: kept, .. } = adapter.next(&message(&progress), Some(&refused))
    else {
        panic!("not refused");
    };
    assert_eq!(kept, progress);
}

#[test]
fn a_message_carries_its_reference() {
    let (content, start) = (text("Good day"), Progress::default());
    let message = Outgoing {
        reference: "0a1b-2",
        ..Outgoing::new("l:d:7", PERSON, &content, &start)
    };
    let Next::Request { request, .. } = adapter().next(&message, None) else {
        panic!("no request");
    };
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body["biz_opaque_callback_data"], "0a1b-2");
    assert_eq!(body["text"]["body"], "Good day");
}

#[test]
fn files_are_fetched_from_a_link_as_what_they_are() {
    for (media_type, kind) in [
        ("image/jpeg", "image"),
        ("image/png", "image"),
        ("video/mp4", "video"),
    ] {
        let expected =
            json!({ kind: { "link": "https://cdn.example.com/a", "caption": "Size M" } });
        assert_eq!(
            shown(&file(Some(media_type), Some(20_480), Some("Size M"))),
            [expected]
        );
    }
    let expected = json!({ "document": { "link": "https://cdn.example.com/a", "filename": "order.pdf", "caption": "Your order" } });
    assert_eq!(
        shown(&file(Some("application/pdf"), None, Some("Your order"))),
        [expected]
    );
    let expected =
        json!({ "document": { "link": "https://cdn.example.com/a", "filename": "order.pdf" } });
    assert_eq!(
        shown(&file(Some("application/pdf"), None, Some("order.pdf"))),
        [expected]
    );
    // A sound has nothing below it.
    assert_eq!(
        shown(&file(Some("audio/mpeg"), None, Some("Listen"))),
        [
            json!({ "audio": { "link": "https://cdn.example.com/a" } }),
            json!({ "text": { "body": "Listen" } })
        ]
    );
    let long = "word ".repeat(300);
    let pieces = shown(&file(Some("image/png"), None, Some(&long)));
    assert_eq!(
        pieces[0],
        json!({ "image": { "link": "https://cdn.example.com/a" } })
    );
    assert_eq!(pieces[1]["text"]["body"], long.trim_end());
}

#[test]
fn a_file_that_whatsapp_does_not_take_goes_as_a_link() {
    let expected = [
        json!({ "text": { "body": "order.pdf: https://cdn.example.com/a\nSee", "preview_url": true } }),
    ];
    for (media_type, size) in [
        (Some("image/gif"), None),
        (Some("image/png"), Some(6 * 1024 * 1024)),
        (Some("video/mp4"), Some(17 * 1024 * 1024)),
        (Some("application/zip"), None),
        (None, None),
    ] {
        assert_eq!(
            shown(&file(media_type, size, Some("See"))),
            expected,
            "{media_type:?}"
        );
    }
}

#[test]
fn a_file_of_liveengages_goes_by_the_address_that_is_given_for_it() {
    let content = Content::File {
        file: File {
            at: FilePlace::Liveengage {
                relative_path: "/a/b.png".to_owned(),
            },
            name: Some("b.png".to_owned()),
            media_type: Some("image/png".to_owned()),
            size: None,
            caption: None,
            link: None,
        },
    };
    let progress = Progress::default();
    let without = Outgoing::new("l:d:7", PERSON, &content, &progress);
    assert_eq!(
        shown_by(&without),
        [json!({ "text": { "body": "[b.png]" } })]
    );
    let with = Outgoing {
        file_url: Some("https://connector.example.com/files/k/1"),
        ..without
    };
    let expected = json!({ "image": { "link": "https://connector.example.com/files/k/1" } });
    assert_eq!(shown_by(&with), [expected]);
}

#[test]
fn a_place_is_on_a_map() {
    let place = |name: Option<&str>, address: Option<&str>| Content::Location {
        location: Location {
            latitude: 52.37,
            longitude: -4.89,
            name: name.map(str::to_owned),
            address: address.map(str::to_owned),
        },
    };
    assert_eq!(
        shown(&place(Some("Shop"), Some("Dam 1"))),
        [
            json!({ "location": { "latitude": 52.37, "longitude": -4.89, "name": "Shop", "address": "Dam 1" } })
        ]
    );
    assert_eq!(
        shown(&place(None, None)),
        [json!({ "location": { "latitude": 52.37, "longitude": -4.89 } })]
    );
}

#[test]
fn who_speaks_stands_before_the_words() {
    let agent = Agent {
        name: Some("Ada".to_owned()),
        ..Agent::default()
    };
    let progress = Progress::default();
    let said = |content: &Content| {
        shown_by(&Outgoing {
            agent: Some(&agent),
            ..Outgoing::new("l:d:7", PERSON, content, &progress)
        })
    };
    assert_eq!(
        said(&text("Hi")),
        [json!({ "text": { "body": "Ada: Hi" } })]
    );
    let shown = said(&file(Some("image/png"), None, Some("This one")));
    assert_eq!(shown[0]["image"]["caption"], "Ada: This one");
    let content = Content::Structured {
        text: Some("Which?".to_owned()),
        content: None,
        quick_replies: Some(json!({ "type": "quickReplies", "replies": [
            { "type": "button", "title": "Red", "click": { "actions": [{ "type": "publishText", "text": "red" }] } },
        ] })),
        metadata: None,
    };
    assert_eq!(
        said(&content)[0]["interactive"]["body"]["text"],
        "Ada: Which?"
    );
}

#[test]
fn what_has_no_words_is_refused_before_anything_is_sent() {
    for content in [
        text(" \n"),
        Content::News {
            conversation_id: "c".to_owned(),
            news: News::Opened,
        },
        Content::Unsupported {
            name: "hologram".to_owned(),
            raw: json!({}),
        },
    ] {
        let progress = Progress::default();
        let message = Outgoing::new("l:d:7", PERSON, &content, &progress);
        let (bodies, outcome) = sent_by(&*adapter(), &message);
        assert_eq!(bodies, [Value::Null; 0]);
        let reason = Refusal::Unsupported {
            kind: String::new(),
        };
        let Outcome::Refused { reason: refused } = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(
            std::mem::discriminant(&refused),
            std::mem::discriminant(&reason)
        );
    }
}
