//! What every call of the Messaging API has in common: the token, the request id, errors.
//! <https://developers.line.biz/en/reference/messaging-api/#common-specifications>

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::faults::{Facts, Point};
use crate::ids;
use crate::journal::Side;
use crate::perform::perform_noting;
use crate::sim::{Sim, World};

/// The largest request (bytes).
const LARGEST: usize = 2 * 1024 * 1024;

/// An answer other than the good one: status and body.
pub(super) type Refusal = (u16, Value);

/// A call to the API, before anything was checked.
pub(super) struct Call {
    /// As in the journal and in faults: `push`, `reply`, ...
    pub(super) name: &'static str,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Whom it is for.
    pub(super) person: String,
}

/// A refusal with a sentence.
pub(super) fn refuse<T>(status: u16, message: &str) -> Result<T, Refusal> {
    Err((status, json!({ "message": message })))
}

/// An answer, with the request's id.
pub(super) fn answer(status: u16, body: Value, request_id: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    identified((status, Json(body)).into_response(), request_id)
}

pub(super) fn identified(mut response: Response, request_id: &str) -> Response {
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert("x-line-request-id", id);
    }
    response
}

/// What LINE says where a fault names no body.
pub(crate) fn faulty(status: u16) -> Response {
    let message = match status {
        429 => "The API rate limit has been exceeded. Try again later.",
        401 => UNAUTHORIZED,
        500.. => "Internal Server Error",
        _ => "The simulator was told to fail here",
    };
    answer(status, json!({ "message": message }), &ids::uuid())
}

const UNAUTHORIZED: &str =
    "Authentication failed. Confirm that the access token in the authorization header is valid.";

/// Serves a call: the token is checked, then `effect` does it. It gets the body as JSON, null where there is none, and
/// the request's id.
pub(super) async fn serve(
    sim: &Arc<Sim>,
    call: Call,
    effect: impl FnOnce(&Arc<Sim>, &Value, &str) -> Result<Response, Refusal>,
) -> Response {
    let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    let first = &body["messages"][0];
    let words = [&first["text"], &first["altText"], &first["title"]];
    let words = words.into_iter().find_map(Value::as_str);
    let facts = Facts {
        text: words.unwrap_or_default().to_owned(),
        number: call.person.clone(),
        event_type: call.name.to_owned(),
        ..Facts::default()
    };
    let retry_key = header(&call.headers, "x-line-retry-key");
    let noted = json!({ "retryKey": retry_key, "body": body });
    let effect = move |sim: &Arc<Sim>| {
        let request_id = ids::uuid();
        let checked = check(sim, &call, &body);
        let done = checked.and_then(|()| effect(sim, &body, &request_id));
        match done {
            Ok(response) => identified(response, &request_id),
            Err((status, body)) => {
                let note = json!({ "text": body["message"], "details": body["details"] });
                sim.world().journal.add(Side::Line, "refused", note);
                answer(status, body, &request_id)
            }
        }
    };
    perform_noting(sim, Side::Line, Point::Line, facts, noted, effect).await
}

pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn check(sim: &Sim, call: &Call, body: &Value) -> Result<(), Refusal> {
    let token = header(&call.headers, "authorization");
    let wanted = format!("Bearer {}", sim.options.line_token);
    if token != Some(wanted.as_str()) {
        return refuse(401, UNAUTHORIZED);
    }
    if call.body.len() > LARGEST {
        return refuse(413, "The request body is larger than 2 MB");
    }
    if call.body.is_empty() {
        return Ok(());
    }
    let kind = header(&call.headers, "content-type").unwrap_or_default();
    if !kind.starts_with("application/json") {
        return refuse(415, "Content-Type must be application/json");
    }
    if !body.is_object() {
        let message = "The request body could not be parsed as JSON (line: -, column: -)";
        return refuse(400, message);
    }
    Ok(())
}

/// Writes down something odd that LINE would let pass.
pub(super) fn note(world: &mut World, text: &str) {
    world
        .journal
        .add(Side::Line, "note", json!({ "text": text }));
}
