//! `POST /2010-04-01/Accounts/{AccountSid}/Messages.json`: one request for each piece of a text.
//! <https://www.twilio.com/docs/messaging/api/message-resource>

use serde::{Deserialize, Serialize};

use super::{Twilio, WHATSAPP};
use crate::crypto::base64;
use crate::http::{HttpAnswer, HttpFailure, HttpRequest, HttpResponse};
use crate::outcome::{Cause, Outcome, Refusal};
use crate::platforms::readable::readable;
use crate::platforms::{Next, Outgoing, Progress};
use crate::split::split;

/// Twilio's limit of `Body`. It counts an emoji as more than one character (error 21617), so that UTF-16 units are
/// counted here: never fewer than the characters.
const MAX_BODY: usize = 1600;

/// How far a text has been sent. It is stored in rows: fields are only ever added.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Sent {
    /// Pieces that Twilio has taken.
    next_piece: usize,
    /// Their ids, as far as Twilio gave them.
    sids: Vec<String>,
}

pub(super) fn next(twilio: &Twilio, message: &Outgoing<'_>, answer: Option<&HttpAnswer>) -> Next {
    let Outgoing {
        consumer, progress, ..
    } = *message;
    let done = |outcome: Outcome, sent: &Sent| Next::Done {
        outcome,
        progress: Progress::of(sent),
    };
    let mut sent: Sent = progress.read();
    let text = match readable(message) {
        Ok(text) => text,
        Err(reason) => return done(Outcome::Refused { reason }, &sent),
    };
    let mut remote_id = sent.sids.last().cloned();
    if let Some(answer) = answer {
        match judge(twilio, answer) {
            Ok(sid) => {
                sent.next_piece = sent.next_piece.saturating_add(1);
                sent.sids.extend(sid.clone());
                remote_id = sid;
            }
            Err(outcome) => return done(outcome, &sent),
        }
    }
    let pieces = split(&text, |piece| piece.encode_utf16().count() <= MAX_BODY);
    match pieces.get(sent.next_piece) {
        Some(piece) => Next::Request {
            request: request(twilio, consumer, piece),
            // Unchanged before the request, so that nothing has to be stored for it.
            progress: match answer {
                Some(_) => Progress::of(&sent),
                None => progress.clone(),
            },
        },
        None => done(Outcome::Delivered { remote_id }, &sent),
    }
}

fn request(twilio: &Twilio, consumer: &str, piece: &str) -> HttpRequest {
    let Twilio {
        account_sid,
        api_url,
        ..
    } = twilio;
    let from = twilio.from.as_ref().map(|from| {
        let prefix = if consumer.starts_with(WHATSAPP) {
            WHATSAPP
        } else {
            ""
        };
        format!("{prefix}{from}")
    });
    let mut form = vec![("To", consumer)];
    if let Some(from) = &from {
        form.push(("From", from));
    }
    if let Some(service) = &twilio.messaging_service_sid {
        form.push(("MessagingServiceSid", service));
    }
    form.push(("Body", piece));
    let token = twilio.auth_token.current().expose();
    let credentials = base64(format!("{account_sid}:{token}").as_bytes());
    HttpRequest::form(
        format!("{api_url}/2010-04-01/Accounts/{account_sid}/Messages.json"),
        &form,
    )
    .header("authorization", format!("Basic {credentials}"))
}

/// The id of the piece that was taken, if the answer can be read, or how the attempt ended.
fn judge(twilio: &Twilio, answer: &HttpAnswer) -> Result<Option<String>, Outcome> {
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

/// Codes that an agent can do something with.
/// <https://www.twilio.com/docs/api/errors>
pub(super) fn explain(refusal: &Refusal) -> Option<&'static str> {
    let Refusal::Rejected { code } = refusal else {
        return None;
    };
    Some(match code.as_str() {
        "21610" => "the recipient has opted out",
        "21211" | "21265" | "21614" => "the number cannot receive text messages",
        "21408" | "21612" => "messages to this number's region are not enabled",
        "63016" => "the time in which WhatsApp allows free answers is over",
        _ => return None,
    })
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
