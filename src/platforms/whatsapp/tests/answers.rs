use super::*;
use crate::outcome::Refusal;

fn outcome(answer: &HttpAnswer) -> Outcome {
    let content = text("Hi");
    let progress = Progress::default();
    let message = Outgoing::new("l:d:7", PERSON, &content, &progress);
    match adapter().next(&message, Some(answer)) {
        Next::Done { outcome, .. } => outcome,
        Next::Request { .. } => panic!("another request"),
    }
}

fn retry(cause: Cause) -> Outcome {
    Outcome::Retry { after: None, cause }
}

fn refused(code: &str) -> Outcome {
    Outcome::Refused {
        reason: Refusal::Rejected {
            code: code.to_owned(),
        },
    }
}

fn credentials(code: &str) -> Outcome {
    retry(Cause::Credentials {
        code: Some(code.to_owned()),
    })
}

fn number() -> Outcome {
    retry(Cause::Configuration {
        key: "CHANNEL_WA.phone_number_id".to_owned(),
    })
}

#[test]
fn a_message_that_was_taken_has_whatsapps_id() {
    let delivered = |id: Option<&str>| Outcome::Delivered {
        remote_id: id.map(str::to_owned),
    };
    assert_eq!(
        outcome(&answer(200, answered!("sent_200"))),
        delivered(Some("wamid.OUT1"))
    );
    for body in [
        "",
        "{}",
        r#"{"messages":[]}"#,
        r#"{"messages":[{"id":"a b"}]}"#,
    ] {
        assert_eq!(outcome(&answer(200, body)), delivered(None), "{body}");
    }
}

#[test]
fn every_answer_says_whose_failure_it_is() {
    let server = |status| Cause::Server { status };
    for (status, body, expected) in [
        (400, answered!("window_over_400"), refused("131047")),
        (400, answered!("undeliverable_400"), refused("131026")),
        (400, answered!("not_on_test_list_400"), refused("131030")),
        (403, answered!("country_not_allowed_403"), refused("130497")),
        (400, answered!("invalid_value_400"), refused("131009")),
        (400, answered!("invalid_parameter_400"), refused("100")),
        (400, answered!("file_not_taken_400"), refused("131053")),
        (401, answered!("token_expired_401"), credentials("190/463")),
        (403, answered!("no_permission_403"), credentials("10")),
        (403, answered!("account_locked_403"), credentials("131031")),
        (402, answered!("unpaid_402"), credentials("131042")),
        (400, answered!("number_unknown_400"), number()),
        (400, answered!("number_not_registered_400"), number()),
        (400, answered!("too_fast_400"), retry(Cause::RateLimited)),
        (
            400,
            answered!("too_many_to_one_person_400"),
            retry(Cause::RateLimited),
        ),
        (400, answered!("app_limit_400"), retry(Cause::RateLimited)),
        (503, answered!("unavailable_503"), retry(server(503))),
        (
            500,
            answered!("something_went_wrong_500"),
            retry(server(500)),
        ),
        (400, answered!("passing_400"), retry(server(400))),
        (
            500,
            answered!("unknown_error_500"),
            Outcome::Unknown { cause: server(500) },
        ),
        (500, "", Outcome::Unknown { cause: server(500) }),
        (504, "<html>", Outcome::Unknown { cause: server(504) }),
    ] {
        assert_eq!(outcome(&answer(status, body)), expected, "{body}");
    }
    assert_eq!(
        outcome(&Err(HttpFailure::NotSent)),
        retry(Cause::Unreachable)
    );
    assert_eq!(
        outcome(&Err(HttpFailure::Lost)),
        Outcome::Unknown {
            cause: Cause::NoAnswer
        }
    );
}

#[test]
fn whatsapps_own_codes_mean_the_same_with_every_status() {
    let coded = |status, code: u32| {
        outcome(&answer(
            status,
            &json!({ "error": { "code": code } }).to_string(),
        ))
    };
    for status in [400, 403, 429, 500, 503] {
        assert_eq!(coded(status, 131_047), refused("131047"));
        assert_eq!(coded(status, 131_056), retry(Cause::RateLimited));
        assert_eq!(coded(status, 131_005), credentials("131005"));
        assert_eq!(coded(status, 0), credentials("0"));
        assert_eq!(coded(status, 131_037), number());
        assert_eq!(coded(status, 131_057), retry(Cause::Server { status }));
    }
}

#[test]
fn agents_read_why_where_they_can_do_something() {
    let explained = |code: &str| {
        adapter().explain(&Refusal::Rejected {
            code: code.to_owned(),
        })
    };
    for code in [
        "131047", "131026", "131049", "130472", "131050", "131021", "131030", "130497", "131052",
        "131053", "131053/1",
    ] {
        assert!(explained(code).is_some(), "{code}");
    }
    assert_eq!(
        explained("131047"),
        Some("the 24 hours in which WhatsApp allows free answers are over")
    );
    for code in ["100", "131009", "http 400", "", "1310470"] {
        assert_eq!(explained(code), None, "{code}");
    }
    assert_eq!(adapter().explain(&Refusal::Expired), None);
}
