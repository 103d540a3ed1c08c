use super::*;

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
    let parsed = Call::form(odd).parse().unwrap();
    let event = &parsed.events[0];
    assert_eq!(event.consumer, "+15550100001");
    assert_eq!(event.profile.name, None);
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
