//! The journal, the state of things, and the stream that tells the page to look again.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use serde_json::json;

use super::Answer;
use super::disturb::outages;
use crate::clock;
use crate::sim::Sim;

#[derive(Deserialize)]
pub(super) struct Range {
    #[serde(default)]
    since: u64,
    side: Option<String>,
}

pub(super) async fn journal(State(sim): State<Arc<Sim>>, Query(range): Query<Range>) -> Answer {
    let side = range.side.as_deref();
    Ok(Json(sim.world().journal.read(range.since, side)))
}

/// Whether the connector answers (with whatever status), and how much has gone to and fro.
pub(super) async fn status(State(sim): State<Arc<Sim>>) -> Answer {
    let asked = sim.http.get(format!("{}/", sim.options.connector));
    let asked = asked.timeout(Duration::from_secs(2)).send().await;
    let world = sim.world();
    let open = world.conversations.iter().filter(|known| known.open);
    Ok(Json(json!({
        "connector": { "url": sim.options.connector, "reachable": asked.is_ok() },
        "conversations": { "open": open.count(), "all": world.conversations.len() },
        "notifications": world.lanes.counts(),
        "outage": outages(&world),
        "journal": world.journal.counts(),
        "channels": sim.options.channels,
        "app": sim.options.app_channel,
    })))
}

/// Server-sent events without content: the page fetches what it shows.
pub(super) async fn events(
    State(sim): State<Arc<Sim>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = stream::unfold((sim.changes(), true), |(mut changes, first)| async move {
        if !first {
            changes.changed().await.ok()?;
            // Changes come in bursts; the page looks once for all of them.
            clock::sleep_ms(60).await;
        }
        let version = *changes.borrow_and_update();
        let event = Event::default().event("changed").data(version.to_string());
        Some((Ok(event), (changes, false)))
    });
    Sse::new(changes).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)))
}
