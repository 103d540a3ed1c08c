//! Conversations: their dialogs, their numbered events, and what agents do in them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::notifications;
use super::tokens::Consumer;
use super::webhooks::{self, Delivery, Queued};
use crate::clock;
use crate::faults::Facts;
use crate::ids;
use crate::sim::{Sim, World};

/// A conversation of one consumer.
pub(crate) struct Conversation {
    pub(crate) id: String,
    pub(crate) consumer: Consumer,
    /// The phone behind the consumer, where the profile or a message told it.
    pub(crate) number: Option<String>,
    /// The stage: open until the last dialog is closed.
    pub(crate) open: bool,
    pub(crate) closed_by: Option<String>,
    pub(crate) dialogs: Vec<Dialog>,
    pub(crate) agent_joined: bool,
    pub(crate) messages: Vec<Message>,
    pub(crate) request: Value,
    pub(crate) first: bool,
    pub(crate) started: u64,
    pub(crate) updated: u64,
    pub(crate) ended: Option<u64>,
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
    pub(crate) event_type: String,
    pub(crate) text: String,
    pub(crate) audience: Option<String>,
    pub(crate) at: u64,
    /// `received`, or for an agent's: `sent`, `retrying`, `dropped`, `acknowledged`, `on_phone`, `private`.
    pub(crate) state: &'static str,
    /// Last HTTP status of its notification; 0 is no answer.
    pub(crate) status: Option<u16>,
    /// What the consumer's side reported of it: ACCEPT, READ, NACK, ...
    pub(crate) receipts: Vec<String>,
    pub(crate) metadata: Value,
}

/// An event about to be published in a dialog.
pub(crate) struct Event {
    pub(crate) event: Value,
    pub(crate) role: String,
    pub(crate) originator: String,
    pub(crate) audience: Option<String>,
    pub(crate) metadata: Value,
    pub(crate) client_properties: Value,
    /// Fields of the change to leave out: for tests of what must fail closed.
    pub(crate) omit: Vec<String>,
}

impl Event {
    pub(crate) fn text(role: &str, text: &str) -> Self {
        Self {
            event: json!({ "type": "ContentEvent", "contentType": "text/plain", "message": text }),
            role: role.to_owned(),
            originator: ids::uuid_of(role),
            audience: Some("ALL".to_owned()),
            metadata: Value::Null,
            client_properties: Value::Null,
            omit: Vec::new(),
        }
    }

    pub(crate) fn kind(&self) -> &str {
        self.event["type"].as_str().unwrap_or_default()
    }
}

