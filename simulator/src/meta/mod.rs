//! Meta: Messenger, Instagram and the WhatsApp Business Cloud API, on the Graph API's paths.
//!
//! `/graph` is `graph.facebook.com`, `/graph-instagram` is `graph.instagram.com`, and `/graph-cdn` is where files of
//! people are. `graph.rs` holds errors and versions, `fields.rs` reads parameters strictly, `signature.rs` signs.

mod call;
mod fetch;
mod fields;
mod graph;
pub(crate) mod pages;
mod signature;
pub(crate) mod whatsapp;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

use call::Call;
pub(crate) use graph::GraphError;
use pages::api::Host;
use whatsapp::templates::Template;

use crate::faults::Point;
use crate::options::Options;
use crate::sim::Sim;

/// The largest upload (bytes): a document, and what is around it.
const LARGEST: usize = 101 * 1024 * 1024;

/// What can be changed while the simulator runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// What the connector sends on Messenger and Instagram comes back as an echo.
    pub(crate) echoes: bool,
    /// What WhatsApp cannot deliver is accepted and told by a status, as it is there; otherwise the call is refused.
    pub(crate) failures_by_status: bool,
    /// How long an address of a WhatsApp file is good (s).
    pub(crate) media_url_lifetime_s: u64,
    /// WhatsApp's approved templates.
    pub(crate) templates: Vec<Template>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            echoes: true,
            failures_by_status: true,
            media_url_lifetime_s: 300,
            templates: whatsapp::templates::defaults(),
        }
    }
}

/// The routes of the Graph API.
pub(crate) fn routes() -> Router<Arc<Sim>> {
    let node = |host: &str| format!("/{host}/{{version}}/{{node}}");
    let facebook = node("graph");
    Router::new()
        .route(&format!("{facebook}/messages"), post(messages))
        .route(
            &format!("{facebook}/media"),
            post(upload).layer(DefaultBodyLimit::max(LARGEST)),
        )
        .route(&facebook, get(object).delete(delete))
        .route(
            &format!("{}/messages", node("graph-instagram")),
            post(instagram_messages),
        )
        .route(&node("graph-instagram"), get(instagram_object))
        .route("/graph-cdn/{platform}/{id}", get(cdn))
        .route("/graph-media/{id}", get(media))
}

type Node = Path<(String, String)>;

async fn messages(
    State(sim): State<Arc<Sim>>,
    Path(node): Node,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let call = Call::new(node, &uri, headers, body);
    // The token tells whose call it is where the object does not.
    if call.node == sim.options.whatsapp_number_id || call.has_token(&sim.options.whatsapp_token) {
        whatsapp::api::send(sim, call).await
    } else {
        pages::api::send(sim, Host::Facebook, call).await
    }
}

async fn instagram_messages(
    State(sim): State<Arc<Sim>>,
    Path(node): Node,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let call = Call::new(node, &uri, headers, body);
    pages::api::send(sim, Host::Instagram, call).await
}

async fn upload(
    State(sim): State<Arc<Sim>>,
    Path(node): Node,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    whatsapp::media::upload(sim, Call::new(node, &uri, headers, body)).await
}

async fn object(
    State(sim): State<Arc<Sim>>,
    Path(node): Node,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let call = Call::new(node, &uri, headers, Bytes::new());
    let file = sim
        .world()
        .people
        .of(&whatsapp::Whatsapp)
        .media
        .contains_key(&call.node);
    if file || call.has_token(&sim.options.whatsapp_token) {
        whatsapp::media::look_up(sim, call).await
    } else {
        pages::profile::profile(sim, Host::Facebook, call).await
    }
}

async fn delete(
    State(sim): State<Arc<Sim>>,
    Path(node): Node,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    whatsapp::media::delete(sim, Call::new(node, &uri, headers, Bytes::new())).await
}

async fn instagram_object(
    State(sim): State<Arc<Sim>>,
    Path(node): Node,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let call = Call::new(node, &uri, headers, Bytes::new());
    pages::profile::profile(sim, Host::Instagram, call).await
}

async fn media(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let call = Call::new(("v26.0".to_owned(), id), &uri, headers, Bytes::new());
    whatsapp::media::download(sim, call).await
}

/// What a call is answered where a fault names a status and no body.
pub(crate) fn faulty(point: Point, status: u16) -> Option<GraphError> {
    match point {
        Point::Whatsapp if status == 429 => {
            let error = GraphError::new(130_429, "Rate limit hit");
            let details =
                "Message failed to send because there were too many messages sent in a short time.";
            Some(GraphError {
                status,
                ..error.with_details(details)
            })
        }
        Point::Messenger | Point::Instagram | Point::Whatsapp => {
            Some(GraphError::of_status(status))
        }
        _ => None,
    }
}

async fn cdn(
    State(sim): State<Arc<Sim>>,
    Path((platform, id)): Path<(String, String)>,
) -> Response {
    pages::profile::file(sim, &platform, id).await
}

/// The headers of a callback of the app.
fn callback_headers(options: &Options, body: &str, sign: bool) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("content-type", "application/json".to_owned()),
        ("user-agent", "facebookexternalua".to_owned()),
    ];
    if sign {
        let (secret, body) = (&options.meta_app_secret, body.as_bytes());
        headers.push(("x-hub-signature-256", signature::sign(secret, body)));
        headers.push(("x-hub-signature", signature::sign_sha1(secret, body)));
    }
    headers
}
