//! One signed `POST` for each message, each piece of news and each signal.
//!
//! `webhook-id` is made from the message and stays the same on every attempt: the app that remembers it shows nothing twice. That is
//! why nothing here is [`Outcome::Unknown`]: what may have had its effect is simply sent again.

use serde::Serialize;
use serde_json::Value;

use super::contract::{Conversation, Hint, Hinted, Message, Offered, STATES, Shown};
use super::{Gateway, JSON, signature};
use crate::crypto::sha256_hex;
use crate::http::{HttpAnswer, HttpFailure, HttpRequest, HttpResponse, Method, Millis};
use crate::message::{Content, File, Location, Signal};
use crate::outcome::{Cause, Outcome, Refusal};
use crate::platforms::readable::readable;
use crate::platforms::{Next, Outgoing, OutgoingSignal};

pub(super) fn next(gateway: &Gateway, message: &Outgoing<'_>, answer: Option<&HttpAnswer>) -> Next {
    let progress = message.progress.clone();
    let id = webhook_id(message.id);
    if let Some(answer) = answer {
        let outcome = judge(gateway, id, answer);
        return Next::Done { outcome, progress };
    }
    match body(message, &id) {
        Ok(body) => Next::Request {
            request: request(gateway, &id, body, message.now),
            progress,
        },
        Err(reason) => Next::Done {
            outcome: Outcome::Refused { reason },
            progress,
        },
    }
}

pub(super) fn signal(gateway: &Gateway, signal: &OutgoingSignal<'_>) -> Option<HttpRequest> {
    let hint = match signal.signal {
        Signal::ChatState { state } => {
            let (state, _) = STATES.into_iter().find(|(_, name)| name == state)?;
            Hinted::Typing { state }
        }
        Signal::Receipt {
            remote_id, status, ..
        } => Hinted::Receipt {
            message: remote_id,
            status: *status,
        },
        Signal::ReceiptUntil { .. } | Signal::Taken { .. } => return None,
    };
    let body = json(&Hint {
        to: signal.consumer,
        timestamp: signal.now,
        hint,
    });
    let id = format!("sig_{}", signal.nonce);
    Some(request(gateway, &id, body, signal.now))
}

/// The app's name of a message, and of all attempts to send it.
fn webhook_id(id: &str) -> String {
    let hash = sha256_hex(id.as_bytes());
    format!("msg_{}", hash.get(..32).unwrap_or(&hash))
}

fn request(gateway: &Gateway, id: &str, body: Vec<u8>, now: Millis) -> HttpRequest {
    let headers = signature::headers(&gateway.signing_secret, id, &body, now);
    let mut request = HttpRequest::new(Method::Post, gateway.url.clone());
    request.body = body;
    request = request.header("content-type", JSON);
    request.headers.extend(headers);
    request
}

fn json<T: Serialize>(value: &T) -> Vec<u8> {
    // Texts, numbers and values: there is nothing in it that JSON does not have.
    serde_json::to_vec(value).unwrap_or_default()
}

fn body(message: &Outgoing<'_>, id: &str) -> Result<Vec<u8>, Refusal> {
    let Outgoing {
        consumer,
        agent,
        place,
        now,
        ..
    } = *message;
    if let Content::News {
        conversation_id,
        news,
    } = message.content
    {
        return Ok(json(&Conversation {
            kind: "conversation",
            id,
            to: consumer,
            timestamp: now,
            conversation_id,
            news,
            agent,
        }));
    }
    // The agent goes beside the text, not into it.
    let text = readable(&Outgoing {
        agent: None,
        ..*message
    });
    let (content, text) = match shown(message) {
        Some(content) => (content, text.unwrap_or_default()),
        None => {
            let text = text?;
            (Shown::Text { text: text.clone() }, text)
        }
    };
    let choices = message.offer.map(|offer| {
        let numbered = offer.choices.iter().enumerate();
        numbered.map(|(index, choice)| Offered {
            reference: offer.reference(index),
            title: &choice.title,
            text: &choice.text,
        })
    });
    Ok(json(&Message {
        kind: "message",
        id,
        to: consumer,
        timestamp: now,
        agent,
        place,
        content,
        text,
        choices: choices.into_iter().flatten().collect(),
    }))
}

/// Content that has a form of its own. `None`: it goes as readable text, if it has one.
fn shown<'a>(message: &Outgoing<'a>) -> Option<Shown<'a>> {
    match message.content {
        Content::Structured {
            text,
            content,
            quick_replies,
            metadata,
        } => Some(Shown::Structured {
            text: text.as_deref(),
            content: content.as_ref(),
            quick_replies: quick_replies.as_ref(),
            metadata: metadata.as_ref(),
        }),
        Content::File { file } => shown_file(message, file),
        Content::Location { location } => {
            let Location {
                latitude,
                longitude,
                name,
                address,
            } = location;
            Some(Shown::Location {
                latitude: *latitude,
                longitude: *longitude,
                name: name.as_deref(),
                address: address.as_deref(),
            })
        }
        Content::SecureForm { title, form } => Some(Shown::SecureForm {
            title: title.as_deref(),
            form,
        }),
        _ => None,
    }
}

fn shown_file<'a>(message: &Outgoing<'a>, file: &'a File) -> Option<Shown<'a>> {
    Some(Shown::File {
        url: message.address_of(file)?,
        name: file.name.as_deref(),
        media_type: file.media_type.as_deref(),
        size: file.size,
        caption: file.caption.as_deref(),
    })
}

/// What an answer of the app means. `docs/platforms/gateway.md` has the same table.
fn judge(gateway: &Gateway, id: String, answer: &HttpAnswer) -> Outcome {
    let response = match answer {
        Ok(response) => response,
        Err(failure) => {
            let cause = match failure {
                HttpFailure::NotSent | HttpFailure::Source { .. } => Cause::Unreachable,
                HttpFailure::Lost => Cause::NoAnswer,
            };
            return Outcome::Retry { after: None, cause };
        }
    };
    let status = response.status;
    let cause = match status {
        // 409: the app has it already.
        200..=299 | 409 => {
            return Outcome::Delivered {
                remote_id: Some(id),
            };
        }
        400 | 410 | 413 | 422 => {
            let code = error_code(response).unwrap_or_else(|| format!("http {status}"));
            return Outcome::Refused {
                reason: Refusal::Rejected { code },
            };
        }
        401 | 403 | 404 | 405 | 415 => Cause::Configuration {
            key: gateway.url_key.clone(),
        },
        429 => Cause::RateLimited,
        408 | 500..=599 => Cause::Server { status },
        _ => Cause::Unexpected { status },
    };
    Outcome::Retry {
        after: response.retry_after(),
        cause,
    }
}

/// `{"error": {"code": ...}}`, where it is a plain word or a number.
fn error_code(response: &HttpResponse) -> Option<String> {
    let body: Value = response.json()?;
    let code = match body.get("error")?.get("code")? {
        Value::String(code) => code.clone(),
        Value::Number(code) => code.to_string(),
        _ => return None,
    };
    let plain = (1..=64).contains(&code.len())
        && code
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    plain.then_some(code)
}
