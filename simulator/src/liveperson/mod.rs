//! LiveEngage: domains, tokens, the Messaging Send API, files, monitoring, profiles, and the notifications it sends.

pub(crate) mod agents;
mod client_properties;
pub(crate) mod conversation;
mod create;
mod domains;
pub(crate) mod files;
pub(crate) mod foreign;
mod monitoring;
mod notifications;
pub(crate) mod pictures;
pub(crate) mod posting;
mod profile;
mod publish;
pub(crate) mod rich_content;
mod send;
pub(crate) mod tokens;
mod update;
pub(crate) mod webhooks;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::sim::{Sim, World};

pub(crate) use conversation::agent_says;

/// The routes of every LiveEngage service.
pub(crate) fn routes() -> Router<Arc<Sim>> {
    Router::new()
        .route(
            "/api/account/{account}/service/baseURI.json",
            get(domains::all),
        )
        .route("/api/account/{account}/service/baseURI", get(domains::all))
        .route(
            "/api/account/{account}/service/{service}/baseURI.json",
            get(domains::one),
        )
        .route(
            "/sentinel/api/account/{account}/app/token",
            post(tokens::app),
        )
        .route("/api/account/{account}/consumer", post(tokens::consumer))
        .route(
            "/api/account/{account}/messaging/consumer/conversation",
            post(create::handle),
        )
        .route(
            "/api/account/{account}/messaging/consumer/conversation/send",
            post(send::handle),
        )
        .route(
            "/api/account/{account}/app/{id}/engagement",
            post(monitoring::handle),
        )
        .route(
            "/api/account/{account}/configuration/le-users/users/{id}",
            get(agents::public_profile),
        )
        .route("/pictures/{*name}", get(pictures::handle))
        .merge(files::routes())
}

/// Query parameters.
type Query = axum::extract::Query<HashMap<String, String>>;

/// The documented 401 of the messaging and identity services.
pub(crate) fn unauthorized(error_code: u32) -> Response {
    let (title, details) = match error_code {
        40001 => ("Missing parameter", "Brand Id is missing"),
        40103 => ("Invalid ConsumerJWS", "ConsumerJWS is invalid"),
        40104 => (
            "ConsumerJWS is missing",
            "X_ON_BEHALF_HEADER is not present",
        ),
        40105 => ("AppJWT is missing", "AUTHORIZATION header is not present"),
        _ => ("Invalid AppJWT", "AppJWT has expired or is invalid"),
    };
    let status = u16::try_from(error_code / 100).unwrap_or(401);
    error_response(
        status,
        json!({ "title": title, "details": details, "errorCode": error_code }),
    )
}

fn error_response(status: u16, body: Value) -> Response {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::UNAUTHORIZED);
    let body = json!({
        "kind": "resp", "code": status, "body": body, "type": ".ReqBody$ErrorResp",
    });
    (code, axum::Json(body)).into_response()
}

/// A refused request: 400 with the documented shape.
fn bad_request(request_id: &str, message: &str) -> Response {
    let body = json!({ "code": "BAD_REQUEST", "body": { "msg": message }, "reqId": request_id });
    (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
}

/// A refusal with a reason behind the documented "Bad Request".
fn refuse(request_id: &str, reason: &str) -> Response {
    bad_request(request_id, &format!("Bad Request: {reason}"))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = header(headers, "content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

/// The consumer a messaging request speaks for, or the refusal.
fn authorize(
    sim: &Sim,
    world: &mut World,
    account: &str,
    headers: &HeaderMap,
) -> Result<tokens::Consumer, u32> {
    if account != sim.options.account {
        return Err(40102);
    }
    if !headers.contains_key("authorization") {
        return Err(40105);
    }
    let app = header(headers, "authorization").unwrap_or_default();
    if !world.tokens.is_app(app) {
        return Err(40102);
    }
    if !headers.contains_key("x-lp-on-behalf") {
        return Err(40104);
    }
    let behalf = header(headers, "x-lp-on-behalf").unwrap_or_default();
    world.tokens.consumer(behalf).ok_or(40103)
}

/// What both messaging calls demand of a request before its body counts.
fn check_transport(query: &Query, headers: &HeaderMap) -> Result<(), &'static str> {
    if query.get("v").map(String::as_str) != Some("3") {
        return Err("the query must hold v=3");
    }
    if !is_json(headers) {
        return Err("Content-Type must be application/json");
    }
    Ok(())
}

/// One request object: its id, type and body.
struct Envelope<'a> {
    id: &'a str,
    kind: &'a str,
    body: &'a Value,
}

/// Takes a request object apart; an error comes with the id, so far as there is one.
fn envelope(request: &Value) -> Result<Envelope<'_>, (String, &'static str)> {
    let id = request["id"].as_str().unwrap_or_default();
    let fail = |reason| Err((id.to_owned(), reason));
    if !request.is_object() {
        return fail("a request must be an object");
    }
    if request["kind"].as_str() != Some("req") {
        return fail("kind must be \"req\"");
    }
    if !(1..=64).contains(&id.chars().count()) {
        return fail("id must be a string of 1 to 64 characters");
    }
    let Some(kind) = request["type"].as_str() else {
        return fail("type must be a string");
    };
    if !request["body"].is_object() {
        return fail("body must be an object");
    }
    let metadata = &request["metadata"];
    let typed = |list: &Vec<Value>| list.iter().all(|item| item["type"].is_string());
    if !metadata.is_null() && !metadata.as_array().is_some_and(typed) {
        return fail("metadata must be an array of objects with a type");
    }
    Ok(Envelope {
        id,
        kind,
        body: &request["body"],
    })
}
