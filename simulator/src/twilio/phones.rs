//! The phones: what was typed on them, what arrived on them, and how far each message has got.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use serde_json::{Value, json};

use super::callbacks::Callback;
use crate::clock;
use crate::sim::World;

/// All phones.
#[derive(Default)]
pub(crate) struct Phones {
    pub(super) phones: BTreeMap<String, Phone>,
    pub(super) callbacks: HashMap<String, Callback>,
    opted_out: HashSet<String>,
}

/// One phone.
#[derive(Default)]
pub(super) struct Phone {
    messages: Vec<PhoneMessage>,
    /// Callbacks that wait for the one before them.
    pub(super) queue: VecDeque<String>,
    pub(super) running: bool,
}

struct PhoneMessage {
    sid: String,
    sent: bool,
    text: String,
    at: u64,
    /// `received`, or for a sent one: `sending`, `retrying`, `acknowledged`, `at_desk`, `failed`.
    state: &'static str,
    /// Last HTTP status of the connector; 0 is no answer.
    status: Option<u16>,
    attempts: u32,
}

impl Phones {
    /// Makes sure that a phone exists.
    pub(crate) fn touch(&mut self, number: &str) {
        self.phones.entry(number.to_owned()).or_default();
    }

    pub(crate) fn has_opted_out(&self, number: &str) -> bool {
        self.opted_out.contains(number)
    }

    pub(crate) fn opt_out(&mut self, number: &str, out: bool) {
        if out {
            self.opted_out.insert(number.to_owned());
        } else {
            self.opted_out.remove(number);
        }
    }

    /// Notes a message typed on a phone.
    pub(super) fn typed(&mut self, number: &str, sid: &str, text: &str) {
        let phone = self.phones.entry(number.to_owned()).or_default();
        phone.messages.push(PhoneMessage {
            sid: sid.to_owned(),
            sent: true,
            text: text.to_owned(),
            at: clock::now_ms(),
            state: "sending",
            status: None,
            attempts: 0,
        });
    }

    /// Notes how an attempt to hand over a typed message has ended.
    pub(super) fn attempted(&mut self, number: &str, sid: &str, status: u16, state: &'static str) {
        let phone = self.phones.get_mut(number);
        let messages = phone.into_iter().flat_map(|phone| &mut phone.messages);
        for message in messages.filter(|message| message.sid == sid) {
            message.status = Some(status);
            message.attempts += 1;
            if message.state != "at_desk" {
                message.state = state;
            }
        }
    }

    pub(crate) fn show(&self, number: &str) -> Option<Value> {
        let phone = self.phones.get(number)?;
        let messages: Vec<Value> = phone
            .messages
            .iter()
            .map(|message| {
                json!({
                    "direction": if message.sent { "sent" } else { "received" },
                    "text": message.text, "sid": message.sid, "at": message.at,
                    "state": message.state, "status": message.status,
                    "attempts": message.attempts,
                })
            })
            .collect();
        let opted_out = self.has_opted_out(number);
        Some(json!({ "number": number, "opted_out": opted_out, "messages": messages }))
    }

    pub(crate) fn show_all(&self) -> Vec<Value> {
        let numbers = self.phones.keys();
        numbers.filter_map(|number| self.show(number)).collect()
    }
}

fn alike(whole: &str, part: &str) -> bool {
    let (whole, part) = (whole.trim(), part.trim());
    whole == part || (!part.is_empty() && whole.contains(part))
}

/// A message has reached a phone. The oldest agent message with that text has thereby arrived.
pub(crate) fn receive(world: &mut World, number: &str, sid: &str, text: &str) {
    let phone = world.phones.phones.entry(number.to_owned()).or_default();
    phone.messages.push(PhoneMessage {
        sid: sid.to_owned(),
        sent: false,
        text: text.to_owned(),
        at: clock::now_ms(),
        state: "received",
        status: None,
        attempts: 0,
    });
    let conversations = world.conversations.iter_mut();
    let own = conversations.filter(|known| known.number.as_deref() == Some(number));
    let mut waiting = own.flat_map(|known| &mut known.messages).filter(|message| {
        ["sent", "retrying", "acknowledged", "dropped"].contains(&message.state)
            && (alike(&message.text, text) || alike(text, &message.text))
    });
    if let Some(message) = waiting.next() {
        message.state = "on_phone";
    }
}

/// A consumer's text has been published. It tells, where the profile does not, whose conversation it is. Whether it is
/// one of these phones'.
pub(crate) fn arrived_at_desk(world: &mut World, conversation: &str, text: &str) -> bool {
    let number = world
        .conversation(conversation)
        .and_then(|known| known.number.clone());
    let found = world.phones.phones.iter_mut().find_map(|(own, phone)| {
        if number.as_ref().is_some_and(|number| number != own) {
            return None;
        }
        let mut messages = phone.messages.iter_mut();
        let message = messages.find(|message| {
            let under_way = message.sent && message.state != "at_desk";
            under_way && (alike(&message.text, text) || alike(text, &message.text))
        })?;
        message.state = "at_desk";
        Some(own.clone())
    });
    let told = found.is_some();
    if let (None, Some(found), Some(known)) = (number, found, world.conversation(conversation)) {
        known.number = Some(found);
    }
    told
}
