//! What LINE remembers beside people and messages.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::clock;

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
    /// Messages whose content is gone for good.
    pub(super) gone: HashSet<String>,
    /// Groups and rooms: who has written there.
    pub(super) chats: HashMap<String, Vec<String>>,
    /// Messages that were pushed.
    pub(super) pushed: u64,
}

impl State {
    /// Notes that a person is in a group or a room.
    pub(super) fn joined(&mut self, chat: &str, person: &str) {
        let members = self.chats.entry(chat.to_owned()).or_default();
        if !members.iter().any(|known| known == person) {
            members.push(person.to_owned());
        }
    }

    /// Gives out a reply token. One that is known keeps its age.
    pub(super) fn give(&mut self, token: &str, person: &str, chat: &str) {
        let made = || ReplyToken {
            person: person.to_owned(),
            chat: chat.to_owned(),
            at: clock::now_ms(),
            used: false,
        };
        self.reply_tokens
            .entry(token.to_owned())
            .or_insert_with(made);
    }
}

/// A reply token.
pub(super) struct ReplyToken {
    pub(super) person: String,
    /// Where the answer is shown: to the person, in a group, in a room.
    pub(super) chat: String,
    at: u64,
    used: bool,
}

impl ReplyToken {
    /// Whether it is good now: it can be used once, and not for long.
    pub(super) fn is_good(&self, now: u64, lifetime_ms: u64) -> bool {
        !self.used && now < self.at + lifetime_ms
    }

    pub(super) fn spend(&mut self) {
        self.used = true;
    }
}

/// A request that was accepted under a retry key.
pub(super) struct Accepted {
    pub(super) request_id: String,
    pub(super) body: Vec<u8>,
    pub(super) answer: Value,
}
