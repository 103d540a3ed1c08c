use serde_json::{Value, json};

use crate::http::{HttpAnswer, HttpFailure, HttpResponse};
use crate::outcome::{Cause, Outcome, Refusal};
use crate::platforms::meta::graph::{Fault, GraphError, judge};

fn response(status: u16, body: &Value) -> HttpResponse {
    HttpResponse {
        status,
        headers: Vec::new(),
        body: body.to_string().into_bytes(),
        length: None,
    }
}

fn error(status: u16, code: u64, subcode: Option<u64>) -> HttpResponse {
    let mut error =
        json!({ "message": "words", "type": "OAuthException", "code": code, "fbtrace_id": "A" });
    if let Some(subcode) = subcode {
        error["error_subcode"] = json!(subcode);
    }
    response(status, &json!({ "error": error }))
}

fn outcome(answer: HttpAnswer) -> Outcome {
    judge(&answer, "CHANNEL_A.page_id", |_| None).unwrap_err()
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

#[test]
fn every_code_is_somebodys_failure() {
    let credentials = |code: &str| {
        retry(Cause::Credentials {
            code: Some(code.to_owned()),
        })
    };
    let sender = || {
        retry(Cause::Configuration {
            key: "CHANNEL_A.page_id".to_owned(),
        })
    };
    let unknown = |status| Outcome::Unknown {
        cause: Cause::Server { status },
    };
    let cases = [
        (400, 4, None, retry(Cause::RateLimited)),
        (400, 17, None, retry(Cause::RateLimited)),
        (400, 32, None, retry(Cause::RateLimited)),
        (400, 613, None, retry(Cause::RateLimited)),
        (400, 80_006, None, retry(Cause::RateLimited)),
        (400, 2, None, retry(Cause::Server { status: 400 })),
        (503, 2, None, retry(Cause::Server { status: 503 })),
        (500, 1200, None, retry(Cause::Server { status: 500 })),
        (400, 1, None, retry(Cause::Server { status: 400 })),
        (500, 1, None, unknown(500)),
        (500, 131_000, None, unknown(500)),
        (401, 190, None, credentials("190")),
        (400, 190, Some(463), credentials("190/463")),
        (403, 10, None, credentials("10")),
        (403, 200, None, credentials("200")),
        (400, 299, None, credentials("299")),
        (400, 368, None, credentials("368")),
        (400, 100, Some(33), sender()),
        (404, 803, None, sender()),
        (400, 2500, None, sender()),
        (400, 100, None, rejected("100")),
        (400, 100, Some(2_018_001), rejected("100/2018001")),
        (400, 551, None, rejected("551")),
        (400, 987_654, Some(0), rejected("987654")),
    ];
    for (status, code, subcode, expected) in cases {
        let found = outcome(Ok(error(status, code, subcode)));
        assert_eq!(found, expected, "{status} {code} {subcode:?}");
    }
}

#[test]
fn what_meta_calls_transient_is_tried_again() {
    let body = json!({ "error": { "code": 987_654, "is_transient": true } });
    assert_eq!(
        outcome(Ok(response(400, &body))),
        retry(Cause::Server { status: 400 })
    );
    let body = json!({ "error": { "code": 987_654, "is_transient": "yes" } });
    assert_eq!(outcome(Ok(response(400, &body))), rejected("987654"));
}

#[test]
fn without_a_code_the_status_decides() {
    let none = json!({});
    let cases = [
        (301, retry(Cause::Unexpected { status: 301 })),
        (400, rejected("http 400")),
        (401, retry(Cause::Credentials { code: None })),
        (403, retry(Cause::Credentials { code: None })),
        (
            404,
            retry(Cause::Configuration {
                key: "CHANNEL_A.page_id".to_owned(),
            }),
        ),
        (
            408,
            Outcome::Unknown {
                cause: Cause::Server { status: 408 },
            },
        ),
        (429, retry(Cause::RateLimited)),
        (
            502,
            Outcome::Unknown {
                cause: Cause::Server { status: 502 },
            },
        ),
    ];
    for (status, expected) in cases {
        assert_eq!(outcome(Ok(response(status, &none))), expected, "{status}");
    }
    assert_eq!(
        outcome(Err(HttpFailure::NotSent)),
        retry(Cause::Unreachable)
    );
    let lost = Outcome::Unknown {
        cause: Cause::NoAnswer,
    };
    assert_eq!(outcome(Err(HttpFailure::Lost)), lost);
}

#[test]
fn an_error_in_an_answer_of_200_is_an_error() {
    assert_eq!(outcome(Ok(error(200, 551, None))), rejected("551"));
    let answer = Ok(response(200, &json!({ "message_id": "m_1" })));
    assert!(judge(&answer, "", |_| None).is_ok());
}

#[test]
fn a_platforms_own_table_comes_first() {
    let answer = Ok(error(400, 10, Some(2_018_278)));
    let own = |error: &GraphError| (error.subcode == Some(2_018_278)).then_some(Fault::Message);
    let found = judge(&answer, "", own).unwrap_err();
    assert_eq!(found, rejected("10/2018278"));
}

#[test]
fn the_longest_time_that_a_business_is_to_wait_counts() {
    let limited = |headers: &[(&str, &str)]| {
        let mut response = error(400, 80_006, None);
        let pairs = headers.iter();
        response.headers = pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        outcome(Ok(response))
    };
    let after = |after| Outcome::Retry {
        after,
        cause: Cause::RateLimited,
    };
    let usage = r#"{"1":[{"type":"messenger","estimated_time_to_regain_access":2},{"estimated_time_to_regain_access":5}],"2":[{"call_count":1}]}"#;
    let name = "x-business-use-case-usage";
    assert_eq!(limited(&[(name, usage)]), after(Some(300_000)));
    assert_eq!(
        limited(&[(name, "{"), ("retry-after", "7")]),
        after(Some(7_000))
    );
    let none = r#"{"1":[{"estimated_time_to_regain_access":0}]}"#;
    assert_eq!(limited(&[(name, none)]), after(None));
    assert_eq!(limited(&[]), after(None));
}
