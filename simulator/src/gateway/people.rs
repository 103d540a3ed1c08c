//! The people of the app: what they said, what was shown to them, and what each side has told of it.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use serde_json::{Value, json};

use super::files::Files;
use super::post::Delivery;
use crate::clock;
use crate::sim::World;

/// The app.
#[derive(Default)]
pub(crate) struct App {
    pub(super) people: BTreeMap<String, Person>,
    /// Each `webhook-id` that was taken, and whose it was.
    pub(super) known: HashMap<String, String>,
    pub(super) files: Files,
    next: u64,
}

/// One person.
pub(super) struct Person {
    pub(super) name: Option<String>,
    /// The phone of the last profile that was posted.
    phone: Option<String>,
    pub(super) auto_receipts: bool,
    /// An agent is typing.
    pub(super) typing: bool,
    /// Who speaks: id, name, picture. Null for nobody.
    pub(super) agent: Value,
    /// Id and last news. Null before the first.
    pub(super) conversation: Value,
    pub(super) messages: Vec<Message>,
    /// What waits for the one before it.
    pub(super) queue: VecDeque<Delivery>,
    pub(super) running: bool,
}

impl Default for Person {
    fn default() -> Self {
        Self {
            name: None,
            phone: None,
            auto_receipts: true,
            typing: false,
            agent: Value::Null,
            conversation: Value::Null,
            messages: Vec::new(),
            queue: VecDeque::new(),
            running: false,
        }
    }
}

/// Which way a message went.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Sent,
    Received,
    News,
}

impl Direction {
    fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
            Self::News => "news",
        }
    }
}

/// Something that was said or shown.
pub(super) struct Message {
    n: u64,
    pub(super) direction: Direction,
    pub(super) id: String,
    at: u64,
    content: Value,
    text: String,
    choices: Value,
    agent: Value,
    /// `received`, or for a sent one: `sending`, `retrying`, `acknowledged`, `failed`.
    state: &'static str,
    /// Last HTTP status of the connector; 0 is no answer.
    status: Option<u16>,
    attempts: u32,
    at_desk: bool,
    /// Of a sent one: what the connector told. Of a received one: what was reported to it.
    pub(super) receipts: BTreeSet<String>,
}

impl App {
    /// The person, added if new.
    pub(super) fn person(&mut self, id: &str) -> &mut Person {
        self.people.entry(id.to_owned()).or_default()
    }

    /// Adds a person, or changes one.
    pub(crate) fn set(&mut self, id: &str, name: Option<String>, auto_receipts: Option<bool>) {
        let person = self.person(id);
        person.name = name.or(person.name.take());
        person.auto_receipts = auto_receipts.unwrap_or(person.auto_receipts);
    }

    /// Notes an event that a person is about to send. The same id again is the same message.
    pub(super) fn said(&mut self, event: &Value) {
        let (Some(from), Some(id)) = (event["from"].as_str(), event["id"].as_str()) else {
            return;
        };
        let phone = event["profile"]["phone"].as_str().map(str::to_owned);
        let content = match event.get("content") {
            Some(content) => content.clone(),
            None => rest(event, &["id", "from", "timestamp"]),
        };
        let text = said_text(event, &content);
        let n = self.count();
        let person = self.person(from);
        person.phone = phone.or(person.phone.take());
        let mut messages = person.messages.iter_mut();
        let again = messages.find(|known| known.direction == Direction::Sent && known.id == id);
        if let Some(message) = again {
            message.state = "sending";
            return;
        }
        person.messages.push(Message {
            state: "sending",
            ..Message::new(n, Direction::Sent, id, content, text)
        });
    }

    /// Notes how an attempt to post a person's event has ended.
    pub(super) fn attempted(&mut self, person: &str, id: &str, status: u16, state: &'static str) {
        let messages = self.people.get_mut(person);
        let messages = messages.into_iter().flat_map(|person| &mut person.messages);
        for message in messages.filter(|message| message.is(Direction::Sent, id)) {
            message.status = Some(status);
            message.attempts += 1;
            message.state = state;
        }
    }

    /// Notes something that is shown to a person.
    pub(super) fn shown(&mut self, direction: Direction, body: &Value) {
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        let (content, said) = match direction {
            Direction::News => (
                rest(body, &["id", "to", "timestamp", "agent"]),
                text("news"),
            ),
            _ => (body["content"].clone(), text("text")),
        };
        let n = self.count();
        let message = Message {
            choices: body.get("choices").cloned().unwrap_or_else(|| json!([])),
            agent: body["agent"].clone(),
            ..Message::new(n, direction, text("id"), content, said.to_owned())
        };
        self.person(text("to")).messages.push(message);
    }

