//! Workers KV: from a conversation to its consumer key. A hint, never the truth: it lags by a minute or more,
//! also with misses, and each key is written once per claim.

use worker::Env;

use crate::directory::KEEP_CLAIM;

/// Name of the KV namespace's binding.
pub(super) const INDEX: &str = "INDEX";

/// Looks a name up. A failing KV counts as a miss: the Directory knows.
pub(super) async fn get(env: &Env, name: &str) -> Option<String> {
    let found = env.kv(INDEX).ok()?.get(name).text().await;
    found.ok().flatten()
}

/// Whether a name has a value; `None` where KV fails.
pub(super) async fn has(env: &Env, name: &str) -> Option<bool> {
    let found = env.kv(INDEX).ok()?.get(name).text().await;
    found.ok().map(|value| value.is_some())
}

/// Deletes a name's value; says whether that worked. Other locations may still read it for a minute or more.
pub(super) async fn delete(env: &Env, name: &str) -> bool {
    let Ok(kv) = env.kv(INDEX) else {
        return false;
    };
    kv.delete(name).await.is_ok()
}

/// Whether the index can be read.
pub(super) async fn is_readable(env: &Env) -> bool {
    match env.kv(INDEX) {
        Ok(kv) => kv.get("health").text().await.is_ok(),
        Err(_) => false,
    }
}

/// Writes a name's value; says whether that worked.
pub(super) async fn put(env: &Env, name: &str, value: &str) -> bool {
    let Ok(kv) = env.kv(INDEX) else {
        return false;
    };
    let Ok(put) = kv.put(name, value) else {
        return false;
    };
    put.expiration_ttl(KEEP_CLAIM / 1000)
        .execute()
        .await
        .is_ok()
}
