//! What LiveEngage's answers mean.
//!
//! HTTP status and body do not always agree (a batch may fail inside HTTP 200, and the documentation of some failures names no status
//! at all), so the body is asked first, on any status, and the status decides where the body says nothing.
//! <https://developers.liveperson.com/retry-policy-recommendations.html>

mod body;
mod repeatable;

use super::create_conversation;
use crate::http::{HttpAnswer, HttpFailure, HttpResponse, Millis};
use crate::outcome::Cause;
pub(super) use body::{Item, error_code};
pub use repeatable::Answer;
pub(super) use repeatable::repeatable;

/// The least pause after HTTP 429 (ms).
const RATE_LIMIT_PAUSE: Millis = 1000;

/// What the answer to a create means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreateAnswer {
    /// A conversation is open.
    Created {
        /// Its id, and that of its main dialog.
        conversation_id: String,
    },
    /// The consumer has an open conversation already; LiveEngage does not say which.
    AlreadyOpen,
    /// A token is not accepted.
    Unauthorized(TokenFault),
    /// Try again later. Also where the outcome is unknown, since a second create cannot open a second conversation.
    Destination {
        /// Whose failure.
        cause: Cause,
        /// The least pause that was asked for (ms).
        after: Option<Millis>,
    },
    /// No answer.
    NoAnswer(HttpFailure),
    /// LiveEngage finds the request invalid.
    Refused {
        /// Its code, or the HTTP status.
        code: String,
    },
}

/// What the answer to a publish means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendAnswer {
    /// LiveEngage has the event.
    Accepted {
        /// Its number within the dialog. Chat states always get 0.
        sequence: Option<u64>,
    },
    /// The conversation is closed: open a new one and publish there.
    ConversationClosed,
    /// A token is not accepted.
    Unauthorized(TokenFault),
    /// It surely had no effect: try again later.
    Destination {
        /// Whose failure.
        cause: Cause,
        /// The least pause that was asked for (ms).
        after: Option<Millis>,
    },
    /// No answer: [`HttpFailure::Lost`] is an unknown outcome.
    NoAnswer(HttpFailure),
    /// It may or may not have had an effect: the service failed on it, a gateway gave up waiting, or it answered something that
    /// nobody can read.
    Unknown {
        /// HTTP status.
        status: u16,
    },
    /// LiveEngage refuses this event for good.
    Refused {
        /// Its code, or the HTTP status.
        code: String,
    },
}

/// Which token is at fault, by LivePerson's `errorCode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFault {
    /// 40102: the AppJWT has expired or is invalid.
    AppJwt,
    /// 40103: the ConsumerJWS is invalid.
    ConsumerJws,
    /// 40104, 40105: a header is missing. The documentation gives both codes for the same header.
    MissingHeader,
    /// 40001: the brand id, or a claim of the AppJWT, is missing.
    Account,
    /// No known code; for example a conversation of another consumer.
    Other,
}

/// The failure of the destination that a status or a missing answer tells by itself, for calls that may be made twice.
pub fn destination_cause(answer: &HttpAnswer) -> Option<Cause> {
    match answer {
        Err(HttpFailure::NotSent | HttpFailure::Source { .. }) => Some(Cause::Unreachable),
        Err(HttpFailure::Lost) => Some(Cause::NoAnswer),
        Ok(response) => cause_of(response.status),
    }
}

/// The least pause that an answer asks for (ms): `Retry-After`, and a second at least after 429.
pub fn pause(answer: &HttpAnswer) -> Option<Millis> {
    let response = answer.as_ref().ok()?;
    pause_at(response.status, response)
}

/// [`pause`], where the status that counts is not that of HTTP.
fn pause_at(status: u16, response: &HttpResponse) -> Option<Millis> {
    let least = (status == 429).then_some(RATE_LIMIT_PAUSE);
    response.retry_after().max(least)
}

