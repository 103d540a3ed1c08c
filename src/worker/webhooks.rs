//! `POST /liveengage/webhooks`: LiveEngage's notifications, of all accounts.
//!
//! Towards LiveEngage little is a failure, since one failing endpoint puts a whole app installation into retry: a bad signature,
//! and storage that stays unreachable. What is authentic and cannot be taken becomes a dead letter and is answered 200.

use worker::{Env, Request, Response};

use super::objects::CallFault;
use super::reply::Fault;
use super::resolve::{Found, resolve};
use super::{http, log, objects, settings};
use crate::config::Account;
use crate::conversation::Lane;
use crate::conversation::wire::AcceptRequest;
use crate::feed::{self, Feed};
use crate::http::Method;
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
    take(env, account, &body).await?;
    Response::empty().map_err(|_| Fault::Unavailable)
}

async fn take(env: &Env, account: &Account, body: &[u8]) -> Result<(), Fault> {
    let taken = match notification::parse(body) {
        Ok(changes) => deliver(env, account, feed::sort(changes, body), body).await,
        Err(unreadable) => {
            let event = feed::dead_letter(&unreadable.what, body, Lane::ToConsumer);
            objects::bury_events(env, &account.id, body, vec![event]).await
        }
    };
    taken.map_err(|fault| {
        let fault = format!("{fault:?}");
        let fields = [("account", account.id.as_str()), ("fault", &fault)];
        log::write("webhook_failed", &fields, true);
        Fault::Unavailable
    })
}

async fn deliver(env: &Env, account: &Account, feed: Feed, body: &[u8]) -> Result<(), CallFault> {
    for name in &feed.unknown {
        let fields = [("account", account.id.as_str()), ("kind", name.as_str())];
        log::write("webhook_kind_unknown", &fields, false);
    }
    for arrival in feed.arrivals {
        let found = resolve(env, &account.id, &arrival).await?;
        let request = AcceptRequest::of_account(&account.id, arrival.events);
        match found {
            Found::Owner(key) => match objects::accept(env, &key, &request).await {
                Err(CallFault::Rejected) => objects::bury(env, &request).await?,
                taken => drop(taken?),
            },
            Found::Full => objects::bury(env, &request).await?,
            Found::Parked | Found::Foreign => {}
        }
    }
    if feed.dead_letters.is_empty() {
        return Ok(());
    }
    objects::bury_events(env, &account.id, body, feed.dead_letters).await
}
