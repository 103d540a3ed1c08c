//! `/control/app`: the people of the gateway app, and what they say and do.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::HeaderValue;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::{Answer, Body, Error};
use crate::gateway::files::{File, Sample, keep};
use crate::gateway::{Outcome, Outgoing, post_events, read_all};
use crate::sim::Sim;

/// The largest file that can be given (bytes, as base64 in JSON).
const LARGEST: usize = 16 * 1024 * 1024;

pub(super) fn routes() -> Router<Arc<Sim>> {
    Router::new()
        .route("/control/app/people", get(list))
        .route("/control/app/people/{id}", get(show).post(set))
        .route("/control/app/people/{id}/events", post(events))
        .route("/control/app/people/{id}/read", post(read))
        .route(
            "/control/app/files",
            post(add_file).layer(DefaultBodyLimit::max(LARGEST)),
        )
}

async fn list(State(sim): State<Arc<Sim>>) -> Answer {
    let people = sim.world().app.show_all();
    Ok(Json(json!({ "people": people })))
}

async fn show(State(sim): State<Arc<Sim>>, Path(id): Path<String>) -> Answer {
    let person = sim.world().app.show(&id);
    person.map(Json).ok_or_else(|| Error::not_found("person"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    name: Option<String>,
    auto_receipts: Option<bool>,
}

/// Adds a person, or changes one.
async fn set(State(sim): State<Arc<Sim>>, Path(id): Path<String>, Body(set): Body<Set>) -> Answer {
    check(&id)?;
    let mut world = sim.world();
    world.app.set(&id, set.name, set.auto_receipts);
    let person = world.app.show(&id);
    drop(world);
    sim.changed();
    person.map(Json).ok_or_else(|| Error::not_found("person"))
}

fn check(id: &str) -> Result<(), Error> {
    let right = !id.trim().is_empty() && id.len() <= 256 && !id.contains(char::is_control);
    right
        .then_some(())
        .ok_or_else(|| Error::invalid("a person's id has 1 to 256 bytes"))
}

/// Posts an event, or several at once. Nothing in them is checked: also what the connector should refuse can be sent.
async fn events(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Body(wanted): Body<Value>,
) -> Answer {
    check(&id)?;
    let Value::Object(mut wanted) = wanted else {
        return Err(Error::invalid("the body must be an object"));
    };
    let wait = match wanted.remove("wait") {
        None => true,
        Some(Value::Bool(wait)) => wait,
        Some(_) => return Err(Error::invalid("wait must be true or false")),
    };
    let (events, batch) = match wanted.remove("events") {
        None => (vec![Value::Object(wanted)], false),
        Some(Value::Array(events)) if wanted.is_empty() && !events.is_empty() => (events, true),
        Some(_) => return Err(Error::invalid("events must be a list, and alone")),
    };
    let outgoing = Outgoing { events, batch };
    let (ids, outcome) = post_events(&sim, &id, outgoing);
    let mut answer = json!({ "id": ids.first(), "status": "queued", "attempts": 0 });
    if batch {
        answer["ids"] = json!(ids);
    }
    if wait {
        report(&mut answer, outcome).await?;
    }
    Ok(Json(answer))
}

async fn report(answer: &mut Value, outcome: oneshot::Receiver<Outcome>) -> Result<(), Error> {
    let gone = |_| Error::invalid("the simulator was reset meanwhile");
    let Outcome { status, attempts } = outcome.await.map_err(gone)?;
    answer["status"] = json!(status);
    answer["attempts"] = json!(attempts);
    Ok(())
}

/// Reports every received message as read.
async fn read(State(sim): State<Arc<Sim>>, Path(id): Path<String>) -> Answer {
    let known = sim.world().app.show(&id).is_some();
    known
        .then_some(())
        .ok_or_else(|| Error::not_found("person"))?;
    let (messages, outcome) = read_all(&sim, &id);
    let mut answer = json!({ "messages": messages, "status": null, "attempts": 0 });
    if let Some(outcome) = outcome {
        report(&mut answer, outcome).await?;
    }
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFile {
    name: Option<String>,
    media_type: Option<String>,
    base64: Option<String>,
    sample: Option<Sample>,
}

async fn add_file(State(sim): State<Arc<Sim>>, Body(new): Body<NewFile>) -> Answer {
    let bytes = match (&new.base64, new.sample) {
        (Some(text), None) => {
            let bytes = BASE64_STANDARD.decode(text);
            bytes.map_err(|error| Error::invalid(format!("base64: {error}")))?
        }
        (None, Some(sample)) => sample.bytes(),
        _ => return Err(Error::invalid("a file is given as base64 or as a sample")),
    };
    let name = new
        .name
        .or(new.sample.map(|sample| sample.file_name().to_owned()));
    let name = name.filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Error::invalid("name is missing"))?;
    let kind = new.media_type.as_deref();
    let kind = kind.or(new.sample.map(Sample::media_type));
    let kind = kind.ok_or_else(|| Error::invalid("media_type is missing"))?;
    let media_type = HeaderValue::from_str(kind);
    let media_type = media_type.map_err(|_| Error::invalid("media_type is not a media type"))?;
    let (size, kind) = (bytes.len(), kind.to_owned());
    let file = File {
        name: name.clone(),
        media_type,
        bytes,
    };
    let url = keep(&sim, file);
    Ok(Json(
        json!({ "url": url, "name": name, "media_type": kind, "size": size }),
    ))
}
