//! `POST /{phone_number_id}/messages`: one request for each of WhatsApp's messages, and for each signal.
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages>

use serde_json::{Value, json};

use super::WhatsApp;
use super::inbound::BESIDE;
use super::person::recipient;
use super::render::{Piece, render};
use crate::http::{HttpAnswer, HttpRequest, HttpResponse, Millis};
use crate::message::{ReceiptStatus, Signal};
use crate::outcome::Refusal;
use crate::platforms::meta::graph::{self, Fault, GraphError};
use crate::platforms::meta::sending::{self, Ended};
use crate::platforms::reading::identifier;
use crate::platforms::{Next, Outgoing, OutgoingSignal};

/// How long after the person's last message WhatsApp takes free answers.
const WINDOW: Millis = 24 * 3_600_000;

pub(super) fn next(
    whatsapp: &WhatsApp,
    message: &Outgoing<'_>,
    answer: Option<&HttpAnswer>,
) -> Next {
    let judge = |answer| graph::judge(answer, &whatsapp.number_key, fault).map(message_id);
    behind(whatsapp, message, answer.map(judge))
}

/// The next step behind a request that has ended, if there was one.
pub(super) fn behind(whatsapp: &WhatsApp, message: &Outgoing<'_>, ended: Option<Ended>) -> Next {
    let pieces = render(whatsapp, message);
    sending::next(message, pieces, ended, |piece| {
        request(whatsapp, message, piece)
    })
}

fn request(whatsapp: &WhatsApp, message: &Outgoing<'_>, piece: &Piece) -> HttpRequest {
    let (field, address) = recipient(message.consumer);
    let Piece { kind, content } = piece;
    let mut body = json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        field: address,
        "type": kind,
        *kind: content,
    });
    if let Some(fields) = body.as_object_mut()
        && !message.reference.is_empty()
    {
        fields.insert(
            "biz_opaque_callback_data".to_owned(),
            json!(message.reference),
        );
    }
    post(whatsapp, &body)
}

fn post(whatsapp: &WhatsApp, body: &Value) -> HttpRequest {
    let path = format!("{}/messages", whatsapp.phone_number_id);
    whatsapp.app.post(&path, body)
}

/// The id of the message that was taken.
fn message_id(response: &HttpResponse) -> Option<String> {
    let body: Value = response.json()?;
    identifier(body.get("messages")?.get(0)?.get("id")?)
}

/// Typing and "read" are about a message of the person's: the latest one that was heard, or the one that the signal names. To say that
/// somebody is typing marks that message read, too. The indicator ends by itself.
/// <https://developers.facebook.com/documentation/business-messaging/whatsapp/typing-indicators>
pub(super) fn signal(whatsapp: &WhatsApp, signal: &OutgoingSignal<'_>) -> Option<HttpRequest> {
    let mut body = json!({ "messaging_product": "whatsapp", "status": "read" });
    let fields = body.as_object_mut()?;
    let id = match signal.signal {
        Signal::ChatState { state } if state == "COMPOSING" => {
            let heard = signal.heard?;
            if signal.now.saturating_sub(heard.at) >= WINDOW {
                return None;
            }
            fields.insert("typing_indicator".to_owned(), json!({ "type": "text" }));
            &heard.id
        }
        Signal::Receipt {
            remote_id,
            status: ReceiptStatus::Read,
            ..
        } => remote_id,
        _ => return None,
    };
    if !is_message_id(id) {
        return None;
    }
    fields.insert("message_id".to_owned(), json!(id));
    Some(post(whatsapp, &body))
}

/// Whether WhatsApp gave a message this id. Dead letters and what is told beside a message have ids of ours.
fn is_message_id(id: &str) -> bool {
    let ours = ["malformed-", "preference-"];
    !id.contains(BESIDE) && !ours.iter().any(|start| id.starts_with(start))
}

/// Whose failure one of WhatsApp's own codes tells of. Which HTTP status they come with is not documented.
/// <https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes>
fn fault(error: &GraphError) -> Option<Fault> {
    Some(match error.code {
        // Throughput of the number, of spam, and to one person; registrations; the account's own limit.
        130_429 | 131_048 | 131_056 | 131_064 | 133_016 => Fault::RateLimited,
        // An unknown error, a service that is down, maintenance: not sent.
        131_000 | 131_016 | 131_057 => Fault::Passing,
        // The app cannot be authenticated, no permission, a locked account, no payment.
        0 | 131_005 | 131_031 | 131_042 => Fault::Credentials,
        // The number's name is not approved, or the number is not registered.
        131_037 | 131_045 | 133_000..=133_015 => Fault::Sender,
        130_000..=139_999 if !error.transient => Fault::Message,
        _ => return None,
    })
}

/// Codes that an agent can do something with.
pub(super) fn explain(refusal: &Refusal) -> Option<&'static str> {
    let Refusal::Rejected { code } = refusal else {
        return None;
    };
    let code = code.split('/').next().unwrap_or_default();
    Some(match code {
        "131047" => "the 24 hours in which WhatsApp allows free answers are over",
        "131026" => "the person cannot be reached on WhatsApp",
        "131049" | "130472" => "WhatsApp holds this message back from this person",
        "131050" => "the person wants no such messages",
        "131021" => "the number is the business's own",
        "131030" => "the number is not among those that may be written to during tests",
        "130497" => "WhatsApp does not let this business write to people in that country",
        "131052" | "131053" => {
            "WhatsApp could not fetch the file, or does not take its kind or size"
        }
        _ => return None,
    })
}
