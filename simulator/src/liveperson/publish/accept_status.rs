//! What became of the agent's messages on the consumer's side.

use serde_json::Value;

use super::super::conversation::note;
use crate::sim::World;

const STATUSES: [&str; 5] = ["ACCEPT", "READ", "ACCESS", "NACK", "ACTION"];

pub(super) fn check(event: &Value) -> Result<(), &'static str> {
    if !STATUSES.contains(&event["status"].as_str().unwrap_or_default()) {
        return Err("unknown status");
    }
    match event["sequenceList"].as_array() {
        Some(list) if !list.is_empty() && list.iter().all(Value::is_u64) => Ok(()),
        _ => Err("sequenceList must hold at least one number"),
    }
}

/// What LivePerson does about numbers that are not an agent's message is written nowhere: they pass, with a note.
pub(super) fn note_unknown(world: &mut World, id: &str, dialog: &str, event: &Value) {
    let Some(conversation) = world.conversation(id) else {
        return;
    };
    let unknown = event["sequenceList"].as_array().is_some_and(|list| {
        list.iter().filter_map(Value::as_u64).any(|sequence| {
            !conversation.messages.iter().any(|message| {
                let theirs = message.role != "CONSUMER" && message.dialog == dialog;
                theirs && message.sequence == sequence
            })
        })
    });
    if unknown {
        let text = "an accept status names a number that is no agent's message";
        note(world, id, text);
    }
}
