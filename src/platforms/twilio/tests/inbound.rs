use super::*;
use crate::message::{ConsumerEvent, Content, EventKind, File, FilePlace, Location, Profile};

/// The events of one message, each with what it says.
fn message(
    consumer: &str,
    name: Option<&str>,
    phone: Option<&str>,
    id: &str,
    contents: Vec<Content>,
) -> Parsed {
    let id = format!("{}{:0>32}", &id[..2], &id[2..]);
    let events = contents.into_iter().enumerate();
    let events = events.map(|(index, content)| ConsumerEvent {
        consumer: consumer.to_owned(),
        profile: Profile {
            name: name.map(str::to_owned),
            phone: phone.map(str::to_owned),
            ..Profile::default()
        },
        handle: None,
        event: EventKind::Message {
            id: match index {
                0 => id.clone(),
                index => format!("{id}.{index}"),
            },
            content,
            sent_at: None,
        },
    });
    Parsed {
        events: events.collect(),
        ignored: Vec::new(),
    }
}

fn text(text: &str) -> Content {
    Content::Text {
        text: text.to_owned(),
    }
}

fn aside(text: &str) -> Content {
    Content::Aside {
        text: text.to_owned(),
    }
}

fn choice(text: &str, reference: &str) -> Content {
    Content::Choice {
        text: text.to_owned(),
        reference: Some(reference.to_owned()),
        metadata: vec![],
        offered_in: None,
    }
}

fn file(url: &str, name: &str, media_type: Option<&str>) -> Content {
    Content::File {
        file: File {
            at: FilePlace::Platform {
                reference: url.to_owned(),
            },
            name: Some(name.to_owned()),
            media_type: media_type.map(str::to_owned),
            size: None,
            caption: None,
            link: None,
        },
    }
}

#[test]
fn a_message_is_words_then_files_then_a_place() {
    let sms = |id, contents| message("+15550100001", None, Some("+15550100001"), id, contents);
    let whatsapp = |id, contents| {
        let consumer = "whatsapp:+15550100001";
        message(consumer, Some("Zoë"), Some("+15550100001"), id, contents)
    };
    let media = |message: u32, number: u32| {
        format!("{MEDIA}/Messages/MM{message:032x}/Media/ME{number:032x}")
    };
    let cases = [
        (
            fixture!("sms_text.form"),
            sms("SM1", vec![text("Where is my parcel? 📦")]),
        ),
        (
            fixture!("mms_two_pictures_without_text.form"),
            sms(
                "MM2",
                vec![
                    file(&media(2, 1), "picture.jpg", Some("image/jpeg")),
                    file(&media(2, 2), "picture.png", Some("image/png")),
                ],
            ),
        ),
        (
            fixture!("mms_document_with_text.form"),
            sms(
                "MM8",
                vec![
                    text("The invoice"),
                    file(&media(8, 4), "document.pdf", Some("application/pdf")),
                ],
            ),
        ),
        (
            fixture!("mms_contact_card.form"),
            sms(
                "MMf",
                vec![file(&media(15, 7), "contact.vcf", Some("text/x-vcard"))],
            ),
        ),
        (
            fixture!("whatsapp_quoted_reply.form"),
            whatsapp("SM3", vec![text("this one")]),
        ),
        (
            fixture!("whatsapp_voice_note.form"),
            whatsapp(
                "MM4",
                vec![file(&media(4, 3), "audio.ogg", Some("audio/ogg"))],
            ),
        ),
        (
            fixture!("whatsapp_picture_with_caption.form"),
            whatsapp(
                "MMd",
                vec![
                    text("The box is open 📦"),
                    file(&media(13, 5), "picture.jpg", Some("image/jpeg")),
                ],
            ),
        ),
        (
            fixture!("whatsapp_sticker.form"),
            whatsapp(
                "MMe",
                vec![file(&media(14, 6), "picture.webp", Some("image/webp"))],
            ),
        ),
        (
            fixture!("whatsapp_location.form"),
            whatsapp(
                "SM5",
                vec![Content::Location {
                    location: Location {
                        latitude: 52.3702,
                        longitude: 4.8952,
                        name: Some("Dam Square".to_owned()),
                        address: Some("Dam, Amsterdam".to_owned()),
                    },
                }],
            ),
        ),
        (
            fixture!("whatsapp_button_tap.form"),
            whatsapp("SM6", vec![choice("Yes, please", "order:yes:42")]),
        ),
        (
            fixture!("whatsapp_from_advertisement.form"),
            whatsapp(
                "SM11",
                vec![text(
                    "Is it still on?\n[came from an ad: Summer sale https://fb.me/example]",
                )],
            ),
        ),
        (
            fixture!("opt_out_stop.form"),
            sms("SM7", vec![aside("[has opted out of messages] STOP")]),
        ),
        (
            fixture!("opt_in_start.form"),
            sms(
                "SM12",
                vec![aside("[has opted in to messages again] START")],
            ),
        ),
        (
            fixture!("opt_out_help.form"),
            sms(
                "SM13",
                vec![aside(
                    "[has asked for help and was answered automatically] Help",
                )],
            ),
        ),
        (
            fixture!("whatsapp_business_scoped_sender.form"),
            message(
                "whatsapp:US.123456789",
                Some("Ann"),
                None,
                "SMb",
                vec![text("Hi")],
            ),
        ),
    ];
    for (form, expected) in cases {
        assert_eq!(Call::form(form).parse(), Ok(expected), "{form}");
    }
}

