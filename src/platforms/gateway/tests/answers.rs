use super::outbound::{ended, message, text, webhook_id};
use super::*;
use crate::http::{HttpFailure, HttpResponse};
use crate::outcome::{Cause, Outcome, Refusal};

fn answer(status: u16, body: &str) -> HttpAnswer {
    Ok(HttpResponse {
        status,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
        length: None,
    })
}

fn retry(cause: Cause) -> Outcome {
    Outcome::Retry { after: None, cause }
}

fn rejected(code: &str) -> Outcome {
    Outcome::Refused {
        reason: Refusal::Rejected {
            code: code.to_owned(),
        },
    }
}

fn outcome(answer: &HttpAnswer) -> Outcome {
    ended(adapter().next(&message(&text("Hi")), Some(answer)))
}

#[test]
fn every_answer_has_its_outcome() {
    let delivered = || Outcome::Delivered {
        remote_id: Some(webhook_id()),
    };
    let configuration = || {
        retry(Cause::Configuration {
            key: "CHANNEL_APP.url".to_owned(),
        })
    };
    let mut cases = vec![
        (
            answer(410, fixture!("answers/opted_out_410.json")),
            rejected("opted_out"),
        ),
        (answer(400, "{\"error\":{\"code\":7}}"), rejected("7")),
        (
            answer(422, "{\"error\":{\"code\":\"no such person\"}}"),
            rejected("http 422"),
        ),
        (
            answer(422, "{\"error\":{\"code\":\"\"}}"),
            rejected("http 422"),
        ),
        (answer(422, "{\"error\":\"x\"}"), rejected("http 422")),
        (answer(422, "<html>"), rejected("http 422")),
        (answer(429, ""), retry(Cause::RateLimited)),
        (Err(HttpFailure::NotSent), retry(Cause::Unreachable)),
        (
            Err(HttpFailure::Source { status: 404 }),
            retry(Cause::Unreachable),
        ),
        (Err(HttpFailure::Lost), retry(Cause::NoAnswer)),
    ];
    for status in [200, 201, 202, 204, 299, 409] {
        cases.push((answer(status, ""), delivered()));
    }
    for status in [400, 410, 413, 422] {
        cases.push((answer(status, ""), rejected(&format!("http {status}"))));
    }
    for status in [401, 403, 404, 405, 415] {
        cases.push((answer(status, ""), configuration()));
    }
    for status in [408, 500, 501, 502, 503, 504, 520, 599] {
        cases.push((answer(status, ""), retry(Cause::Server { status })));
    }
    for status in [0, 101, 199, 301, 302, 307, 402, 406, 418, 425, 451, 600] {
        cases.push((answer(status, ""), retry(Cause::Unexpected { status })));
    }
    for (answer, expected) in cases {
        assert_eq!(outcome(&answer), expected, "{answer:?}");
    }
}

#[test]
fn nothing_is_ever_unknown_and_the_app_is_asked_again_when_it_says() {
    for status in 0..=700 {
        let said = HttpResponse {
            headers: vec![("retry-after".to_owned(), "7".to_owned())],
            ..answer(status, "").unwrap()
        };
        match outcome(&Ok(said)) {
            Outcome::Retry { after, .. } => assert_eq!(after, Some(7000), "{status}"),
            Outcome::Unknown { .. } => panic!("{status} is unknown"),
            Outcome::Delivered { .. } | Outcome::Refused { .. } => {}
        }
    }
}
