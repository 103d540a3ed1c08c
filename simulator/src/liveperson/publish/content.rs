//! A text.

use serde_json::Value;

pub(super) fn check(event: &Value) -> Result<(), &'static str> {
    match event["message"].as_str() {
        Some(text) if !text.is_empty() => Ok(()),
        _ => Err("message must be a text that is not empty"),
    }
}
