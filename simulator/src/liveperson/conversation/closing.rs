//! The end of a dialog and of a conversation.

use std::sync::Arc;

use super::{Conversation, announce, note, survey};
use crate::clock;
use crate::sim::{Sim, World};

/// Closes the main dialog, with a survey if one is configured and the consumer's side can do it; or what is open of the
/// conversation.
pub(crate) fn close(sim: &Arc<Sim>, world: &mut World, id: &str, by: &str, survey: bool) -> bool {
    close_because(sim, world, id, by, survey, None)
}

/// The same, with a reason in words for `closedCause`.
pub(crate) fn close_because(
    sim: &Arc<Sim>,
    world: &mut World,
    id: &str,
    by: &str,
    survey: bool,
    cause: Option<&str>,
) -> bool {
    let wanted = survey && world.settings.survey;
    let Some(conversation) = world.conversation(id) else {
        return false;
    };
    if !conversation.open {
        return false;
    }
    let able = conversation.announced("MULTI_DIALOG");
    let main_open = conversation.main_open();
    for dialog in conversation.dialogs.iter_mut().filter(|dialog| dialog.open) {
        let cause = match (cause, dialog.survey, by) {
            (Some(cause), ..) => cause.to_owned(),
            (None, true, "SYSTEM") => "Completed".to_owned(),
            _ => format!("Closed by {}", by.to_lowercase()),
        };
        dialog.close(by, &cause);
    }
    if wanted && main_open && able {
        survey::begin(sim, world, id);
        return true;
    }
    end(conversation, by);
    announce(sim, world, id);
    if wanted && main_open {
        note(world, id, "no survey: MULTI_DIALOG was not announced");
    }
    true
}

fn end(conversation: &mut Conversation, by: &str) {
    let main = conversation.dialogs.first();
    let main = main.and_then(|main| main.closed_by.clone());
    conversation.open = false;
    conversation.closed_by = main.or_else(|| Some(by.to_owned()));
    conversation.ended = Some(clock::now_ms());
}
