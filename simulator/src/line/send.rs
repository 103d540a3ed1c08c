//! `POST /v2/bot/message/{reply,push}` and their validation.
//! <https://developers.line.biz/en/docs/messaging-api/sending-messages/>,
//! <https://developers.line.biz/en/docs/messaging-api/retrying-api-request/>

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::api::{Call, Refusal, header, note, refuse, serve};
use super::check::{self, Checker};
use super::state::Accepted;
use super::{Line, view};
use crate::clock;
use crate::ids;
use crate::people;
use crate::sim::{Sim, World};

/// How long somebody who is no friend can be written to after a message (hours).
const STRANGERS_HOURS: u64 = 7 * 24;

fn check(body: &Value) -> Result<(), Refusal> {
    let mut checker = Checker::default();
    check::messages(&mut checker, body);
    if !body["notificationDisabled"].is_null() && !body["notificationDisabled"].is_boolean() {
        checker.fail("notificationDisabled", "Must be true or false");
    }
    match checker.refusal() {
        Some(refusal) => Err((400, refusal)),
        None => Ok(()),
    }
}

pub(super) async fn validate(
    State(sim): State<Arc<Sim>>,
    Path(kind): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let call = Call {
        name: "validate",
        headers,
        body,
        person: String::new(),
    };
    serve(&sim, call, move |_, body, _| {
        if !["reply", "push", "multicast", "narrowcast", "broadcast"].contains(&kind.as_str()) {
            return refuse(404, "Not found");
        }
        check(body)?;
        Ok(Json(json!({})).into_response())
    })
    .await
}

pub(super) async fn reply(
    State(sim): State<Arc<Sim>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let told: Value = serde_json::from_slice(&body).unwrap_or_default();
    let token = told["replyToken"].as_str().unwrap_or_default().to_owned();
    let person = {
        let world = sim.world();
        let known = world.line.reply_tokens.get(&token);
        known.map_or_else(String::new, |known| known.person.clone())
    };
    let key = headers.contains_key("x-line-retry-key");
    let call = Call {
        name: "reply",
        headers,
        body,
        person,
    };
    serve(&sim, call, move |sim, body, _| {
        if key {
            return refuse(400, "The retry key is not supported for this endpoint");
        }
        if !body["replyToken"].is_string() {
            let mut checker = Checker::default();
            checker.fail("replyToken", "May not be empty");
            return Err((400, checker.refusal().unwrap_or_default()));
        }
        check(body)?;
        let mut world = sim.world();
        let lifetime = world.settings.line.reply_token_s * 1000;
        let known = world.line.reply_tokens.get_mut(&token);
        let known = known.filter(|known| known.is_good(clock::now_ms(), lifetime));
        let Some(known) = known else {
            return refuse(400, "Invalid reply token");
        };
        known.spend();
        let chat = known.chat.clone();
        let sent = deliver(&mut world, &chat, body);
        Ok(Json(sent).into_response())
    })
    .await
}

pub(super) async fn push(State(sim): State<Arc<Sim>>, headers: HeaderMap, body: Bytes) -> Response {
    let told: Value = serde_json::from_slice(&body).unwrap_or_default();
    let person = told["to"].as_str().unwrap_or_default().to_owned();
    let key = header(&headers, "x-line-retry-key").map(str::to_owned);
    let raw = body.clone();
    let call = Call {
        name: "push",
        headers,
        body,
        person: person.clone(),
    };
    serve(&sim, call, move |sim, body, request_id| {
        let mut world = sim.world();
        if let Some(key) = &key {
            if !is_uuid(key) {
                return refuse(400, "The retry key must be a UUID");
            }
            if let Some(refusal) = accepted_before(&mut world, key, &raw) {
                return Ok(refusal);
            }
        }
        if !is_chat(&person) {
            let message = "The property, 'to', in the request body is invalid (line: -, column: -)";
            return refuse(400, message);
        }
        check(body)?;
        if !can_be_written_to(&mut world, &person) {
            return refuse(400, "Failed to send messages");
        }
        let limit = world.settings.line.monthly_limit;
        if limit.is_some_and(|limit| world.line.pushed >= limit) {
            return refuse(429, "You have reached your monthly limit.");
        }
        world.line.pushed += 1;
        let sent = deliver(&mut world, &person, body);
        if let Some(key) = key {
            let accepted = Accepted {
                request_id: request_id.to_owned(),
                body: raw.to_vec(),
                answer: sent.clone(),
            };
            world.line.retry_keys.insert(key, accepted);
        }
        Ok(Json(sent).into_response())
    })
    .await
}

/// 409 with the first answer, for a key that was accepted before.
fn accepted_before(world: &mut World, key: &str, body: &[u8]) -> Option<Response> {
    let known = world.line.retry_keys.get(key)?;
    let other = known.body != body;
    let mut told = json!({ "message": "The retry key is already accepted" });
    told["sentMessages"] = known.answer["sentMessages"].clone();
    let mut response = (StatusCode::CONFLICT, Json(told)).into_response();
    if let Ok(id) = HeaderValue::from_str(&known.request_id) {
        response
            .headers_mut()
            .insert("x-line-accepted-request-id", id);
    }
    if other {
        note(world, "a retry key came again with another body");
    }
    Some(response)
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let hex = |part: &&str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    lengths == [8, 4, 4, 4, 12] && parts.iter().all(hex)
}

/// A person, a group or a room.
fn is_chat(id: &str) -> bool {
    let user = |rest: &str| super::is_user_id(&format!("U{rest}"));
    ["U", "C", "R"]
        .iter()
        .any(|start| id.strip_prefix(start).is_some_and(user))
}

fn can_be_written_to(world: &mut World, chat: &str) -> bool {
    if world.line.chats.contains_key(chat) {
        return true;
    }
    let people = &world.people.of(&Line).people;
    people.get(chat).is_some_and(|person| {
        person.more.get("friend") != Some(&json!(false))
            || person.has_written_within(STRANGERS_HOURS)
    })
}

/// Shows messages to whom it concerns, and says what was sent. Who has blocked the bot sees nothing of it.
fn deliver(world: &mut World, chat: &str, body: &Value) -> Value {
    let members = world.line.chats.get(chat).cloned();
    let members = members.unwrap_or_else(|| vec![chat.to_owned()]);
    let messages = body["messages"].as_array().cloned().unwrap_or_default();
    let mut sent = Vec::new();
    for (n, message) in messages.iter().enumerate() {
        let number = world.people.of(&Line).count();
        let id = format!("{}", 570_000_000_000_000_000 + number);
        let last = n + 1 == messages.len();
        for member in &members {
            if world.people.of(&Line).person(member).blocked {
                continue;
            }
            people::show(world, &Line, member, view::seen(message, &id, last));
        }
        let mut told = json!({ "id": id });
        if ["text", "textV2", "sticker", "image", "video", "template"]
            .contains(&message["type"].as_str().unwrap_or_default())
        {
            told["quoteToken"] = json!(ids::random_hex(16));
        }
        sent.push(told);
    }
    json!({ "sentMessages": sent })
}
