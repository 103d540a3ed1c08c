//! `/control/platforms`: the people of messaging platforms, and what they say and do.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::oneshot;

use super::{Answer, Body, Error};
use crate::people::{self, Direction, Outcome, Platform, Post, Raw};
use crate::sim::Sim;

/// The largest request (bytes): a file as base64.
const LARGEST: usize = 48 * 1024 * 1024;

pub(super) fn routes() -> Router<Arc<Sim>> {
    let large = DefaultBodyLimit::max(LARGEST);
    let base = "/control/platforms/{platform}";
    Router::new()
        .route("/control/platforms", get(list))
        .route(&format!("{base}/people"), get(people_of).post(add))
        .route(&format!("{base}/people/{{id}}"), get(show).post(set))
        .route(
            &format!("{base}/people/{{id}}/events"),
            post(events).layer(large),
        )
        .route(&format!("{base}/people/{{id}}/tap"), post(tap))
        .route(&format!("{base}/people/{{id}}/read"), post(read))
        .route(&format!("{base}/media/{{id}}"), get(media))
        .route(&format!("{base}/redeliver"), post(redeliver))
        .route(&format!("{base}/raw"), post(raw).layer(large))
}

type Found = &'static dyn Platform;

fn find(name: &str) -> Result<Found, Error> {
    people::find(name).ok_or_else(|| Error::not_found("platform"))
}

/// Every platform, what its people can do, and the people.
async fn list(State(sim): State<Arc<Sim>>) -> Answer {
    let mut world = sim.world();
    let platforms: Vec<Value> = people::all()
        .map(|platform| {
            let menu = platform.menu();
            let menu: Vec<Value> = menu
                .into_iter()
                .map(|(words, deed)| json!({ "words": words, "deed": deed }))
                .collect();
            json!({
                "name": platform.name(), "title": platform.title(),
                "channel": platform.channel(&sim.options), "side": platform.side().name(),
                "menu": menu,
                "people": world.people.of(platform).show_all(platform),
            })
        })
        .collect();
    Ok(Json(json!({ "platforms": platforms })))
}

async fn people_of(State(sim): State<Arc<Sim>>, Path(name): Path<String>) -> Answer {
    let platform = find(&name)?;
    let people = sim.world().people.of(platform).show_all(platform);
    Ok(Json(json!({ "people": people })))
}

/// Adds a person with an id made here.
async fn add(
    State(sim): State<Arc<Sim>>,
    Path(name): Path<String>,
    Body(settings): Body<Map<String, Value>>,
) -> Answer {
    let platform = find(&name)?;
    let id = {
        let mut world = sim.world();
        let known = &world.people.of(platform).people;
        let mut ids = (1..).map(|n| platform.person_id(n));
        ids.find(|id| !known.contains_key(id)).unwrap_or_default()
    };
    change(&sim, platform, &id, &settings)
}

async fn show(State(sim): State<Arc<Sim>>, Path((name, id)): Path<(String, String)>) -> Answer {
    let platform = find(&name)?;
    let person = sim.world().people.of(platform).show(platform, &id);
    person.map(Json).ok_or_else(|| Error::not_found("person"))
}

/// Adds a person, or changes one.
async fn set(
    State(sim): State<Arc<Sim>>,
    Path((name, id)): Path<(String, String)>,
    Body(settings): Body<Map<String, Value>>,
) -> Answer {
    change(&sim, find(&name)?, &id, &settings)
}

fn change(sim: &Arc<Sim>, platform: Found, id: &str, settings: &Map<String, Value>) -> Answer {
    platform.check_person_id(id).map_err(Error::invalid)?;
    let mut world = sim.world();
    let book = world.people.of(platform);
    let person = book.person(id);
    for (name, value) in settings {
        person.set(platform, name, value).map_err(Error::invalid)?;
    }
    let shown = book.show(platform, id);
    drop(world);
    sim.changed();
    shown.map(Json).ok_or_else(|| Error::not_found("person"))
}

/// What an event and a tap have in common.
struct Wanted {
    deeds: Vec<Value>,
    batch: bool,
    wait: bool,
    parallel: bool,
    channel: Option<String>,
}

impl Wanted {
    fn read(mut body: Map<String, Value>) -> Result<Self, Error> {
        let mut flag = |name: &str, default: bool| match body.remove(name) {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(Error::invalid(format!("{name} must be true or false"))),
        };
        let wait = flag("wait", true)?;
        let parallel = flag("parallel", false)?;
        let channel = match body.remove("channel") {
            None => None,
            Some(Value::String(channel)) => Some(channel),
            Some(_) => return Err(Error::invalid("channel must be a text")),
        };
        let (deeds, batch) = match body.remove("batch") {
            None => (vec![Value::Object(body)], false),
            Some(Value::Array(deeds)) if body.is_empty() => (deeds, true),
            Some(_) => return Err(Error::invalid("batch must be a list, and alone")),
        };
        Ok(Self {
            deeds,
            batch,
            wait,
            parallel,
            channel,
        })
    }
}

