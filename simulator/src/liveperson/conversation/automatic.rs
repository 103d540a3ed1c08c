//! Automatic messages: the welcome and the off-hours message, from the role CONTROLLER.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::client_properties::announces;
use super::{Event, Participant, announce, note, publish};
use crate::clock;
use crate::ids;
use crate::sim::{Sim, World};

/// How soon the consumer's first message must follow the create (ms).
const SOON: u64 = 10_000;

/// The account is closed for now.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OffHours {
    /// NIGHT, WEEKEND or HOLIDAY.
    r#type: Closure,
    /// How long from now on.
    till_minutes: u64,
    /// What the consumer is told.
    message: Option<String>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Closure {
    Night,
    Weekend,
    Holiday,
}

/// `delay` of a conversation that begins now.
pub(crate) fn off_hours_delay(world: &World) -> Value {
    let off = world.settings.off_hours.as_ref();
    off.map_or(Value::Null, |off| {
        let till = clock::now_ms() + off.till_minutes * 60_000;
        json!({ "type": off.r#type, "tillWhen": till })
    })
}

/// A message of the controller; it takes part from then on.
pub(crate) fn say_automatically(
    sim: &Arc<Sim>,
    world: &mut World,
    id: &str,
    text: &str,
) -> Option<u64> {
    let conversation = world.conversation(id)?;
    let role = "CONTROLLER";
    if !conversation.people.iter().any(|person| person.role == role) {
        conversation.people.push(Participant {
            id: ids::uuid_of(role),
            role: role.to_owned(),
            suggested: false,
            survey_only: false,
        });
        announce(sim, world, id);
    }
    let dialog = world.conversation(id)?.current_dialog();
    let said = publish(sim, world, id, &dialog, Event::text(role, text));
    said.and_then(|(sequence, _)| sequence)
}

/// What the consumer's first message sets off, if both the create and it announced `AUTO_MESSAGES`.
pub(crate) fn greet(sim: &Arc<Sim>, world: &mut World, id: &str, properties: &Value) {
    let off_hours = world.settings.off_hours.as_ref();
    let texts = [
        world.settings.welcome_message.clone(),
        off_hours.and_then(|off| off.message.clone()),
    ];
    let texts: Vec<String> = texts.into_iter().flatten().collect();
    let Some(conversation) = world.conversation(id) else {
        return;
    };
    if std::mem::replace(&mut conversation.greeted, true) || texts.is_empty() {
        return;
    }
    let feature = "AUTO_MESSAGES";
    let late = clock::now_ms() > conversation.started + SOON;
    let silent = !conversation.announced(feature) || !announces(properties, feature);
    if silent {
        let reason = "no automatic message: AUTO_MESSAGES was not announced on create and send";
        note(world, id, reason);
        return;
    }
    if late {
        note(world, id, "no automatic message: 10 s have passed");
        return;
    }
    for text in texts {
        say_automatically(sim, world, id, &text);
    }
}
