//! Whose conversation is this? Isolate cache, KV, Directory, in this order, and no further than what would be lost is worth.

use std::cell::RefCell;
use std::num::NonZeroUsize;

use lru::LruCache;
use worker::Env;

use super::objects::{self, CallFault};
use super::{clock, index};
use crate::conversation::wire::AcceptRequest;
use crate::directory::{Ask, Resolution};
use crate::feed::{Arrival, Worth};
use crate::http::Millis;
use crate::identity::{ConsumerKey, Subject};

/// Where the events of a conversation go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// To this consumer's object.
    Owner(ConsumerKey),
    /// They are parked until somebody claims the conversation.
    Parked,
    /// Nowhere: it is another channel's, or what would be lost is not worth a further look-up.
    Foreign,
    /// They cannot be parked any more.
    Full,
}

/// Entries per isolate cache: a few hundred bytes each.
const CACHED: NonZeroUsize = NonZeroUsize::new(4096).unwrap();
/// How long a conversation counts as foreign before it is looked up again (ms).
const FOREIGN: Millis = 60_000;

struct Cache {
    owners: LruCache<String, ConsumerKey>,
    foreign: LruCache<String, Millis>,
}

thread_local! {
    static CACHE: RefCell<Cache> = RefCell::new(Cache {
        owners: LruCache::new(CACHED),
        foreign: LruCache::new(CACHED),
    });
}

/// Finds the owner of an arrival's conversation, or parks its content.
pub(super) async fn resolve(
    env: &Env,
    account_id: &str,
    arrival: &Arrival,
) -> Result<Found, CallFault> {
    let conversation = Subject::Conversation {
        account_id,
        id: &arrival.conversation_id,
    };
    let name = conversation.name();
    if let Some(found) = remembered(&name) {
        return Ok(found);
    }
    if let Some(key) = index::get(env, &conversation).await {
        remember(name, &key);
        return Ok(Found::Owner(key));
    }
    if arrival.worth == Worth::Signal {
        return Ok(Found::Foreign);
    }
    for id in &arrival.consumers {
        // The Directory is asked, not KV: its "no" is certain, since a consumer is registered before its first conversation.
        let consumer = Subject::Consumer { account_id, id };
        let ask = Ask::Resolve { park: None };
        if let Resolution::Owned { key } = objects::directory(env, &consumer, &ask).await? {
            // Claimed before anything goes past the Directory: what it has parked must not be overtaken.
            let claim = Ask::Claim { key: key.clone() };
            objects::directory(env, &conversation, &claim).await?;
            remember(name, &key);
            return Ok(Found::Owner(key));
        }
    }
    if !arrival.consumers.is_empty() {
        CACHE.with(|cache| cache.borrow_mut().foreign.put(name, clock::now()));
        return Ok(Found::Foreign);
    }
    let park = (arrival.worth == Worth::Content)
        .then(|| AcceptRequest::of_account(account_id, arrival.events.clone()))
        .map(Box::new);
    match objects::directory(env, &conversation, &Ask::Resolve { park }).await? {
        Resolution::Owned { key } => {
            remember(name, &key);
            Ok(Found::Owner(key))
        }
        Resolution::Parked => Ok(Found::Parked),
        Resolution::Unclaimed => Ok(Found::Foreign),
        Resolution::Full => Ok(Found::Full),
    }
}

fn remembered(name: &str) -> Option<Found> {
    CACHE.with(|cache| {
        let mut cache = cache.borrow_mut();
        if let Some(key) = cache.owners.get(name) {
            return Some(Found::Owner(key.clone()));
        }
        let since = *cache.foreign.get(name)?;
        (clock::now().saturating_sub(since) < FOREIGN).then_some(Found::Foreign)
    })
}

fn remember(name: String, key: &ConsumerKey) {
    CACHE.with(|cache| cache.borrow_mut().owners.put(name, key.clone()));
}
