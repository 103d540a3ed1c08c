//! Reading what platforms write in JSON: liberal in form, strict in what becomes a key, and never with a value in an error.

use serde_json::{Map, Value};

use super::Unreadable;
use crate::crypto::sha256_hex;
use crate::message::{ConsumerEvent, Content, EventKind};

/// The longest id of a person or of a message (bytes): they become keys.
pub const MAX_ID: usize = 256;
/// Bytes of an unreadable event that are kept.
const KEPT_BYTES: usize = 96 * 1024;
/// To whom an unreadable event of several belongs if it does not say so: nobody has this address.
pub const NOBODY: &str = "";

/// What is wrong with a callback or an event, without its content.
pub fn unreadable(what: impl Into<String>) -> Unreadable {
    Unreadable { what: what.into() }
}

/// An event of a known kind that cannot be read, as a dead letter of the person's: those beside it go on. It is not named by its own
/// id: the same id, sent again and readable, must not count as known.
pub fn dead_letter(from: Option<&str>, event: &Value, unreadable: Unreadable) -> ConsumerEvent {
    let mut raw = event.to_string();
    let id = format!("malformed-{}", sha256_hex(raw.as_bytes()));
    raw.truncate(raw.floor_char_boundary(KEPT_BYTES));
    let what = unreadable.what;
    ConsumerEvent::new(
        from.unwrap_or(NOBODY),
        EventKind::Message {
            id,
            content: Content::Malformed { what, raw },
            sent_at: None,
        },
    )
}

/// An id: a text or a whole number, as both are written.
pub fn identifier(value: &Value) -> Option<String> {
    let id = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) if number.is_u64() || number.is_i64() => number.to_string(),
        _ => return None,
    };
    let usable = (1..=MAX_ID).contains(&id.len()) && !id.contains(char::is_control);
    usable.then_some(id)
}

/// An id that must be there.
pub fn required_id(fields: &Map<String, Value>, name: &str) -> Result<String, Unreadable> {
    let value = fields.get(name).and_then(identifier);
    value.ok_or_else(|| unreadable(format!("{name} is not an id of 1 to {MAX_ID} bytes")))
}

/// A text that is not blank, as it was written.
pub fn required_text(fields: &Map<String, Value>, name: &str) -> Result<String, Unreadable> {
    let text = fields.get(name).and_then(Value::as_str);
    let text = text.filter(|text| !text.trim().is_empty());
    let text = text.ok_or_else(|| unreadable(format!("{name} is missing or not a text")))?;
    Ok(text.to_owned())
}

/// A text that nothing depends on.
pub fn hint(fields: &Map<String, Value>, name: &str) -> Option<String> {
    let text = fields.get(name)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A whole number, also one that is written as a text.
pub fn whole_number(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_u64(),
    }
}

/// Degrees of latitude (`limit` 90) or longitude (180).
pub fn degrees(fields: &Map<String, Value>, name: &str, limit: f64) -> Result<f64, Unreadable> {
    let number = match fields.get(name) {
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(value) => value.as_f64(),
        None => None,
    };
    number
        .filter(|degrees: &f64| degrees.abs() <= limit)
        .ok_or_else(|| unreadable(format!("{name} is not a number of degrees")))
}

/// A word from outside, safe to count and to log.
pub fn plain_word(text: &str) -> &str {
    let plain = !text.is_empty()
        && text.len() <= 40
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-./".contains(&b));
    if plain { text } else { "other" }
}
