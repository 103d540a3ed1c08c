//! Reading the flags of [`crate::pause`], through what the isolate remembers of them.

use crate::pause::Flag;
use crate::runtime::Runtime;

/// Whether a consumer's channel or account is paused.
pub(super) async fn is_paused(runtime: &impl Runtime, account_id: &str, namespace: &str) -> bool {
    let isolate = runtime.isolate();
    let config = runtime.config();
    let channel = config.channel_of(account_id, namespace);
    let channel = channel.map(|channel| Flag::Channel(channel.name.clone()));
    let account = Flag::Account(account_id.to_owned());
    let flags: Vec<Flag> = channel.into_iter().chain([account]).collect();
    let unread = isolate.pauses().unread(&flags, runtime.now());
    for flag in unread {
        let read = runtime.index_has(&flag.name()).await;
        let now = runtime.now();
        match read {
            Some(stands) => isolate.pauses().learn(flag, stands, now),
            None => {
                runtime.log("pause_not_read", &[], true);
                isolate.pauses().failed(flag, now);
            }
        }
    }
    isolate.pauses().stand(&flags)
}
