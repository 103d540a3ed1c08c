//! Authentic notifications of LiveEngage, of all accounts.
//!
//! Towards LiveEngage little is a failure, since one failing endpoint puts a whole app installation into retry: only storage that
//! stays unreachable. What is authentic and cannot be taken becomes a dead letter.

use super::resolve::{Found, resolve};
use crate::config::Account;
use crate::conversation::Lane;
use crate::conversation::wire::AcceptRequest;
use crate::feed::{self, Feed};
use crate::liveengage::notification;
use crate::objects::calls::{self, CallFault};
use crate::runtime::Runtime;

/// Hands the changes of a notification to their Conversation objects. When this returns, all are durable.
pub async fn take(runtime: &impl Runtime, account: &Account, body: &[u8]) -> Result<(), CallFault> {
    let taken = match notification::parse(body) {
        Ok(changes) => deliver(runtime, account, feed::sort(changes, body), body).await,
        Err(unreadable) => {
            let event = feed::dead_letter(&unreadable.what, body, Lane::ToConsumer);
            calls::bury_events(runtime, &account.id, body, vec![event]).await
        }
    };
    if let Err(fault) = &taken {
        let fault = format!("{fault:?}");
        let fields = [("account", account.id.as_str()), ("fault", &fault)];
        runtime.log("webhook_failed", &fields, true);
    }
    taken
}

async fn deliver(
    runtime: &impl Runtime,
    account: &Account,
    feed: Feed,
    body: &[u8],
) -> Result<(), CallFault> {
    for name in &feed.unknown {
        let fields = [("account", account.id.as_str()), ("kind", name.as_str())];
        runtime.log("webhook_kind_unknown", &fields, false);
    }
    for arrival in feed.arrivals {
        let found = resolve(runtime, &account.id, &arrival).await?;
        let request = AcceptRequest::of_account(&account.id, arrival.events);
        match found {
            Found::Owner(key) => match calls::accept(runtime, &key, &request).await {
                Err(CallFault::Rejected | CallFault::Full) => {
                    calls::bury(runtime, &account.id, &request.events).await?;
                }
                taken => drop(taken?),
            },
            Found::Full => calls::bury(runtime, &account.id, &request.events).await?,
            Found::Parked | Found::Foreign => {}
        }
    }
    if feed.dead_letters.is_empty() {
        return Ok(());
    }
    calls::bury_events(runtime, &account.id, body, feed.dead_letters).await
}
