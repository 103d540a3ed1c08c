//! The Content API: what can be sent by `ContentSid`.
//! <https://www.twilio.com/docs/content>

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::account::{Refusal, authenticate, media_type, refuse};
use super::error;
use crate::faults::{Facts, Point};
use crate::ids;
use crate::journal::Side;
use crate::people::{Button, Seen};
use crate::perform::perform;
use crate::sim::{Sim, World};

/// Types that only go to somebody who has just written.
const IN_SESSION: [&str; 2] = ["twilio/list-picker", "twilio/location"];

/// `POST /v1/Content`.
pub(super) async fn create(
    State(sim): State<Arc<Sim>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let facts = Facts {
        event_type: "content".to_owned(),
        ..Facts::default()
    };
    let effect = move |sim: &Arc<Sim>| {
        let checked = authenticate(sim, &headers).and_then(|()| read(&headers, &body));
        match checked {
            Ok(mut content) => {
                let sid = format!("HX{}", ids::random_hex(16));
                content["sid"] = json!(sid);
                content["account_sid"] = json!(sim.options.twilio_sid);
                sim.world().twilio.contents.insert(sid, content.clone());
                (StatusCode::CREATED, Json(content)).into_response()
            }
            Err((status, code, words)) => error(status, code, &words),
        }
    };
    perform(&sim, Side::Twilio, Point::Twilio, facts, effect).await
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    if media_type(headers) != "application/json" {
        return refuse(20001, "The body must be application/json");
    }
    let content: Value = serde_json::from_slice(body).unwrap_or_default();
    if !content["language"].is_string() {
        return refuse(20001, "language is required");
    }
    let Some(types) = content["types"]
        .as_object()
        .filter(|types| !types.is_empty())
    else {
        return refuse(20001, "types is required");
    };
    for (kind, one) in types {
        check(kind, one).or_else(|reason| refuse(20001, &format!("{kind}: {reason}")))?;
    }
    Ok(content)
}

fn check(kind: &str, one: &Value) -> Result<(), &'static str> {
    let length = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    let within = |value: &Value, most: usize| (1..=most).contains(&length(value));
    let list = |name: &str| one[name].as_array().map_or(&[][..], Vec::as_slice);
    match kind {
        "twilio/text" => within(&one["body"], 1_600).then_some(()).ok_or("body"),
        "twilio/media" => (!list("media").is_empty()).then_some(()).ok_or("media"),
        "twilio/quick-reply" => {
            let actions = list("actions");
            let fine = |action: &Value| within(&action["title"], 20) && within(&action["id"], 200);
            if !within(&one["body"], 1_024) {
                return Err("body has 1 to 1024 characters");
            }
            ((1..=10).contains(&actions.len()) && actions.iter().all(fine))
                .then_some(())
                .ok_or("there are 1 to 10 actions with a title (20) and an id (200)")
        }
        "twilio/list-picker" => {
            let items = list("items");
            let fine = |item: &Value| {
                within(&item["item"], 24)
                    && within(&item["id"], 200)
                    && length(&item["description"]) <= 72
            };
            if !within(&one["body"], 1_024) || !within(&one["button"], 20) {
                return Err("body has 1 to 1024 characters, button 1 to 20");
            }
            ((1..=10).contains(&items.len()) && items.iter().all(fine))
                .then_some(())
                .ok_or("there are 1 to 10 items with item (24), id (200), description (72)")
        }
        "twilio/call-to-action" => {
            let actions = list("actions");
            let fine = within(&one["body"], 1_600) && (1..=2).contains(&actions.len());
            fine.then_some(()).ok_or("body, and 1 or 2 actions")
        }
        "twilio/location" | "twilio/card" | "twilio/carousel" | "whatsapp/card" => Ok(()),
        _ => Err("there is no such type"),
    }
}

/// A content with its variables, as it is to be shown.
pub(super) struct Filled {
    pub(super) seen: Seen,
    /// Goes out at any time, where it is approved.
    pub(super) template: bool,
}

/// Fills in the variables: those of the request, or else those that the content was made with.
pub(super) fn fill(world: &World, sid: &str, variables: Option<&str>) -> Result<Filled, Refusal> {
    let Some(content) = world.twilio.contents.get(sid) else {
        return refuse(21655, "The ContentSid is Invalid");
    };
    let mut values = content["variables"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    if let Some(variables) = variables {
        let given: Option<Map<String, Value>> = serde_json::from_str(variables).ok();
        let Some(given) = given.filter(|given| given.values().all(Value::is_string)) else {
            return refuse(21656, "The ContentVariables Parameter is invalid");
        };
        values.extend(given);
    }
    let types = content["types"].as_object();
    // What does not look like words goes first.
    let mut types: Vec<(&String, &Value)> = types.into_iter().flatten().collect();
    types.sort_by_key(|(kind, _)| *kind == "twilio/text");
    let Some((kind, one)) = types.first() else {
        return refuse(21655, "The ContentSid is Invalid");
    };
    let words = |value: &Value| {
        let text = value.as_str().unwrap_or_default().to_owned();
        values.iter().fold(text, |text, (name, value)| {
            text.replace(
                &format!("{{{{{name}}}}}"),
                value.as_str().unwrap_or_default(),
            )
        })
    };
    let mut seen = Seen {
        kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
        text: words(&one["body"]),
        picture: one["media"][0].as_str().map(|_| words(&one["media"][0])),
        ..Seen::default()
    };
    for action in one["actions"].as_array().into_iter().flatten() {
        seen.buttons.push(Button {
            title: words(&action["title"]),
            kind: action["type"].as_str().unwrap_or("QUICK_REPLY").to_owned(),
            payload: action["id"].as_str().map(|_| words(&action["id"])),
            url: action["url"].as_str().map(|_| words(&action["url"])),
            ..Button::default()
        });
    }
    for item in one["items"].as_array().into_iter().flatten() {
        seen.buttons.push(Button {
            title: words(&item["item"]),
            kind: "item".to_owned(),
            payload: item["id"].as_str().map(|_| words(&item["id"])),
            content: item.clone(),
            ..Button::default()
        });
    }
    Ok(Filled {
        template: !IN_SESSION.contains(&kind.as_str()),
        seen,
    })
}
