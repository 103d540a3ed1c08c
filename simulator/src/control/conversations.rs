//! `/control/conversations`: the agent desk.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Body, Error, given};
use crate::ids;
use crate::liveperson::conversation::{self, Conversation, Event};
use crate::liveperson::{self};
use crate::sim::Sim;

pub(super) async fn list(State(sim): State<Arc<Sim>>) -> Answer {
    let world = sim.world();
    let shown: Vec<Value> = world.conversations.iter().map(view).collect();
    Ok(Json(json!({ "conversations": shown })))
}

pub(super) async fn show(State(sim): State<Arc<Sim>>, Path(id): Path<String>) -> Answer {
    let mut world = sim.world();
    let found = world.conversation(&id).map(|found| view(found));
    found
        .map(Json)
        .ok_or_else(|| Error::not_found("conversation"))
}

fn view(conversation: &Conversation) -> Value {
    let dialogs: Vec<Value> = conversation
        .dialogs
        .iter()
        .map(|dialog| {
            json!({
                "dialogId": dialog.id, "type": if dialog.survey { "POST_SURVEY" } else { "MAIN" },
                "state": if dialog.open { "OPEN" } else { "CLOSE" },
                "closedBy": dialog.closed_by, "closedCause": dialog.closed_cause,
                "nextSequence": dialog.next_sequence,
            })
        })
        .collect();
    let messages: Vec<Value> = conversation
        .messages
        .iter()
        .map(|message| {
            json!({
                "sequence": message.sequence, "role": message.role, "text": message.text,
                "audience": message.audience, "at": message.at, "dialogId": message.dialog,
                "state": message.state, "status": message.status, "receipts": message.receipts,
                "eventType": message.event_type, "metadata": message.metadata,
            })
        })
        .collect();
    json!({
        "id": conversation.id,
        "consumer": {
            "ext_consumer_id": conversation.consumer.ext,
            "lp_consumer_id": conversation.consumer.lp,
            "number": conversation.number,
        },
        "state": if conversation.open { "OPEN" } else { "CLOSE" },
        "closedBy": conversation.closed_by,
        "agentJoined": conversation.agent_joined,
        "startedAt": conversation.started,
        "request": conversation.request,
        "dialogs": dialogs,
        "messages": messages,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Say {
    text: String,
    #[serde(default, deserialize_with = "given")]
    audience: Option<Option<String>>,
    role: Option<String>,
    #[serde(rename = "dialogId")]
    dialog_id: Option<String>,
    #[serde(default)]
    wait: bool,
}

pub(super) async fn say(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Body(say): Body<Say>,
) -> Answer {
    let role = say.role.as_deref().unwrap_or("ASSIGNED_AGENT");
    let mut event = Event::text(role, &say.text);
    if let Some(audience) = say.audience {
        event.audience = audience;
    }
    emit(&sim, &id, say.dialog_id.as_deref(), event, say.wait).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    event: Value,
    role: Option<String>,
    #[serde(default, deserialize_with = "given")]
    audience: Option<Option<String>>,
    #[serde(rename = "dialogId")]
    dialog_id: Option<String>,
    #[serde(rename = "originatorId")]
    originator_id: Option<String>,
    #[serde(default)]
    metadata: Value,
    #[serde(default)]
    omit: Vec<String>,
    #[serde(default)]
    wait: bool,
}

pub(super) async fn event(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Body(raw): Body<Raw>,
) -> Answer {
    if !raw.event.is_object() {
        return Err(Error::invalid("event must be an object"));
    }
    let role = raw.role.unwrap_or_else(|| "ASSIGNED_AGENT".to_owned());
    let content = raw.event["type"]
        .as_str()
        .is_some_and(|kind| kind.ends_with("ContentEvent"));
    let audience = raw
        .audience
        .unwrap_or_else(|| content.then(|| "ALL".to_owned()));
    let event = Event {
        event: raw.event,
        originator: raw.originator_id.unwrap_or_else(|| ids::uuid_of(&role)),
        role,
        audience,
        metadata: raw.metadata,
        client_properties: Value::Null,
        omit: raw.omit,
    };
    emit(&sim, &id, raw.dialog_id.as_deref(), event, raw.wait).await
}

async fn emit(sim: &Arc<Sim>, id: &str, dialog: Option<&str>, event: Event, wait: bool) -> Answer {
    let emitted = liveperson::emit(sim, id, dialog, event);
    let emitted = emitted.ok_or_else(|| Error::not_found("conversation or dialog"))?;
    let (sequence, dialog, first) = emitted;
    let mut answer = json!({ "sequence": sequence, "dialogId": dialog });
    if wait {
        let gone = |_| Error::invalid("the simulator was reset meanwhile");
        answer["status"] = json!(first.await.map_err(gone)?);
    }
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Close {
    #[serde(default = "agent")]
    by: String,
    /// Whether a survey, if one is configured, follows.
    #[serde(default = "yes")]
    survey: bool,
}

fn agent() -> String {
    "AGENT".to_owned()
}

fn yes() -> bool {
    true
}

pub(super) async fn close(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Body(close): Body<Close>,
) -> Answer {
    let mut world = sim.world();
    let found = world.conversation(&id).is_some();
    found
        .then_some(())
        .ok_or_else(|| Error::not_found("conversation"))?;
    let closed = liveperson::close(&sim, &mut world, &id, &close.by, close.survey);
    let state = world
        .conversation(&id)
        .is_some_and(|conversation| conversation.open);
    drop(world);
    sim.changed();
    let state = if state { "OPEN" } else { "CLOSE" };
    Ok(Json(json!({ "closed": closed, "state": state })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Typing {
    #[serde(rename = "chatState", default = "composing")]
    chat_state: String,
}

fn composing() -> String {
    "COMPOSING".to_owned()
}

pub(super) async fn typing(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Body(typing): Body<Typing>,
) -> Answer {
    let found = liveperson::typing(&sim, &id, &typing.chat_state);
    found
        .then(|| Json(json!({ "chatState": typing.chat_state })))
        .ok_or_else(|| Error::not_found("conversation"))
}

pub(super) async fn join(State(sim): State<Arc<Sim>>, Path(id): Path<String>) -> Answer {
    let mut world = sim.world();
    if world.conversation(&id).is_none() {
        return Err(Error::not_found("conversation"));
    }
    conversation::join(&sim, &mut world, &id);
    drop(world);
    sim.changed();
    Ok(Json(json!({ "agentJoined": true })))
}
