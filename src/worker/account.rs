//! The Account object: one per LiveEngage account, with one token fetch at a time.
//!
//! Everybody else caches what it answers until shortly before expiry, so it is on no steady path.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use futures_util::lock::Mutex;
use serde::{Deserialize, Serialize};
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use super::{clock, http, log, objects, settings};
use crate::config::Account;
use crate::http::Millis;
use crate::liveengage::access::{AccessRequest, KEEP_DOMAINS};
use crate::liveengage::{Access, Domains, StoredAccess, app_jwt, domains};
use crate::outcome::Cause;

/// How long a failure is answered again without asking LivePerson again (ms): many objects ask at once when it is down.
const REPEAT_FAILURE: Millis = 1000;

/// Holds one account's domains and AppJWT.
#[durable_object(fetch)]
pub struct AccountAccess {
    state: State,
    env: Env,
    /// Locked while it is being renewed. All requests of one object share one I/O context, so waiting here is allowed.
    held: Mutex<Held>,
    loaded: Cell<bool>,
    failed: RefCell<Option<(Millis, Cause)>>,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Held {
    access: Option<StoredAccess>,
    domains: Option<Domains>,
    domains_at: Millis,
}

/// The key under which what is held survives the object's sleep.
const STORED: &str = "held";

impl DurableObject for AccountAccess {
    fn new(state: State, env: Env) -> Self {
        Self {
            state,
            env,
            held: Mutex::new(Held::default()),
            loaded: Cell::new(false),
            failed: RefCell::new(None),
        }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let Ok(request) = request.json::<AccessRequest>().await else {
            return Response::error("unreadable", 400);
        };
        let answer: std::result::Result<StoredAccess, Cause> =
            self.access(request.refused.as_deref()).await;
        Response::from_json(&answer)
    }
}

impl AccountAccess {
    async fn access(&self, refused: Option<&str>) -> std::result::Result<StoredAccess, Cause> {
        let mut held = self.held.lock().await;
        if !self.loaded.replace(true) {
            let stored = self.state.storage().get::<Held>(STORED).await;
            *held = stored.ok().flatten().unwrap_or_default();
        }
        let known = held.access.clone().map(Access::from);
        if let Some(access) = known {
            if refused == Some(access.fingerprint().as_str()) {
                held.access = None;
            } else if access.is_fresh(clock::now()) {
                return Ok(StoredAccess::from(access));
            }
        }
        if let Some((at, cause)) = self.failed.borrow().as_ref()
            && clock::now() < at + REPEAT_FAILURE
        {
            return Err(cause.clone());
        }
        match self.renew(&mut held).await {
            Ok(access) => {
                self.failed.replace(None);
                if self
                    .state
                    .storage()
                    .put(STORED, held.clone())
                    .await
                    .is_err()
                {
                    log::write("access_not_stored", &[], true);
                }
                Ok(access)
            }
            Err(cause) => {
                self.failed.replace(Some((clock::now(), cause.clone())));
                // The hosts may have moved.
                held.domains = None;
                let text = serde_json::to_string(&cause).unwrap_or_default();
                log::write("access_failed", &[("cause", &text)], true);
                Err(cause)
            }
        }
    }

    async fn renew(&self, held: &mut Held) -> std::result::Result<StoredAccess, Cause> {
        let config = settings::config(&self.env);
        let name = self.state.id().name().unwrap_or_default();
        let account: &Account = config.account_by_id(&name).ok_or(Cause::Configuration {
            key: format!("account {name}"),
        })?;
        let now = clock::now();
        let known = held
            .domains
            .clone()
            .filter(|_| now < held.domains_at + KEEP_DOMAINS);
        let domains = match known {
            Some(domains) => domains,
            None => {
                let answer = http::send(&domains::request(&account.domain_api, &account.id)).await;
                let domains = domains::parse(&answer, &account.domain_api)?;
                held.domains = Some(domains.clone());
                held.domains_at = now;
                domains
            }
        };
        let answer = http::send(&app_jwt::request(
            &domains,
            &account.id,
            &account.client_id,
            account.client_secret.current(),
        ))
        .await;
        let token = app_jwt::parse(&answer, clock::now())?;
        let reply = StoredAccess::from(Access { domains, token });
        held.access = Some(reply.clone());
        Ok(reply)
    }
}

thread_local! {
    static ACCESS: RefCell<BTreeMap<String, Access>> = const { RefCell::new(BTreeMap::new()) };
}

/// Domains and AppJWT of an account: from this isolate's cache, else from the Account object. `refused` is the fingerprint of a
/// token that LiveEngage did not accept.
pub(super) async fn access(
    env: &Env,
    account_id: &str,
    refused: Option<String>,
) -> std::result::Result<Access, Cause> {
    let cached = ACCESS.with(|cache| cache.borrow().get(account_id).cloned());
    if let Some(access) = cached {
        if refused == Some(access.fingerprint()) {
            ACCESS.with(|cache| cache.borrow_mut().remove(account_id));
        } else if access.is_fresh(clock::now()) {
            return Ok(access);
        }
    }
    let answer = objects::access(env, account_id, &AccessRequest { refused }).await;
    let access = Access::from(answer.map_err(|_| Cause::Internal)??);
    ACCESS.with(|cache| {
        let name = account_id.to_owned();
        cache.borrow_mut().insert(name, access.clone())
    });
    Ok(access)
}
