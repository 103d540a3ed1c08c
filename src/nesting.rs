//! How deep JSON from outside may be.

use serde_json::Value;

/// Levels of lists and objects in a value that is read. Real ones have a dozen. Such a value travels and is stored inside other JSON,
/// and readers of JSON stop at 128 levels: one that only just came in could not be read again.
const LEVELS: usize = 64;

/// Whether a value has more levels than are read.
pub fn is_deep(value: &Value) -> bool {
    fn exceeds(value: &Value, levels: usize) -> bool {
        let Some(below) = levels.checked_sub(1) else {
            return value.is_array() || value.is_object();
        };
        match value {
            Value::Array(list) => list.iter().any(|value| exceeds(value, below)),
            Value::Object(fields) => fields.values().any(|value| exceeds(value, below)),
            _ => false,
        }
    }
    exceeds(value, LEVELS)
}
