//! A conversation as the desk shows it.

use serde_json::{Value, json};

use crate::liveperson::conversation::{Conversation, Dialog, Message};
use crate::sim::World;

pub(super) fn of(world: &World, conversation: &Conversation) -> Value {
    let dialogs: Vec<Value> = conversation.dialogs.iter().map(dialog).collect();
    let messages: Vec<Value> = conversation.messages.iter().map(message).collect();
    let agent = conversation.agent();
    let joined = agent.is_some();
    let agent = agent.and_then(|id| world.agents.find(id));
    let participants: Vec<Value> = conversation
        .people
        .iter()
        .map(|person| {
            let state = if person.suggested {
                "SUGGESTED"
            } else {
                "ACTIVE"
            };
            json!({ "id": person.id, "role": person.role, "state": state })
        })
        .collect();
    json!({
        "id": conversation.id,
        "consumer": {
            "ext_consumer_id": conversation.consumer.ext,
            "lp_consumer_id": conversation.consumer.lp,
            "number": conversation.number,
            "profile": world.profiles.get(&conversation.consumer.lp),
            "chatState": conversation.chat_state,
            "clientProperties": conversation.client_properties,
        },
        "state": if conversation.open { "OPEN" } else { "CLOSE" },
        "closedBy": conversation.closed_by,
        "agentJoined": joined,
        "agent": agent.map(|agent| json!({ "id": agent.id, "nickname": agent.nickname })),
        "participants": participants,
        "skillId": conversation.skill,
        "ttr": { "ttrType": conversation.ttr.kind, "value": conversation.ttr.value },
        "csat": conversation.csat,
        "delay": conversation.delay,
        "startedAt": conversation.started,
        "request": conversation.request,
        "dialogs": dialogs,
        "messages": messages,
    })
}

fn dialog(dialog: &Dialog) -> Value {
    json!({
        "dialogId": dialog.id, "type": if dialog.survey { "POST_SURVEY" } else { "MAIN" },
        "state": if dialog.open { "OPEN" } else { "CLOSE" },
        "closedBy": dialog.closed_by, "closedCause": dialog.closed_cause,
        "nextSequence": dialog.next_sequence,
    })
}

fn message(message: &Message) -> Value {
    json!({
        "sequence": message.sequence, "role": message.role, "text": message.text,
        "originatorId": message.originator, "event": message.event,
        "audience": message.audience, "at": message.at, "dialogId": message.dialog,
        "state": message.state, "status": message.status, "receipts": message.receipts,
        "eventType": message.event["type"], "metadata": message.metadata,
    })
}
