//! The gateway app: what it refuses of the connector's, and what it posts.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

#[path = "../common/mod.rs"]
mod common;
mod posting;
mod receiving;

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use common::{Answer, Posted, World};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

const KEY: &[u8] = b"local-only-signing-secret-for-the-simulator";

#[allow(clippy::disallowed_methods, reason = "a native program")]
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

fn signature(id: &str, timestamp: &str, body: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
    let mac = mac.chain_update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

/// Posts as the connector does.
async fn deliver(world: &World, webhook_id: &str, body: &Value) -> Result<Answer, reqwest::Error> {
    let (body, timestamp) = (body.to_string(), (now() / 1000).to_string());
    let headers = [
        ("webhook-id", webhook_id),
        ("webhook-timestamp", &timestamp),
        (
            "webhook-signature",
            &signature(webhook_id, &timestamp, &body),
        ),
    ];
    world.try_post("/gateway/app", &headers, &body).await
}

async fn status(world: &World, webhook_id: &str, body: &Value) -> u16 {
    deliver(world, webhook_id, body).await.unwrap().0
}

fn id(n: u32) -> String {
    format!("msg_{n:032x}")
}

fn text(n: u32, to: &str, text: &str) -> Value {
    json!({
        "type": "message", "id": id(n), "to": to, "timestamp": now(),
        "agent": { "id": "7ab2", "role": "ASSIGNED_AGENT", "name": "Ada" },
        "content": { "type": "text", "text": text }, "text": text,
    })
}

async fn person(world: &World, id: &str) -> Value {
    world.get(&format!("/control/app/people/{id}")).await.1
}

/// A person who reports nothing by itself.
async fn quiet(world: &World, id: &str) {
    let path = format!("/app/people/{id}");
    world
        .control(&path, json!({ "auto_receipts": false }))
        .await;
}

fn assert_signed(posted: &Posted) {
    let header = |name: &str| posted.headers[name].to_str().unwrap().to_owned();
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    let made = signature(&id, &timestamp, &posted.body);
    assert_eq!(header("webhook-signature"), made);
    assert_eq!(header("content-type"), "application/json");
    assert!(timestamp.parse::<u64>().unwrap().abs_diff(now() / 1000) < 60);
    assert_eq!(posted.path, "/channels/app");
}
