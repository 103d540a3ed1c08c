//! What has become of the conversation.

use super::Wrong;
use super::fields::Fields;

const NEWS: [&str; 6] = [
    "opened",
    "agent_joined",
    "transferred",
    "off_hours",
    "survey_started",
    "closed",
];

/// The fields that only `conversation` has.
pub(super) fn check(fields: &mut Fields<'_>) -> Result<(), Wrong> {
    fields.filled("conversation_id")?;
    match fields.word("news", &NEWS)? {
        "agent_joined" => {
            fields.filled("agent_id")?;
        }
        "off_hours" => {
            fields.optional_whole("until")?;
        }
        "closed" => {
            fields.optional_text("by")?;
        }
        _ => {}
    }
    Ok(())
}
