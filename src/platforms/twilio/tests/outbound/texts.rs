use super::*;

#[test]
fn a_text_goes_out_in_exactly_these_bytes() {
    let request = first_request(&*adapter(), "+15550100001", &text("1+1=2 & 😀\nok\r\n \n"));
    assert_eq!(request.method, Method::Post);
    assert_eq!(
        request.url,
        "https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json"
    );
    assert_eq!(
        request.headers,
        [
            ("content-type", FORM.to_owned()),
            (
                "authorization",
                // AC00000000000000000000000000000001:0123456789abcdef0123456789abcdef
                "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTowMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg=="
                    .to_owned()
            ),
        ]
    );
    assert_eq!(
        String::from_utf8(request.body.clone()).unwrap(),
        "To=%2B15550100001&From=%2B15550100002&Body=1%2B1%3D2+%26+%F0%9F%98%80%0Aok"
    );
    assert!(!format!("{request:?}").contains("5550100001"));
}

#[test]
fn the_sender_speaks_the_recipients_channel() {
    let service = "MG00000000000000000000000000000001";
    let cases = [
        (
            json!({ "from": "+15550100002" }),
            "+15550100001",
            Some("+15550100002"),
            None,
        ),
        (
            json!({ "from": "+15550100002" }),
            "whatsapp:+15550100001",
            Some("whatsapp:+15550100002"),
            None,
        ),
        (
            json!({ "messaging_service_sid": service }),
            "whatsapp:US.1",
            None,
            Some(service),
        ),
        (
            json!({ "from": "12345", "messaging_service_sid": service }),
            "+15550100001",
            Some("12345"),
            Some(service),
        ),
    ];
    for (mut settings, consumer, from, service) in cases {
        settings["account_sid"] = json!(ACCOUNT);
        settings["api_url"] = json!("http://127.0.0.1:8790/twilio/");
        let request = first_request(&*adapter_with(settings), consumer, &text("Hi"));
        assert!(
            request
                .url
                .starts_with("http://127.0.0.1:8790/twilio/2010-04-01/Accounts/AC")
        );
        assert_eq!(field(&request, "To").as_deref(), Some(consumer));
        assert_eq!(field(&request, "From").as_deref(), from);
        assert_eq!(field(&request, "MessagingServiceSid").as_deref(), service);
    }
}

#[test]
fn what_cannot_be_sent_is_refused_without_a_request() {
    let unsupported = |kind: &str| Refusal::Unsupported {
        kind: kind.to_owned(),
    };
    let cases = [
        (text(""), unsupported("empty text")),
        (text(" \r\n\t "), unsupported("empty text")),
        (
            Content::Unsupported {
                name: "RichContentEvent".to_owned(),
                raw: json!({}),
            },
            unsupported("RichContentEvent"),
        ),
        (
            Content::Malformed {
                what: "no content".to_owned(),
                raw: "x".to_owned(),
            },
            Refusal::Malformed {
                what: "no content".to_owned(),
            },
        ),
    ];
    for (content, reason) in cases {
        let next = step(
            &*adapter(),
            "+15550100001",
            &content,
            &Progress::default(),
            None,
        );
        assert_eq!(ended(next).0, Outcome::Refused { reason }, "{content:?}");
    }
}

#[test]
fn twilio_is_told_where_to_report() {
    let content = text("Hi");
    let progress = Progress::default();
    for (callback_url, expected) in [
        (URL, Some(URL)),
        (
            "https://user:pass@example.com/hook",
            Some("https://user:pass@example.com/hook"),
        ),
        ("", None),
        ("https://under_score.example.com/hook", None),
        (
            "https://example.com/under_score",
            Some("https://example.com/under_score"),
        ),
    ] {
        let message = Outgoing {
            callback_url,
            ..Outgoing::new("l:d:1", "+15550100001", &content, &progress)
        };
        let (request, _) = asked(adapter().next(&message, None));
        assert_eq!(field(&request, "StatusCallback").as_deref(), expected);
        let message = Outgoing {
            reference: "0a1b-2",
            ..message
        };
        let (request, _) = asked(adapter().next(&message, None));
        let expected = expected.map(|url| format!("{url}?reference=0a1b-2"));
        assert_eq!(field(&request, "StatusCallback"), expected);
    }
}