/// What a person does, or several things in one callback.
async fn events(
    State(sim): State<Arc<Sim>>,
    Path((name, id)): Path<(String, String)>,
    Body(body): Body<Map<String, Value>>,
) -> Answer {
    let platform = find(&name)?;
    platform.check_person_id(&id).map_err(Error::invalid)?;
    tell(&sim, platform, &id, Wanted::read(body)?).await
}

async fn tell(sim: &Arc<Sim>, platform: Found, person: &str, wanted: Wanted) -> Answer {
    let (ids, outcome) = people::post(
        sim,
        &Post {
            platform,
            person,
            deeds: &wanted.deeds,
            channel: wanted.channel,
            parallel: wanted.parallel,
        },
    )
    .map_err(Error::invalid)?;
    let mut answer = json!({ "id": ids.first(), "status": "queued", "attempts": 0 });
    if wanted.batch {
        answer["ids"] = json!(ids);
    }
    if wanted.wait {
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

/// Taps a button of a received message: of the one that is named, or else of the newest that has it.
async fn tap(
    State(sim): State<Arc<Sim>>,
    Path((name, id)): Path<(String, String)>,
    Body(mut body): Body<Map<String, Value>>,
) -> Answer {
    let platform = find(&name)?;
    let button = body.remove("button").unwrap_or_default();
    let message = body.remove("message");
    let chosen = body.remove("id");
    let mut wanted = Wanted::read(body)?;
    let deed = {
        let mut world = sim.world();
        let book = world.people.of(platform);
        let person = book.people.get_mut(&id);
        let person = person.ok_or_else(|| Error::not_found("person"))?;
        let mut messages = person.messages.iter_mut().rev();
        let found = messages.find(|known| {
            known.direction == Direction::Received
                && message
                    .as_ref()
                    .is_none_or(|id| id.as_str() == Some(&known.id))
                && known.button(&button).is_some()
        });
        let found = found.ok_or_else(|| Error::not_found("button"))?;
        let tapped = found.button(&button).cloned().unwrap_or_default();
        let deed = platform.tap(found, &tapped).map_err(Error::invalid)?;
        found.tapped = Some(tapped.title);
        deed
    };
    wanted.deeds = vec![deed];
    if let (Some(chosen), Some(deed)) = (chosen, wanted.deeds.first_mut()) {
        deed["id"] = chosen;
    }
    tell(&sim, platform, &id, wanted).await
}

/// The person has read everything.
async fn read(State(sim): State<Arc<Sim>>, Path((name, id)): Path<(String, String)>) -> Answer {
    let platform = find(&name)?;
    let (unread, deeds) = {
        let mut world = sim.world();
        let book = world.people.of(platform);
        let person = book.people.get_mut(&id);
        let person = person.ok_or_else(|| Error::not_found("person"))?;
        let unread = person.unread();
        person.receipt(&unread, "read");
        let deeds = if unread.is_empty() {
            Vec::new()
        } else {
            platform.read(&mut world, &id, &unread)
        };
        (unread, deeds)
    };
    sim.changed();
    let mut answer = json!({ "messages": unread, "status": null, "attempts": 0 });
    for deed in deeds {
        let posted = people::post(
            &sim,
            &Post {
                platform,
                person: &id,
                deeds: &[deed],
                channel: None,
                parallel: false,
            },
        );
        let (_, outcome) = posted.map_err(Error::invalid)?;
        report(&mut answer, outcome).await?;
    }
    Ok(Json(answer))
}

/// A file of a person, for the page: the platform's own address of it wants credentials.
async fn media(
    State(sim): State<Arc<Sim>>,
    Path((name, id)): Path<(String, String)>,
) -> Result<Response, Error> {
    let platform = find(&name)?;
    let media = sim.world().people.of(platform).media.get(&id).cloned();
    let media = media.ok_or_else(|| Error::not_found("file"))?;
    let headers = [
        (CONTENT_TYPE, media.media_type),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, media.bytes).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Again {
    id: String,
}

async fn redeliver(
    State(sim): State<Arc<Sim>>,
    Path(name): Path<String>,
    Body(wanted): Body<Again>,
) -> Answer {
    let status = people::again(&sim, find(&name)?, &wanted.id).await;
    let status = status.ok_or_else(|| Error::not_found("event"))?;
    Ok(Json(json!({ "status": status })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    #[serde(default)]
    body: Value,
    #[serde(default = "yes")]
    sign: bool,
    #[serde(default)]
    headers: BTreeMap<String, Option<String>>,
    #[serde(default)]
    get: bool,
    query: Option<String>,
    channel: Option<String>,
}

fn yes() -> bool {
    true
}

/// Any request to the channel, signed or not.
async fn raw(
    State(sim): State<Arc<Sim>>,
    Path(name): Path<String>,
    Body(wanted): Body<Request>,
) -> Answer {
    let body = match wanted.body {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let wanted = Raw {
        get: wanted.get,
        query: wanted.query,
        channel: wanted.channel,
        body,
        sign: wanted.sign,
        headers: wanted.headers.into_iter().collect(),
    };
    let (status, body) = people::raw(&sim, find(&name)?, &wanted).await;
    Ok(Json(json!({ "status": status, "body": body })))
}
