use super::*;
use crate::message::Content;
use crate::message::{ConsumerEvent, EventKind, Profile, ReceiptStatus, Signal};
use crate::platforms::Ignored;

fn message(
    consumer: &str,
    name: Option<&str>,
    phone: Option<&str>,
    id: &str,
    text: &str,
) -> Parsed {
    Parsed {
        events: vec![ConsumerEvent {
            consumer: consumer.to_owned(),
            profile: Profile {
                name: name.map(str::to_owned),
                phone: phone.map(str::to_owned),
                ..Profile::default()
            },
            handle: None,
            event: EventKind::Message {
                id: format!("{}{:0>32}", &id[..2], &id[2..]),
                content: Content::Text {
                    text: text.to_owned(),
                },
                sent_at: None,
            },
        }],
        ignored: Vec::new(),
    }
}

#[test]
fn every_kind_of_message_becomes_text() {
    let sms = |id, text| message("+15550100001", None, Some("+15550100001"), id, text);
    let whatsapp = |id, text| {
        let consumer = "whatsapp:+15550100001";
        message(consumer, Some("Zoë"), Some("+15550100001"), id, text)
    };
    let cases = [
        (
            fixture!("sms_text.form"),
            sms("SM1", "Where is my parcel? 📦"),
        ),
        (
            fixture!("mms_two_pictures_without_text.form"),
            sms("MM2", "[picture: image/jpeg]\n[picture: image/png]"),
        ),
        (
            fixture!("mms_document_with_text.form"),
            sms("MM8", "The invoice\n[file: application/pdf]"),
        ),
        (
            fixture!("whatsapp_quoted_reply.form"),
            whatsapp("SM3", "this one"),
        ),
        (
            fixture!("whatsapp_voice_note.form"),
            whatsapp("MM4", "[audio: audio/ogg]"),
        ),
        (
            fixture!("whatsapp_location.form"),
            whatsapp("SM5", "Dam Square, Dam, Amsterdam (52.3702, 4.8952)"),
        ),
        (
            fixture!("whatsapp_button_tap.form"),
            whatsapp("SM6", "Yes, please"),
        ),
        (fixture!("opt_out_stop.form"), sms("SM7", "STOP")),
        (
            fixture!("whatsapp_business_scoped_sender.form"),
            message("whatsapp:US.123456789", Some("Ann"), None, "SMb", "Hi"),
        ),
    ];
    for (form, expected) in cases {
        assert_eq!(Call::form(form).parse(), Ok(expected), "{form}");
    }
}

/// What one form with the parameters of a message and some more becomes.
fn content_of(parameters: &str) -> Content {
    let form = format!("MessageSid={SENT}&From=%2B15550100001&{parameters}");
    let parsed = Call::form(&form).parse().unwrap();
    match &parsed.events[0].event {
        EventKind::Message { content, .. } => content.clone(),
        EventKind::Signal(_) => panic!("{parameters} is no signal"),
    }
}

