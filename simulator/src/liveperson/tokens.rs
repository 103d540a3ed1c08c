//! Sentinel and IDP: `AppJWT` for the connector, `ConsumerJWS` for a person.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Query, header, is_json, refuse, unauthorized};
use crate::clock;
use crate::faults::{Facts, Point};
use crate::ids;
use crate::journal::Side;
use crate::perform::perform;
use crate::sim::Sim;

/// A person, as LiveEngage knows them.
#[derive(Clone, Debug)]
pub(crate) struct Consumer {
    pub(crate) ext: String,
    pub(crate) lp: String,
}

/// The tokens that were issued and are still good.
#[derive(Default)]
pub(crate) struct Tokens {
    apps: HashMap<String, u64>,
    consumers: HashMap<String, Consumer>,
    /// Part of each token's header, so that a token issued anew is not the one that was withdrawn.
    issued: u64,
    consumer_key: u64,
}

impl Tokens {
    /// Whether this is a good `AppJWT`.
    pub(crate) fn is_app(&self, token: &str) -> bool {
        let expiry = self.apps.get(token);
        expiry.is_some_and(|expiry| *expiry > clock::now_ms() / 1000)
    }

    /// The person named by a good `ConsumerJWS`.
    pub(crate) fn consumer(&self, token: &str) -> Option<Consumer> {
        self.consumers.get(token).cloned()
    }

    pub(crate) fn expire_apps(&mut self) -> usize {
        let count = self.apps.len();
        self.apps.clear();
        count
    }

    pub(crate) fn expire_consumers(&mut self) -> usize {
        let count = self.consumers.len();
        self.consumers.clear();
        self.consumer_key += 1;
        count
    }
}

/// Three segments like the real thing. The signature is none that anybody could check.
fn token(kid: &str, claims: &Value) -> String {
    let header = json!({ "kid": kid, "typ": "JWT", "alg": "RS256" });
    let signed = format!(
        "{}.{}",
        BASE64_URL_SAFE_NO_PAD.encode(header.to_string()),
        BASE64_URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let signature = Hmac::<Sha256>::new_from_slice(b"not an RSA key")
        .map(|mac| mac.chain_update(signed.as_bytes()).finalize().into_bytes());
    let signature = signature.map_or_else(
        |_| String::new(),
        |bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes),
    );
    format!("{signed}.{signature}")
}

/// `POST /sentinel/api/account/{account}/app/token`
pub(super) async fn app(
    State(sim): State<Arc<Sim>>,
    Path(account): Path<String>,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let effect = move |sim: &Arc<Sim>| match issue_app(sim, &account, &query, &headers, &body) {
        Ok(token) => {
            let answer = json!({ "access_token": token, "token_type": "Bearer" });
            let kind = [("content-type", "application/json;charset=utf-8")];
            (StatusCode::OK, kind, answer.to_string()).into_response()
        }
        Err((status, error, description)) => {
            let answer = json!({ "error": error, "error_description": description });
            (status, axum::Json(answer)).into_response()
        }
    };
    perform(
        &sim,
        Side::LiveEngage,
        Point::Token,
        Facts::default(),
        effect,
    )
    .await
}

type Refusal = (StatusCode, &'static str, &'static str);

const TWICE: &str = "a parameter is given in the query and in the form";

fn issue_app(
    sim: &Sim,
    account: &str,
    query: &Query,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<String, Refusal> {
    let invalid = |reason| Err((StatusCode::BAD_REQUEST, "invalid_request", reason));
    if query.get("v").map(String::as_str) != Some("1.0") {
        return invalid("the query must hold v=1.0");
    }
    let kind = header(headers, "content-type").unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return invalid("Content-Type must be application/x-www-form-urlencoded");
    }
    let form: HashMap<_, _> = form_urlencoded::parse(body).into_owned().collect();
    // Each parameter may stand in the query or in the form: LivePerson's own demo puts all of them into the query.
    let one = |name: &'static str| match (query.get(name), form.get(name)) {
        (Some(_), Some(_)) => Err((StatusCode::BAD_REQUEST, "invalid_request", TWICE)),
        (given, None) | (None, given) => Ok(given),
    };
    match one("grant_type")?.map(String::as_str) {
        Some("client_credentials") => {}
        None => return invalid("grant_type is missing"),
        Some(_) => {
            let reason = "only client_credentials is allowed";
            return Err((StatusCode::BAD_REQUEST, "unsupported_grant_type", reason));
        }
    }
    let options = &sim.options;
    let known = account == options.account
        && one("client_id")? == Some(&options.client_id)
        && one("client_secret")? == Some(&options.client_secret);
    if !known {
        let reason = "client authentication failed";
        return Err((StatusCode::UNAUTHORIZED, "invalid_client", reason));
    }
    let mut world = sim.world();
    if query.contains_key("client_secret") {
        let text = "the secret stood in the URL, where logs keep it";
        super::conversation::note(&mut world, "", text);
    }
    let issued = clock::now_ms() / 1000;
    let expiry = issued + world.settings.token_lifetime_s;
    world.tokens.issued += 1;
    let claims = json!({
        "aud": account, "azp": options.client_id, "scope": "msg.consumer", "iss": "Sentinel",
        "iat": issued, "exp": expiry,
    });
    let kid = format!(
        "appjwt-{}-{}",
        world.tokens.issued,
        &ids::uuid()[..8] // differs from what an earlier run of the simulator issued
    );
    let token = token(&kid, &claims);
    world.tokens.apps.insert(token.clone(), expiry);
    Ok(token)
}

/// `POST /api/account/{account}/consumer`
pub(super) async fn consumer(
    State(sim): State<Arc<Sim>>,
    Path(account): Path<String>,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let effect = move |sim: &Arc<Sim>| issue_consumer(sim, &account, &query, &headers, &body);
    perform(
        &sim,
        Side::LiveEngage,
        Point::Consumer,
        Facts::default(),
        effect,
    )
    .await
}

fn issue_consumer(
    sim: &Sim,
    account: &str,
    query: &Query,
    headers: &HeaderMap,
    body: &[u8],
) -> Response {
    let mut world = sim.world();
    let Some(app) = headers.get("authorization") else {
        return unauthorized(40105);
    };
    let app = app.to_str().unwrap_or_default();
    if account != sim.options.account || !world.tokens.is_app(app) {
        return unauthorized(40102);
    }
    if query.get("v").map(String::as_str) != Some("1.0") {
        return refuse("", "the query must hold v=1.0");
    }
    if !is_json(headers) {
        return refuse("", "Content-Type must be application/json");
    }
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let ext = body["ext_consumer_id"].as_str().unwrap_or_default();
    if ext.is_empty() {
        return refuse("", "ext_consumer_id must be a text that is not empty");
    }
    let consumer = Consumer {
        ext: ext.to_owned(),
        lp: ids::lp_consumer_id(account, ext),
    };
    let claims = json!({
        "account_id": account, "ext_consumer_id": ext, "lp_consumer_id": consumer.lp,
    });
    let kid = format!("consumer-{}", world.tokens.consumer_key);
    let token = token(&kid, &claims);
    world.tokens.consumers.insert(token.clone(), consumer);
    (StatusCode::CREATED, axum::Json(json!({ "token": token }))).into_response()
}
