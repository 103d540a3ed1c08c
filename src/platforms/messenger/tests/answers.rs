use super::*;

fn outcome(answer: &HttpAnswer) -> Outcome {
    let (content, none) = (text("a"), Progress::default());
    let message = Outgoing::new("l:d:7", PERSON, &content, &none);
    match adapter().next(&message, Some(answer)) {
        Next::Done { outcome, .. } => outcome,
        Next::Request { .. } => panic!("it goes on"),
    }
}

fn error(code: u64, subcode: Option<u64>) -> HttpAnswer {
    let error = json!({ "error": { "code": code, "error_subcode": subcode } });
    answer(400, &error.to_string())
}

fn rejected(code: &str) -> Outcome {
    Outcome::Refused {
        reason: Refusal::Rejected {
            code: code.to_owned(),
        },
    }
}

fn retry(cause: Cause) -> Outcome {
    Outcome::Retry { after: None, cause }
}

#[test]
fn every_answer_has_its_outcome() {
    let credentials = |code: &str| {
        retry(Cause::Credentials {
            code: Some(code.to_owned()),
        })
    };
    for (status, body, expected) in [
        (400, fixture!("answers/window_over"), rejected("10/2018278")),
        (
            400,
            fixture!("answers/person_not_available"),
            rejected("551/1545041"),
        ),
        (
            401,
            fixture!("answers/token_expired"),
            credentials("190/463"),
        ),
        (
            400,
            fixture!("answers/too_many_calls"),
            retry(Cause::RateLimited),
        ),
        (
            500,
            fixture!("answers/unavailable_for_now"),
            retry(Cause::Server { status: 500 }),
        ),
        (
            500,
            "",
            Outcome::Unknown {
                cause: Cause::Server { status: 500 },
            },
        ),
    ] {
        assert_eq!(outcome(&answer(status, body)), expected, "{body}");
    }
    for (code, subcode, expected) in [
        (10, None, credentials("10")),
        (10, Some(2_018_065), rejected("10/2018065")),
        (200, None, credentials("200")),
        (200, Some(2_018_108), rejected("200/2018108")),
        (200, Some(1_545_041), rejected("200/1545041")),
        (100, Some(2_018_001), rejected("100/2018001")),
        (100, None, rejected("100")),
        (2, Some(2_018_344), rejected("2/2018344")),
        (1200, None, retry(Cause::Server { status: 400 })),
        (
            100,
            Some(33),
            retry(Cause::Configuration {
                key: "CHANNEL_FB.page_id".to_owned(),
            }),
        ),
    ] {
        let found = outcome(&error(code, subcode));
        assert_eq!(found, expected, "{code} {subcode:?}");
    }
    let lost = Outcome::Unknown {
        cause: Cause::NoAnswer,
    };
    assert_eq!(outcome(&Err(HttpFailure::Lost)), lost);
    assert_eq!(
        outcome(&Err(HttpFailure::NotSent)),
        retry(Cause::Unreachable)
    );
}

#[test]
fn what_was_taken_is_delivered_whatever_the_answer_says_of_its_id() {
    for odd in [
        "",
        "{}",
        "{\"message_id\":\"\"}",
        "{\"message_id\":\"a b\"}",
        "{\"message_id\":{}}",
    ] {
        let delivered = Outcome::Delivered { remote_id: None };
        assert_eq!(outcome(&answer(200, odd)), delivered, "{odd}");
    }
}

#[test]
fn agents_are_told_what_they_can_do_something_with() {
    let explain = |code: &str| {
        let refusal = Refusal::Rejected {
            code: code.to_owned(),
        };
        adapter().explain(&refusal)
    };
    let window = Some("the time in which Meta allows answers is over");
    let gone = Some("the person cannot be written to: gone, or has blocked these messages");
    for (code, expected) in [
        ("10/2018278", window),
        ("10/2018065", window),
        ("551", gone),
        ("551/1545041", gone),
        ("9010", gone),
        ("200/2018108", gone),
        ("100/2018001", gone),
        (
            "2/2018344",
            Some("the person has not yet agreed to Meta's terms"),
        ),
        ("100", None),
        ("10", None),
        ("http 400", None),
        ("10/x", None),
    ] {
        assert_eq!(explain(code), expected, "{code}");
    }
    assert_eq!(adapter().explain(&Refusal::Expired), None);
}
