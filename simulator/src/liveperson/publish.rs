//! `POST /api/account/{account}/messaging/consumer/conversation/send`: one event or change of a consumer.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::conversation::{self, Event};
use super::{
    Envelope, Query, authorize, bad_request, check_transport, envelope, error_response, profile,
    refuse, tokens::Consumer, unauthorized,
};
use crate::faults::{Facts, Point};
use crate::journal::Side;
use crate::perform::perform;
use crate::sim::{Sim, World};

const LONGEST: usize = 5_000;
const CLOSED: &str = "Bad Request, Conversation is close";

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
        Err(refusal) => refusal,
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

#[expect(clippy::result_large_err, reason = "the error is the answer")]
fn send(
    sim: &Arc<Sim>,
    account: &str,
    query: &Query,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Value, Response> {
    let mut world = sim.world();
    let consumer = authorize(sim, &mut world, account, headers).map_err(unauthorized)?;
    check_transport(query, headers).map_err(|reason| refuse("", reason))?;
    let text = std::str::from_utf8(body).map_err(|_| refuse("", "not UTF-8"))?;
    let request: Value = serde_json::from_str(text).map_err(|_| refuse("", "not JSON"))?;
    let envelope = envelope(&request).map_err(|(id, reason)| refuse(&id, reason))?;
    if text.chars().count() > LONGEST {
        return Err(bad_request(envelope.id, "Bad Request"));
    }
    match envelope.kind {
        "ms.PublishEvent" => publish(sim, &mut world, &consumer, headers, &envelope, &request),
        "cm.UpdateConversationField" => update(sim, &mut world, &consumer, &envelope),
        "userprofile.SetUserProfile" => {
            profile::check(envelope.body).map_err(|reason| refuse(envelope.id, &reason))?;
            Ok(ok(
                envelope.id,
                &json!({ "msg": "OK User Profile set successfully" }),
            ))
        }
        _ => Err(refuse(envelope.id, "this type is not accepted here")),
    }
}

fn ok(id: &str, body: &Value) -> Value {
    json!({ "reqId": id, "code": "OK", "body": body })
}

#[expect(clippy::result_large_err, reason = "the error is the answer")]
fn publish(
    sim: &Arc<Sim>,
    world: &mut World,
    consumer: &Consumer,
    headers: &HeaderMap,
    envelope: &Envelope<'_>,
    request: &Value,
) -> Result<Value, Response> {
    let id = envelope.id;
    let dialog = envelope.body["dialogId"].as_str();
    let dialog = dialog.ok_or_else(|| refuse(id, "dialogId is missing"))?;
    let found = world
        .conversations
        .iter_mut()
        .find(|known| known.dialogs.iter().any(|own| own.id == dialog));
    let found = found.ok_or_else(|| refuse(id, "no such dialog"))?;
    own(found, consumer)?;
    let named = &envelope.body["conversationId"];
    if !named.is_null() && named.as_str() != Some(&found.id) {
        return Err(refuse(id, "the dialog is not of this conversation"));
    }
    let (survey, open) = match found.dialog(dialog) {
        Some(dialog) => (dialog.survey, dialog.open),
        None => (false, false),
    };
    if !open {
        return Err(bad_request(id, CLOSED));
    }
    let event = &envelope.body["event"];
    check_event(event, survey).map_err(|reason| refuse(id, reason))?;

    let conversation = found.id.clone();
    let properties = headers.get("client-properties");
    let properties = properties.and_then(|value| serde_json::from_slice(value.as_bytes()).ok());
    let event = Event {
        event: event.clone(),
        role: "CONSUMER".to_owned(),
        originator: consumer.lp.clone(),
        audience: (event["type"] == "ContentEvent").then(|| "ALL".to_owned()),
        metadata: request["metadata"].clone(),
        client_properties: properties.unwrap_or_default(),
        omit: Vec::new(),
    };
    let content = event.kind() == "ContentEvent";
    let text = conversation::text_of(&event.event);
    let published = conversation::publish(sim, world, &conversation, dialog, event);
    let sequence = published.and_then(|(sequence, _)| sequence).unwrap_or(0);
    if content {
        crate::twilio::phones::arrived_at_desk(world, &conversation, &text);
        react(sim, world, &conversation, dialog, survey, sequence);
    }
    Ok(ok(id, &json!({ "sequence": sequence })))
}

/// What LiveEngage's side does by itself about a consumer's message.
fn react(
    sim: &Arc<Sim>,
    world: &mut World,
    conversation: &str,
    dialog: &str,
    survey: bool,
    sequence: u64,
) {
    if survey {
        conversation::close(sim, world, conversation, "SYSTEM", false);
        return;
    }
    let joined = world
        .conversation(conversation)
        .is_some_and(|known| known.agent_joined);
    if joined && world.settings.auto_accept {
        let mut accept = Event::text("ASSIGNED_AGENT", "");
        accept.event = json!({
            "type": "AcceptStatusEvent", "status": "ACCEPT", "sequenceList": [sequence],
        });
        accept.audience = None;
        conversation::publish(sim, world, conversation, dialog, accept);
    }
    if let Some(reply) = world.settings.auto_agent_reply.clone() {
        conversation::join(sim, world, conversation);
        let reply = Event::text("ASSIGNED_AGENT", &reply);
        conversation::publish(sim, world, conversation, dialog, reply);
    }
}

#[expect(clippy::result_large_err, reason = "the error is the answer")]
fn own(conversation: &conversation::Conversation, consumer: &Consumer) -> Result<(), Response> {
    if conversation.consumer.lp == consumer.lp {
        return Ok(());
    }
    let details = "the consumer does not take part in this conversation";
    Err(error_response(
        401,
        json!({ "title": "Unauthorized", "details": details }),
    ))
}

fn check_event(event: &Value, survey: bool) -> Result<(), &'static str> {
    match event["type"].as_str() {
        Some("ContentEvent") => {
            if event["contentType"].as_str() != Some("text/plain") {
                return Err("contentType must be text/plain");
            }
            match event["message"].as_str() {
                Some(text) if !text.is_empty() => Ok(()),
                _ => Err("message must be a text that is not empty"),
            }
        }
        Some("ChatStateEvent") if survey => Err("a survey takes no chat states"),
        Some("ChatStateEvent") => {
            let states = ["ACTIVE", "INACTIVE", "GONE", "COMPOSING", "PAUSE"];
            let state = event["chatState"].as_str().unwrap_or_default();
            states
                .contains(&state)
                .then_some(())
                .ok_or("unknown chatState")
        }
        Some("AcceptStatusEvent") => {
            let known = ["ACCEPT", "READ", "ACCESS", "NACK", "ACTION"];
            if !known.contains(&event["status"].as_str().unwrap_or_default()) {
                return Err("unknown status");
            }
            let list = event["sequenceList"].as_array();
            match list {
                Some(list) if !list.is_empty() && list.iter().all(Value::is_u64) => Ok(()),
                _ => Err("sequenceList must hold at least one number"),
            }
        }
        _ => Err("this event is not accepted here"),
    }
}

