//! `cm.UpdateConversationField`: closing, skipping a survey, urgency, rating.

mod fields;

use serde_json::{Value, json};

use super::client_properties::announces;
use super::conversation::{self, Ttr};
use super::send::{Call, Refusal};
use fields::{Field, read};

pub(super) fn perform(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let body = call.envelope.body;
    let id = body["conversationId"].as_str().unwrap_or_default();
    let found = call.world.conversation(id).map(|found| found.open);
    let open = found.ok_or_else(|| call.unknown(id, "no such conversation"))?;
    call.own(id)?;
    let field = read(&body["conversationField"]).map_err(|reason| call.refuse(reason))?;
    // A rating follows the end; everything else needs a conversation that is open.
    if !open && !matches!(field, Field::Rating(_)) {
        return Err(call.closed());
    }
    let (sim, world) = (call.sim, &mut *call.world);
    let message = match field {
        Field::Everything => {
            conversation::close(sim, world, id, "CONSUMER", false);
            "OK Conversation resolved successfully"
        }
        Field::Dialog { id: dialog, cause } => {
            let found = world.conversation(id);
            let found = found.and_then(|found| found.dialog(&dialog));
            match found.map(|dialog| dialog.open) {
                None => return Err(call.refuse("no such dialog")),
                Some(false) => return Err(call.closed()),
                Some(true) => {}
            }
            let able = announces(&call.properties, "MULTI_DIALOG");
            if !able && world.settings.survey {
                let text = "no survey: MULTI_DIALOG was not announced on the close";
                conversation::note(world, id, text);
            }
            conversation::close_because(sim, world, id, "CONSUMER", able, cause.as_deref());
            "OK Conversation resolved successfully"
        }
        Field::ResponseTime { kind, value } => {
            if let Some(found) = world.conversation(id) {
                found.ttr = Ttr::new(&kind, value);
            }
            conversation::announce(sim, world, id);
            "OK Conversation field updated successfully"
        }
        Field::Rating(rating) => {
            if let Some(found) = world.conversation(id) {
                found.csat = rating;
            }
            conversation::announce(sim, world, id);
            "OK Conversation field updated successfully"
        }
    };
    Ok(call.ok(&json!({ "msg": message })))
}
