//! Workers KV: from a conversation to its consumer key. A hint, never the truth: it lags by a minute or more,
//! also with misses, and each key is written once per claim.

use worker::Env;

use crate::directory::KEEP_CLAIM;
use crate::identity::{ConsumerKey, Subject};

/// Name of the KV namespace's binding.
pub(super) const INDEX: &str = "INDEX";

/// Looks a subject up. A failing KV counts as a miss: the Directory knows.
pub(super) async fn get(env: &Env, subject: &Subject<'_>) -> Option<ConsumerKey> {
    let found = env.kv(INDEX).ok()?.get(&subject.name()).text().await;
    found.ok().flatten().map(ConsumerKey::from_stored)
}

/// Writes a subject's key; says whether that worked.
pub(super) async fn put(env: &Env, subject: &Subject<'_>, key: &ConsumerKey) -> bool {
    let Ok(kv) = env.kv(INDEX) else {
        return false;
    };
    let Ok(put) = kv.put(&subject.name(), key.as_str()) else {
        return false;
    };
    put.expiration_ttl(KEEP_CLAIM / 1000)
        .execute()
        .await
        .is_ok()
}
