//! Everything received and sent, in order: what tests assert on, and what a redelivery is made from.

use std::collections::VecDeque;

use serde_json::{Value, json};

use crate::clock;

const KEPT: usize = 200_000;

/// Who spoke to whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    /// A request to LiveEngage.
    LiveEngage,
    /// A request to Twilio.
    Twilio,
    /// A notification to the connector.
    Webhook,
    /// A callback of a platform to the connector, or an event of the app.
    Callback,
    /// A request to the app.
    Gateway,
    /// A request to LINE.
    Line,
    /// A request to Messenger.
    Messenger,
    /// A request to Instagram.
    Instagram,
    /// A request to WhatsApp's Cloud API.
    Whatsapp,
}

impl Side {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::LiveEngage => "liveengage",
            Self::Twilio => "twilio",
            Self::Webhook => "webhook",
            Self::Callback => "callback",
            Self::Gateway => "gateway",
            Self::Line => "line",
            Self::Messenger => "messenger",
            Self::Instagram => "instagram",
            Self::Whatsapp => "whatsapp",
        }
    }
}

struct Entry {
    n: u64,
    side: Side,
    shown: Value,
    /// The exact body, where it can be sent again.
    body: Option<String>,
    /// Attempts of one notification share this.
    delivery: Option<u64>,
}

/// The journal.
#[derive(Default)]
pub(crate) struct Journal {
    entries: VecDeque<Entry>,
    next: u64,
}

impl Journal {
    /// Writes an entry and returns its number. `details` is an object; its nulls and empty texts are left out.
    pub(crate) fn add(&mut self, side: Side, what: &str, details: Value) -> u64 {
        self.write(side, what, details, None, None)
    }

    /// Writes an attempt to deliver a notification.
    pub(crate) fn add_webhook(&mut self, details: Value, body: &str, delivery: u64) -> u64 {
        let body = Some(body.to_owned());
        self.write(Side::Webhook, "notification", details, body, Some(delivery))
    }

    fn write(
        &mut self,
        side: Side,
        what: &str,
        details: Value,
        body: Option<String>,
        delivery: Option<u64>,
    ) -> u64 {
        let n = self.next;
        self.next += 1;
        let mut shown = json!({ "n": n, "at": clock::now_ms(), "side": side.name(), "what": what });
        if let (Some(shown), Value::Object(details)) = (shown.as_object_mut(), details) {
            let told = |value: &Value| !value.is_null() && value.as_str() != Some("");
            shown.extend(details.into_iter().filter(|(_, value)| told(value)));
        }
        self.entries.push_back(Entry {
            n,
            side,
            shown,
            body,
            delivery,
        });
        if self.entries.len() > KEPT {
            self.entries.pop_front();
        }
        n
    }

    /// The entries from number `since` on.
    pub(crate) fn read(&self, since: u64, side: Option<&str>) -> Value {
        let wanted =
            |entry: &&Entry| entry.n >= since && side.is_none_or(|side| side == entry.side.name());
        let entries: Vec<&Value> = self
            .entries
            .iter()
            .filter(wanted)
            .map(|entry| &entry.shown)
            .collect();
        json!({ "next": self.next, "entries": entries })
    }

    /// The body of the notification with this entry number.
    pub(crate) fn webhook_body(&self, n: u64) -> Option<String> {
        let entry = self.entries.iter().find(|entry| entry.n == n)?;
        entry.body.clone()
    }

    /// The bodies of all notifications, once each, in the order of their first attempts.
    pub(crate) fn webhook_bodies(&self, conversation: Option<&str>) -> Vec<String> {
        let mut seen = std::collections::HashSet::new();
        self.entries
            .iter()
            .filter(|entry| {
                conversation.is_none_or(|id| entry.shown["conversation"].as_str() == Some(id))
            })
            .filter_map(|entry| Some((entry.delivery?, entry.body.as_ref()?)))
            .filter(|(delivery, _)| seen.insert(*delivery))
            .map(|(_, body)| body.clone())
            .collect()
    }

    /// How many entries there are of each side.
    pub(crate) fn counts(&self) -> Value {
        let count = |side| {
            self.entries
                .iter()
                .filter(|entry| entry.side == side)
                .count()
        };
        json!({
            "liveengage": count(Side::LiveEngage),
            "twilio": count(Side::Twilio),
            "webhook": count(Side::Webhook),
            "callback": count(Side::Callback),
            "gateway": count(Side::Gateway),
            "line": count(Side::Line),
            "messenger": count(Side::Messenger),
            "instagram": count(Side::Instagram),
            "whatsapp": count(Side::Whatsapp),
        })
    }
}
