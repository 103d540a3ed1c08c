//! The control API, for tests and for the page.

mod app;
mod conversations;
mod desk;
mod disturb;
mod foreign;
mod handshake;
mod observe;
mod phones;
mod platforms;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::sim::Sim;

/// The routes of the control API.
pub(crate) fn routes() -> Router<Arc<Sim>> {
    Router::new()
        .route("/control/phones", get(phones::list))
        .route(
            "/control/phones/{number}",
            get(phones::show).post(phones::set),
        )
        .route("/control/phones/{number}/messages", post(phones::send))
        .route(
            "/control/callbacks/{sid}/redeliver",
            post(phones::redeliver),
        )
        .merge(conversations::routes())
        .merge(desk::routes())
        .route("/control/webhooks/raw", post(webhooks::raw))
        .route("/control/webhooks/{n}/redeliver", post(webhooks::redeliver))
        .route(
            "/control/webhooks/redeliver-all",
            post(webhooks::redeliver_all),
        )
        .route("/control/webhooks/retry-now", post(webhooks::retry_now))
        .route("/control/foreign", post(foreign::send))
        .route(
            "/control/faults",
            post(disturb::add_faults).delete(disturb::clear_faults),
        )
        .route("/control/faults/{id}", delete(disturb::remove_fault))
        .route("/control/outage", post(disturb::outage))
        .route("/control/tokens/expire", post(disturb::expire_tokens))
        .route("/control/consumers/expire", post(disturb::expire_consumers))
        .route(
            "/control/settings",
            get(disturb::settings).post(disturb::change_settings),
        )
        .route("/control/reset", post(disturb::reset))
        .route("/control/journal", get(observe::journal))
        .route("/control/status", get(observe::status))
        .route("/control/events", get(observe::events))
        .merge(app::routes())
        .merge(platforms::routes())
        .route(
            "/control/platforms/{platform}/handshake",
            post(handshake::shake),
        )
}

/// A control answer: JSON, or an error with a sentence.
type Answer = Result<axum::Json<serde_json::Value>, Error>;

/// A control request that cannot be served.
struct Error(StatusCode, String);

impl Error {
    fn not_found(what: &str) -> Self {
        Self(StatusCode::NOT_FOUND, format!("there is no such {what}"))
    }

    fn invalid(reason: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, reason.into())
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        (self.0, axum::Json(json!({ "error": self.1 }))).into_response()
    }
}

/// A JSON body; an empty one reads as `{}`. Other content types are refused, so that a web page elsewhere cannot
/// post here without the browser asking first.
struct Body<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let kind = request.headers().get("content-type");
        let is_json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|error| Error::invalid(error.to_string()))?;
        if !is_json && !body.is_empty() {
            return Err(Error::invalid("Content-Type must be application/json"));
        }
        let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
        let value = serde_json::from_slice(text);
        value
            .map(Self)
            .map_err(|error| Error::invalid(error.to_string()))
    }
}

/// A body field that tells "absent" from "null".
fn given<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    serde::Deserialize::deserialize(deserializer).map(Some)
}