#[expect(clippy::result_large_err, reason = "the error is the answer")]
fn update(
    sim: &Arc<Sim>,
    world: &mut World,
    consumer: &Consumer,
    envelope: &Envelope<'_>,
) -> Result<Value, Response> {
    let id = envelope.id;
    let conversation = envelope.body["conversationId"].as_str().unwrap_or_default();
    let found = world.conversation(conversation);
    let found = found.ok_or_else(|| refuse(id, "no such conversation"))?;
    own(found, consumer)?;
    if !found.open {
        return Err(bad_request(id, CLOSED));
    }
    // A single-element array and its bare element mean the same.
    let field = &envelope.body["conversationField"];
    let field = match field.as_array().map(Vec::as_slice) {
        Some([only]) => only,
        _ => field,
    };
    let with_survey = match field["field"].as_str() {
        Some("ConversationStateField" | "Stage") if field["conversationState"] == "CLOSE" => false,
        Some("DialogChange") => {
            let dialog = &field["dialog"];
            if field["type"] != "UPDATE" || dialog["state"] != "CLOSE" {
                return Err(refuse(
                    id,
                    "only an UPDATE of a dialog to CLOSE is accepted",
                ));
            }
            let wanted = dialog["dialogId"].as_str().unwrap_or_default();
            match found.dialog(wanted) {
                Some(dialog) if dialog.open => true,
                Some(_) => return Err(bad_request(id, CLOSED)),
                None => return Err(refuse(id, "no such dialog")),
            }
        }
        _ => return Err(refuse(id, "this conversationField is not accepted here")),
    };
    let conversation = conversation.to_owned();
    conversation::close(sim, world, &conversation, "CONSUMER", with_survey);
    Ok(ok(
        id,
        &json!({ "msg": "OK Conversation resolved successfully" }),
    ))
}
