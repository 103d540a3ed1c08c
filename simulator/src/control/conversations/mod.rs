//! `/control/conversations`: the agent desk.

mod people;
mod say;
mod view;

use std::sync::Arc;

use axum::Json;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::routing::{MethodRouter, Router, get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Body, Error};
use crate::liveperson::conversation::{self, Event};
use crate::sim::{Sim, World};

pub(super) fn routes() -> Router<Arc<Sim>> {
    // A file comes as base64 in JSON.
    let files: MethodRouter<Arc<Sim>> = post(say::file);
    let files = files.layer(DefaultBodyLimit::max(32 * 1024 * 1024));
    let under = |route: &str| format!("/control/conversations/{{id}}{route}");
    Router::new()
        .route("/control/conversations", get(list))
        .route(&under(""), get(show))
        .route(&under("/messages"), post(say::text))
        .route(&under("/rich"), post(say::rich))
        .route(&under("/files"), files)
        .route(&under("/external-file"), post(say::external_file))
        .route(&under("/secure-form"), post(say::secure_form))
        .route(&under("/automatic"), post(say::automatic))
        .route(&under("/event"), post(say::event))
        .route(&under("/typing"), post(typing))
        .route(&under("/join"), post(people::join))
        .route(&under("/transfer"), post(people::transfer))
        .route(&under("/read"), post(people::read))
        .route(&under("/close"), post(close))
}

async fn list(State(sim): State<Arc<Sim>>) -> Answer {
    let world = sim.world();
    let known = world.conversations.iter();
    let shown: Vec<Value> = known.map(|known| view::of(&world, known)).collect();
    Ok(Json(json!({ "conversations": shown })))
}

async fn show(State(sim): State<Arc<Sim>>, Path(id): Path<String>) -> Answer {
    let world = sim.world();
    let found = world.conversations.iter().find(|known| known.id == id);
    let found = found.map(|found| view::of(&world, found));
    found.map(Json).ok_or_else(no_conversation)
}

fn no_conversation() -> Error {
    Error::not_found("conversation")
}

/// The conversation's state, after something was done to it.
fn after(sim: &Sim, world: &World, id: &str) -> Answer {
    let found = world.conversations.iter().find(|known| known.id == id);
    let shown = found.map(|found| view::of(world, found));
    sim.changed();
    shown.map(Json).ok_or_else(no_conversation)
}

async fn emit(sim: &Arc<Sim>, id: &str, dialog: Option<&str>, event: Event, wait: bool) -> Answer {
    let emitted = conversation::emit(sim, id, dialog, event);
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
struct Close {
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

async fn close(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Body(close): Body<Close>,
) -> Answer {
    let mut world = sim.world();
    world.conversation(&id).ok_or_else(no_conversation)?;
    let closed = conversation::close(&sim, &mut world, &id, &close.by, close.survey);
    let open = world.conversation(&id).is_some_and(|known| known.open);
    drop(world);
    sim.changed();
    let state = if open { "OPEN" } else { "CLOSE" };
    Ok(Json(json!({ "closed": closed, "state": state })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Typing {
    #[serde(rename = "chatState", default = "composing")]
    chat_state: String,
}

fn composing() -> String {
    "COMPOSING".to_owned()
}

async fn typing(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Body(typing): Body<Typing>,
) -> Answer {
    let found = conversation::typing(&sim, &id, &typing.chat_state);
    found
        .then(|| Json(json!({ "chatState": typing.chat_state })))
        .ok_or_else(no_conversation)
}
