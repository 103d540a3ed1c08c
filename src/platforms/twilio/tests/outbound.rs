use super::*;
use crate::http::{HttpFailure, HttpRequest, HttpResponse};
use crate::message::Content;
use crate::outcome::{Cause, Outcome, Refusal};
use crate::platforms::Progress;

fn step(
    adapter: &dyn Adapter,
    consumer: &str,
    content: &Content,
    progress: &Progress,
    answer: Option<&HttpAnswer>,
) -> Next {
    let message = Outgoing::new("l:dialog:1", consumer, content, progress);
    adapter.next(&message, answer)
}

fn text(text: &str) -> Content {
    Content::Text {
        text: text.to_owned(),
    }
}

fn answer(status: u16, body: &str) -> HttpAnswer {
    Ok(HttpResponse {
        status,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
        length: None,
    })
}

fn asked(next: Next) -> (HttpRequest, Progress) {
    match next {
        Next::Request { request, progress } => (request, progress),
        Next::Done { outcome, .. } => panic!("ended: {outcome:?}"),
    }
}

fn ended(next: Next) -> (Outcome, Progress) {
    match next {
        Next::Done { outcome, progress } => (outcome, progress),
        Next::Request { request, .. } => panic!("asked: {request:?}"),
    }
}

fn first_request(adapter: &dyn Adapter, consumer: &str, content: &Content) -> HttpRequest {
    asked(step(adapter, consumer, content, &Progress::default(), None)).0
}

