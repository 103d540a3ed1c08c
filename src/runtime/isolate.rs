//! What one isolate remembers between requests. All of it is a cache that may vanish at any time.

use std::cell::{RefCell, RefMut};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use lru::LruCache;

use crate::breaker::SharedBreaker;
use crate::http::Millis;
use crate::identity::ConsumerKey;
use crate::liveengage::Access;
use crate::pause::Flags;

/// Entries per cache: a few hundred bytes each.
const CACHED: NonZeroUsize = NonZeroUsize::new(4096).unwrap();
/// How long a conversation counts as foreign before it is looked up again (ms).
const FOREIGN: Millis = 60_000;

/// The caches of one isolate.
#[derive(Debug)]
pub struct Isolate {
    owners: RefCell<LruCache<String, ConsumerKey>>,
    foreign: RefCell<LruCache<String, Millis>>,
    access: RefCell<BTreeMap<String, Access>>,
    breaker: SharedBreaker,
    pauses: RefCell<Flags>,
}

impl Default for Isolate {
    fn default() -> Self {
        Self {
            owners: RefCell::new(LruCache::new(CACHED)),
            foreign: RefCell::new(LruCache::new(CACHED)),
            access: RefCell::default(),
            breaker: SharedBreaker::default(),
            pauses: RefCell::default(),
        }
    }
}

impl Isolate {
    /// Whose the conversation of that name is, if it has been looked up here.
    pub fn owner(&self, name: &str) -> Option<ConsumerKey> {
        self.owners.borrow_mut().get(name).cloned()
    }

    /// The conversation of that name is this consumer's.
    pub fn owned(&self, name: String, key: &ConsumerKey) {
        self.owners.borrow_mut().put(name, key.clone());
    }

    /// Whether the conversation of that name was foreign a moment ago.
    pub fn is_foreign(&self, name: &str, now: Millis) -> bool {
        let mut foreign = self.foreign.borrow_mut();
        let since = foreign.get(name);
        since.is_some_and(|since| now.saturating_sub(*since) < FOREIGN)
    }

    /// The conversation of that name is none of ours.
    pub fn foreign(&self, name: String, now: Millis) {
        self.foreign.borrow_mut().put(name, now);
    }

    /// What is known of the flags that pause channels and accounts.
    pub fn pauses(&self) -> RefMut<'_, Flags> {
        self.pauses.borrow_mut()
    }

    /// Domains and AppJWT of an account.
    pub fn access(&self, account_id: &str) -> Option<Access> {
        self.access.borrow().get(account_id).cloned()
    }

    /// Remembers an account's domains and AppJWT.
    pub fn granted(&self, account_id: &str, access: &Access) {
        let mut held = self.access.borrow_mut();
        held.insert(account_id.to_owned(), access.clone());
    }

    /// Forgets an account's domains and AppJWT.
    pub fn revoked(&self, account_id: &str) {
        self.access.borrow_mut().remove(account_id);
    }

    /// What the conversations of this isolate find out for each other about destinations.
    pub fn breaker(&self) -> &SharedBreaker {
        &self.breaker
    }
}
