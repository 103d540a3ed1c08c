//! `POST /gateway/{channel}`: what the connector has for a person.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::people::{Direction, arrived_at_person};
use super::post::{self, Outgoing};
use super::{contract, signature};
use crate::clock;
use crate::faults::{Facts, Point};
use crate::journal::Side;
use crate::perform::perform_noting;
use crate::sim::Sim;

/// How long after a message its receipt is posted: the answer goes first.
const RECEIPT_MS: u64 = 30;

/// An answer other than 200: status and reason.
type Refusal = (u16, String);

pub(super) async fn handle(
    State(sim): State<Arc<Sim>>,
    Path(channel): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if channel != sim.options.app_channel {
        return refusal(404, "there is no such channel");
    }
    let told: Value = serde_json::from_slice(&body).unwrap_or_default();
    let field = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    let facts = Facts {
        text: field("text"),
        number: field("to"),
        event_type: field("type"),
        conversation: field("conversation_id"),
        ..Facts::default()
    };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let noted = json!({ "webhookId": header("webhook-id"), "news": field("news") });
    let effect = {
        let headers = headers.clone();
        move |sim: &Arc<Sim>| match take(sim, &headers, &body) {
            Ok(()) => Json(json!({ "ok": true })).into_response(),
            Err((status, reason)) => {
                let note = json!({ "text": reason, "status": status });
                sim.world().journal.add(Side::Gateway, "note", note);
                refusal(status, &reason)
            }
        }
    };
    perform_noting(&sim, Side::Gateway, Point::Gateway, facts, noted, effect).await
}

fn refusal(status: u16, reason: &str) -> Response {
    let code = match status {
        401 => "signature",
        409 => "known",
        404 => "channel",
        415 => "media_type",
        _ => "contract",
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let body = json!({ "error": { "code": code, "message": reason } });
    (status, Json(body)).into_response()
}

fn take(sim: &Arc<Sim>, headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
    let secret = &sim.options.gateway_secret;
    let signed = signature::verify(secret, headers, body, clock::now_ms());
    let signed = signed.map_err(|reason| (401, reason.to_owned()))?;
    let kind = headers.get("content-type");
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().unwrap_or_default().trim() != "application/json" {
        return Err((415, "content-type must be application/json".to_owned()));
    }
    let body = contract::check(body, &signed.id, signed.seconds).map_err(|reason| (400, reason))?;
    let person = body["to"].as_str().unwrap_or_default();
    {
        let mut world = sim.world();
        let known = world.app.known.get(&signed.id);
        match known.map(|owner| owner == person) {
            Some(true) => return Err((409, "this webhook-id is known".to_owned())),
            Some(false) => return Err((400, "this webhook-id is another person's".to_owned())),
            None => {}
        }
        world.app.known.insert(signed.id.clone(), person.to_owned());
    }
    match body["type"].as_str() {
        Some("message") => message(sim, person, &body),
        Some("conversation") => news(sim, person, &body),
        Some("typing") => {
            sim.world().app.person(person).typing = body["state"] == "composing";
        }
        _ => receipt(sim, person, &body),
    }
    Ok(())
}

fn message(sim: &Arc<Sim>, person: &str, body: &Value) {
    let mut world = sim.world();
    world.app.shown(Direction::Received, body);
    let known = world.app.person(person);
    known.typing = false;
    if body["agent"].is_object() {
        known.agent = seen(&body["agent"]);
    }
    let auto = known.auto_receipts;
    arrived_at_person(&mut world, body);
    let generation = world.generation;
    drop(world);
    if !auto {
        return;
    }
    let id = body["id"].as_str().unwrap_or_default();
    let receipts = Outgoing::receipts(&[id.to_owned()], "delivered");
    let (sim, person) = (Arc::clone(sim), person.to_owned());
    tokio::spawn(async move {
        clock::sleep_ms(RECEIPT_MS).await;
        if sim.world().generation == generation {
            post::post(&sim, &person, receipts);
        }
    });
}

fn news(sim: &Arc<Sim>, person: &str, body: &Value) {
    let mut world = sim.world();
    world.app.shown(Direction::News, body);
    let known = world.app.person(person);
    known.conversation = json!({ "id": body["conversation_id"], "news": body["news"] });
    match body["news"].as_str() {
        Some("agent_joined") if body["agent"].is_object() => known.agent = seen(&body["agent"]),
        Some("agent_joined") => known.agent = seen(&json!({ "id": body["agent_id"] })),
        Some("transferred" | "closed") => {
            known.agent = Value::Null;
            known.typing = false;
        }
        _ => {}
    }
}

fn receipt(sim: &Arc<Sim>, person: &str, body: &Value) {
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    let (id, status) = (text("message"), text("status"));
    let mut world = sim.world();
    if !world.app.receipt(Direction::Sent, person, id, status) {
        let note = json!({ "text": format!("a receipt for {id}, which {person} has not sent") });
        world.journal.add(Side::Gateway, "note", note);
    }
}

fn seen(agent: &Value) -> Value {
    json!({ "id": agent["id"], "name": agent["name"], "picture": agent["picture"] })
}
