//! `POST /liveengage/webhooks`: LiveEngage's notifications, of all accounts.
//!
//! Towards LiveEngage little is a failure, since one failing endpoint puts a whole app installation into retry: a bad signature,
//! and storage that stays unreachable. What is authentic and cannot be taken becomes a dead letter and is answered 200.

use std::rc::Rc;

use worker::{Env, Request, Response};

use super::objects::CallFault;
use super::reply::Fault;
use super::resolve::{Found, resolve};
use super::{http, log, objects, settings};
use crate::config::{Account, Config};
use crate::conversation::Lane;
use crate::conversation::wire::{AcceptEvent, AcceptRequest, Route};
use crate::http::Method;
use crate::identity::ConsumerKey;
use crate::liveengage::feed::{self, Arrival};
use crate::liveengage::{notification, signature};

/// The longest notification that is read (bytes). No limit is documented; a hosted file's preview has up to 30 KB.
const BODY_LIMIT: usize = 1 << 20;

/// Verifies a notification, hands its changes to their Conversation objects, and answers 200 when all are durable.
pub(super) async fn receive(mut request: Request, env: &Env) -> Result<Response, Fault> {
    if request.method() != worker::Method::Post {
        return Err(Fault::Method(vec![Method::Post]));
    }
    let config = settings::config(env);
    let headers = http::headers(&request);
    let header = |name: &str| {
        let found = headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    };
    let media_type = header("content-type").unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(Fault::MediaType);
    }
    let body = http::body(&mut request, BODY_LIMIT).await?;
    let account = header("x-liveperson-account-id")
        .and_then(|id| config.account_by_id(id))
        .filter(|account| header("x-liveperson-client-id") == Some(account.client_id.as_str()));
    let Some(account) = account else {
        log::write(
            "webhook_refused",
            &[("problem", "unknown account or client id")],
            false,
        );
        return Err(Fault::Signature {
            status: 401,
            code: "account_unknown",
        });
    };
    let secrets = account.client_secret.active();
    signature::verify(header("x-liveperson-signature"), &body, secrets).map_err(|error| {
        let problem = error.to_string();
        let fields = [("account", account.id.as_str()), ("problem", &problem)];
        log::write("webhook_refused", &fields, false);
        let code = match error {
            signature::SignatureError::Missing => "signature_missing",
            _ => "signature_mismatch",
        };
        Fault::Signature { status: 401, code }
    })?;
    take(env, &config, account, &body).await?;
    Response::empty().map_err(|_| Fault::Unavailable)
}

async fn take(env: &Env, config: &Config, account: &Rc<Account>, body: &[u8]) -> Result<(), Fault> {
    let changes = match notification::parse(body) {
        Ok(changes) => changes,
        Err(unreadable) => {
            let event = feed::dead_letter(&unreadable.what, body, Lane::ToConsumer);
            return bury(env, config, account, body, vec![event]).await;
        }
    };
    let feed = feed::sort(changes, body);
    for name in &feed.unknown {
        let fields = [("account", account.id.as_str()), ("kind", name.as_str())];
        log::write("webhook_kind_unknown", &fields, false);
    }
    for arrival in feed.arrivals {
        deliver(env, config, account, arrival).await?;
    }
    if !feed.dead_letters.is_empty() {
        bury(env, config, account, body, feed.dead_letters).await?;
    }
    Ok(())
}

async fn deliver(
    env: &Env,
    config: &Config,
    account: &Rc<Account>,
    arrival: Arrival,
) -> Result<(), Fault> {
    let found = resolve(env, &account.id, &arrival)
        .await
        .map_err(|_| Fault::Unavailable)?;
    let events = arrival.events;
    match found {
        Found::Owner(key) => {
            let request = AcceptRequest {
                route: Route {
                    account_id: account.id.clone(),
                    ..Route::default()
                },
                events,
            };
            match objects::accept(env, &key, &request).await {
                Ok(_) => Ok(()),
                Err(CallFault::Unavailable) => Err(Fault::Unavailable),
                Err(CallFault::Rejected) => {
                    let body = serde_json::to_vec(&request).unwrap_or_default();
                    let event = feed::dead_letter(
                        "the consumer's object cannot take it",
                        &body,
                        Lane::ToConsumer,
                    );
                    bury(env, config, account, &body, vec![event]).await
                }
            }
        }
        Found::Full => {
            let body = serde_json::to_vec(&events).unwrap_or_default();
            let event = feed::dead_letter(
                "more is parked than an unclaimed conversation may",
                &body,
                Lane::ToConsumer,
            );
            bury(env, config, account, &body, vec![event]).await
        }
        Found::Parked | Found::Foreign => Ok(()),
    }
}

/// Keeps what cannot go on as dead letters of an object of their own.
async fn bury(
    env: &Env,
    config: &Config,
    account: &Rc<Account>,
    body: &[u8],
    events: Vec<AcceptEvent>,
) -> Result<(), Fault> {
    let Some(identity) = &config.identity_key else {
        return Err(Fault::Configuration(config.problems.clone()));
    };
    let key = ConsumerKey::unaddressed(identity, &account.id, "", body);
    let request = AcceptRequest {
        route: Route {
            account_id: account.id.clone(),
            ..Route::default()
        },
        events,
    };
    match objects::accept(env, &key, &request).await {
        Ok(_) => Ok(()),
        Err(_) => Err(Fault::Unavailable),
    }
}
