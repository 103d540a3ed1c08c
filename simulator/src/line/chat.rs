//! Everything but messages: typing, read, profiles, content of files, the quota.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::api::{Call, Refusal, refuse, serve};
use super::check::Checker;
use super::{Line, is_user_id};
use crate::liveperson::pictures;
use crate::people;
use crate::sim::Sim;

fn wrong<T>(property: &str, message: &str) -> Result<T, Refusal> {
    let mut checker = Checker::default();
    checker.fail(property, message);
    Err((400, checker.refusal().unwrap_or_default()))
}

/// `POST /v2/bot/chat/loading/start`.
pub(super) async fn loading(
    State(sim): State<Arc<Sim>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let told: Value = serde_json::from_slice(&body).unwrap_or_default();
    let person = told["chatId"].as_str().unwrap_or_default().to_owned();
    let call = Call {
        name: "loading",
        headers,
        body,
        person: person.clone(),
    };
    serve(&sim, call, move |sim, body, _| {
        if !is_user_id(&person) {
            return wrong("chatId", "The value must be the ID of a user");
        }
        let seconds = match &body["loadingSeconds"] {
            Value::Null => 20,
            seconds => seconds.as_u64().unwrap_or_default(),
        };
        if seconds % 5 != 0 || !(5..=60).contains(&seconds) {
            return wrong("loadingSeconds", "Must be a multiple of 5 between 5 and 60");
        }
        let mut world = sim.world();
        let known = world.people.of(&Line).people.get(&person);
        if known.is_some_and(|person| !person.blocked) {
            people::typing(&mut world, &Line, &person, seconds * 1000);
        }
        Ok((StatusCode::ACCEPTED, Json(json!({}))).into_response())
    })
    .await
}

/// `POST /v2/bot/chat/markAsRead`.
pub(super) async fn mark_as_read(
    State(sim): State<Arc<Sim>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let told: Value = serde_json::from_slice(&body).unwrap_or_default();
    let token = told["markAsReadToken"].as_str().unwrap_or_default();
    let known = sim.world().line.read_tokens.get(token).cloned();
    let call = Call {
        name: "markAsRead",
        headers,
        body,
        person: known.clone().unwrap_or_default().0,
    };
    serve(&sim, call, move |sim, body, _| {
        if !body["markAsReadToken"].is_string() {
            return wrong("markAsReadToken", "May not be empty");
        }
        let Some((person, message)) = known else {
            return refuse(400, "Invalid markAsReadToken");
        };
        let mut world = sim.world();
        let person = world.people.of(&Line).person(&person);
        let messages = person.messages.iter();
        let last = messages.clone().position(|known| known.id == message);
        // Those before it were seen, too.
        let read: Vec<String> = messages
            .take(last.map_or(0, |last| last + 1))
            .filter(|known| known.direction == people::Direction::Sent)
            .map(|known| known.id.clone())
            .collect();
        person.receipt(&read, "read");
        Ok(Json(json!({})).into_response())
    })
    .await
}

fn get(name: &'static str, headers: HeaderMap, person: &str) -> Call {
    Call {
        name,
        headers,
        body: Bytes::new(),
        person: person.to_owned(),
    }
}

/// `GET /v2/bot/profile/{userId}`.
pub(super) async fn profile(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let call = get("profile", headers, &id);
    serve(&sim, call, move |sim, _, _| describe(sim, &id, true)).await
}