#[test]
fn a_long_text_goes_piece_by_piece_and_resumes_after_a_restart() {
    let adapter = adapter();
    let words: Vec<String> = (0..500).map(|n| format!("word{n}")).collect();
    let content = text(&words.join(" "));
    let next = |progress: &Progress, answer: Option<&HttpAnswer>| {
        step(&*adapter, "+15550100001", &content, progress, answer)
    };

    let (first, progress) = asked(next(&Progress::default(), None));
    let (second, progress) = asked(next(&progress, Some(&sent("SMa"))));
    let after_first = stored(&progress);
    assert_eq!(
        serde_json::to_value(&after_first).unwrap(),
        json!({ "next_piece": 1, "sids": ["SMa"] }),
        "rows hold this shape"
    );

    // The process ends while the second piece is under way, or it fails: the second piece is what is sent next.
    assert_eq!(asked(next(&after_first, None)).0, second);
    let (outcome, progress) = ended(next(&after_first, Some(&answer(503, ""))));
    assert_eq!(outcome, retry(Cause::Server { status: 503 }));
    assert_eq!(asked(next(&stored(&progress), None)).0, second);
    let (outcome, progress) = ended(next(&after_first, Some(&Err(HttpFailure::Lost))));
    assert_eq!(outcome, unknown(Cause::NoAnswer));
    assert_eq!(stored(&progress), after_first);

    let (third, progress) = asked(next(&after_first, Some(&sent("SMb"))));
    let (outcome, progress) = ended(next(&progress, Some(&sent("SMc"))));
    assert_eq!(outcome, delivered(Some("SMa SMb SMc")));
    let bodies: Vec<String> = [&first, &second, &third]
        .iter()
        .map(|r| field(r, "Body").unwrap())
        .collect();
    assert!(
        bodies
            .iter()
            .all(|body| body.encode_utf16().count() <= 1600)
    );
    let heard: Vec<&str> = bodies
        .iter()
        .flat_map(|body| body.split_whitespace())
        .collect();
    assert_eq!(heard, words, "nothing lost, nothing twice");

    // Everything was sent, but the process ended before the row said so.
    let (outcome, _) = ended(next(&stored(&progress), None));
    assert_eq!(outcome, delivered(Some("SMa SMb SMc")));
}

#[test]
fn a_piece_has_at_most_1600_utf16_units() {
    let adapter = adapter();
    for (content, pieces) in [
        ("a".repeat(1600), 1),
        ("a".repeat(1601), 2),
        ("é".repeat(1600), 1),
        ("😀".repeat(800), 1),
        ("😀".repeat(801), 2),
        (format!("{}\n\n", "a".repeat(1600)), 1),
    ] {
        let content = text(&content);
        let mut progress = Progress::default();
        let mut next = step(&*adapter, "+1", &content, &progress, None);
        let mut count = 0;
        while let Next::Request {
            progress: asked, ..
        } = next
        {
            count += 1;
            progress = asked;
            next = step(&*adapter, "+1", &content, &progress, Some(&sent("SMa")));
        }
        assert_eq!(count, pieces);
    }
}

#[test]
fn progress_of_another_release_starts_over_or_ends() {
    let adapter = adapter();
    let resume = |progress: Value| {
        let progress = serde_json::from_value(progress).unwrap();
        step(&*adapter, "+1", &text("Hi"), &progress, None)
    };
    for start in [
        json!(null),
        json!({}),
        json!("?"),
        json!({ "sids": [] }),
        json!({ "more": 1 }),
    ] {
        asked(resume(start));
    }
    assert_eq!(ended(resume(json!({ "next_piece": 9 }))).0, delivered(None));
}
