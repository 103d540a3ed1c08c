//! What every known answer of LiveEngage to a create or a publish means.

use liveengage_connector::http::{HttpAnswer, HttpFailure, HttpResponse};
use liveengage_connector::liveengage::answers::{
    CreateAnswer, SendAnswer, TokenFault, create_answer, send_answer,
};
use liveengage_connector::outcome::Cause;

const PROFILE_OK: &str =
    r#"{"code":"OK","body":{"msg":"OK User Profile set successfully"},"reqId":"r-1"}"#;
const ALREADY_OPEN: &str = r#"{"code":"BAD_REQUEST","body":{"msg":"Consumer request conversation failed: User c0ffee already has open conversation. Can't open another one."},"reqId":"r-2"}"#;
const CLOSED: &str =
    r#"{"code":"BAD_REQUEST","body":{"msg":"Bad Request, Conversation is close"},"reqId":"r"}"#;
const TOO_LARGE: &str = r#"{"code":"BAD_REQUEST","body":{"msg":"Bad Request"},"reqId":"r"}"#;

fn answer(status: u16, body: &str) -> HttpAnswer {
    Ok(HttpResponse {
        status,
        headers: vec![],
        body: body.as_bytes().to_vec(),
        length: None,
    })
}

fn with_retry_after(status: u16, seconds: &str) -> HttpAnswer {
    Ok(HttpResponse {
        status,
        headers: vec![("retry-after".to_owned(), seconds.to_owned())],
        body: vec![],
        length: None,
    })
}

fn unauthorized(error_code: &str) -> String {
    format!(
        r#"{{"kind":"resp","code":401,"body":{{"title":"t","details":"d","errorCode":{error_code}}},"type":".ReqBody$ErrorResp"}}"#
    )
}

fn batch(items: &[&str]) -> String {
    format!("[{}]", items.join(","))
}

fn token_faults() -> Vec<(u16, String, TokenFault)> {
    vec![
        (401, unauthorized("40102"), TokenFault::AppJwt),
        (401, unauthorized("40103"), TokenFault::ConsumerJws),
        (401, unauthorized("\"40104\""), TokenFault::MissingHeader),
        (401, unauthorized("40105"), TokenFault::MissingHeader),
        (400, unauthorized("40001"), TokenFault::Account),
        (401, unauthorized("40199"), TokenFault::Other),
        (200, unauthorized("40102"), TokenFault::AppJwt),
        (200, batch(&[&unauthorized("40102")]), TokenFault::AppJwt),
        (200, unauthorized("40199"), TokenFault::Other),
        (401, "<html>".to_owned(), TokenFault::Other),
        (401, String::new(), TokenFault::Other),
    ]
}

#[test]
fn answers_to_a_create() {
    use CreateAnswer::{AlreadyOpen, Destination, NoAnswer, Refused, Unauthorized};
    let created = |id: &str| CreateAnswer::Created {
        conversation_id: id.to_owned(),
    };
    let refused = |code: &str| Refused {
        code: code.to_owned(),
    };
    let retry = |cause| Destination { cause, after: None };
    let item = r#"{"code":"OK","body":{"conversationId":"c"},"reqId":"r-2"}"#;
    let same_id = r#"{"code":"OK","body":{"conversationId":"c"},"reqId":"r-1"}"#;
    let numeric = r#"{"code":200,"body":{"conversationId":7},"reqId":"r-2"}"#;
    let failed_profile = r#"{"code":"BAD_REQUEST","body":{"msg":"no"},"reqId":"r-1"}"#;
    let failed = r#"{"code":"BAD_REQUEST","body":{"msg":"no such skill"},"reqId":"r-2"}"#;
    let upper = ALREADY_OPEN.replace("already has", "ALREADY HAS");
    let mut cases: Vec<(HttpAnswer, CreateAnswer)> = vec![
        (answer(200, &batch(&[PROFILE_OK, item])), created("c")),
        (answer(201, &batch(&[item, PROFILE_OK])), created("c")),
        (answer(200, &batch(&[PROFILE_OK, same_id])), created("c")),
        (answer(200, &batch(&[failed_profile, item])), created("c")),
        (answer(200, &batch(&[PROFILE_OK, numeric])), created("7")),
        (answer(200, item), created("c")),
        (
            answer(200, &batch(&[PROFILE_OK, ALREADY_OPEN])),
            AlreadyOpen,
        ),
        (
            answer(400, &batch(&[PROFILE_OK, ALREADY_OPEN])),
            AlreadyOpen,
        ),
        (answer(400, ALREADY_OPEN), AlreadyOpen),
        (answer(200, &batch(&[PROFILE_OK, &upper])), AlreadyOpen),
        (
            answer(200, &batch(&[PROFILE_OK, failed])),
            refused("BAD_REQUEST"),
        ),
        (
            answer(200, &batch(&[failed_profile])),
            refused("BAD_REQUEST"),
        ),
        (
            answer(400, &batch(&[PROFILE_OK, failed])),
            refused("BAD_REQUEST"),
        ),
        (answer(400, "<html>"), refused("400")),
        (
            answer(200, &batch(&[PROFILE_OK])),
            retry(Cause::Unexpected { status: 200 }),
        ),
        (
            answer(200, "<html>"),
            retry(Cause::Unexpected { status: 200 }),
        ),
        (answer(200, ""), retry(Cause::Unexpected { status: 200 })),
        (
            answer(404, "<html>"),
            retry(Cause::Unexpected { status: 404 }),
        ),
        (answer(302, ""), retry(Cause::Unexpected { status: 302 })),
        (
            answer(403, ""),
            retry(Cause::Credentials {
                code: Some("403".to_owned()),
            }),
        ),
        (answer(500, ""), retry(Cause::Server { status: 500 })),
        (
            answer(500, &batch(&[failed])),
            retry(Cause::Server { status: 500 }),
        ),
        (answer(504, ""), retry(Cause::Server { status: 504 })),
        (
            with_retry_after(503, "7"),
            Destination {
                cause: Cause::Server { status: 503 },
                after: Some(7000),
            },
        ),
        (
            answer(429, ""),
            Destination {
                cause: Cause::RateLimited,
                after: Some(1000),
            },
        ),
        (
            with_retry_after(429, "0"),
            Destination {
                cause: Cause::RateLimited,
                after: Some(1000),
            },
        ),
        (Err(HttpFailure::NotSent), NoAnswer(HttpFailure::NotSent)),
        (Err(HttpFailure::Lost), NoAnswer(HttpFailure::Lost)),
    ];
    for (status, body, fault) in token_faults() {
        cases.push((answer(status, &body), Unauthorized(fault)));
    }
    for (number, (answer, expected)) in cases.iter().enumerate() {
        assert_eq!(create_answer(answer, "r"), *expected, "case {number}");
    }
}

