//! The people of each platform.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde_json::{Map, Value, json};

use super::message::{Direction, Message};
use super::post::Delivery;
use super::{Media, Platform};
use crate::clock;

/// The people of all platforms, by the platform's name.
#[derive(Default)]
pub(crate) struct Books(BTreeMap<&'static str, Book>);

impl Books {
    pub(crate) fn of(&mut self, platform: &dyn Platform) -> &mut Book {
        self.0.entry(platform.name()).or_default()
    }
}

/// The people of one platform.
#[derive(Default)]
pub(crate) struct Book {
    pub(crate) people: BTreeMap<String, Person>,
    /// Files of people, by the platform's id.
    pub(crate) media: HashMap<String, Media>,
    /// What was told last under each id, and by whom: it can be told again.
    pub(super) told: HashMap<String, (String, String, Value)>,
    next: u64,
}

/// One person.
pub(crate) struct Person {
    pub(crate) name: Option<String>,
    pub(crate) picture: Option<String>,
    pub(crate) language: Option<String>,
    /// Another id under which the desk may know the person: a number.
    pub(crate) phone: Option<String>,
    /// Wants nothing from this sender.
    pub(crate) blocked: bool,
    /// Receipts that the platform sends by itself go out.
    pub(crate) auto_receipts: bool,
    /// Until when somebody is shown as typing (ms since 1970).
    pub(crate) typing_until: u64,
    /// When the person last said something.
    pub(crate) said_at: Option<u64>,
    /// What one platform alone knows.
    pub(crate) more: Map<String, Value>,
    pub(crate) messages: Vec<Message>,
    /// What waits for the one before it.
    pub(super) queue: VecDeque<Delivery>,
    pub(super) running: bool,
}

impl Default for Person {
    fn default() -> Self {
        Self {
            name: None,
            picture: None,
            language: None,
            phone: None,
            blocked: false,
            auto_receipts: true,
            typing_until: 0,
            said_at: None,
            more: Map::new(),
            messages: Vec::new(),
            queue: VecDeque::new(),
            running: false,
        }
    }
}

impl Book {
    /// The person, added if new.
    pub(crate) fn person(&mut self, id: &str) -> &mut Person {
        self.people.entry(id.to_owned()).or_default()
    }

    /// The next number for ids made here.
    pub(crate) fn count(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// The message with this id, whoever's it is.
    pub(crate) fn message(&mut self, id: &str) -> Option<&mut Message> {
        let people = self.people.values_mut();
        let mut messages = people.flat_map(|person| &mut person.messages);
        messages.find(|message| message.id == id)
    }

    pub(crate) fn show(&self, platform: &dyn Platform, id: &str) -> Option<Value> {
        let person = self.people.get(id)?;
        let messages: Vec<Value> = person.messages.iter().map(Message::show).collect();
        let mut shown = json!({
            "platform": platform.name(), "id": id, "name": person.name.as_deref().unwrap_or(id),
            "picture": person.picture, "language": person.language, "phone": person.phone,
            "blocked": person.blocked, "auto_receipts": person.auto_receipts,
            "typing": person.typing_until > clock::now_ms(), "said_at": person.said_at,
            "messages": messages,
        });
        if let Some(shown) = shown.as_object_mut() {
            shown.extend(person.more.clone());
        }
        Some(shown)
    }

    pub(crate) fn show_all(&self, platform: &dyn Platform) -> Vec<Value> {
        let ids = self.people.keys();
        ids.filter_map(|id| self.show(platform, id)).collect()
    }
}

impl Person {
    /// Whether the person has said something within so many hours.
    pub(crate) fn has_written_within(&self, hours: u64) -> bool {
        let since = clock::now_ms().saturating_sub(hours * 3_600_000);
        self.said_at.is_some_and(|at| at > since)
    }

    /// Ids of the received messages that were not read.
    pub(crate) fn unread(&self) -> Vec<String> {
        let received = self.messages.iter();
        received
            .filter(|message| message.direction == Direction::Received)
            .filter(|message| !message.receipts.contains("read"))
            .map(|message| message.id.clone())
            .collect()
    }

    /// Notes what became of these messages.
    pub(crate) fn receipt(&mut self, ids: &[String], status: &str) {
        for message in &mut self.messages {
            if ids.contains(&message.id) {
                message.receipts.insert(status.to_owned());
            }
        }
    }

    /// Changes what every platform knows of a person, and then what this one does.
    pub(crate) fn set(
        &mut self,
        platform: &dyn Platform,
        name: &str,
        value: &Value,
    ) -> Result<(), String> {
        let text = || match value {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text.clone())),
            _ => Err(format!("{name} must be a text or null")),
        };
        let flag = || {
            let flag = value.as_bool();
            flag.ok_or_else(|| format!("{name} must be true or false"))
        };
        match name {
            "name" => self.name = text()?,
            "picture" => self.picture = text()?,
            "language" => self.language = text()?,
            "phone" => self.phone = text()?,
            "blocked" => self.blocked = flag()?,
            "auto_receipts" => self.auto_receipts = flag()?,
            "silent_for_s" => {
                let silent = value.as_u64().ok_or("silent_for_s must be a number")?;
                self.said_at = Some(clock::now_ms().saturating_sub(silent * 1000));
            }
            _ => platform.set(self, name, value)?,
        }
        Ok(())
    }
}
