//! Notifications of conversations that belong to other channels of the account. The simulator does not keep them.

use serde_json::{Value, json};

use super::conversation::{self, Event};
use super::notifications;
use super::webhooks::Delivery;
use crate::faults::Facts;
use crate::options::Options;

/// An event; `consumer` names its originator if that is the consumer.
pub(crate) fn event(id: &str, sequence: u64, event: Value, consumer: Option<&str>) -> Delivery {
    let role = if consumer.is_some() {
        "CONSUMER"
    } else {
        "ASSIGNED_AGENT"
    };
    let mut made = Event::new(role, event);
    made.originator = consumer.map(str::to_owned);
    let kind = made.kind().to_owned();
    let sequence = (kind != "ChatStateEvent").then_some(sequence);
    let body = notifications::messaging(id, id, sequence, &made);
    let facts = Facts {
        text: conversation::text_of(&made.event),
        event_type: kind,
        role: role.to_owned(),
        conversation: id.to_owned(),
        number: String::new(),
    };
    let details = json!({ "foreign": true, "role": role, "sequence": sequence });
    Delivery::new(facts, body.to_string(), details, None)
}

/// A conversation's state, which may be that it has ended.
pub(crate) fn change(options: &Options, id: &str, consumer: &str, closed: bool) -> Delivery {
    let facts = Facts {
        event_type: "ExConversationChangeNotification".to_owned(),
        conversation: id.to_owned(),
        ..Facts::default()
    };
    let body = notifications::foreign_change(options, id, consumer, closed);
    Delivery::new(facts, body.to_string(), json!({ "foreign": true }), None)
}
