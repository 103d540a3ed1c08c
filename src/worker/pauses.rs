//! The flags of [`crate::pause`] in KV, as operators see and set them.

use worker::Env;

use super::index::INDEX;
use crate::pause::{Flag, PREFIX, Standing};

/// Those of the flags that stand. `None` where KV fails.
pub(super) async fn standing(env: &Env, flags: &[Flag]) -> Option<Vec<(Flag, Standing)>> {
    let kv = env.kv(INDEX).ok()?;
    let listed = kv.list().prefix(PREFIX.to_owned()).execute().await.ok()?;
    let standing = listed.keys.into_iter().filter_map(|key| {
        let flag = flags.iter().find(|flag| flag.name() == key.name)?;
        let standing = key.metadata.and_then(|it| serde_json::from_value(it).ok());
        Some((flag.clone(), standing.unwrap_or_default()))
    });
    Some(standing.collect())
}

/// Sets a flag or takes it away; says whether that worked.
pub(super) async fn set(env: &Env, flag: &Flag, standing: Option<Standing>) -> bool {
    let Ok(kv) = env.kv(INDEX) else {
        return false;
    };
    let Some(standing) = standing else {
        return kv.delete(&flag.name()).await.is_ok();
    };
    let value = serde_json::to_string(&standing).unwrap_or_default();
    // The metadata is what a list brings along.
    let put = kv
        .put(&flag.name(), value)
        .and_then(|put| put.metadata(standing));
    match put {
        Ok(put) => put.execute().await.is_ok(),
        Err(_) => false,
    }
}
