//! What LINE's answers to a send mean. `docs/platforms/line.md` has the same table.
//! <https://developers.line.biz/en/reference/messaging-api/#status-codes>

use serde_json::Value;

use super::Line;
use crate::http::{HttpAnswer, HttpFailure, HttpResponse};
use crate::outcome::{Cause, Outcome, Refusal};

/// The code of a refusal that says nothing but that this person cannot be written to.
const NOT_SENT: &str = "failed_to_send";
/// The code of a message whose sender LINE does not know.
const NO_SUCH_PERSON: &str = "invalid_recipient";
/// The code of a month's quota that is used up.
const MONTHLY_LIMIT: &str = "monthly_limit";
/// More sent messages than one request has.
const MOST_IDS: usize = 10;

/// What an answer means for the batch that was sent.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// LINE has it, under these ids.
    Taken(Vec<String>),
    /// The reply token was used before or is too old: nothing was sent by this request.
    TokenIsSpent,
    /// LINE does not take the name or picture of the sender: nothing was sent.
    SenderIsRefused,
    /// Nothing was sent, and the fault is not the message's.
    NotNow(Outcome),
    /// It may have been sent.
    Unclear(Cause),
    /// It is refused for good.
    Refused(Refusal),
}

pub(super) fn judge(line: &Line, answer: &HttpAnswer) -> Verdict {
    let response = match answer {
        Ok(response) => response,
        Err(HttpFailure::Lost) => return Verdict::Unclear(Cause::NoAnswer),
        Err(HttpFailure::NotSent | HttpFailure::Source { .. }) => {
            return Verdict::NotNow(Outcome::Retry {
                after: None,
                cause: Cause::Unreachable,
            });
        }
    };
    let status = response.status;
    let not_now = |cause| {
        Verdict::NotNow(Outcome::Retry {
            after: response.retry_after(),
            cause,
        })
    };
    let credentials = |code: &str| Cause::Credentials {
        code: Some(code.to_owned()),
    };
    match status {
        200..=299 => Verdict::Taken(ids(response)),
        400 => bad_request(response),
        401 | 403 => not_now(credentials(&status.to_string())),
        // There are no such paths at this address.
        404 | 405 => not_now(Cause::Configuration {
            key: line.api_key.clone(),
        }),
        // A push that came before, under the same key.
        409 if is_accepted(response) => Verdict::Taken(ids(response)),
        // The account's plan, not the pace: replies still go, so that nobody else is to be held up by it.
        429 if message(response).contains("monthly limit") => not_now(credentials(MONTHLY_LIMIT)),
        429 => not_now(Cause::RateLimited),
        408 | 500..=599 => Verdict::Unclear(Cause::Server { status }),
        402 | 410..=418 | 422 | 451 => refused(format!("http {status}")),
        _ => not_now(Cause::Unexpected { status }),
    }
}

/// What is wrong with a request: LINE has words for it and no codes.
fn bad_request(response: &HttpResponse) -> Verdict {
    let message = message(response);
    if message.eq_ignore_ascii_case("Invalid reply token") {
        return Verdict::TokenIsSpent;
    }
    let property = property(response);
    if property.as_deref().is_some_and(|at| at.contains(".sender")) {
        return Verdict::SenderIsRefused;
    }
    if message.starts_with("Failed to send messages") {
        return refused(NOT_SENT.to_owned());
    }
    if message.contains("The property, 'to',") {
        return refused(NO_SUCH_PERSON.to_owned());
    }
    refused(match property {
        Some(property) => format!("http 400 {property}"),
        None => "http 400".to_owned(),
    })
}

fn refused(code: String) -> Verdict {
    Verdict::Refused(Refusal::Rejected { code })
}

fn message(response: &HttpResponse) -> String {
    let body: Value = response.json().unwrap_or_default();
    let message = body.get("message").and_then(Value::as_str);
    message.unwrap_or_default().to_owned()
}

/// The first part of the request that LINE complains about, such as `messages[0].text`.
fn property(response: &HttpResponse) -> Option<String> {
    let body: Value = response.json()?;
    let property = body.pointer("/details/0/property")?.as_str()?;
    let plain = (1..=100).contains(&property.len())
        && property
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"[]._-/".contains(&byte));
    plain.then(|| property.to_owned())
}

/// Whether a 409 says that the same push was taken before.
/// <https://developers.line.biz/en/docs/messaging-api/retrying-api-request/>
fn is_accepted(response: &HttpResponse) -> bool {
    response.header("x-line-accepted-request-id").is_some()
        || message(response).contains("already accepted")
}

fn ids(response: &HttpResponse) -> Vec<String> {
    let body: Value = response.json().unwrap_or_default();
    let sent = body.get("sentMessages").and_then(Value::as_array);
    let ids = sent.into_iter().flatten().filter_map(|sent| {
        let id = sent.get("id")?.as_str()?;
        let plain =
            (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        plain.then(|| id.to_owned())
    });
    ids.take(MOST_IDS).collect()
}

/// Refusals that an agent can do something with.
pub(super) fn explain(refusal: &Refusal) -> Option<&'static str> {
    let Refusal::Rejected { code } = refusal else {
        return None;
    };
    match code.as_str() {
        NOT_SENT => Some(
            "LINE cannot send it to this person, who may have left or has not written for a week",
        ),
        NO_SUCH_PERSON => Some("LINE does not know this person any more"),
        _ => None,
    }
}
