use super::outbound::{Send, answer, heard, text};
use super::*;
use crate::http::{HttpFailure, HttpResponse};
use crate::outcome::{Cause, Outcome};

fn retry(cause: Cause) -> Outcome {
    Outcome::Retry { after: None, cause }
}

fn credentials(code: &str) -> Outcome {
    retry(Cause::Credentials {
        code: Some(code.to_owned()),
    })
}

fn rejected(code: &str) -> Outcome {
    let code = code.to_owned();
    Outcome::Refused {
        reason: Refusal::Rejected { code },
    }
}

fn unknown(cause: Cause) -> Outcome {
    Outcome::Unknown { cause }
}

/// The outcome of a push, and of a reply, that is answered so.
fn judged(answer: &HttpAnswer) -> [Outcome; 2] {
    let content = text("Hi");
    [None, Some(heard("token"))].map(|heard| {
        let mut send = Send::of(&content, heard);
        send.request();
        send.answered(answer).expect("it goes on")
    })
}

#[test]
fn whose_failure_an_answer_tells_of() {
    let api_url = Cause::Configuration {
        key: "CHANNEL_LINE.api_url".to_owned(),
    };
    let cases = [
        (
            400,
            fixture!("answers/wrong_text_400.json"),
            rejected("http 400 messages[0].text"),
        ),
        (
            400,
            fixture!("answers/wrong_recipient_400.json"),
            rejected("invalid_recipient"),
        ),
        (
            400,
            fixture!("answers/not_sent_400.json"),
            rejected("failed_to_send"),
        ),
        (400, "", rejected("http 400")),
        (
            400,
            r#"{"details":[{"property":"a text"}]}"#,
            rejected("http 400"),
        ),
        (
            401,
            fixture!("answers/wrong_token_401.json"),
            credentials("401"),
        ),
        (403, fixture!("answers/plan_403.json"), credentials("403")),
        (404, "", retry(api_url)),
        (409, "{}", retry(Cause::Unexpected { status: 409 })),
        (410, "", rejected("http 410")),
        (413, "", rejected("http 413")),
        (
            429,
            fixture!("answers/too_fast_429.json"),
            retry(Cause::RateLimited),
        ),
        (
            429,
            fixture!("answers/month_429.json"),
            credentials("monthly_limit"),
        ),
        (429, "", retry(Cause::RateLimited)),
        (408, "", unknown(Cause::Server { status: 408 })),
        (
            500,
            fixture!("answers/server_500.json"),
            unknown(Cause::Server { status: 500 }),
        ),
        (503, "<html>", unknown(Cause::Server { status: 503 })),
        (302, "", retry(Cause::Unexpected { status: 302 })),
    ];
    for (status, body, expected) in cases {
        for outcome in judged(&answer(status, body)) {
            assert_eq!(outcome, expected, "{status} {body}");
        }
    }
    for outcome in judged(&Err(HttpFailure::NotSent)) {
        assert_eq!(outcome, retry(Cause::Unreachable));
    }
    for outcome in judged(&Err(HttpFailure::Lost)) {
        assert_eq!(outcome, unknown(Cause::NoAnswer));
    }
}

#[test]
fn the_ids_of_sent_messages_are_told_and_an_unreadable_success_is_one() {
    let delivered = |answer: &HttpAnswer| {
        let [push, reply] = judged(answer);
        assert_eq!(push, reply);
        match push {
            Outcome::Delivered { remote_id } => remote_id,
            other => panic!("{other:?}"),
        }
    };
    let both = delivered(&answer(200, fixture!("answers/sent_200.json")));
    let both = both.unwrap();
    assert_eq!(both, "461230966842064897 461230966842064898");
    let odd = r#"{"sentMessages":[{"id":"a b"},{"id":7},{},{"id":"1"}]}"#;
    assert_eq!(delivered(&answer(200, odd)).as_deref(), Some("1"));
    for unreadable in ["", "{}", "<html>", r#"{"sentMessages":{}}"#] {
        assert_eq!(delivered(&answer(200, unreadable)), None);
    }
}

#[test]
fn a_push_that_was_taken_before_is_delivered() {
    let told = answer(409, fixture!("answers/accepted_before_409.json"));
    let headed = Ok(HttpResponse {
        headers: vec![("x-line-accepted-request-id".to_owned(), "r-1".to_owned())],
        ..answer(409, "").unwrap()
    });
    for (answer, id) in [(told, Some("461230966842064897")), (headed, None)] {
        let [push, _] = judged(&answer);
        let remote_id = id.map(str::to_owned);
        assert_eq!(push, Outcome::Delivered { remote_id });
    }
}

#[test]
fn a_pause_that_line_asks_for_is_kept() {
    let slower = Ok(HttpResponse {
        headers: vec![("retry-after".to_owned(), "7".to_owned())],
        ..answer(429, "").unwrap()
    });
    let [push, _] = judged(&slower);
    let expected = Outcome::Retry {
        after: Some(7000),
        cause: Cause::RateLimited,
    };
    assert_eq!(push, expected);
}

#[test]
fn agents_read_why_a_person_cannot_be_written_to() {
    let explain = |code: &str| {
        let code = code.to_owned();
        adapter().explain(&Refusal::Rejected { code })
    };
    assert!(explain("failed_to_send").is_some_and(|words| words.contains("week")));
    assert!(explain("invalid_recipient").is_some());
    assert_eq!(explain("http 400"), None);
    assert_eq!(adapter().explain(&Refusal::Expired), None);
}
