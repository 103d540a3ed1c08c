//! Answers of the Graph API.
//! <https://developers.facebook.com/docs/graph-api/guides/error-handling>,
//! <https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes>

use serde::Deserialize;
use serde_json::Value;

use crate::http::{HttpAnswer, HttpFailure, HttpResponse, Millis};
use crate::outcome::{Cause, Outcome, Refusal};
use crate::platforms::reading::whole_number;

const MINUTE: Millis = 60_000;

/// `{"error": {...}}`, as far as anything depends on it. The words in it are for people, and change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphError {
    /// What kind of error it is.
    pub code: u64,
    /// Which one of its kind.
    pub subcode: Option<u64>,
    /// Meta says itself that it will pass.
    pub transient: bool,
}

/// Whose failure an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Too many requests, of this app, page, number or pair.
    RateLimited,
    /// It will pass, and nothing was sent.
    Passing,
    /// It is not said whether anything was sent.
    Unclear,
    /// The token has ended, or may not do this; or the account is barred.
    Credentials,
    /// The page, account or number in the settings does not exist or cannot send.
    Sender,
    /// It is the message's own.
    Message,
}

impl GraphError {
    /// The error in an answer, if there is one.
    pub fn read(response: &HttpResponse) -> Option<Self> {
        #[derive(Deserialize)]
        struct Body {
            error: Error,
        }
        #[derive(Deserialize)]
        struct Error {
            code: Value,
            #[serde(default)]
            error_subcode: Value,
            #[serde(default)]
            is_transient: Value,
        }
        let Body { error } = response.json()?;
        Some(Self {
            code: whole_number(&error.code)?,
            subcode: whole_number(&error.error_subcode).filter(|subcode| *subcode != 0),
            transient: error.is_transient == Value::Bool(true),
        })
    }

    /// Its name in outcomes: `code` or `code/subcode`.
    pub fn name(&self) -> String {
        match self.subcode {
            Some(subcode) => format!("{}/{subcode}", self.code),
            None => self.code.to_string(),
        }
    }

    /// Whose failure it is by the codes that all of the Graph API has. A platform asks its own table first.
    pub fn fault(&self, status: u16) -> Fault {
        match self.code {
            // Of the app, the user, the page, this feature, and the business use cases.
            4 | 17 | 32 | 341 | 613 | 80_000..=80_014 => Fault::RateLimited,
            // Unavailable for now.
            2 | 1200 => Fault::Passing,
            // Unknown: what answers with a 5xx has perhaps done it.
            1 if status >= 500 => Fault::Unclear,
            1 => Fault::Passing,
            // Wrong or expired token, missing permission, barred for a policy.
            3 | 10 | 102 | 190 | 200..=299 | 368 | 467 => Fault::Credentials,
            // No such object, or none that the token may see.
            100 if self.subcode == Some(33) => Fault::Sender,
            803 => Fault::Sender,
            // Unknown path components: a version or an id that there is not.
            2500 => Fault::Sender,
            _ if self.transient => Fault::Passing,
            _ if status >= 500 => Fault::Unclear,
            _ => Fault::Message,
        }
    }
}

/// The response to a request that succeeded, or how the attempt ended: `own` is the platform's table of codes, `sender_key` the
/// setting that names the sender. Meta knows no idempotency key, so what may have had its effect is unknown.
pub fn judge<'a>(
    answer: &'a HttpAnswer,
    sender_key: &str,
    own: impl FnOnce(&GraphError) -> Option<Fault>,
) -> Result<&'a HttpResponse, Outcome> {
    let response = match answer {
        Ok(response) => response,
        Err(HttpFailure::NotSent | HttpFailure::Source { .. }) => {
            return Err(Outcome::Retry {
                after: None,
                cause: Cause::Unreachable,
            });
        }
        Err(HttpFailure::Lost) => {
            return Err(Outcome::Unknown {
                cause: Cause::NoAnswer,
            });
        }
    };
    let status = response.status;
    let retry = |after, cause| Err(Outcome::Retry { after, cause });
    let error = GraphError::read(response);
    if (200..300).contains(&status) && error.is_none() {
        return Ok(response);
    }
    let Some(error) = error else {
        let after = response.retry_after();
        return match status {
            401 | 403 => retry(after, Cause::Credentials { code: None }),
            404 => retry(
                after,
                Cause::Configuration {
                    key: sender_key.to_owned(),
                },
            ),
            408 | 500..=599 => Err(Outcome::Unknown {
                cause: Cause::Server { status },
            }),
            429 => retry(wait(response), Cause::RateLimited),
            400..=499 => Err(Outcome::Refused {
                reason: Refusal::Rejected {
                    code: format!("http {status}"),
                },
            }),
            _ => retry(after, Cause::Unexpected { status }),
        };
    };
    let fault = own(&error).unwrap_or_else(|| error.fault(status));
    match fault {
        Fault::RateLimited => retry(wait(response), Cause::RateLimited),
        Fault::Passing => retry(response.retry_after(), Cause::Server { status }),
        Fault::Unclear => Err(Outcome::Unknown {
            cause: Cause::Server { status },
        }),
        Fault::Credentials => retry(
            None,
            Cause::Credentials {
                code: Some(error.name()),
            },
        ),
        Fault::Sender => retry(
            None,
            Cause::Configuration {
                key: sender_key.to_owned(),
            },
        ),
        Fault::Message => Err(Outcome::Refused {
            reason: Refusal::Rejected { code: error.name() },
        }),
    }
}

/// How long to leave it alone: Meta says in minutes when a business may go on, and asking earlier makes it longer.
/// <https://developers.facebook.com/docs/graph-api/overview/rate-limiting#headers-2>
fn wait(response: &HttpResponse) -> Option<Millis> {
    let usage = response.header("x-business-use-case-usage");
    let usage: Option<Value> = usage.and_then(|usage| serde_json::from_str(usage).ok());
    let businesses = usage.as_ref().and_then(Value::as_object).into_iter();
    let cases = businesses
        .flat_map(|businesses| businesses.values())
        .filter_map(Value::as_array)
        .flatten();
    let minutes = cases
        .filter_map(|case| case.get("estimated_time_to_regain_access"))
        .filter_map(whole_number)
        .max()
        .filter(|minutes| *minutes > 0);
    match minutes {
        Some(minutes) => minutes.checked_mul(MINUTE),
        None => response.retry_after(),
    }
}
