//! Events: numbered, remembered, sent as notifications.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::notifications;
use super::super::webhooks::{self, Delivery, Queued};
use super::{Message, join};
use crate::clock;
use crate::faults::Facts;
use crate::ids;
use crate::journal::Side;
use crate::sim::{Sim, World};

/// An event about to be published in a dialog.
pub(crate) struct Event {
    pub(crate) event: Value,
    pub(crate) role: String,
    /// Who it is from; without one, whoever has the role.
    pub(crate) originator: Option<String>,
    pub(crate) audience: Option<String>,
    pub(crate) metadata: Value,
    /// Whether the notification leaves the metadata out.
    pub(crate) hide_metadata: bool,
    pub(crate) client_properties: Value,
    /// Fields of the change to leave out: for tests of what must fail closed.
    pub(crate) omit: Vec<String>,
}

impl Event {
    /// Any event of somebody; only content has an audience.
    pub(crate) fn new(role: &str, event: Value) -> Self {
        let kind = event["type"].as_str().unwrap_or_default();
        Self {
            audience: kind.ends_with("ContentEvent").then(|| "ALL".to_owned()),
            event,
            role: role.to_owned(),
            originator: None,
            metadata: Value::Null,
            hide_metadata: false,
            client_properties: Value::Null,
            omit: Vec::new(),
        }
    }

    pub(crate) fn text(role: &str, text: &str) -> Self {
        let event = json!({ "type": "ContentEvent", "contentType": "text/plain", "message": text });
        Self::new(role, event)
    }

    pub(crate) fn kind(&self) -> &str {
        self.event["type"].as_str().unwrap_or_default()
    }

    pub(crate) fn originator(&self) -> String {
        let given = self.originator.clone();
        given.unwrap_or_else(|| ids::uuid_of(&self.role))
    }
}

/// What a human would call the text of an event.
pub(crate) fn text_of(event: &Value) -> String {
    match (&event["message"], &event["content"]) {
        (Value::String(text), _) => text.clone(),
        (message @ Value::Object(_), _) => {
            let caption = message["caption"].as_str().or(message["title"].as_str());
            caption.map_or_else(|| message.to_string(), str::to_owned)
        }
        (_, content @ Value::Object(_)) => content.to_string(),
        _ => String::new(),
    }
}

/// Publishes an event: numbers it, remembers it, sends its notification.
pub(crate) fn publish(
    sim: &Arc<Sim>,
    world: &mut World,
    id: &str,
    dialog: &str,
    mut event: Event,
) -> Option<(Option<u64>, Queued)> {
    let conversation = world.conversation(id)?;
    let kind = event.kind().to_owned();
    if event.originator.is_none() && event.role == "ASSIGNED_AGENT" {
        event.originator = conversation.agent().map(str::to_owned);
    }
    let sequence = (kind != "ChatStateEvent").then(|| conversation.number_event(dialog));
    conversation.updated = clock::now_ms();
    let text = text_of(&event.event);
    let consumer = event.role == "CONSUMER";
    let mut message = None;
    match (kind.as_str(), sequence) {
        ("AcceptStatusEvent", _) => conversation.receipt(dialog, &event.event),
        ("ChatStateEvent", _) if consumer => {
            conversation.chat_state = event.event["chatState"].as_str().map(str::to_owned);
        }
        (_, Some(sequence)) => {
            let private = event.audience.as_ref().is_some_and(|who| who != "ALL");
            conversation.messages.push(Message {
                dialog: dialog.to_owned(),
                sequence,
                role: event.role.clone(),
                originator: event.originator(),
                event: event.event.clone(),
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
        "state": if conversation.main_open() { "OPEN" } else { "CLOSE" },
        "stage": if conversation.open { "OPEN" } else { "CLOSE" },
    });
    webhooks::enqueue(
        sim,
        world,
        Delivery::new(facts, body.to_string(), details, None),
    );
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
        join(sim, &mut world, id, None);
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
    let state = json!({ "type": "ChatStateEvent", "chatState": chat_state });
    emit(sim, id, None, Event::new("ASSIGNED_AGENT", state)).is_some()
}

/// Writes down something odd that LiveEngage would let pass in silence.
pub(crate) fn note(world: &mut World, conversation: &str, text: &str) {
    let details = json!({ "text": text, "conversation": conversation });
    world.journal.add(Side::LiveEngage, "note", details);
}