fn field(request: &HttpRequest, name: &str) -> Option<String> {
    form_urlencoded::parse(&request.body)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

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

fn retry(cause: Cause) -> Outcome {
    Outcome::Retry { after: None, cause }
}

fn unknown(cause: Cause) -> Outcome {
    Outcome::Unknown { cause }
}

fn rejected(code: &str) -> Outcome {
    Outcome::Refused {
        reason: Refusal::Rejected {
            code: code.to_owned(),
        },
    }
}

fn credentials(code: Option<&str>) -> Outcome {
    retry(Cause::Credentials {
        code: code.map(str::to_owned),
    })
}

fn configuration(field: &str) -> Outcome {
    retry(Cause::Configuration {
        key: format!("CHANNEL_SMS.{field}"),
    })
}

fn delivered(sid: Option<&str>) -> Outcome {
    Outcome::Delivered {
        remote_id: sid.map(str::to_owned),
    }
}

#[test]
fn every_answer_has_its_outcome() {
    let code = |code: u32| format!("{{\"code\":{code},\"message\":\"m\",\"status\":400}}");
    let mut cases = vec![
        (
            answer(201, fixture!("sent_201.json")),
            delivered(Some(SENT)),
        ),
        (
            answer(200, fixture!("sent_201.json")),
            delivered(Some(SENT)),
        ),
        (answer(201, ""), delivered(None)),
        (answer(201, "<html>"), delivered(None)),
        (answer(201, "{\"sid\":7}"), delivered(None)),
        (answer(201, "{\"sid\":\"\"}"), delivered(None)),
        (answer(201, "{\"sid\":\"a b\"}"), delivered(None)),
        (
            answer(400, fixture!("opted_out_400.json")),
            rejected("21610"),
        ),
        (
            answer(401, fixture!("wrong_token_401.json")),
            credentials(Some("20003")),
        ),
        (
            answer(429, fixture!("too_many_requests_429.json")),
            retry(Cause::RateLimited),
        ),
        (
            answer(404, fixture!("account_not_found_404.json")),
            configuration("account_sid"),
        ),
        (
            answer(400, fixture!("sender_not_ours_400.json")),
            configuration("from"),
        ),
        (answer(429, ""), retry(Cause::RateLimited)),
        (answer(429, &code(21610)), retry(Cause::RateLimited)),
        (answer(401, ""), credentials(None)),
        (answer(403, "<html>"), credentials(None)),
        (answer(403, &code(20403)), credentials(Some("20403"))),
        (answer(403, &code(21408)), rejected("21408")),
        (answer(404, ""), configuration("account_sid")),
        (answer(404, &code(21999)), rejected("21999")),
        (answer(400, ""), rejected("http 400")),
        (answer(400, "{\"code\":\"x\"}"), rejected("http 400")),
        (answer(413, ""), rejected("http 413")),
        (answer(400, &code(20001)), rejected("20001")),
        (
            answer(400, &code(30008)),
            retry(Cause::Unexpected { status: 400 }),
        ),
        (answer(408, ""), unknown(Cause::Server { status: 408 })),
        (answer(500, ""), unknown(Cause::Server { status: 500 })),
        (
            answer(500, &code(21610)),
            unknown(Cause::Server { status: 500 }),
        ),
        (answer(504, ""), unknown(Cause::Server { status: 504 })),
        (answer(599, ""), unknown(Cause::Server { status: 599 })),
        (answer(502, ""), retry(Cause::Server { status: 502 })),
        (answer(503, ""), retry(Cause::Server { status: 503 })),
        (answer(302, ""), retry(Cause::Unexpected { status: 302 })),
        (answer(0, ""), retry(Cause::Unexpected { status: 0 })),
        (Err(HttpFailure::NotSent), retry(Cause::Unreachable)),
        (Err(HttpFailure::Lost), unknown(Cause::NoAnswer)),
    ];
    for limited in [14107, 20429, 21611, 30001, 63017, 63018, 63038] {
        cases.push((answer(400, &code(limited)), retry(Cause::RateLimited)));
    }
    for refused in [20003, 20005, 20006, 20008, 20403, 30002] {
        let expected = credentials(Some(&refused.to_string()));
        cases.push((answer(400, &code(refused)), expected));
    }
    for sender in [
        21212, 21606, 21607, 21659, 21660, 21661, 21703, 21705, 30034, 63007,
    ] {
        cases.push((answer(400, &code(sender)), configuration("from")));
    }
    cases.push((answer(400, &code(21608)), configuration("account_sid")));
    for refused in [
        21211, 21408, 21610, 21612, 21614, 21617, 30003, 30005, 30006, 30007, 30036, 63003, 63016,
        63019, 63020, 63021, 63024, 63032,
    ] {
        cases.push((answer(400, &code(refused)), rejected(&refused.to_string())));
    }
    let adapter = adapter();
    let content = text("Hi");
    let (_, progress) = asked(step(
        &*adapter,
        "+15550100001",
        &content,
        &Progress::default(),
        None,
    ));
    for (answer, expected) in cases {
        let next = step(
            &*adapter,
            "+15550100001",
            &content,
            &progress,
            Some(&answer),
        );
        let body = answer
            .as_ref()
            .map(|r| String::from_utf8_lossy(&r.body).into_owned());
        assert_eq!(ended(next).0, expected, "{answer:?} {body:?}");
    }
}

#[test]
fn a_sender_problem_names_the_setting_that_is_used() {
    let service = "MG00000000000000000000000000000001";
    let adapter = adapter_with(json!({ "account_sid": ACCOUNT, "messaging_service_sid": service }));
    let answer = answer(400, "{\"code\":21705}");
    let next = step(
        &*adapter,
        "+15550100001",
        &text("Hi"),
        &Progress::default(),
        Some(&answer),
    );
    assert_eq!(ended(next).0, configuration("messaging_service_sid"));
}

#[test]
fn twilio_is_asked_again_when_it_says() {
    let adapter = adapter();
    for (value, after) in [
        ("7", Some(7000)),
        ("0", Some(0)),
        ("soon", None),
        ("-1", None),
    ] {
        for (status, cause) in [
            (429, Cause::RateLimited),
            (503, Cause::Server { status: 503 }),
        ] {
            let answer = Ok(HttpResponse {
                status,
                headers: vec![("retry-after".to_owned(), value.to_owned())],
                body: Vec::new(),
                length: None,
            });
            let next = step(
                &*adapter,
                "+1",
                &text("Hi"),
                &Progress::default(),
                Some(&answer),
            );
            assert_eq!(ended(next).0, Outcome::Retry { after, cause }, "{value}");
        }
    }
}

/// What a row stores and the next start reads.
fn stored(progress: &Progress) -> Progress {
    serde_json::from_str(&serde_json::to_string(progress).unwrap()).unwrap()
}

fn sent(sid: &str) -> HttpAnswer {
    answer(201, &json!({ "sid": sid }).to_string())
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
    assert_eq!(outcome, delivered(Some("SMc")));
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
    assert_eq!(outcome, delivered(Some("SMc")));
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
