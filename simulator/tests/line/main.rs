//! LINE: what it refuses of the connector's, and what it posts.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

mod callbacks;
mod chat;
#[path = "../common/mod.rs"]
mod common;
mod desk;
mod limits;
mod sending;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use common::{Answer, Posted, World};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

const ANN: &str = "U0000000000000000000000000000d001";
const BOB: &str = "U0000000000000000000000000000d002";
const BOT: &str = "U00000000000000000000000000000001";

fn assert_signed(posted: &Posted) {
    let mac = Hmac::<Sha256>::new_from_slice(b"local-channel-secret-of-the-simulator").unwrap();
    let mac = mac.chain_update(posted.body.as_bytes()).finalize();
    let made = BASE64_STANDARD.encode(mac.into_bytes());
    assert_eq!(posted.headers["x-line-signature"], made);
    assert_eq!(posted.headers["user-agent"], "LineBotWebhook/2.0");
    assert_eq!(posted.path, "/channels/line");
}

async fn event(world: &World, person: &str, deed: Value) -> Value {
    let path = format!("/platforms/line/people/{person}/events");
    world.control(&path, deed).await
}

/// The one event of the last callback.
fn last(world: &World) -> Value {
    let posted = world.posted();
    let posted = posted.last().unwrap();
    assert_signed(posted);
    let body = posted.json();
    assert_eq!(body["destination"], BOT);
    assert_eq!(body["events"].as_array().unwrap().len(), 1, "{body}");
    body["events"][0].clone()
}

async fn person(world: &World, id: &str) -> Value {
    let (status, person) = world
        .get(&format!("/control/platforms/line/people/{id}"))
        .await;
    assert_eq!(status, 200, "{person}");
    person
}

async fn text(world: &World, person: &str, text: &str) -> Value {
    let answer = event(world, person, json!({ "kind": "text", "text": text })).await;
    assert_eq!(answer["status"], 200);
    last(world)
}

const TOKEN: &str = "Bearer local-channel-access-token-of-the-simulator";
const KEY: &str = "01234567-89ab-4cde-8f01-23456789abcd";

/// Posts as the connector does.
async fn call(world: &World, path: &str, body: Value) -> Answer {
    let path = format!("/line/v2/bot{path}");
    world.post(&path, &[("authorization", TOKEN)], &body).await
}

async fn push(world: &World, key: &str, body: Value) -> Answer {
    let headers = [("authorization", TOKEN), ("x-line-retry-key", key)];
    world
        .post("/line/v2/bot/message/push", &headers, &body)
        .await
}

fn words(text: &str) -> Value {
    json!([{ "type": "text", "text": text }])
}
