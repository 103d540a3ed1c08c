//! What came of a live step, in plain words: what happened, and what to do about it.

use liveengage_connector::http::HttpResponse;
use liveengage_connector::outcome::Cause;
use serde_json::Value;

use crate::client::Trouble;

/// A failed step.
#[derive(Debug, PartialEq)]
pub(crate) struct Failure {
    pub(crate) what: String,
    pub(crate) cure: String,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            cure: cure.into(),
        }
    }
}

/// No answer from `host`, which stands in the settings as `setting`.
pub(crate) fn no_answer(trouble: Trouble, host: &str, setting: &str) -> Failure {
    let (what, cure) = match trouble {
        Trouble::Address => (
            format!("no request can be made to {host}"),
            format!("correct {setting}"),
        ),
        Trouble::Resolve => (
            format!("could not resolve host {host}"),
            format!("look for a misprint in {setting}, and at this machine's network and DNS"),
        ),
        Trouble::Connect => (
            format!("could not connect to {host}"),
            format!(
                "see whether it runs, whether {setting} is right, and whether a firewall or proxy is between"
            ),
        ),
        Trouble::Tls => (
            format!("no secure connection (TLS) to {host}"),
            format!(
                "see whether {setting} is right and serves https with a valid certificate; a proxy that opens TLS is not trusted here"
            ),
        ),
        Trouble::TimeOut => (
            format!("no answer from {host} within 10 seconds"),
            "try again; LivePerson waits for 5 seconds only".to_owned(),
        ),
        Trouble::Broken => (
            format!("the connection to {host} broke off, or its answer is no HTTP"),
            format!("try again, and see whether {setting} is right"),
        ),
        Trouble::TooLong => (
            format!("the answer of {host} is longer than any expected one"),
            format!("see whether {setting} is right"),
        ),
    };
    Failure { what, cure }
}

/// A call of LivePerson that failed, with the account's table in the settings.
pub(crate) fn liveperson(cause: &Cause, host: &str, table: &str) -> Failure {
    let later = "try again later";
    match cause {
        Cause::Configuration { key } if key == "account.id" => Failure::new(
            format!("{host} knows no such account"),
            format!("correct {table}.id: it is the account id (site id) in LiveEngage"),
        ),
        Cause::Configuration { .. } => Failure::new(
            format!("{host} names no services that credentials may be sent to"),
            format!("correct {table}.domain_api, or leave it out"),
        ),
        Cause::Credentials { code } => {
            let code = code.as_deref().unwrap_or("no code");
            // It comes from outside and may be of any length.
            let code: String = code.chars().take(64).collect();
            Failure::new(
                format!("{host} refuses the client id or its secret ({code})"),
                format!(
                    "compare {table}.client_id and SECRET_{table} with the app installation, and see that it is enabled"
                ),
            )
        }
        Cause::RateLimited => Failure::new(format!("{host} asks to slow down"), later),
        Cause::Server { status } => {
            Failure::new(format!("{host} has a failure of its own ({status})"), later)
        }
        Cause::Unexpected { status } => Failure::new(
            format!("{host} answered {status} with something that is not documented"),
            format!("see whether {table}.domain_api points to LivePerson"),
        ),
        _ => Failure::new(format!("no answer from {host}"), later),
    }
}

/// The error code in an answer of the connector. Only its own codes are repeated.
pub(crate) fn error_code(response: &HttpResponse) -> Option<&'static str> {
    const CODES: [&str; 10] = [
        "not_found",
        "method_not_allowed",
        "unsupported_media_type",
        "body_too_large",
        "body_incomplete",
        "account_unknown",
        "signature_missing",
        "signature_mismatch",
        "configuration",
        "unavailable",
    ];
    let body: Value = response.json()?;
    let code = body.get("error")?.as_str()?;
    CODES.into_iter().find(|known| *known == code)
}

/// An answer that is neither the expected one nor peculiar to the step.
pub(crate) fn unexpected(response: &HttpResponse, setting: &str) -> Failure {
    let status = response.status;
    match (status, error_code(response)) {
        (300..=399, _) => Failure::new(
            format!(
                "answered {status}, a redirect, which LivePerson and the platforms do not follow"
            ),
            format!("write the address it leads to into {setting}"),
        ),
        (_, Some("configuration")) => {
            let keys = configuration_keys(response);
            Failure::new(
                format!("answered {status}: what is deployed has mistakes in its settings{keys}"),
                "correct them, deploy, and see the Worker's log",
            )
        }
        (_, Some("unavailable")) => Failure::new(
            format!("answered {status}: the Worker runs, its storage does not answer"),
            "see the Worker's log, and whether all bindings of wrangler.toml are deployed",
        ),
        (404, _) => Failure::new(
            "answered 404: is this the deployed Worker's address?",
            format!("correct {setting}, or deploy"),
        ),
        (200..=299, _) => Failure::new(
            format!(
                "answered {status}, which the connector never does here: something else is at this address"
            ),
            format!("correct {setting}, or its route in Cloudflare"),
        ),
        (401 | 403, None) => Failure::new(
            format!("answered {status}, and not by the connector"),
            "see whether something in front of it (firewall, bot protection, Access) holds requests back",
        ),
        (500..=599, None) => Failure::new(
            format!("answered {status}, and not by the connector"),
            "see the Worker's log; if nothing is there, the route or the Worker's start fails",
        ),
        (_, code) => {
            let code = code.map_or(String::new(), |code| format!(" ({code})"));
            Failure::new(
                format!("answered {status}{code}"),
                format!(
                    "see whether {setting} is the deployed Worker's address, and the Worker's log"
                ),
            )
        }
    }
}

/// The keys of the mistakes that the deployed connector has found in its settings.
fn configuration_keys(response: &HttpResponse) -> String {
    let body: Value = response.json().unwrap_or_default();
    let problems = body.get("problems").and_then(Value::as_array);
    let keys: Vec<&str> = problems
        .into_iter()
        .flatten()
        .filter_map(|problem| problem.get("key")?.as_str())
        .filter(|key| key.len() <= 128)
        .take(5)
        .collect();
    if keys.is_empty() {
        String::new()
    } else {
        format!(": {}", keys.join(", "))
    }
}
