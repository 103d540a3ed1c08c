//! Agents come, go, and read.

use std::sync::Arc;

use serde_json::json;

use super::{Event, Participant, announce, publish};
use crate::sim::{Sim, World};

const ASSIGNED: &str = "ASSIGNED_AGENT";

/// An agent takes the conversation over: the named one, else the suggested one, else whoever has it, else the next one.
pub(crate) fn join(sim: &Arc<Sim>, world: &mut World, id: &str, agent: Option<&str>) {
    let Some(conversation) = world.conversation(id) else {
        return;
    };
    let suggested = conversation.people.iter().find(|person| person.suggested);
    let suggested = suggested.map(|person| person.id.clone());
    let present = conversation.agent().map(str::to_owned);
    let wanted = agent.map(str::to_owned).or(suggested);
    let after = conversation.messages.iter().rev();
    let after = after.filter(|message| message.role == ASSIGNED);
    let left = after.map(|message| message.originator.clone()).next();
    let Some(agent) = wanted
        .or_else(|| present.clone())
        .or_else(|| world.agents.next(left.as_deref()))
    else {
        return;
    };
    if present.as_ref() == Some(&agent) {
        return;
    }
    let Some(conversation) = world.conversation(id) else {
        return;
    };
    let people = &mut conversation.people;
    people.retain(|person| person.role != ASSIGNED);
    people.push(Participant {
        id: agent,
        role: ASSIGNED.to_owned(),
        suggested: false,
        survey_only: false,
    });
    announce(sim, world, id);
}

/// The agent leaves and the skill changes; somebody has to join anew.
pub(crate) fn transfer_to_skill(sim: &Arc<Sim>, world: &mut World, id: &str, skill: &str) {
    if let Some(conversation) = world.conversation(id) {
        let people = &mut conversation.people;
        people.retain(|person| person.role != ASSIGNED);
        skill.clone_into(&mut conversation.skill);
        announce(sim, world, id);
    }
}

/// The agent leaves and another one is asked to take over; `join` is their yes.
pub(crate) fn transfer_to_agent(sim: &Arc<Sim>, world: &mut World, id: &str, agent: &str) {
    if let Some(conversation) = world.conversation(id) {
        let people = &mut conversation.people;
        people.retain(|person| person.role != ASSIGNED);
        people.push(Participant {
            id: agent.to_owned(),
            role: ASSIGNED.to_owned(),
            suggested: true,
            survey_only: false,
        });
        announce(sim, world, id);
    }
}

/// The agent reads what the consumer has written in the current dialog and what was not read before.
pub(crate) fn read_all(sim: &Arc<Sim>, world: &mut World, id: &str) -> Option<Vec<u64>> {
    let conversation = world.conversation(id)?;
    let dialog = conversation.current_dialog();
    let unread = conversation.messages.iter().filter(|message| {
        let read = message.receipts.iter().any(|status| status == "READ");
        message.dialog == dialog && message.role == "CONSUMER" && !read
    });
    let sequences: Vec<u64> = unread.map(|message| message.sequence).collect();
    if !sequences.is_empty() {
        join(sim, world, id, None);
        let read = json!({
            "type": "AcceptStatusEvent", "status": "READ", "sequenceList": sequences,
        });
        publish(sim, world, id, &dialog, Event::new(ASSIGNED, read));
    }
    Some(sequences)
}
