//! `POST /api/account/{account}/messaging/consumer/conversation/send`: one event or change of a consumer.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::conversation;
use super::tokens::Consumer;
use super::{
    Envelope, Query, authorize, bad_request, check_transport, client_properties, envelope,
    error_response, files, profile, publish, refuse, unauthorized, update,
};
use crate::faults::{Facts, Point};
use crate::ids::is_uuid;
use crate::journal::Side;
use crate::perform::perform;
use crate::sim::{Sim, World};

const LONGEST: usize = 5_000;
const CLOSED: &str = "Bad Request, Conversation is close";

/// The answer to a request that is refused.
pub(super) type Refusal = Box<Response>;

/// One request on its way.
pub(super) struct Call<'a> {
    pub(super) sim: &'a Arc<Sim>,
    pub(super) world: &'a mut World,
    pub(super) consumer: Consumer,
    pub(super) envelope: Envelope<'a>,
    /// `Client-Properties` of this request.
    pub(super) properties: Value,
    pub(super) metadata: &'a Value,
}

impl Call<'_> {
    /// A refusal with a reason.
    pub(super) fn refuse(&self, reason: &str) -> Refusal {
        Box::new(refuse(self.envelope.id, reason))
    }

    /// The documented refusal of what is closed.
    pub(super) fn closed(&self) -> Refusal {
        Box::new(bad_request(self.envelope.id, CLOSED))
    }

    /// The refusal of what is not there. An id in our own shape was there in an earlier run, whose state is gone, while the connector
    /// still knows it: that is closed, so that the connector opens another one.
    pub(super) fn unknown(&mut self, id: &str, reason: &str) -> Refusal {
        if !is_uuid(id) {
            return self.refuse(reason);
        }
        let text = "taken for a conversation of an earlier run, which is closed";
        conversation::note(self.world, id, text);
        self.closed()
    }

    pub(super) fn ok(&self, body: &Value) -> Value {
        json!({ "reqId": self.envelope.id, "code": "OK", "body": body })
    }

    /// Whether the consumer takes part; the refusal is a 401.
    pub(super) fn own(&self, conversation: &str) -> Result<(), Refusal> {
        let mut known = self.world.conversations.iter();
        if known.any(|known| known.id == conversation && known.consumer.lp == self.consumer.lp) {
            return Ok(());
        }
        let details = "the consumer does not take part in this conversation";
        let body = json!({ "title": "Unauthorized", "details": details });
        Err(Box::new(error_response(401, body)))
    }
}

pub(super) async fn handle(
    State(sim): State<Arc<Sim>>,
    Path(account): Path<String>,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let facts = facts(&body);
    let effect = move |sim: &Arc<Sim>| match send(sim, &account, &query, &headers, &body) {
        Ok(answer) => axum::Json(answer).into_response(),
        Err(refusal) => *refusal,
    };
    perform(&sim, Side::LiveEngage, Point::Publish, facts, effect).await
}

fn facts(body: &[u8]) -> Facts {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let event = &request["body"]["event"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = if event["type"].is_string() {
        text(&event["type"])
    } else {
        text(&request["type"])
    };
    let conversation = &request["body"]["conversationId"];
    let dialog = &request["body"]["dialogId"];
    Facts {
        text: conversation::text_of(event),
        event_type: kind,
        role: "CONSUMER".to_owned(),
        conversation: text(if conversation.is_string() {
            conversation
        } else {
            dialog
        }),
        number: String::new(),
    }
}

fn send(
    sim: &Arc<Sim>,
    account: &str,
    query: &Query,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Value, Refusal> {
    let mut world = sim.world();
    let refused = |reason: &str| Box::new(refuse("", reason));
    let consumer = authorize(sim, &mut world, account, headers);
    let consumer = consumer.map_err(|code| Box::new(unauthorized(code)))?;
    check_transport(query, headers).map_err(refused)?;
    let properties = client_properties::read(headers).map_err(refused)?;
    let text = std::str::from_utf8(body).map_err(|_| refused("not UTF-8"))?;
    let request: Value = serde_json::from_str(text).map_err(|_| refused("not JSON"))?;
    let envelope = envelope(&request).map_err(|(id, reason)| Box::new(refuse(&id, reason)))?;
    if text.chars().count() > LONGEST + exempt(&request) {
        return Err(Box::new(bad_request(envelope.id, "Bad Request")));
    }
    let mut call = Call {
        sim,
        world: &mut world,
        consumer,
        envelope,
        properties,
        metadata: &request["metadata"],
    };
    match call.envelope.kind {
        "ms.PublishEvent" => publish::perform(&mut call),
        "cm.UpdateConversationField" => update::perform(&mut call),
        "ms.GenerateURLForUploadFile" => files::upload_url(&mut call),
        "ms.GenerateURLForDownloadFile" => files::download_url(&mut call),
        "userprofile.SetUserProfile" => set_profile(&mut call),
        _ => Err(call.refuse("this type is not accepted here")),
    }
}

/// A file's preview may be larger than a whole request: it does not count.
fn exempt(request: &Value) -> usize {
    let preview = request["body"]["event"]["message"]["preview"].as_str();
    preview.map_or(0, |preview| preview.chars().count())
}

fn set_profile(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let body = call.envelope.body;
    profile::check(body).map_err(|reason| call.refuse(&reason))?;
    let consumer = call.consumer.lp.clone();
    let number = profile::number(body);
    let conversations = call.world.conversations.iter_mut();
    for conversation in conversations.filter(|known| known.open && known.consumer.lp == consumer) {
        conversation.number = number.clone().or(conversation.number.take());
    }
    call.world.profiles.insert(consumer, profile::seen(body));
    Ok(call.ok(&json!({ "msg": "OK User Profile set successfully" })))
}
