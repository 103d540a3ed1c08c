//! What is around every callback: `{"object": ..., "entry": [{"id": ..., "time": ..., ...}]}`.

use serde_json::{Map, Value};

use crate::http::Millis;
use crate::platforms::reading::{dead_letter, unreadable, whole_number};
use crate::platforms::{Parsed, Unreadable};

/// The largest number that can only be meant in seconds: in milliseconds it is March 1973.
const LAST_SECONDS: u64 = 99_999_999_999;

/// The entries of a callback, in order. What is no entry becomes a dead letter, and takes no other with it.
pub fn entries(body: &[u8], parsed: &mut Parsed) -> Result<Vec<Map<String, Value>>, Unreadable> {
    let body: Value =
        serde_json::from_slice(body).map_err(|_| unreadable("the body is not JSON"))?;
    let Value::Object(mut envelope) = body else {
        return Err(unreadable("the body is not a JSON object"));
    };
    let Some(Value::Array(values)) = envelope.remove("entry") else {
        return Err(unreadable("entry is missing or not a list"));
    };
    let mut entries = Vec::with_capacity(values.len());
    for value in values {
        match value {
            Value::Object(entry) => entries.push(entry),
            other => {
                let what = unreadable("an entry is not an object");
                parsed.events.push(dead_letter(None, &other, what));
            }
        }
    }
    Ok(entries)
}

/// A list of an entry's, or of a change's value's; empty where there is none.
pub fn list<'a>(fields: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    match fields.get(name) {
        Some(Value::Array(values)) => values,
        _ => &[],
    }
}

/// A time in milliseconds; some are written in seconds, and some as a text.
pub fn millis(value: &Value) -> Option<Millis> {
    match whole_number(value)? {
        0 => None,
        seconds @ ..=LAST_SECONDS => Some(seconds.saturating_mul(1000)),
        millis => Some(millis),
    }
}
