//! The clock and randomness, for the code that takes both as arguments.

use crate::http::Millis;

/// Milliseconds since the Unix epoch. On Workers time stands still between two awaits.
pub(super) fn now() -> Millis {
    worker::Date::now().as_millis()
}

/// A time for an alarm.
pub(super) fn alarm_at(at: Millis) -> worker::ScheduledTime {
    let at = worker::wasm_bindgen::JsValue::from_f64(at as f64);
    worker::ScheduledTime::new(js_sys::Date::new(&at))
}

/// 64 random bits; without a source of randomness, the clock's.
pub(super) fn random() -> u64 {
    let mut bytes = [0; 8];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u64::from_le_bytes(bytes),
        Err(_) => now(),
    }
}
