//! Pausing a channel or an account: flags in KV that drains read through a cache of their isolate.
//!
//! While a flag stands nothing leaves in either direction of the consumers concerned; everything is accepted as always, and waits. A
//! flag takes effect, and ends, within about two minutes: see [`EFFECTIVE_WITHIN`].

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::http::Millis;

/// How long an isolate believes what it has read (ms).
pub const KEEP: Millis = 30_000;
/// How long it goes on without the flags where KV fails (ms).
const AGAIN: Millis = 10_000;
/// How long a paused lane rests before it looks again (ms), and by how much that is spread.
const HOLD: Millis = 30_000;
const SPREAD: Millis = 15_000;
/// How long KV may answer what it has read before (ms).
const KV_LAG: Millis = 60_000;
/// Within which time a flag has its effect everywhere, and within which it ends (ms).
pub const EFFECTIVE_WITHIN: Millis = KV_LAG + KEEP + HOLD + SPREAD;

/// What is paused. Its name is its key in KV.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// A channel, by its name.
    Channel(String),
    /// An account, by LiveEngage's id.
    Account(String),
}

/// What all keys of flags begin with.
pub const PREFIX: &str = "pause:";

impl Flag {
    /// Its key in KV. Names of channels and ids of accounts hold nothing that would need escaping.
    pub fn name(&self) -> String {
        match self {
            Self::Channel(name) => format!("{PREFIX}channel:{name}"),
            Self::Account(id) => format!("{PREFIX}account:{id}"),
        }
    }

    /// Every flag that there can be in a deployment.
    pub fn all(config: &Config) -> Vec<Self> {
        let channels = config.channels.keys().cloned().map(Self::Channel);
        let accounts = config.accounts.values();
        let accounts = accounts.map(|account| Self::Account(account.id.clone()));
        channels.chain(accounts).collect()
    }
}

/// What stands in KV under a flag's name. **A stored format.**
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Since when.
    #[serde(default)]
    pub since: Millis,
}

/// What an isolate knows of the flags.
#[derive(Debug, Default)]
pub struct Flags {
    /// When each was read, or was to be.
    read_at: BTreeMap<Flag, Millis>,
    standing: BTreeSet<Flag>,
}

impl Flags {
    /// The flags, among those that concern somebody, that have to be read (again) before it can be said whether they stand.
    pub fn unread(&self, flags: &[Flag], now: Millis) -> Vec<Flag> {
        let unread = |flag: &&Flag| {
            let read_at = self.read_at.get(*flag);
            read_at.is_none_or(|at| now >= at + KEEP)
        };
        flags.iter().filter(unread).cloned().collect()
    }

    /// A flag was read, or set by this isolate itself.
    pub fn learn(&mut self, flag: Flag, stands: bool, now: Millis) {
        if stands {
            self.standing.insert(flag.clone());
        } else {
            self.standing.remove(&flag);
        }
        self.read_at.insert(flag, now);
    }

    /// A flag could not be read: what was known of it goes on, and it is read again soon. Of one that was never read nothing is
    /// known, and messages go: a failing KV must not stop a deployment.
    pub fn failed(&mut self, flag: Flag, now: Millis) {
        let again = now.saturating_sub(KEEP - AGAIN);
        self.read_at.insert(flag, again);
    }

    /// Whether any of these stands.
    pub fn stand(&self, flags: &[Flag]) -> bool {
        flags.iter().any(|flag| self.standing.contains(flag))
    }
}

/// When a paused lane looks again: spread, so that many consumers do not come back at once.
pub fn look_again_at(now: Millis, random: u64) -> Millis {
    now + HOLD + random % SPREAD
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel() -> Flag {
        Flag::Channel("sms".to_owned())
    }

    fn account() -> Flag {
        Flag::Account("le1".to_owned())
    }

    #[test]
    fn keys_are_pinned() {
        assert_eq!(channel().name(), "pause:channel:sms");
        assert_eq!(account().name(), "pause:account:le1");
        let stored: Standing = serde_json::from_str(r#"{"since":5,"by":"later"}"#).unwrap();
        assert_eq!(stored, Standing { since: 5 });
    }

    #[test]
    fn what_was_read_is_believed_for_a_while() {
        let mut flags = Flags::default();
        let both = [channel(), account()];
        assert_eq!(flags.unread(&both, 0), both);
        flags.learn(channel(), false, 1000);
        assert_eq!(flags.unread(&both, 1000), [account()]);
        flags.learn(account(), true, 1000);
        assert_eq!(flags.unread(&both, 1000 + KEEP - 1), []);
        assert!(flags.stand(&both));
        assert!(!flags.stand(&[channel()]));
        assert_eq!(flags.unread(&both, 1000 + KEEP), both);
        flags.learn(account(), false, 1000 + KEEP);
        assert!(!flags.stand(&both));
    }

    #[test]
    fn where_kv_fails_what_was_known_goes_on() {
        let mut flags = Flags::default();
        let now = 1_000_000;
        flags.failed(channel(), now);
        assert!(!flags.stand(&[channel()]));
        assert_eq!(flags.unread(&[channel()], now + AGAIN - 1), []);
        assert_eq!(flags.unread(&[channel()], now + AGAIN), [channel()]);
        flags.learn(channel(), true, now);
        flags.failed(channel(), now + KEEP);
        assert!(flags.stand(&[channel()]));
    }

    #[test]
    fn paused_lanes_look_again_at_different_times() {
        assert_eq!(look_again_at(0, 0), HOLD);
        assert_eq!(look_again_at(0, u64::MAX), HOLD + u64::MAX % SPREAD);
        assert_eq!(EFFECTIVE_WITHIN, 135_000, "about two minutes");
    }
}
