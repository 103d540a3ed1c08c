//! Twilio: its REST API's refusals, the phones' callbacks, files, statuses, WhatsApp.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

#[path = "../common/mod.rs"]
mod common;
mod contents;
mod files;
mod inbound;
mod statuses;
mod texts;

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use common::{Posted, World};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

const SID: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "local-auth-token-of-the-simulator";
const PHONE: &str = "+15550100001";
const ANN: &str = "whatsapp:+15550100001";
const BRAND: &str = "+15550100002";
const WHATSAPP_BRAND: &str = "whatsapp:+15550100002";
const SERVICE: &str = "MG00000000000000000000000000000001";

async fn send(world: &World, password: &str, fields: &[(&str, &str)]) -> (u16, Value) {
    let path = format!("{}/2010-04-01/Accounts/{SID}/Messages.json", world.base);
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let request = world
        .http
        .post(path)
        .basic_auth(SID, Some(password))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap())
}

/// Sends what must be accepted; the sid.
async fn accepted(world: &World, fields: &[(&str, &str)]) -> String {
    let (status, told) = send(world, TOKEN, fields).await;
    assert_eq!(status, 201, "{told}");
    told["sid"].as_str().unwrap().to_owned()
}

async fn event(world: &World, person: &str, deed: Value) -> Value {
    let path = format!("/platforms/twilio/people/{person}/events");
    let answer = world.control(&path, deed).await;
    assert_eq!(answer["status"], 200, "{answer}");
    answer
}

async fn person(world: &World, id: &str) -> Value {
    let path = format!("/control/platforms/twilio/people/{id}");
    let (status, person) = world.get(&path).await;
    assert_eq!(status, 200, "{person}");
    person
}

/// The fields of a callback, whose signature is right.
fn form(posted: &Posted) -> BTreeMap<String, String> {
    let mut params: Vec<(String, String)> = form_urlencoded::parse(posted.body.as_bytes())
        .into_owned()
        .collect();
    let fields = params.iter().cloned().collect();
    params.sort();
    let mut signed = format!("https://sms.example{}", posted.path);
    if let Some(query) = &posted.query {
        signed += &format!("?{query}");
    }
    signed.extend(params.into_iter().map(|(name, value)| name + &value));
    let mac = Hmac::<sha1::Sha1>::new_from_slice(TOKEN.as_bytes()).unwrap();
    let mac = mac.chain_update(signed.as_bytes()).finalize().into_bytes();
    let made = BASE64_STANDARD.encode(mac);
    assert_eq!(posted.headers["x-twilio-signature"], made, "{signed}");
    fields
}

fn last(world: &World) -> BTreeMap<String, String> {
    form(world.posted().last().unwrap())
}

async fn settle(world: &World, person: &str, setting: Value) {
    let path = format!("/platforms/twilio/people/{person}");
    world.control(&path, setting).await;
}

async fn says(world: &World, person: &str, text: &str) -> String {
    let answer = event(world, person, json!({ "kind": "text", "text": text })).await;
    answer["id"].as_str().unwrap().to_owned()
}