#[test]
fn answers_to_a_publish() {
    use SendAnswer::{
        Accepted, ConversationClosed, Destination, NoAnswer, Refused, Unauthorized, Unknown,
    };
    let accepted = |sequence| Accepted { sequence };
    let refused = |code: &str| Refused {
        code: code.to_owned(),
    };
    let retry = |cause| Destination { cause, after: None };
    let unexpected = |status| retry(Cause::Unexpected { status });
    let coded = |code: &str| format!(r#"{{"code":"{code}","body":{{}}}}"#);
    let mut cases: Vec<(HttpAnswer, SendAnswer)> = vec![
        (
            answer(200, r#"{"reqId":"r","code":"OK","body":{"sequence":4}}"#),
            accepted(Some(4)),
        ),
        (
            answer(
                200,
                r#"[{"reqId":"r","code":"OK","body":{"sequence":"4"}}]"#,
            ),
            accepted(Some(4)),
        ),
        (
            answer(201, r#"{"code":200,"body":{"sequence":0}}"#),
            accepted(Some(0)),
        ),
        (
            answer(200, r#"{"code":"OK","body":{"msg":"OK"}}"#),
            accepted(None),
        ),
        (answer(200, r#"{"code":"OK"}"#), accepted(None)),
        (answer(200, r#"{"body":{"sequence":4}}"#), accepted(Some(4))),
        (answer(200, CLOSED), ConversationClosed),
        (answer(400, CLOSED), ConversationClosed),
        (answer(500, CLOSED), ConversationClosed),
        (answer(400, &CLOSED.to_lowercase()), ConversationClosed),
        (answer(400, TOO_LARGE), refused("BAD_REQUEST")),
        (answer(200, TOO_LARGE), refused("BAD_REQUEST")),
        (
            answer(200, &coded("SOMETHING_NEW")),
            refused("SOMETHING_NEW"),
        ),
        (answer(400, "<html>"), refused("400")),
        (answer(413, ""), refused("413")),
        (answer(200, ""), Unknown { status: 200 }),
        (answer(200, "<html>"), Unknown { status: 200 }),
        (answer(200, "{}"), Unknown { status: 200 }),
        (answer(200, "[]"), Unknown { status: 200 }),
        (answer(202, ""), Unknown { status: 202 }),
        (answer(500, ""), Unknown { status: 500 }),
        (answer(500, TOO_LARGE), Unknown { status: 500 }),
        (
            answer(200, &coded("INTERNAL_SERVER_ERROR")),
            Unknown { status: 500 },
        ),
        (answer(504, ""), Unknown { status: 504 }),
        (answer(524, ""), Unknown { status: 524 }),
        (answer(408, ""), Unknown { status: 408 }),
        (answer(502, ""), retry(Cause::Server { status: 502 })),
        (answer(503, ""), retry(Cause::Server { status: 503 })),
        (
            with_retry_after(503, "30"),
            Destination {
                cause: Cause::Server { status: 503 },
                after: Some(30_000),
            },
        ),
        (
            answer(429, ""),
            Destination {
                cause: Cause::RateLimited,
                after: Some(1000),
            },
        ),
        (
            with_retry_after(429, "9"),
            Destination {
                cause: Cause::RateLimited,
                after: Some(9000),
            },
        ),
        (
            with_retry_after(429, "Wed, 21 Oct 2026 07:28:00 GMT"),
            Destination {
                cause: Cause::RateLimited,
                after: Some(1000),
            },
        ),
        (
            answer(200, &coded("TOO_MANY_REQUESTS")),
            Destination {
                cause: Cause::RateLimited,
                after: Some(1000),
            },
        ),
        (
            answer(403, &coded("FORBIDDEN")),
            retry(Cause::Credentials {
                code: Some("403".to_owned()),
            }),
        ),
        (answer(404, ""), unexpected(404)),
        (answer(301, ""), unexpected(301)),
        (Err(HttpFailure::NotSent), NoAnswer(HttpFailure::NotSent)),
        (Err(HttpFailure::Lost), NoAnswer(HttpFailure::Lost)),
    ];
    for (status, body, fault) in token_faults() {
        cases.push((answer(status, &body), Unauthorized(fault)));
    }
    for (number, (answer, expected)) in cases.iter().enumerate() {
        assert_eq!(send_answer(answer), *expected, "case {number}");
    }
}
