//! LINE: what it refuses of the connector's, and what it posts.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

mod callbacks;
#[path = "../common/mod.rs"]
mod common;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use common::{Posted, World};
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
