//! What Twilio's answers mean, and its error codes in words.
//! <https://www.twilio.com/docs/api/errors>

use serde::Deserialize;

use super::Twilio;
use crate::http::{HttpAnswer, HttpFailure, HttpResponse};
use crate::outcome::{Cause, Outcome, Refusal};

/// The id of the piece that was taken, if the answer can be read, or how the attempt ended.
pub(super) fn judge(twilio: &Twilio, answer: &HttpAnswer) -> Result<Option<String>, Outcome> {
    match answer {
        Ok(response) if (200..300).contains(&response.status) => Ok(sid(response)),
        Ok(response) => Err(failure(twilio, response)),
        Err(HttpFailure::NotSent | HttpFailure::Source { .. }) => Err(Outcome::Retry {
            after: None,
            cause: Cause::Unreachable,
        }),
        Err(HttpFailure::Lost) => Err(Outcome::Unknown {
            cause: Cause::NoAnswer,
        }),
    }
}

fn sid(response: &HttpResponse) -> Option<String> {
    #[derive(Deserialize)]
    struct Message {
        sid: String,
    }
    let Message { sid } = response.json()?;
    let plain =
        !sid.is_empty() && sid.len() <= 64 && sid.bytes().all(|b| b.is_ascii_alphanumeric());
    plain.then_some(sid)
}

/// Codes that an agent can do something with. Some come with an answer, some with a status callback, some with either.
pub(super) fn explain(refusal: &Refusal) -> Option<&'static str> {
    let Refusal::Rejected { code } = refusal else {
        return None;
    };
    Some(match code.as_str() {
        "21610" => "the recipient has opted out",
        "21211" | "21265" | "21614" | "30006" => "the number cannot receive text messages",
        "21408" | "21612" => "messages to this number's region are not enabled",
        "30003" => "the phone could not be reached",
        "30004" => "the recipient's number is blocked from receiving it",
        "30005" => "the number is unknown or no longer in use",
        "30007" => "the carrier filtered it out",
        "30036" => "it could not be delivered in time",
        "63003" | "63024" => "the person cannot be reached on WhatsApp",
        "63013" | "63021" => "WhatsApp does not allow this content",
        "63016" => "the 24 hours in which WhatsApp allows free answers are over",
        "63032" | "63049" => "WhatsApp holds this message back from this person",
        "11751" | "30019" => "the file is too large",
        "12300" | "21620" | "63019" => "the file could not be taken over",
        _ => return None,
    })
}

/// Whether it is a message's file that was refused: its type, or its address.
pub(super) fn is_about_media(refusal: &Refusal) -> bool {
    let Refusal::Rejected { code } = refusal else {
        return false;
    };
    matches!(
        code.as_str(),
        "11751" | "12300" | "21620" | "21623" | "63019"
    )
}

/// Whose failure an answer tells of. There is no idempotency key: a 500 or 504 may have had its effect, while Twilio's
/// edge answers 502 and 503 without having passed the request on.
fn failure(twilio: &Twilio, response: &HttpResponse) -> Outcome {
    let status = response.status;
    let retry = |cause| Outcome::Retry {
        after: response.retry_after(),
        cause,
    };
    match status {
        400..=499 => match classify(status, error_code(response)) {
            Class::RateLimited => retry(Cause::RateLimited),
            Class::Credentials { code } => retry(Cause::Credentials { code }),
            Class::Account => retry(Cause::Configuration {
                key: twilio.account_key.clone(),
            }),
            Class::Sender => retry(Cause::Configuration {
                key: twilio.sender_key.clone(),
            }),
            Class::Callback => retry(Cause::Configuration {
                key: twilio.callback_key.clone(),
            }),
            Class::Passing => retry(Cause::Unexpected { status }),
            Class::Unclear => Outcome::Unknown {
                cause: Cause::Server { status },
            },
            Class::Message { code } => Outcome::Refused {
                reason: Refusal::Rejected { code },
            },
        },
        502 | 503 => retry(Cause::Server { status }),
        500..=599 => Outcome::Unknown {
            cause: Cause::Server { status },
        },
        _ => retry(Cause::Unexpected { status }),
    }
}

/// What a 4xx answer is about.
enum Class {
    RateLimited,
    Credentials { code: Option<String> },
    Account,
    Sender,
    Callback,
    Passing,
    Unclear,
    Message { code: String },
}

/// Twilio's code decides where it has one; <https://www.twilio.com/docs/api/errors> describes them.
fn classify(status: u16, code: Option<u64>) -> Class {
    match (status, code) {
        (429, _) => Class::RateLimited,
        // Too many requests, queue full or overflowing, channel and account rates, daily cap.
        (_, Some(14107 | 20429 | 21611 | 30001 | 63017 | 63018 | 63038)) => Class::RateLimited,
        // Wrong token, suspended or closed account, access denied, test credentials.
        (_, Some(20003 | 20005 | 20006 | 20008 | 20403 | 30002)) => Class::Credentials {
            code: code.map(|code| code.to_string()),
        },
        // No such account, or a trial that may write to verified numbers only.
        (_, Some(20404 | 21608)) => Class::Account,
        // The sender is not ours, cannot send texts, is not registered or not set up.
        (
            _,
            Some(
                14102
                | 14108
                | 21212
                | 21601
                | 21603
                | 21606
                | 21607
                | 21659..=21661
                | 21701..=21705
                | 30034
                | 30124
                | 30127
                | 63002
                | 63007
                | 63008,
            ),
        ) => Class::Sender,
        // The address for status callbacks is none that Twilio takes.
        (_, Some(21609)) => Class::Callback,
        // Unknown error: Twilio's advice is to send again.
        (_, Some(30008)) => Class::Passing,
        (401 | 403, None | Some(..21000)) => Class::Credentials {
            code: code.map(|code| code.to_string()),
        },
        (404, None | Some(..21000)) => Class::Account,
        (408, None) => Class::Unclear,
        (_, Some(code)) => Class::Message {
            code: code.to_string(),
        },
        (status, None) => Class::Message {
            code: format!("http {status}"),
        },
    }
}

fn error_code(response: &HttpResponse) -> Option<u64> {
    #[derive(Deserialize)]
    struct Error {
        code: u64,
    }
    response.json::<Error>().map(|error| error.code)
}
