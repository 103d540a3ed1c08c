//! Messenger, Instagram and WhatsApp: what they refuse of the connector's, and what they post.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

#[path = "../common/mod.rs"]
mod common;
mod files;
mod handover;
mod pages_sending;
mod pages_telling;
mod whatsapp_sending;
mod whatsapp_telling;

use std::time::Duration;

use common::{Answer, Posted, World};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

const PAGE: &str = "100000000000001";
const INSTAGRAM: &str = "17841400000000001";
const NUMBER_ID: &str = "106540000000001";
const PAGE_TOKEN: &str = "local-page-access-token-of-the-simulator";
const INSTAGRAM_TOKEN: &str = "local-instagram-access-token-of-the-simulator";
const WHATSAPP_TOKEN: &str = "local-whatsapp-access-token-of-the-simulator";
/// A person on each of them.
const ANN: &str = "7000000000000001";
const IDA: &str = "6800000000000001";
const WIM: &str = "15550100001";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn assert_signed(posted: &Posted, platform: &str) {
    let mac = Hmac::<Sha256>::new_from_slice(b"local-app-secret-of-the-simulator").unwrap();
    let mac = mac.chain_update(posted.body.as_bytes()).finalize();
    let made = format!("sha256={}", hex(&mac.into_bytes()));
    assert_eq!(posted.headers["x-hub-signature-256"], made);
    assert!(
        posted.headers["x-hub-signature"]
            .to_str()
            .unwrap()
            .starts_with("sha1=")
    );
    assert_eq!(posted.headers["content-type"], "application/json");
    assert_eq!(posted.path, format!("/channels/{platform}"));
    assert!(posted.body.is_ascii(), "{}", posted.body);
}

/// A deed of a person, answered.
async fn event(world: &World, platform: &str, person: &str, deed: Value) -> Value {
    let path = format!("/platforms/{platform}/people/{person}/events");
    world.control(&path, deed).await
}

/// The last callback.
fn last(world: &World, platform: &str) -> Value {
    let posted = world.posted();
    let posted = posted.last().unwrap();
    assert_signed(posted, platform);
    posted.json()
}

async fn person(world: &World, platform: &str, id: &str) -> Value {
    let path = format!("/control/platforms/{platform}/people/{id}");
    let (status, person) = world.get(&path).await;
    assert_eq!(status, 200, "{person}");
    person
}

/// Changes settings of a person.
async fn set(world: &World, platform: &str, id: &str, settings: Value) {
    let path = format!("/platforms/{platform}/people/{id}");
    world.control(&path, settings).await;
}

/// A person who has written, and reports nothing.
async fn quiet(world: &World, platform: &str, id: &str) {
    world
        .control("/settings", json!({ "meta": { "echoes": false } }))
        .await;
    set(world, platform, id, json!({ "auto_receipts": false })).await;
    event(
        world,
        platform,
        id,
        json!({ "kind": "text", "text": "Hello" }),
    )
    .await;
}

/// Posts to the Graph API.
async fn graph(world: &World, path: &str, token: &str, body: &Value) -> Answer {
    let authorization = format!("Bearer {token}");
    world
        .post(path, &[("authorization", &authorization)], body)
        .await
}

fn page_path() -> String {
    format!("/graph/v26.0/{PAGE}/messages")
}

/// What was sent to a person of the page.
async fn page_send(world: &World, more: Value) -> Answer {
    let mut body = json!({ "recipient": { "id": ANN }, "messaging_type": "RESPONSE" });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    graph(world, &page_path(), PAGE_TOKEN, &body).await
}

async fn instagram_send(world: &World, more: Value) -> Answer {
    let mut body = json!({ "recipient": { "id": IDA } });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let path = "/graph-instagram/v26.0/me/messages";
    graph(world, path, INSTAGRAM_TOKEN, &body).await
}

async fn whatsapp_send(world: &World, more: Value) -> Answer {
    let mut body = json!({ "messaging_product": "whatsapp", "to": format!("+{WIM}") });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    whatsapp_call(world, &body).await
}

/// Without what such a call usually has.
async fn whatsapp_call(world: &World, body: &Value) -> Answer {
    let path = format!("/graph/v26.0/{NUMBER_ID}/messages");
    graph(world, &path, WHATSAPP_TOKEN, body).await
}

/// Code and subcode of a refusal.
fn code(answer: &Answer) -> (u16, u64, Option<u64>) {
    let error = &answer.1["error"];
    assert_eq!(error["type"], "OAuthException", "{}", answer.1);
    assert!(error["fbtrace_id"].is_string() && error["message"].is_string());
    (
        answer.0,
        error["code"].as_u64().unwrap(),
        error["error_subcode"].as_u64(),
    )
}

/// A file that can be fetched: its address.
async fn file(world: &World, file: Value) -> String {
    let made = world.control("/app/files", file).await;
    made["url"].as_str().unwrap().to_owned()
}

/// Waits until this is so.
async fn until(mut so: impl AsyncFnMut() -> bool) {
    for _ in 0..500 {
        if so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it does not come to that");
}
