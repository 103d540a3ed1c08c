//! What the connector may post to the app, checked field by field. A field that the contract does not name is
//! refused: the app would not know what to do with it.

mod content;
mod fields;
mod news;

use serde_json::Value;

use fields::Fields;

const STATES: [&str; 5] = ["composing", "paused", "active", "inactive", "gone"];
const STATUSES: [&str; 4] = ["delivered", "read", "failed", "accessed"];

/// Why a body is refused: where, and what is wrong there.
type Wrong = String;

/// Checks a body against the contract, and against the headers that came with it. `seconds` is
/// `webhook-timestamp`.
pub(super) fn check(body: &[u8], webhook_id: &str, seconds: u64) -> Result<Value, Wrong> {
    let body: Value = serde_json::from_slice(body).map_err(|error| format!("not JSON: {error}"))?;
    let mut fields = Fields::of(&body, "body")?;
    let kind = fields.text("type")?;
    let to = fields.text("to")?;
    if to.is_empty() || to.len() > 256 {
        return Err("to must have 1 to 256 bytes".to_owned());
    }
    let timestamp = fields.whole("timestamp")?;
    if (timestamp / 1000).abs_diff(seconds) > 1 {
        return Err("timestamp must be the time of webhook-timestamp, in milliseconds".to_owned());
    }
    match kind {
        "message" | "conversation" => {
            let id = fields.text("id")?;
            if !is_message_id(id) {
                return Err("id must be msg_ and 32 hex digits".to_owned());
            }
            if id != webhook_id {
                return Err("id must be that of webhook-id".to_owned());
            }
            agent(&mut fields)?;
            if kind == "message" {
                content::message(&mut fields)?;
            } else {
                news::check(&mut fields)?;
            }
        }
        "typing" | "receipt" => {
            if !webhook_id.starts_with("sig_") {
                return Err(format!("the webhook-id of {kind} must begin with sig_"));
            }
            if kind == "typing" {
                fields.word("state", &STATES)?;
            } else {
                fields.filled("message")?;
                fields.word("status", &STATUSES)?;
            }
        }
        _ => return Err(format!("type: there is no {kind}")),
    }
    fields.end()?;
    Ok(body)
}

fn is_message_id(id: &str) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    id.strip_prefix("msg_")
        .is_some_and(|digits| digits.len() == 32 && digits.bytes().all(hex))
}

fn agent(fields: &mut Fields<'_>) -> Result<(), Wrong> {
    let Some(mut agent) = fields.optional_object("agent")? else {
        return Ok(());
    };
    agent.filled("id")?;
    for name in ["role", "name", "picture"] {
        agent.optional_text(name)?;
    }
    agent.end()
}

#[cfg(test)]
mod tests;
