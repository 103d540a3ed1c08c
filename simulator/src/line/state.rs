//! What LINE remembers beside people and messages.

use std::collections::HashMap;

use serde_json::Value;

/// How long after its event a reply token can be used (ms): about a minute.
const FRESH_MS: u64 = 60_000;

/// Tokens, retry keys and the quota.
#[derive(Default)]
pub(crate) struct State {
    pub(super) reply_tokens: HashMap<String, ReplyToken>,
    /// Whose message a token marks as read.
    pub(super) read_tokens: HashMap<String, (String, String)>,
    /// Each retry key that was accepted, with what was answered.
    pub(super) retry_keys: HashMap<String, Accepted>,
    /// How often the content of a message is still being prepared.
    pub(super) preparing: HashMap<String, u64>,
    /// Messages that were pushed.
    pub(super) pushed: u64,
}

/// A reply token.
pub(super) struct ReplyToken {
    pub(super) person: String,
    at: u64,
    used: bool,
}

impl ReplyToken {
    pub(super) fn new(person: String, at: u64) -> Self {
        Self {
            person,
            at,
            used: false,
        }
    }

    /// Whether it is good now.
    pub(super) fn is_good(&self, now: u64) -> bool {
        !self.used && now < self.at + FRESH_MS
    }

    pub(super) fn spend(&mut self) {
        self.used = true;
    }

    pub(super) fn age(&mut self) {
        self.at = 0;
    }
}

/// A request that was accepted under a retry key.
pub(super) struct Accepted {
    pub(super) request_id: String,
    pub(super) body: Vec<u8>,
    pub(super) answer: Value,
}