#[test]
fn no_part_of_a_message_is_dropped() {
    let cases = [
        ("Body=+Hi%0A&NumMedia=0", " Hi\n"),
        ("Body=&ButtonText=Yes&ButtonPayload=y", "Yes"),
        ("Body=&ButtonPayload=order%3A42", "[button: order:42]"),
        ("Body=Hi&Body=Ho", "Hi"),
        ("NumMedia=1", "[file]"),
        ("NumMedia=1&MediaContentType0=%FF", "[file]"),
        (
            "NumMedia=1&MediaContentType0=Image%2FPNG%3B+q%3D1",
            "[picture: image/png]",
        ),
        (
            "NumMedia=1&MediaContentType0=video%2Fmp4",
            "[video: video/mp4]",
        ),
        (
            "NumMedia=1&MediaContentType0=text%2Fx-vcard",
            "[file: text/x-vcard]",
        ),
        ("NumMedia=1&MediaContentType0=a%0Ab%2Fc", "[file]"),
        (
            "MediaUrl0=https%3A%2F%2Fx&MediaContentType0=image%2Fgif",
            "[picture: image/gif]",
        ),
        ("NumMedia=no&Body=Hi", "Hi"),
        ("Latitude=1.5&Longitude=-2", "[location] (1.5, -2)"),
        (
            "Latitude=1.5&Longitude=-2&Label=Home&Body=Here",
            "Here\nHome (1.5, -2)",
        ),
        ("Latitude=1.5&Body=Here", "Here"),
    ];
    for (parameters, expected) in cases {
        let text = expected.to_owned();
        assert_eq!(
            content_of(parameters),
            Content::Text { text },
            "{parameters}"
        );
    }
    let Content::Text { text } = content_of("NumMedia=18446744073709551615") else {
        panic!("files are text");
    };
    assert_eq!(text.lines().count(), 21);
    assert!(text.ends_with(" more files]"));
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
        assert!(
            matches!(content_of(blank), Content::Unsupported { .. }),
            "{blank}"
        );
    }
}

#[test]
fn what_cannot_be_read_is_named_without_its_content() {
    let sid = SENT;
    let cases = [
        ("", "MessageSid is missing"),
        ("Body=hunter2&From=%2B15550100001", "MessageSid is missing"),
        (
            "MessageSid=&Body=hunter2&From=%2B15550100001",
            "MessageSid is missing",
        ),
        (
            "MessageSid=hunter2&Body=hunter2&From=%2B1",
            "MessageSid is not a message id",
        ),
        // The border between two values moved: it must not become another message.
        (
            "MessageSid=SM00000000000000000000000000000020NumMedia0&Body=Hi&From=%2B1",
            "MessageSid is not a message id",
        ),
        (&format!("MessageSid={sid}&Body=hunter2"), "From is missing"),
        (
            &format!("MessageSid={sid}&Body=hunter2&From=+"),
            "From is missing",
        ),
        (
            &format!("MessageSid={sid}&Body=hunter2&From=%FF"),
            "From is not UTF-8",
        ),
        (
            &format!("MessageSid={sid}&Body=hunter2%C3&From=%2B1"),
            "Body is not UTF-8",
        ),
        (
            "MessageSid=%FF&Body=hunter2&From=%2B1",
            "MessageSid is not UTF-8",
        ),
        ("MessageStatus=delivered&To=%2B1", "MessageSid is missing"),
        (
            &format!("MessageStatus=read&MessageSid={sid}"),
            "To is missing",
        ),
        (
            &format!("MessageStatus=%FF&MessageSid={sid}"),
            "MessageStatus is not UTF-8",
        ),
    ];
    for (form, what) in cases {
        let what = what.to_owned();
        assert_eq!(Call::form(form).parse(), Err(Unreadable { what }), "{form}");
    }
    // What nothing depends on may be anything.
    let odd =
        format!("MessageSid={sid}&Body=Hi&From=%2B15550100001&ProfileName=%FF&FromCity=%FF&%FF=1");
    let expected = message("+15550100001", None, Some("+15550100001"), sid, "Hi");
    assert_eq!(Call::form(odd).parse(), Ok(expected));
}

fn ignored(kind: &str) -> Parsed {
    Parsed {
        events: Vec::new(),
        ignored: vec![Ignored {
            kind: kind.to_owned(),
        }],
    }
}

