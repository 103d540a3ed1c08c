//! The Account object: one per LiveEngage account, with one token fetch at a time.
//!
//! Everybody else caches what it answers until shortly before expiry, so it is on no steady path.

use std::cell::{Cell, RefCell};

use futures_util::lock::Mutex;
use serde::{Deserialize, Serialize};

use super::calls;
use crate::config::Account;
use crate::http::Millis;
use crate::liveengage::access::{AccessRequest, KEEP_DOMAINS};
use crate::liveengage::{Access, Domains, StoredAccess, app_jwt, domains};
use crate::outcome::Cause;
use crate::runtime::{AccountRuntime, Reply, Runtime};

/// How long a failure is answered again without asking LivePerson again (ms): many objects ask at once when it is down.
const REPEAT_FAILURE: Millis = 1000;

/// Holds one account's domains and AppJWT.
pub struct AccountObject<R> {
    runtime: R,
    /// Locked while it is being renewed. All requests of one object share one I/O context, so waiting here is allowed.
    held: Mutex<HeldAccess>,
    loaded: Cell<bool>,
    failed: RefCell<Option<(Millis, Cause)>>,
}

/// What an Account object keeps while it sleeps. **A stored format**, though a cache.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct HeldAccess {
    access: Option<StoredAccess>,
    domains: Option<Domains>,
    domains_at: Millis,
}

impl<R: AccountRuntime> AccountObject<R> {
    /// As it wakes.
    pub fn new(runtime: R) -> Self {
        Self {
            runtime,
            held: Mutex::new(HeldAccess::default()),
            loaded: Cell::new(false),
            failed: RefCell::new(None),
        }
    }

    /// Answers one request.
    pub async fn answer(&self, body: &str) -> Reply {
        let Ok(request) = serde_json::from_str::<AccessRequest>(body) else {
            return Reply::error(400, "unreadable");
        };
        Reply::json(&self.access(request.refused.as_deref()).await)
    }

    async fn access(&self, refused: Option<&str>) -> Result<StoredAccess, Cause> {
        let mut held = self.held.lock().await;
        if !self.loaded.replace(true) {
            *held = self.runtime.load().await.unwrap_or_default();
        }
        let known = held.access.clone().map(Access::from);
        if let Some(access) = known {
            if refused == Some(access.fingerprint().as_str()) {
                held.access = None;
            } else if access.is_fresh(self.runtime.now()) {
                return Ok(StoredAccess::from(access));
            }
        }
        if let Some((at, cause)) = self.failed.borrow().as_ref()
            && self.runtime.now() < at + REPEAT_FAILURE
        {
            return Err(cause.clone());
        }
        match self.renew(&mut held).await {
            Ok(access) => {
                self.failed.replace(None);
                if !self.runtime.store(&held).await {
                    self.runtime.log("access_not_stored", &[], true);
                }
                Ok(access)
            }
            Err(cause) => {
                let failed = (self.runtime.now(), cause.clone());
                self.failed.replace(Some(failed));
                // The hosts may have moved.
                held.domains = None;
                let text = serde_json::to_string(&cause).unwrap_or_default();
                self.runtime.log("access_failed", &[("cause", &text)], true);
                Err(cause)
            }
        }
    }

    async fn renew(&self, held: &mut HeldAccess) -> Result<StoredAccess, Cause> {
        let config = self.runtime.config();
        let name = self.runtime.name();
        let account: &Account = config.account_by_id(&name).ok_or(Cause::Configuration {
            key: format!("account {name}"),
        })?;
        let now = self.runtime.now();
        let known = held
            .domains
            .clone()
            .filter(|_| now < held.domains_at + KEEP_DOMAINS);
        let domains = match known {
            Some(domains) => domains,
            None => {
                let request = domains::request(&account.domain_api, &account.id);
                let answer = self.runtime.send(&request).await;
                let domains = domains::parse(&answer, &account.domain_api)?;
                held.domains = Some(domains.clone());
                held.domains_at = now;
                domains
            }
        };
        let request = app_jwt::request(
            &domains,
            &account.id,
            &account.client_id,
            account.client_secret.current(),
        );
        let answer = self.runtime.send(&request).await;
        let token = app_jwt::parse(&answer, self.runtime.now())?;
        let reply = StoredAccess::from(Access { domains, token });
        held.access = Some(reply.clone());
        Ok(reply)
    }
}

/// Domains and AppJWT of an account: from this isolate's cache, else from the Account object. `refused` is the fingerprint of a
/// token that LiveEngage did not accept.
pub async fn access(
    runtime: &impl Runtime,
    account_id: &str,
    refused: Option<String>,
) -> Result<Access, Cause> {
    let isolate = runtime.isolate();
    if let Some(access) = isolate.access(account_id) {
        if refused == Some(access.fingerprint()) {
            isolate.revoked(account_id);
        } else if access.is_fresh(runtime.now()) {
            return Ok(access);
        }
    }
    let answer = calls::access(runtime, account_id, &AccessRequest { refused }).await;
    let access = Access::from(answer.map_err(|_| Cause::Internal)??);
    isolate.granted(account_id, &access);
    Ok(access)
}
