//! The handshake of Meta: the question whether the channel's owner knows the verify token.
//! <https://developers.facebook.com/docs/graph-api/webhooks/getting-started>

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Body, Error};
use crate::clock;
use crate::people::{self, Raw};
use crate::sim::Sim;

/// Who shakes hands so.
const PLATFORMS: [&str; 3] = ["messenger", "instagram", "whatsapp"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// In place of the right one.
    token: Option<String>,
    challenge: Option<String>,
    channel: Option<String>,
}

pub(super) async fn shake(
    State(sim): State<Arc<Sim>>,
    Path(name): Path<String>,
    Body(wanted): Body<Wanted>,
) -> Answer {
    let platform = people::find(&name).filter(|_| PLATFORMS.contains(&name.as_str()));
    let platform = platform.ok_or_else(|| Error::not_found("platform with a handshake"))?;
    let token = wanted.token;
    let token = token.unwrap_or_else(|| sim.options.meta_verify_token.clone());
    let challenge = wanted.challenge;
    let challenge = challenge.unwrap_or_else(|| clock::now_ms().to_string());
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", &challenge)
        .append_pair("hub.verify_token", &token)
        .finish();
    let asked = Raw {
        get: true,
        query: Some(query),
        channel: wanted.channel,
        body: String::new(),
        sign: false,
        headers: Vec::new(),
    };
    let (status, body) = people::raw(&sim, platform, &asked).await;
    let verified = status == 200 && body == challenge;
    let answer = json!({ "status": status, "body": body, "verified": verified });
    Ok(Json(answer))
}