/// What one form with the parameters of a message and some more becomes.
fn contents_of(parameters: &str) -> Vec<Content> {
    let form = format!("MessageSid={SENT}&From=%2B15550100001&{parameters}");
    let parsed = Call::form(&form).parse().unwrap();
    let events = parsed.events.into_iter().enumerate();
    let contents = events.map(|(index, event)| match event.event {
        EventKind::Message { id, content, .. } => {
            let suffix = id.strip_prefix(SENT).unwrap();
            let number = suffix.strip_prefix('.').unwrap_or("0");
            assert_eq!(number, index.to_string(), "{parameters}");
            content
        }
        EventKind::Signal(_) => panic!("{parameters} is no signal"),
    });
    contents.collect()
}

#[test]
fn no_part_of_a_message_is_dropped() {
    let gif = || file("https://x", "picture.gif", Some("image/gif"));
    let place = |latitude, longitude, name: Option<&str>| Content::Location {
        location: Location {
            latitude,
            longitude,
            name: name.map(str::to_owned),
            address: None,
        },
    };
    let cases = [
        ("Body=+Hi%0A&NumMedia=0", vec![text(" Hi\n")]),
        ("Body=Hi&Body=Ho", vec![text("Hi")]),
        (
            "Body=&ButtonText=Yes&ButtonPayload=y",
            vec![choice("Yes", "y")],
        ),
        ("Body=&ButtonText=Yes", vec![text("Yes")]),
        ("Body=&ListTitle=Large&ListId=l", vec![choice("Large", "l")]),
        (
            "Body=&ButtonPayload=order%3A42",
            vec![choice("[button: order:42]", "order:42")],
        ),
        (
            "Body=Yes&ButtonPayload=y&ReferralSourceId=1",
            vec![choice("Yes", "y"), text("[came from an ad]")],
        ),
        (
            "Body=Hi&Forwarded=true&ReferralSourceId=1",
            vec![text("Hi\n[forwarded]\n[came from an ad]")],
        ),
        (
            "FrequentlyForwarded=true&MediaUrl0=https%3A%2F%2Fx&MediaContentType0=image%2Fgif",
            vec![text("[forwarded]"), gif()],
        ),
        ("Body=Hi&Forwarded=false", vec![text("Hi")]),
        (
            "Body=&ReferralSourceUrl=https%3A%2F%2Fx",
            vec![text("[came from an ad: https://x]")],
        ),
        ("NumMedia=1", vec![text("[file]")]),
        ("NumMedia=1&MediaContentType0=%FF", vec![text("[file]")]),
        (
            "NumMedia=1&MediaContentType0=Image%2FPNG%3B+q%3D1",
            vec![text("[picture: image/png]")],
        ),
        (
            "NumMedia=1&MediaContentType0=video%2Fmp4",
            vec![text("[video: video/mp4]")],
        ),
        (
            "NumMedia=1&MediaContentType0=a%0Ab%2Fc",
            vec![text("[file]")],
        ),
        (
            "MediaUrl0=https%3A%2F%2Fx&MediaContentType0=image%2Fgif",
            vec![gif()],
        ),
        (
            "MediaUrl0=https%3A%2F%2Fx&NumMedia=2&Body=Hi",
            vec![text("Hi"), file("https://x", "file", None), text("[file]")],
        ),
        (
            "MediaUrl0=https%3A%2F%2Fx&MediaContentType0=image%2Fx-new",
            vec![file("https://x", "picture", Some("image/x-new"))],
        ),
        ("NumMedia=no&Body=Hi", vec![text("Hi")]),
        ("Latitude=1.5&Longitude=-2", vec![place(1.5, -2.0, None)]),
        (
            "Latitude=1.5&Longitude=-2&Label=Home&Body=Here&MediaUrl0=https%3A%2F%2Fx&MediaContentType0=image%2Fgif",
            vec![text("Here"), gif(), place(1.5, -2.0, Some("Home"))],
        ),
        (
            "Latitude=91&Longitude=-2&Label=Home",
            vec![text("[location] Home, (91, -2)")],
        ),
        (
            "Latitude=NaN&Longitude=-2",
            vec![text("[location] (NaN, -2)")],
        ),
        ("Latitude=1.5&Body=Here", vec![text("Here")]),
        (
            "Body=&OptOutType=STOP",
            vec![aside("[has opted out of messages]")],
        ),
        ("Body=Hi&OptOutType=other", vec![text("Hi")]),
    ];
    for (parameters, expected) in cases {
        assert_eq!(contents_of(parameters), expected, "{parameters}");
    }
    let many = contents_of("NumMedia=18446744073709551615");
    assert_eq!(many.len(), 21);
    assert_eq!(
        many.last(),
        Some(&text("[18446744073709551595 more files]"))
    );
}

#[test]
fn a_message_without_anything_to_show_is_kept_whole() {
    let cases = [
        (fixture!("nothing_in_it.form"), "empty message"),
        (fixture!("whatsapp_flow_answer.form"), "FlowData"),
    ];
    for (form, expected) in cases {
        let parsed = Call::form(form).parse().unwrap();
        let EventKind::Message { content, .. } = &parsed.events[0].event else {
            panic!("{form} is a message");
        };
        let Content::Unsupported { name, raw } = content else {
            panic!("{form} has no text");
        };
        assert_eq!(name, expected);
        for (key, value) in form_urlencoded::parse(form.as_bytes()) {
            assert_eq!(raw[key.as_ref()], value.as_ref());
        }
    }
    for blank in ["Body=", "Body=+%0A&NumMedia=0", "Body=&ButtonText=+"] {
        let contents = contents_of(blank);
        assert!(
            matches!(contents.as_slice(), [Content::Unsupported { .. }]),
            "{blank}"
        );
    }
}