/// Reads the answer to [`create_conversation::request`] with the same `request_id`.
pub fn create_answer(answer: &HttpAnswer, request_id: &str) -> CreateAnswer {
    let response = match answer {
        Ok(response) => response,
        Err(failure) => return CreateAnswer::NoAnswer(*failure),
    };
    let items = Item::read(&response.body);
    let own = body::item_of(&items, &create_conversation::conversation_id(request_id));
    if let Some(conversation_id) = own.and_then(Item::created) {
        return CreateAnswer::Created { conversation_id };
    }
    if items
        .iter()
        .any(|item| item.says("already has open conversation"))
    {
        return CreateAnswer::AlreadyOpen;
    }
    if let Some(fault) = token_fault(&items, response.status) {
        return CreateAnswer::Unauthorized(fault);
    }
    let failed = own.into_iter().chain(&items).find_map(Item::failure);
    let status = effective_status(response.status, failed);
    let after = pause_at(status, response);
    match (cause_of(status), status) {
        (Some(cause), _) => CreateAnswer::Destination { cause, after },
        (None, 400 | 413 | 422) => CreateAnswer::Refused {
            code: failed.map_or_else(|| status.to_string(), str::to_owned),
        },
        _ => CreateAnswer::Destination {
            cause: rejected(status),
            after,
        },
    }
}

/// Reads the answer to a publish.
pub fn send_answer(answer: &HttpAnswer) -> SendAnswer {
    let response = match answer {
        Ok(response) => response,
        Err(failure) => return SendAnswer::NoAnswer(*failure),
    };
    let items = Item::read(&response.body);
    if items.iter().any(|item| item.says("conversation is close")) {
        return SendAnswer::ConversationClosed;
    }
    if let Some(fault) = token_fault(&items, response.status) {
        return SendAnswer::Unauthorized(fault);
    }
    let item = items.first();
    let succeeded = (200..300).contains(&response.status);
    if let Some(item) = item.filter(|item| succeeded && item.is_ok()) {
        return SendAnswer::Accepted {
            sequence: item.sequence(),
        };
    }
    let failed = item.and_then(Item::failure);
    let status = effective_status(response.status, failed);
    let after = pause_at(status, response);
    match status {
        429 | 502 | 503 => SendAnswer::Destination {
            cause: cause_of(status).unwrap_or_else(|| rejected(status)),
            after,
        },
        200..300 | 408 | 500.. => SendAnswer::Unknown { status },
        400 | 413 | 422 => SendAnswer::Refused {
            code: failed.map_or_else(|| status.to_string(), str::to_owned),
        },
        _ => SendAnswer::Destination {
            cause: rejected(status),
            after,
        },
    }
}

/// The status that counts: that of a failed item where HTTP claims success. An unknown code is a refusal.
fn effective_status(http: u16, failed: Option<&str>) -> u16 {
    match failed {
        Some(code) if (200..300).contains(&http) => body::status_of(code).unwrap_or(400),
        _ => http,
    }
}

fn cause_of(status: u16) -> Option<Cause> {
    match status {
        429 => Some(Cause::RateLimited),
        500.. => Some(Cause::Server { status }),
        _ => None,
    }
}

/// A status that is neither success nor the message's own fault: a gateway, a moved service, an app that was switched off.
fn rejected(status: u16) -> Cause {
    match status {
        403 => Cause::Credentials {
            code: Some(status.to_string()),
        },
        _ => Cause::Unexpected { status },
    }
}

fn token_fault(items: &[Item], http: u16) -> Option<TokenFault> {
    let failed: Vec<&Item> = items.iter().filter(|item| !item.is_ok()).collect();
    let known = failed
        .iter()
        .find_map(|item| match item.error_code()?.as_str() {
            "40102" => Some(TokenFault::AppJwt),
            "40103" => Some(TokenFault::ConsumerJws),
            "40104" | "40105" => Some(TokenFault::MissingHeader),
            "40001" => Some(TokenFault::Account),
            _ => None,
        });
    let unauthorized = http == 401
        || failed
            .iter()
            .filter_map(|item| item.failure())
            .any(|code| body::status_of(code) == Some(401));
    known.or(unauthorized.then_some(TokenFault::Other))
}
