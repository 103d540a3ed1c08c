//! `POST /v2/Indicators/Typing.json` (a form) and `/v3/...` (JSON): the agent types, for a person with WhatsApp.
//! <https://github.com/twilio/twilio-oai/blob/main/spec/yaml/twilio_messaging_v3.yaml>

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::account::{Refusal, authenticate, media_type, refuse};
use super::{Twilio, WHATSAPP, error};
use crate::faults::{Facts, Point};
use crate::journal::Side;
use crate::people;
use crate::perform::perform;
use crate::sim::Sim;

/// How long it is shown at most (ms).
const SHOWN_MS: u64 = 25_000;

pub(super) async fn form(State(sim): State<Arc<Sim>>, headers: HeaderMap, body: Bytes) -> Response {
    let fields: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let kind = "application/x-www-form-urlencoded";
    let (channel, message) = (field("channel"), field("messageId"));
    serve(&sim, headers, kind, ("whatsapp", channel), message).await
}

pub(super) async fn json(State(sim): State<Arc<Sim>>, headers: HeaderMap, body: Bytes) -> Response {
    let told: Value = serde_json::from_slice(&body).unwrap_or_default();
    let field = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    let (channel, message) = (field("channel"), field("messageId"));
    serve(
        &sim,
        headers,
        "application/json",
        ("WHATSAPP", channel),
        message,
    )
    .await
}

async fn serve(
    sim: &Arc<Sim>,
    headers: HeaderMap,
    kind: &'static str,
    (wanted, channel): (&'static str, String),
    message: String,
) -> Response {
    let person = owner(sim, &message);
    let facts = Facts {
        number: person.clone().unwrap_or_default(),
        event_type: "typing".to_owned(),
        ..Facts::default()
    };
    let effect = move |sim: &Arc<Sim>| {
        let checked = check(sim, &headers, kind, channel == wanted, &message);
        let person = checked.and_then(|()| match person {
            Some(person) if person.starts_with(WHATSAPP) => Ok(person),
            _ => refuse(20404, "There is no such inbound message"),
        });
        match person {
            Ok(person) => {
                let mut world = sim.world();
                people::typing(&mut world, &Twilio, &person, SHOWN_MS);
                // What WhatsApp calls typing says that the message was read, too.
                let known = world.people.of(&Twilio).person(&person);
                known.receipt(std::slice::from_ref(&message), "read");
                Json(json!({ "success": true })).into_response()
            }
            Err((status, code, words)) => error(status, code, &words),
        }
    };
    perform(sim, Side::Twilio, Point::Twilio, facts, effect).await
}

fn owner(sim: &Sim, message: &str) -> Option<String> {
    let mut world = sim.world();
    let mut people = world.people.of(&Twilio).people.iter();
    let found = people.find(|(_, person)| {
        let mut messages = person.messages.iter();
        messages.any(|known| known.id == message && known.direction == people::Direction::Sent)
    });
    found.map(|(id, _)| id.clone())
}

fn check(
    sim: &Sim,
    headers: &HeaderMap,
    kind: &str,
    channel: bool,
    message: &str,
) -> Result<(), Refusal> {
    authenticate(sim, headers)?;
    if media_type(headers) != kind {
        return refuse(20001, &format!("The body must be {kind}"));
    }
    if !channel {
        return refuse(20001, "Invalid channel");
    }
    let digits = message.strip_prefix("SM").or(message.strip_prefix("MM"));
    let hex =
        |digits: &str| digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !digits.is_some_and(hex) {
        return refuse(20001, "Invalid messageId");
    }
    Ok(())
}