#[test]
fn a_status_callback_is_a_receipt_or_nothing() {
    let receipt = |consumer: &str, status| Parsed {
        events: vec![ConsumerEvent {
            consumer: consumer.to_owned(),
            profile: Profile::default(),
            handle: None,
            event: EventKind::Signal(Signal::Receipt {
                remote_id: "SM00000000000000000000000000000010".to_owned(),
                status,
                code: None,
            }),
        }],
        ignored: Vec::new(),
    };
    let cases = [
        (
            fixture!("status_delivered.form"),
            receipt("+15550100001", ReceiptStatus::Delivered),
        ),
        (
            fixture!("status_undelivered.form"),
            receipt("+15550100001", ReceiptStatus::Failed),
        ),
        (
            fixture!("status_read_whatsapp.form"),
            receipt("whatsapp:+15550100001", ReceiptStatus::Read),
        ),
        (fixture!("status_sent.form"), ignored("MessageStatus=sent")),
        (
            "MessageStatus=a+new%0Aone&MessageSid=x",
            ignored("MessageStatus=other"),
        ),
        ("SmsStatus=queued&SmsSid=x", ignored("MessageStatus=queued")),
        (fixture!("call.form"), ignored("call")),
        (
            fixture!("conversations_event.form"),
            ignored("EventType=onMessageAdded"),
        ),
        ("something=else", ignored("other")),
        ("EventType=%0A", ignored("other")),
    ];
    for (form, expected) in cases {
        assert_eq!(Call::form(form).parse(), Ok(expected), "{form}");
    }
}

#[test]
fn nothing_in_a_body_makes_it_panic() {
    let valid = fixture!("whatsapp_location.form").as_bytes();
    for end in 0..valid.len() {
        let _ = Call::form(&valid[..end]).parse();
        let mut bent = valid.to_vec();
        bent[end] = 0xff;
        let _ = Call::form(&bent).parse();
        let _ = Call::form(&bent)
            .header("x-twilio-signature", "AAAA")
            .verify();
    }
    let huge = "a=b&".repeat(60_000);
    let call = Call::form(&huge).signed(TOKEN, &[("a", "b")]);
    assert_eq!(call.verify(), MISMATCH);
    let nested = format!("{}1{}", "{\"a\":".repeat(5000), "}".repeat(5000));
    let call = Call::new(Method::Post, nested.as_bytes()).header("content-type", JSON);
    assert!(call.parse().is_err());
}

#[test]
fn the_acknowledgement_says_nothing_to_the_consumer() {
    let acknowledgement = adapter().acknowledgement();
    assert_eq!(acknowledgement.status, 200);
    assert_eq!(acknowledgement.content_type, Some("text/xml"));
    assert!(acknowledgement.body.ends_with("<Response/>"));
    assert_eq!(adapter().methods(), [Method::Post, Method::Get]);
    assert_eq!(adapter().media_types(), [FORM, JSON]);
}

/// The scheme signs no borders between keys and values, so that who has seen an authentic callback may move them.
#[test]
fn an_authentic_form_with_moved_borders_is_nobody_elses_message() {
    let form = "From=%2B15550100001&FromCity=AMSTERDAM&MessageSid=SM00000000000000000000000000000001&Body=hi";
    let moved = "From=%2B15550100001FromCityAMSTERDAM&MessageSid=SM00000000000000000000000000000001&Body=hi";
    let call = Call::form(form).signed(
        TOKEN,
        &[
            ("From", "+15550100001"),
            ("FromCity", "AMSTERDAM"),
            ("MessageSid", "SM00000000000000000000000000000001"),
            ("Body", "hi"),
        ],
    );
    assert_eq!(call.verify(), Ok(()));
    assert!(call.parse().is_ok());
    let callback = call.callback();
    let signature = callback.header("x-twilio-signature").unwrap();
    let replayed = Call::form(moved).header("x-twilio-signature", signature);
    assert_eq!(replayed.verify(), Ok(()), "it is signed alike");
    let unreadable = Unreadable {
        what: "From is not an address".to_owned(),
    };
    assert_eq!(replayed.parse(), Err(unreadable));
    for sender in [
        "%2B15550100001",
        "12345",
        "ACME",
        "whatsapp%3A%2B15550100001",
        "whatsapp%3AUS.1349",
        "messenger%3A123",
        "rcs%3A%2B15550100001",
    ] {
        let form = format!("From={sender}&MessageSid=SM00000000000000000000000000000001&Body=hi");
        assert!(Call::form(&form).parse().is_ok(), "{sender}");
    }
}