    /// Notes a receipt. Whether there is such a message.
    pub(super) fn receipt(
        &mut self,
        direction: Direction,
        person: &str,
        id: &str,
        status: &str,
    ) -> bool {
        let messages = self.people.get_mut(person);
        let mut messages = messages.into_iter().flat_map(|person| &mut person.messages);
        let found = messages.find(|message| message.is(direction, id));
        found
            .map(|message| message.receipts.insert(status.to_owned()))
            .is_some()
    }

    /// The received messages that were not reported as read.
    pub(super) fn unread(&self, person: &str) -> Vec<String> {
        let messages = self.people.get(person);
        let messages = messages.into_iter().flat_map(|person| &person.messages);
        messages
            .filter(|message| message.direction == Direction::Received)
            .filter(|message| !message.receipts.contains("read"))
            .map(|message| message.id.clone())
            .collect()
    }

    fn count(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    pub(crate) fn show(&self, id: &str) -> Option<Value> {
        let person = self.people.get(id)?;
        let messages: Vec<Value> = person.messages.iter().map(Message::show).collect();
        Some(json!({
            "id": id, "name": person.name.as_deref().unwrap_or(id), "typing": person.typing,
            "auto_receipts": person.auto_receipts, "agent": person.agent,
            "conversation": person.conversation, "messages": messages,
        }))
    }

    pub(crate) fn show_all(&self) -> Vec<Value> {
        let ids = self.people.keys();
        ids.filter_map(|id| self.show(id)).collect()
    }
}

impl Message {
    fn new(n: u64, direction: Direction, id: &str, content: Value, text: String) -> Self {
        Self {
            n,
            direction,
            id: id.to_owned(),
            at: clock::now_ms(),
            content,
            text,
            choices: json!([]),
            agent: Value::Null,
            state: "received",
            status: None,
            attempts: 0,
            at_desk: false,
            receipts: BTreeSet::new(),
        }
    }

    fn is(&self, direction: Direction, id: &str) -> bool {
        self.direction == direction && self.id == id
    }

    fn show(&self) -> Value {
        let has = |status: &str| self.receipts.contains(status);
        json!({
            "n": self.n, "direction": self.direction.name(), "id": self.id, "at": self.at,
            "content": self.content, "text": self.text, "choices": self.choices,
            "agent": self.agent, "state": self.state, "status": self.status,
            "attempts": self.attempts, "at_desk": self.at_desk,
            "receipts": {
                "delivered": has("delivered") || has("read"), "read": has("read"),
                "failed": has("failed"), "accessed": has("accessed"),
            },
        })
    }
}

/// The object without these fields.
fn rest(object: &Value, without: &[&str]) -> Value {
    let mut object = object.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.retain(|name, _| !without.contains(&name.as_str()));
    }
    object
}

/// What of an event is words: matched by faults, searched for at the desk.
pub(super) fn said_text(event: &Value, content: &Value) -> String {
    let words = ["text", "caption", "name", "url"].map(|name| content[name].as_str());
    let words = words.into_iter().flatten().next();
    words
        .or(event["type"].as_str())
        .unwrap_or_default()
        .to_owned()
}

fn alike(whole: &str, part: &str) -> bool {
    let (whole, part) = (whole.trim(), part.trim());
    whole == part || (!part.is_empty() && whole.contains(part))
}

/// A consumer's text has been published. It tells whose conversation it is: the desk shows the person's id where it
/// shows numbers, also in place of a number of the profile. Whether it is one of these people's.
pub(crate) fn arrived_at_desk(world: &mut World, conversation: &str, text: &str) -> bool {
    let mut conversations = world.conversations.iter_mut();
    let Some(known) = conversations.find(|known| known.id == conversation) else {
        return false;
    };
    let number = known.number.clone();
    let found = world.app.people.iter_mut().find_map(|(id, person)| {
        let own = |number: &String| number == id || Some(number) == person.phone.as_ref();
        if !number.as_ref().is_none_or(own) {
            return None;
        }
        let message = person.messages.iter_mut().find(|message| {
            let under_way = message.direction == Direction::Sent && !message.at_desk;
            under_way && (alike(&message.text, text) || alike(text, &message.text))
        })?;
        message.at_desk = true;
        Some(id.clone())
    });
    let told = found.is_some();
    known.number = found.or(number);
    told
}

/// An agent's message has been shown to the person.
pub(super) fn arrived_at_person(world: &mut World, body: &Value) {
    let dialog = body["place"]["dialog_id"].as_str();
    let sequence = body["place"]["sequence"].as_u64();
    let conversations = world.conversations.iter_mut();
    let mut messages = conversations.flat_map(|known| &mut known.messages);
    let found = messages.find(|message| {
        Some(message.dialog.as_str()) == dialog && Some(message.sequence) == sequence
    });
    if let Some(message) = found {
        message.state = "on_phone";
    }
}
