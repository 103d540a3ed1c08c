use super::rich::{column, offer, picture, replies, shown, structured};
use super::*;
use crate::message::{Agent, Content, Location};
use crate::platforms::line::render::messages;

#[test]
fn a_place_always_has_a_name_and_an_address() {
    let place = |name: Option<&str>, address: Option<&str>| {
        let location = Location {
            latitude: 52.5,
            longitude: -4.25,
            name: name.map(str::to_owned),
            address: address.map(str::to_owned),
        };
        let mut objects = shown(&Content::Location { location });
        objects.pop().unwrap()
    };
    assert_eq!(
        place(Some("Dam"), Some("Amsterdam")),
        json!({ "type": "location", "title": "Dam", "address": "Amsterdam", "latitude": 52.5, "longitude": -4.25 })
    );
    let words = |place: Value| (place["title"].clone(), place["address"].clone());
    assert_eq!(
        words(place(None, None)),
        (json!("52.5, -4.25"), json!("52.5, -4.25"))
    );
    assert_eq!(
        words(place(Some("Dam"), Some(" "))),
        (json!("Dam"), json!("52.5, -4.25"))
    );
    let (title, address) = words(place(None, Some(&"a".repeat(101))));
    assert_eq!(title, address);
    assert_eq!(title.as_str().map(|it| it.chars().count()), Some(100));
}

fn file(media_type: &str, size: Option<u64>, at: FilePlace) -> Content {
    let file = File {
        at,
        name: Some("parcel.bin".to_owned()),
        media_type: Some(media_type.to_owned()),
        size,
        caption: Some("The box".to_owned()),
        link: None,
    };
    Content::File { file }
}

#[test]
fn a_picture_of_an_agent_is_shown_and_any_other_file_is_its_address() {
    let hosted = || FilePlace::Liveengage {
        relative_path: "/a/b".to_owned(),
    };
    let own = "https://connector.example.com/files/x";
    for (media_type, size) in [
        ("image/jpeg", None),
        ("image/jpg", Some(1)),
        (" IMAGE/PNG", Some(10_000_000)),
    ] {
        assert_eq!(
            shown(&file(media_type, size, hosted())),
            [
                json!({ "type": "image", "originalContentUrl": own, "previewImageUrl": own }),
                json!({ "type": "text", "text": "The box" })
            ],
            "{media_type}"
        );
    }
    for (media_type, size) in [
        ("image/png", Some(10_000_001)),
        ("image/gif", None),
        ("application/pdf", None),
        ("video/mp4", Some(1)),
        ("", None),
    ] {
        let text = format!("parcel.bin: {own}\nThe box");
        assert_eq!(
            shown(&file(media_type, size, hosted())),
            [json!({ "type": "text", "text": text })],
            "{media_type}"
        );
    }
    let at = |url: &str| {
        let url = url.to_owned();
        shown(&file("image/png", None, FilePlace::Url { url }))[0]["type"].clone()
    };
    assert_eq!(at("https://cdn.example.com/a"), "image");
    assert_eq!(at("http://127.0.0.1:8787/a"), "image", "where it is tried");
    assert_eq!(at("http://cdn.example.com/a"), "text");
    assert_eq!(at("https://cdn.example.com/ä"), "text");
    assert_eq!(
        at(&format!("https://cdn.example.com/{}", "a".repeat(2000))),
        "text"
    );
}

#[test]
fn the_agent_stands_beside_every_message_and_not_in_it() {
    let content = structured(
        Some("Which?"),
        Some(column(vec![picture("a.png")])),
        Some(replies(&["Red"])),
    );
    let offer = offer(&content);
    let sender = |name: Option<&str>, picture: Option<&str>| {
        let agent = Agent {
            name: name.map(str::to_owned),
            picture: picture.map(str::to_owned),
            ..Agent::default()
        };
        let progress = Progress::default();
        let message = Outgoing {
            agent: Some(&agent),
            offer: offer.as_ref(),
            ..Outgoing::new("l:d:7", PERSON, &content, &progress)
        };
        let objects = messages(&message).unwrap();
        assert_eq!(objects[0]["text"], "Which?");
        assert_eq!(objects[0]["sender"], objects[1]["sender"]);
        objects[0]["sender"].clone()
    };
    let picture = Some("https://cdn.example.com/ada.png");
    assert_eq!(
        sender(Some("Ada"), picture),
        json!({ "name": "Ada", "iconUrl": "https://cdn.example.com/ada.png" })
    );
    assert_eq!(
        sender(Some("Ada"), Some("http://cdn.example.com/ada.png")),
        json!({ "name": "Ada" })
    );
    assert_eq!(
        sender(Some("Augusta Ada King, Countess"), None),
        json!({ "name": "Augusta Ada King, C…" })
    );
    assert_eq!(
        sender(Some("Caroline"), None),
        json!({ "name": "Caroline" })
    );
    for unnamed in [
        None,
        Some(" "),
        Some("LINE Support"),
        Some("line"),
        Some("my-Line"),
    ] {
        assert_eq!(sender(unnamed, picture), Value::Null, "{unnamed:?}");
    }
}

#[test]
fn what_line_has_no_message_for_is_text() {
    let form = Content::SecureForm {
        title: Some("Payment".to_owned()),
        form: json!({}),
    };
    let words = "[Payment] This form cannot be opened here.";
    assert_eq!(shown(&form), [json!({ "type": "text", "text": words })]);
    let only_replies = structured(None, None, Some(replies(&["Red"])));
    assert_eq!(
        shown(&only_replies),
        [json!({ "type": "text", "text": "1. Red" })]
    );
    let progress = Progress::default();
    for nothing in [
        Content::Text {
            text: " \n".to_owned(),
        },
        structured(None, None, None),
        Content::Unsupported {
            name: "poll".to_owned(),
            raw: json!({}),
        },
    ] {
        let refused = messages(&Outgoing::new("l:d:7", PERSON, &nothing, &progress));
        assert!(matches!(refused, Err(Refusal::Unsupported { .. })));
    }
}
