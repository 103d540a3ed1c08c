//! `POST /api/account/{account}/app/{id}/engagement?v=1.1` at `smt`: which campaign a consumer is offered.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{Query, client_properties, is_json, profile};
use crate::clock;
use crate::faults::{Facts, Point};
use crate::ids;
use crate::journal::Side;
use crate::perform::perform;
use crate::sim::Sim;

const FIELDS: [&str; 4] = [
    "identities",
    "clientProperties",
    "entryPoints",
    "engagementAttributes",
];

pub(super) async fn handle(
    State(sim): State<Arc<Sim>>,
    Path((account, app)): Path<(String, String)>,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let effect = move |sim: &Arc<Sim>| {
        let known = account == sim.options.account && app == sim.options.client_id;
        if !known {
            return error(404, 0, "there is no such account or app installation");
        }
        match read(&query, &headers, &body) {
            Ok(body) => engagement(sim, &query, &body),
            Err(reason) => error(400, 0, &reason),
        }
    };
    let facts = Facts::default();
    perform(&sim, Side::LiveEngage, Point::Monitoring, facts, effect).await
}

fn error(status: u16, internal_code: u32, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let body = json!({
        "time": clock::now_ms(), "message": message, "internalCode": internal_code,
    });
    (status, axum::Json(body)).into_response()
}

fn read(query: &Query, headers: &HeaderMap, body: &[u8]) -> Result<Value, String> {
    if query.get("v").map(String::as_str) != Some("1.1") {
        return Err("the query must hold v=1.1".to_owned());
    }
    if !is_json(headers) {
        return Err("Content-Type must be application/json".to_owned());
    }
    let body: Value = serde_json::from_slice(body).map_err(|_| "not JSON".to_owned())?;
    check(&body)?;
    Ok(body)
}

fn check(body: &Value) -> Result<(), String> {
    let fields = body.as_object().ok_or("the body must be an object")?;
    if let Some(unknown) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(format!("{unknown} is not accepted here"));
    }
    let identities = body["identities"]
        .as_array()
        .filter(|list| !list.is_empty());
    for identity in identities.ok_or("identities must be an array that is not empty")? {
        for name in ["iss", "acr", "sub"] {
            if identity[name].as_str().unwrap_or_default().is_empty() {
                return Err(format!("an identity needs {name}"));
            }
        }
        if identity.as_object().is_some_and(|fields| fields.len() != 3) {
            return Err("an identity has iss, acr and sub only".to_owned());
        }
    }
    let properties = &body["clientProperties"];
    if !properties.is_null() {
        client_properties::check(properties)?;
    }
    let points = &body["entryPoints"];
    let texts = points.as_array();
    let texts = texts.is_some_and(|list| list.iter().all(Value::is_string));
    if !points.is_null() && !texts {
        return Err("entryPoints must be an array of strings".to_owned());
    }
    match &body["engagementAttributes"] {
        Value::Null => Ok(()),
        Value::Array(attributes) => attributes.iter().try_for_each(profile::check_any),
        _ => Err("engagementAttributes must be an array".to_owned()),
    }
}

fn engagement(sim: &Sim, query: &Query, body: &Value) -> Response {
    let mut world = sim.world();
    if world.settings.engagement_loading && !world.engagement_loaded {
        world.engagement_loaded = true;
        return error(500, 20, "Loading account");
    }
    let who = body["identities"][0]["sub"].as_str().unwrap_or_default();
    let given = |name: &str, kind: &str| {
        let given = query.get(name).filter(|given| !given.is_empty());
        given.cloned().unwrap_or_else(|| {
            let made = ids::uuid_of(&format!("{kind} of {who}")).replace('-', "");
            made.chars().take(16).collect::<String>().to_uppercase()
        })
    };
    let mut answer = json!({
        "sessionId": given("sid", "session"), "visitorId": given("vid", "visitor"), "pageId": "1",
    });
    if world.settings.engagement_eligible {
        let mut conversations = world.conversations.iter();
        let open = conversations.find(|known| known.open && known.consumer.ext == who);
        let mut details = json!({
            "campaignId": 1_000_001, "engagementId": 2_000_002, "engagementRevision": 3,
            "contextId": "2", "connectorId": 99,
            "status": if open.is_some() { "conversation" } else { "expose" },
        });
        if let Some(open) = open {
            details["conversationId"] = json!(open.id);
        }
        answer["engagementDetails"] = json!([details]);
    }
    axum::Json(answer).into_response()
}
