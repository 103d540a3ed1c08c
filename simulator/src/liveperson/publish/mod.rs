//! `ms.PublishEvent`: an event of the consumer in a dialog, by kind.

mod accept_status;
mod chat_state;
mod content;
mod hosted_file;

use std::sync::Arc;

use serde_json::{Value, json};

use super::conversation::{self, Event};
use super::send::{Call, Refusal};
use crate::sim::{Sim, World};

/// Where an event goes.
struct Target {
    conversation: String,
    dialog: String,
    survey: bool,
}

pub(super) fn perform(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let target = target(call)?;
    let event = &call.envelope.body["event"];
    check(call, &target, event)?;

    let (survey, dialog) = (target.survey, target.dialog.as_str());
    let id = target.conversation.as_str();
    let mut made = Event::new("CONSUMER", event.clone());
    made.originator = Some(call.consumer.lp.clone());
    made.metadata = call.metadata.clone();
    made.hide_metadata = !call.world.settings.echo_metadata;
    made.client_properties = call.properties.clone();
    let content = made.kind() == "ContentEvent";
    let text = conversation::text_of(event);
    let published = conversation::publish(call.sim, call.world, id, dialog, made);
    let sequence = published.and_then(|(sequence, _)| sequence).unwrap_or(0);
    if content {
        crate::people::desk::arrived_at_desk(call.world, id, &text);
        if survey {
            conversation::answered(call.sim, call.world, id);
        } else {
            conversation::greet(call.sim, call.world, id, &call.properties);
            react(call.sim, call.world, id, dialog, sequence);
        }
    }
    Ok(call.ok(&json!({ "sequence": sequence })))
}

fn target(call: &mut Call<'_>) -> Result<Target, Refusal> {
    let body = call.envelope.body;
    let dialog = body["dialogId"].as_str();
    let dialog = dialog.ok_or_else(|| call.refuse("dialogId is missing"))?;
    let found = call.world.conversations.iter().find_map(|known| {
        let own = known.dialogs.iter().find(|own| own.id == dialog)?;
        Some((known.id.clone(), own.open, own.survey))
    });
    let Some((conversation, open, survey)) = found else {
        return Err(call.unknown(dialog, "no such dialog"));
    };
    call.own(&conversation)?;
    let named = &body["conversationId"];
    if !named.is_null() && named.as_str() != Some(&conversation) {
        return Err(call.refuse("the dialog is not of this conversation"));
    }
    if !open {
        return Err(call.closed());
    }
    Ok(Target {
        conversation,
        dialog: dialog.to_owned(),
        survey,
    })
}

fn check(call: &mut Call<'_>, target: &Target, event: &Value) -> Result<(), Refusal> {
    let checked = match event["type"].as_str() {
        Some("ContentEvent") => match event["contentType"].as_str() {
            Some("text/plain") => content::check(event),
            Some("hosted/file") => hosted_file::check(call, event),
            _ => Err("contentType must be text/plain or hosted/file"),
        },
        Some("ChatStateEvent") => chat_state::check(event, target.survey),
        Some("AcceptStatusEvent") => accept_status::check(event),
        _ => Err("this event is not accepted here"),
    };
    checked.map_err(|reason| call.refuse(reason))?;
    if event["type"] == "AcceptStatusEvent" {
        accept_status::note_unknown(call.world, &target.conversation, &target.dialog, event);
    }
    Ok(())
}

/// What LiveEngage's side does by itself about a consumer's message.
fn react(sim: &Arc<Sim>, world: &mut World, id: &str, dialog: &str, sequence: u64) {
    let joined = world
        .conversation(id)
        .is_some_and(|known| known.agent().is_some());
    if joined && world.settings.auto_accept {
        let accept = json!({
            "type": "AcceptStatusEvent", "status": "ACCEPT", "sequenceList": [sequence],
        });
        let accept = Event::new("ASSIGNED_AGENT", accept);
        conversation::publish(sim, world, id, dialog, accept);
    }
    if let Some(reply) = world.settings.auto_agent_reply.clone() {
        conversation::join(sim, world, id, None);
        let reply = Event::text("ASSIGNED_AGENT", &reply);
        conversation::publish(sim, world, id, dialog, reply);
    }
}
