//! `/control/webhooks`: notifications sent by hand, again, or altered.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Body, Error};
use crate::liveperson::posting;
use crate::sim::Sim;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    body: String,
    #[serde(default = "yes")]
    sign: bool,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

pub(super) async fn raw(State(sim): State<Arc<Sim>>, Body(raw): Body<Raw>) -> Answer {
    let headers: Vec<_> = raw.headers.into_iter().collect();
    let status = posting::post_by_hand(&sim, "raw", raw.body, raw.sign, &headers).await;
    Ok(Json(json!({ "status": status })))
}

pub(super) async fn redeliver(State(sim): State<Arc<Sim>>, Path(n): Path<u64>) -> Answer {
    let body = sim.world().journal.webhook_body(n);
    let body = body.ok_or_else(|| Error::not_found("notification in the journal"))?;
    let status = posting::post_by_hand(&sim, "redelivered", body, true, &[]).await;
    Ok(Json(json!({ "status": status })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct All {
    conversation: Option<String>,
}

pub(super) async fn redeliver_all(State(sim): State<Arc<Sim>>, Body(all): Body<All>) -> Answer {
    let conversation = all.conversation.as_deref();
    let bodies = sim.world().journal.webhook_bodies(conversation);
    let count = bodies.len();
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for body in bodies {
        let status = posting::post_by_hand(&sim, "redelivered", body, true, &[]).await;
        *statuses.entry(status).or_default() += 1;
    }
    Ok(Json(json!({ "count": count, "statuses": statuses })))
}

pub(super) async fn retry_now(State(sim): State<Arc<Sim>>) -> Answer {
    sim.retry_now();
    Ok(Json(json!({})))
}