/// What a human would call the text of an event.
pub(crate) fn text_of(event: &Value) -> String {
    match (&event["message"], &event["content"]) {
        (Value::String(text), _) => text.clone(),
        (message @ Value::Object(_), _) => {
            let caption = message["caption"].as_str();
            caption.map_or_else(|| message.to_string(), str::to_owned)
        }
        (_, content @ Value::Object(_)) => content.to_string(),
        _ => String::new(),
    }
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
        Self {
            dialogs: vec![Dialog::new(id.clone(), false, 0)],
            id,
            consumer,
            number,
            open: true,
            closed_by: None,
            agent_joined: false,
            messages: Vec::new(),
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

/// Publishes an event: numbers it, remembers it, sends its notification.
pub(crate) fn publish(
    sim: &Arc<Sim>,
    world: &mut World,
    id: &str,
    dialog: &str,
    event: Event,
) -> Option<(Option<u64>, Queued)> {
    let conversation = world.conversation(id)?;
    let kind = event.kind().to_owned();
    let sequence = (kind != "ChatStateEvent").then(|| conversation.number_event(dialog));
    conversation.updated = clock::now_ms();
    let text = text_of(&event.event);
    let consumer = event.role == "CONSUMER";
    let mut message = None;
    match (kind.as_str(), sequence) {
        ("AcceptStatusEvent", _) => conversation.receipt(dialog, &event.event),
        (_, Some(sequence)) => {
            let private = event.audience.as_ref().is_some_and(|who| who != "ALL");
            conversation.messages.push(Message {
                dialog: dialog.to_owned(),
                sequence,
                role: event.role.clone(),
                event_type: kind.clone(),
                text: text.clone(),
                audience: event.audience.clone(),
                at: conversation.updated,
                state: match (consumer, private) {
                    (true, _) => "received",
                    (_, true) => "private",
                    _ => "sent",
                },
                status: None,
                receipts: Vec::new(),
                metadata: event.metadata.clone(),
            });
            message = Some(conversation.messages.len() - 1);
        }
        _ => {}
    }
    let body = notifications::messaging(id, dialog, sequence, &event);
    let facts = Facts {
        text: text.clone(),
        event_type: kind.clone(),
        role: event.role.clone(),
        conversation: id.to_owned(),
        number: String::new(),
    };
    let details = json!({
        "sequence": sequence, "dialogId": dialog, "audience": event.audience, "role": event.role,
    });
    let delivery = Delivery::new(facts, body.to_string(), details, message);
    let queued = webhooks::enqueue(sim, world, delivery);
    Some((sequence, queued))
}

/// Sends the full state of a conversation.
pub(crate) fn announce(sim: &Arc<Sim>, world: &mut World, id: &str) {
    let Some(conversation) = world.conversation(id) else {
        return;
    };
    conversation.updated = clock::now_ms();
    let body = notifications::conversation_change(&sim.options, conversation);
    let facts = Facts {
        event_type: "ExConversationChangeNotification".to_owned(),
        conversation: id.to_owned(),
        ..Facts::default()
    };
    let details = json!({
        "state": if conversation.dialogs[0].open { "OPEN" } else { "CLOSE" },
        "stage": if conversation.open { "OPEN" } else { "CLOSE" },
    });
    webhooks::enqueue(
        sim,
        world,
        Delivery::new(facts, body.to_string(), details, None),
    );
}

/// An agent takes part from now on.
pub(crate) fn join(sim: &Arc<Sim>, world: &mut World, id: &str) {
    let Some(conversation) = world.conversation(id) else {
        return;
    };
    if !conversation.agent_joined {
        conversation.agent_joined = true;
        announce(sim, world, id);
    }
}

/// Emits an event of somebody on LiveEngage's side.
pub(crate) fn emit(
    sim: &Arc<Sim>,
    id: &str,
    dialog: Option<&str>,
    event: Event,
) -> Option<(Option<u64>, String, Queued)> {
    let mut world = sim.world();
    let conversation = world.conversation(id)?;
    let dialog = dialog.map_or_else(|| conversation.current_dialog(), str::to_owned);
    conversation.dialog(&dialog)?;
    if event.role == "ASSIGNED_AGENT" && conversation.open {
        join(sim, &mut world, id);
    }
    let (sequence, queued) = publish(sim, &mut world, id, &dialog, event)?;
    drop(world);
    sim.changed();
    Some((sequence, dialog, queued))
}

/// The assigned agent says something to everybody.
pub(crate) fn agent_says(sim: &Arc<Sim>, id: &str, text: &str) {
    emit(sim, id, None, Event::text("ASSIGNED_AGENT", text));
}

/// An agent types, or stops.
pub(crate) fn typing(sim: &Arc<Sim>, id: &str, chat_state: &str) -> bool {
    let mut event = Event::text("ASSIGNED_AGENT", "");
    event.event = json!({ "type": "ChatStateEvent", "chatState": chat_state });
    event.audience = None;
    emit(sim, id, None, event).is_some()
}

/// Closes the main dialog, with a survey if one is configured; or what is open of the conversation.
pub(crate) fn close(sim: &Arc<Sim>, world: &mut World, id: &str, by: &str, survey: bool) -> bool {
    let restarts = world.settings.survey_restarts_sequence;
    let survey = survey && world.settings.survey;
    let Some(conversation) = world.conversation(id) else {
        return false;
    };
    if !conversation.open {
        return false;
    }
    let main_open = conversation.dialogs[0].open;
    let next = conversation.dialogs[0].next_sequence;
    for dialog in conversation.dialogs.iter_mut().filter(|dialog| dialog.open) {
        let cause = match (dialog.survey, by) {
            (true, "SYSTEM") => "Completed".to_owned(),
            _ => format!("Closed by {}", by.to_lowercase()),
        };
        dialog.close(by, &cause);
    }
    if survey && main_open {
        let first = if restarts { 0 } else { next };
        conversation
            .dialogs
            .push(Dialog::new(ids::uuid(), true, first));
        let dialog = conversation.current_dialog();
        announce(sim, world, id);
        let question = "How satisfied were you with this conversation, from 1 to 5?";
        publish(sim, world, id, &dialog, Event::text("AGENT", question));
    } else {
        conversation.open = false;
        conversation.closed_by = Some(by.to_owned());
        conversation.ended = Some(clock::now_ms());
        announce(sim, world, id);
    }
    true
}
