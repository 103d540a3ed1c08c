//! `GET /api/account/{account}/service/baseURI.json`: where the services are. All of them are here.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Query;
use crate::faults::{Facts, Point};
use crate::journal::Side;
use crate::perform::perform;
use crate::sim::Sim;

const SERVICES: [&str; 15] = [
    "sentinel",
    "idp",
    "asyncMessagingEnt",
    "swift",
    "accountConfigReadOnly",
    "accountConfigReadWrite",
    "agentVep",
    "acCdnDomain",
    "msgHist",
    "smt",
    "mtlsGateway",
    "messagingRestApiDomain",
    "liveEngageUI",
    "visitorFeed",
    "etool",
];

pub(super) async fn all(
    State(sim): State<Arc<Sim>>,
    Path(account): Path<String>,
    query: Query,
) -> Response {
    let effect = move |sim: &Arc<Sim>| answer(sim, &account, &query, None);
    perform(
        &sim,
        Side::LiveEngage,
        Point::Domain,
        Facts::default(),
        effect,
    )
    .await
}

pub(super) async fn one(
    State(sim): State<Arc<Sim>>,
    Path((account, service)): Path<(String, String)>,
    query: Query,
) -> Response {
    let effect = move |sim: &Arc<Sim>| answer(sim, &account, &query, Some(&service));
    perform(
        &sim,
        Side::LiveEngage,
        Point::Domain,
        Facts::default(),
        effect,
    )
    .await
}

fn answer(sim: &Sim, account: &str, query: &Query, only: Option<&str>) -> Response {
    let known = account == sim.options.account
        && query.get("version").map(String::as_str) == Some("1.0")
        && only.is_none_or(|service| SERVICES.contains(&service));
    let status = if known {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let uris: Vec<Value> = SERVICES
        .iter()
        .filter(|service| known && only.is_none_or(|only| only == **service))
        .map(|service| json!({ "service": service, "account": account, "baseURI": sim.host }))
        .collect();
    (status, axum::Json(json!({ "baseURIs": uris }))).into_response()
}
