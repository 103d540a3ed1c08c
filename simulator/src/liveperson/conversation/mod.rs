//! Conversations: their dialogs, the people in them, their numbered events.

mod agents;
mod automatic;
mod closing;
mod events;
mod survey;

use serde_json::{Value, json};

use super::tokens::Consumer;
use crate::clock;
use crate::ids;

pub(crate) use agents::{join, read_all, transfer_to_agent, transfer_to_skill};
pub(crate) use automatic::{OffHours, greet, off_hours_delay, say_automatically};
pub(crate) use closing::{close, close_because};
pub(crate) use events::{Event, agent_says, announce, emit, note, publish, text_of, typing};
pub(crate) use survey::{Questions, answered};

/// A conversation of one consumer.
pub(crate) struct Conversation {
    pub(crate) id: String,
    pub(crate) consumer: Consumer,
    /// The phone behind the consumer, where the profile or a message told it.
    pub(crate) number: Option<String>,
    /// The stage: open until the last dialog is closed.
    pub(crate) open: bool,
    /// Who ended it: CONSUMER, AGENT, SYSTEM.
    pub(crate) closed_by: Option<String>,
    pub(crate) dialogs: Vec<Dialog>,
    /// Everybody but the consumer.
    pub(crate) people: Vec<Participant>,
    pub(crate) messages: Vec<Message>,
    pub(crate) request: Value,
    /// `Client-Properties` of the create: what the consumer's side says it can do.
    pub(crate) client_properties: Value,
    pub(crate) skill: String,
    pub(crate) ttr: Ttr,
    /// `{csatRate, csatResolutionConfirmation, status}`, once rated.
    pub(crate) csat: Value,
    /// `{type, tillWhen}` off hours.
    pub(crate) delay: Value,
    /// The consumer's last chat state.
    pub(crate) chat_state: Option<String>,
    /// Whether the automatic messages of the beginning are over.
    pub(crate) greeted: bool,
    /// How many survey questions have been asked.
    pub(crate) asked: usize,
    pub(crate) first: bool,
    pub(crate) started: u64,
    pub(crate) updated: u64,
    pub(crate) ended: Option<u64>,
}

/// The response-time target.
pub(crate) struct Ttr {
    pub(crate) kind: String,
    /// Seconds.
    pub(crate) value: u64,
    /// When it began to count (ms since 1970).
    pub(crate) since: u64,
}

impl Ttr {
    pub(crate) fn new(kind: &str, value: u64) -> Self {
        Self {
            kind: kind.to_owned(),
            value,
            since: clock::now_ms(),
        }
    }

    fn named(name: &str) -> Self {
        let value = match name {
            "URGENT" => 300,
            "NORMAL" => 3_600,
            _ => 600,
        };
        Self::new(name, value)
    }
}

/// Somebody on the brand's side.
pub(crate) struct Participant {
    pub(crate) id: String,
    /// `ASSIGNED_AGENT`, READER, CONTROLLER, AGENT, ...
    pub(crate) role: String,
    /// Asked to take over, and not there yet.
    pub(crate) suggested: bool,
    /// Takes part in the survey only.
    pub(crate) survey_only: bool,
}

/// A dialog: the main one, or the survey after it.
pub(crate) struct Dialog {
    pub(crate) id: String,
    pub(crate) survey: bool,
    pub(crate) open: bool,
    pub(crate) created: u64,
    pub(crate) updated: u64,
    pub(crate) ended: Option<u64>,
    pub(crate) closed_by: Option<String>,
    pub(crate) closed_cause: Option<String>,
    pub(crate) next_sequence: u64,
}

/// A message, as the desk shows it.
pub(crate) struct Message {
    pub(crate) dialog: String,
    pub(crate) sequence: u64,
    pub(crate) role: String,
    pub(crate) originator: String,
    /// The whole event: text, file, rich content, quick replies.
    pub(crate) event: Value,
    pub(crate) text: String,
    pub(crate) audience: Option<String>,
    pub(crate) at: u64,
    /// `received`, or for an agent's: `sent`, `retrying`, `dropped`, `acknowledged`, `on_phone`, `private`.
    pub(crate) state: &'static str,
    /// Last HTTP status of its notification; 0 is no answer.
    pub(crate) status: Option<u16>,
    /// What the other side reported of it: ACCEPT, READ, NACK, ...
    pub(crate) receipts: Vec<String>,
    pub(crate) metadata: Value,
}

