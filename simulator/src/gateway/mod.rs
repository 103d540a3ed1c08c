//! The app behind the connector's gateway channel: a customer's own side of the contract in
//! `docs/platforms/gateway.md`, written from that document alone.

mod contract;
pub(crate) mod files;
pub(crate) mod people;
mod post;
mod receive;
mod signature;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::sim::Sim;

pub(crate) use people::App;
pub(crate) use post::{Outcome, Outgoing, post as post_events, read_all};
pub(crate) use signature::key;

/// What the connector calls: the channel's `url`, and the files of people.
pub(crate) fn routes() -> Router<Arc<Sim>> {
    Router::new()
        .route("/gateway/{channel}", post(receive::handle))
        .route("/gateway/files/{id}/{name}", get(files::serve))
}
