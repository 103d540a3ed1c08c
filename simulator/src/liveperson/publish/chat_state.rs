//! Whether the consumer is there, types, or has gone.

use serde_json::Value;

const STATES: [&str; 5] = ["ACTIVE", "INACTIVE", "GONE", "COMPOSING", "PAUSE"];

pub(super) fn check(event: &Value, survey: bool) -> Result<(), &'static str> {
    if survey {
        return Err("a survey takes no chat states");
    }
    let state = event["chatState"].as_str().unwrap_or_default();
    let known = STATES.contains(&state);
    known.then_some(()).ok_or("unknown chatState")
}
