//! Twilio: its REST API for messages, and the phones behind it.

mod callbacks;
mod messages;
pub(crate) mod phones;
mod signature;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::json;

use crate::sim::Sim;

pub(crate) use callbacks::{Outcome, redeliver, send_text};

/// The routes of the REST API.
pub(crate) fn routes() -> Router<Arc<Sim>> {
    Router::new().route(
        "/2010-04-01/Accounts/{sid}/Messages.json",
        post(messages::handle),
    )
}

/// Whether this is a number as E.164 writes it.
pub(crate) fn is_e164(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else {
        return false;
    };
    (8..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// An error as Twilio's REST API reports it.
pub(crate) fn error(status: u16, code: u32, message: &str) -> Response {
    let http = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let more_info = format!("https://www.twilio.com/docs/errors/{code}");
    let body =
        json!({ "code": code, "message": message, "more_info": more_info, "status": status });
    (http, axum::Json(body)).into_response()
}