/// `GET /v2/bot/group/{groupId}/member/{userId}`, and of rooms.
pub(super) async fn member(
    State(sim): State<Arc<Sim>>,
    Path((chat, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let call = get("profile", headers, &id);
    serve(&sim, call, move |sim, _, _| {
        let member = {
            let world = sim.world();
            let members = world.line.chats.get(&chat);
            members.is_some_and(|members| members.contains(&id))
        };
        if !member {
            return refuse(404, "Not found");
        }
        describe(sim, &id, false)
    })
    .await
}

fn describe(sim: &Sim, id: &str, alone: bool) -> Result<Response, Refusal> {
    let mut world = sim.world();
    let known = world.people.of(&Line).people.get(id);
    let known = known.filter(|person| {
        let friend = person.more.get("friend") != Some(&json!(false));
        !alone || (friend && !person.blocked)
    });
    let Some(person) = known else {
        return refuse(404, "Not found");
    };
    let mut told = json!({
        "userId": id, "displayName": person.name.as_deref().unwrap_or("LINE user"),
    });
    if let Some(picture) = &person.picture {
        told["pictureUrl"] = json!(picture);
    }
    if let Some(language) = person.language.as_ref().filter(|_| alone) {
        told["language"] = json!(language);
    }
    Ok(Json(told).into_response())
}

/// `GET /v2/bot/message/quota`.
pub(super) async fn quota(State(sim): State<Arc<Sim>>, headers: HeaderMap) -> Response {
    let call = get("quota", headers, "");
    serve(&sim, call, |sim, _, _| {
        let limit = sim.world().settings.line.monthly_limit;
        let told = limit.map_or_else(
            || json!({ "type": "none" }),
            |limit| json!({ "type": "limited", "value": limit }),
        );
        Ok(Json(told).into_response())
    })
    .await
}

/// `GET /v2/bot/message/quota/consumption`.
pub(super) async fn consumption(State(sim): State<Arc<Sim>>, headers: HeaderMap) -> Response {
    let call = get("quota", headers, "");
    serve(&sim, call, |sim, _, _| {
        let used = sim.world().line.pushed;
        Ok(Json(json!({ "totalUsage": used })).into_response())
    })
    .await
}

/// `GET /v2/bot/info`.
pub(super) async fn info(State(sim): State<Arc<Sim>>, headers: HeaderMap) -> Response {
    let call = get("info", headers, "");
    serve(&sim, call, |sim, _, _| {
        let told = json!({
            "userId": sim.options.line_bot, "basicId": "@000aaaaa", "displayName": "Brand",
            "chatMode": "chat", "markAsReadMode": "manual",
        });
        Ok(Json(told).into_response())
    })
    .await
}

/// `GET /v2/bot/message/{messageId}/content` and `.../preview`, at `api-data.line.me`.
pub(super) async fn content(
    sim: State<Arc<Sim>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    file(sim, id, headers, false).await
}

pub(super) async fn preview(
    sim: State<Arc<Sim>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    file(sim, id, headers, true).await
}

async fn file(
    State(sim): State<Arc<Sim>>,
    id: String,
    headers: HeaderMap,
    small: bool,
) -> Response {
    let person = owner(&sim, &id);
    let call = get("content", headers, &person);
    serve(&sim, call, move |sim, _, _| {
        let mut world = sim.world();
        if world.line.gone.contains(&id) {
            return refuse(410, "Gone");
        }
        let Some(media) = world.people.of(&Line).media.get(&id).cloned() else {
            return refuse(404, "Not found");
        };
        let left = world.line.preparing.entry(id).or_default();
        if *left > 0 {
            *left -= 1;
            return Ok((StatusCode::ACCEPTED, Json(json!({}))).into_response());
        }
        let picture = media.media_type.starts_with("image/");
        if small && !picture && !media.media_type.starts_with("video/") {
            return refuse(404, "Not found");
        }
        if small {
            let bytes = pictures::png(&media.name, 48);
            return Ok(([(header::CONTENT_TYPE, "image/png".to_owned())], bytes).into_response());
        }
        Ok(([(header::CONTENT_TYPE, media.media_type)], media.bytes).into_response())
    })
    .await
}

fn owner(sim: &Sim, message: &str) -> String {
    let mut world = sim.world();
    let people = &world.people.of(&Line).people;
    let mut own = people.iter().filter(|(_, person)| {
        let mut messages = person.messages.iter();
        messages.any(|known| known.id == message)
    });
    own.next().map_or_else(String::new, |(id, _)| id.clone())
}

/// `GET .../content/transcoding`.
pub(super) async fn transcoding(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let person = owner(&sim, &id);
    let call = get("transcoding", headers, &person);
    serve(&sim, call, move |sim, _, _| {
        let mut world = sim.world();
        if !world.people.of(&Line).media.contains_key(&id) {
            return refuse(404, "Not found");
        }
        let left = world.line.preparing.entry(id).or_default();
        let status = if *left > 0 { "processing" } else { "succeeded" };
        *left = left.saturating_sub(1);
        Ok(Json(json!({ "status": status })).into_response())
    })
    .await
}
