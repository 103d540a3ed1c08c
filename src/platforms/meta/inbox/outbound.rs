//! `POST /{page or me}/messages`: one request for each piece of a message, and for each signal.

use serde_json::{Map, Value, json};

use super::network::Network;
use super::{Inbox, answers, render};
use crate::http::{HttpAnswer, HttpRequest, HttpResponse, Millis};
use crate::message::{LastHeard, ReceiptStatus, Signal};
use crate::platforms::meta::{
    graph,
    sending::{self, Ended},
};
use crate::platforms::reading::identifier;
use crate::platforms::{Next, Outgoing, OutgoingSignal};

/// How long one may answer freely.
/// <https://developers.facebook.com/docs/messenger-platform/policy/policy-overview>
const WINDOW: Millis = 24 * 60 * 60 * 1000;

pub(super) fn next(inbox: &Inbox, message: &Outgoing<'_>, answer: Option<&HttpAnswer>) -> Next {
    let judge = |answer| graph::judge(answer, &inbox.account_key, answers::fault).map(mid);
    behind(inbox, message, answer.map(judge))
}

/// The next step behind a request that has ended, if there was one.
pub(super) fn behind(inbox: &Inbox, message: &Outgoing<'_>, ended: Option<Ended>) -> Next {
    let pieces = render::pieces(inbox, message);
    sending::next(message, pieces, ended, |piece| {
        request(inbox, message, piece)
    })
}

fn mid(response: &HttpResponse) -> Option<String> {
    let answer: Value = response.json()?;
    answer.get("message_id").and_then(identifier)
}

fn request(inbox: &Inbox, message: &Outgoing<'_>, piece: &Value) -> HttpRequest {
    let basis: &[(&str, &str)] = if inbox.human_agent && !is_open(message.heard, message.now) {
        &[("messaging_type", "MESSAGE_TAG"), ("tag", "HUMAN_AGENT")]
    } else if inbox.network == Network::Messenger {
        &[("messaging_type", "RESPONSE")]
    } else {
        &[]
    };
    let mut body = recipient(message.consumer);
    body.extend(
        basis
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::from(*value))),
    );
    let mut piece = piece.clone();
    if inbox.abilities.recognises
        && !message.reference.is_empty()
        && let Some(fields) = piece.as_object_mut()
    {
        fields.insert("metadata".to_owned(), json!(message.reference));
    }
    body.insert("message".to_owned(), piece);
    post(inbox, body)
}

fn recipient(consumer: &str) -> Map<String, Value> {
    Map::from_iter([("recipient".to_owned(), json!({ "id": consumer }))])
}

fn post(inbox: &Inbox, body: Map<String, Value>) -> HttpRequest {
    let path = format!("{}/messages", inbox.node);
    inbox.app.post(&path, &Value::Object(body))
}

/// Whether one may still answer freely. Where it is not known when the person spoke last, Meta knows.
fn is_open(heard: Option<&LastHeard>, now: Millis) -> bool {
    heard.is_none_or(|heard| now.saturating_sub(heard.at) < WINDOW)
}

/// <https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/sender-actions>
pub(super) fn signal(inbox: &Inbox, signal: &OutgoingSignal<'_>) -> Option<HttpRequest> {
    let action = match signal.signal {
        Signal::ChatState { state } => match state.as_str() {
            "COMPOSING" => "typing_on",
            "ACTIVE" | "INACTIVE" | "PAUSE" | "GONE" => "typing_off",
            _ => return None,
        },
        Signal::Receipt {
            status: ReceiptStatus::Read,
            ..
        } => "mark_seen",
        _ => return None,
    };
    if !is_open(signal.heard, signal.now) {
        return None;
    }
    let mut body = recipient(signal.consumer);
    body.insert("sender_action".to_owned(), action.into());
    Some(post(inbox, body))
}
