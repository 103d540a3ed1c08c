//! Answers to calls that may be made twice without harm: what they ask for is done already, or has no effect.

use super::body::Item;
use super::{
    TokenFault, cause_of, destination_cause, effective_status, pause_at, rejected, token_fault,
};
use crate::http::{HttpAnswer, Millis};
use crate::outcome::Cause;

/// What the answer to a call means that may be made twice. It is never unknown: where nobody can tell, the call is made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// It is done.
    Done(T),
    /// LiveEngage calls the conversation closed.
    ConversationClosed,
    /// A token is not accepted.
    Unauthorized(TokenFault),
    /// Try again later.
    Destination {
        /// Whose failure.
        cause: Cause,
        /// The least pause that was asked for (ms).
        after: Option<Millis>,
    },
    /// LiveEngage refuses this request for good.
    Refused {
        /// Its code, or the HTTP status.
        code: String,
    },
}

/// Reads an answer. `done` finds in a success what was asked for; an answer without it is one that nobody can read.
pub(in crate::liveengage) fn repeatable<T>(
    answer: &HttpAnswer,
    done: impl Fn(&Item) -> Option<T>,
) -> Answer<T> {
    let Ok(response) = answer else {
        return Answer::Destination {
            cause: destination_cause(answer).unwrap_or(Cause::NoAnswer),
            after: None,
        };
    };
    let items = Item::read(&response.body);
    if items.iter().any(|item| item.says("conversation is close")) {
        return Answer::ConversationClosed;
    }
    if let Some(fault) = token_fault(&items, response.status) {
        return Answer::Unauthorized(fault);
    }
    let item = items.first();
    let failed = item.and_then(Item::failure);
    let succeeded = (200..300).contains(&response.status) && failed.is_none();
    if let Some(found) = item.filter(|_| succeeded).and_then(done) {
        return Answer::Done(found);
    }
    let status = effective_status(response.status, failed);
    match status {
        400 | 413 | 422 => Answer::Refused {
            code: failed.map_or_else(|| status.to_string(), str::to_owned),
        },
        _ => Answer::Destination {
            cause: cause_of(status).unwrap_or_else(|| rejected(status)),
            after: pause_at(status, response),
        },
    }
}