impl Dialog {
    fn new(id: String, survey: bool, next_sequence: u64) -> Self {
        let now = clock::now_ms();
        Self {
            id,
            survey,
            open: true,
            created: now,
            updated: now,
            ended: None,
            closed_by: None,
            closed_cause: None,
            next_sequence,
        }
    }

    fn close(&mut self, by: &str, cause: &str) {
        let now = clock::now_ms();
        self.open = false;
        self.updated = now;
        self.ended = Some(now);
        self.closed_by = Some(by.to_owned());
        self.closed_cause = Some(cause.to_owned());
    }
}

impl Conversation {
    pub(crate) fn new(consumer: Consumer, number: Option<String>, request: Value) -> Self {
        let id = ids::uuid();
        let now = clock::now_ms();
        let skill = match &request["skillId"] {
            Value::String(skill) => skill.clone(),
            Value::Number(skill) => skill.to_string(),
            _ => "-1".to_owned(),
        };
        Self {
            dialogs: vec![Dialog::new(id.clone(), false, 0)],
            id,
            consumer,
            number,
            open: true,
            closed_by: None,
            people: Vec::new(),
            messages: Vec::new(),
            client_properties: Value::Null,
            skill,
            ttr: Ttr::named(request["ttrDefName"].as_str().unwrap_or("PRIORITIZED")),
            csat: Value::Null,
            delay: Value::Null,
            chat_state: None,
            greeted: false,
            asked: 0,
            request,
            first: true,
            started: now,
            updated: now,
            ended: None,
        }
    }

    pub(crate) fn dialog(&mut self, id: &str) -> Option<&mut Dialog> {
        self.dialogs.iter_mut().find(|dialog| dialog.id == id)
    }

    /// The dialog to write to: the open one, else the main one.
    pub(crate) fn current_dialog(&self) -> String {
        let open = self.dialogs.iter().find(|dialog| dialog.open);
        open.map_or_else(|| self.id.clone(), |dialog| dialog.id.clone())
    }

    pub(crate) fn main_open(&self) -> bool {
        self.dialogs.first().is_some_and(|main| main.open)
    }

    /// The agent whose conversation it is, or was when the survey began.
    pub(crate) fn agent(&self) -> Option<&str> {
        let mut there = self.people.iter().filter(|person| !person.suggested);
        let agent = there.find(|person| ["ASSIGNED_AGENT", "READER"].contains(&&*person.role));
        agent.map(|person| person.id.as_str())
    }

    /// Whether the consumer's side has announced a feature on the create.
    pub(crate) fn announced(&self, feature: &str) -> bool {
        super::client_properties::announces(&self.client_properties, feature)
    }

    /// `{type, lang}` of the request and the client's properties.
    pub(crate) fn context(&self) -> Value {
        let wanted = &self.request["conversationContext"];
        let mut context = json!({ "type": wanted["type"].as_str().unwrap_or("CustomContext") });
        if !wanted["lang"].is_null() {
            context["lang"] = wanted["lang"].clone();
        }
        if !self.client_properties.is_null() {
            context["clientProperties"] = self.client_properties.clone();
        }
        context
    }

    fn number_event(&mut self, dialog: &str) -> u64 {
        let Some(dialog) = self.dialog(dialog) else {
            return 0;
        };
        let sequence = dialog.next_sequence;
        dialog.next_sequence += 1;
        sequence
    }

    fn receipt(&mut self, dialog: &str, event: &Value) {
        let status = event["status"].as_str().unwrap_or_default();
        let sequences = event["sequenceList"].as_array();
        let sequences: Vec<u64> = sequences
            .into_iter()
            .flatten()
            .filter_map(Value::as_u64)
            .collect();
        for message in &mut self.messages {
            let meant = message.dialog == dialog && sequences.contains(&message.sequence);
            if meant && !message.receipts.iter().any(|known| known == status) {
                message.receipts.push(status.to_owned());
            }
        }
    }
}
