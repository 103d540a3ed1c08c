use super::*;

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
        (
            answer(400, fixture!("callback_not_taken_400.json")),
            configuration("public_url"),
        ),
        (
            answer(400, fixture!("media_not_taken_400.json")),
            rejected("21620"),
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

#[test]
fn codes_that_say_something_to_an_agent_are_explained() {
    let adapter = adapter();
    let explained = |reason: &Refusal| adapter.explain(reason);
    let rejected = |code: &str| Refusal::Rejected {
        code: code.to_owned(),
    };
    for code in [
        "11751", "12300", "21211", "21265", "21408", "21610", "21612", "21614", "21620", "30003",
        "30004", "30005", "30006", "30007", "30019", "30036", "63003", "63013", "63016", "63019",
        "63021", "63024", "63032", "63049",
    ] {
        let words = explained(&rejected(code)).unwrap();
        assert!(
            !words.contains("Twilio") && !words.ends_with('.'),
            "{words}"
        );
    }
    assert_eq!(explained(&rejected("30008")), None);
    assert_eq!(explained(&Refusal::Expired), None);
}
