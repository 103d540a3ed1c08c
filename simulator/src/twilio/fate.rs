//! What becomes of a message that was accepted.

use serde_json::Value;

use super::WHATSAPP;
use crate::people::Person;

/// Hours in which a person with WhatsApp can be answered freely.
const WINDOW_HOURS: u64 = 24;

/// How it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// On the phone.
    Arrives,
    /// Sent, and never heard of again.
    Vanishes,
    /// With this error code.
    Fails(u64),
}

impl Fate {
    /// What is decided when it is accepted. `free` is a message that is no approved template.
    pub(super) fn of(id: &str, person: &Person, free: bool) -> Self {
        if let Some(code) = person.more.get("fails_with").and_then(Value::as_u64) {
            return Self::Fails(code);
        }
        if id.starts_with(WHATSAPP) && free && !person.has_written_within(WINDOW_HOURS) {
            return Self::Fails(63016);
        }
        if person.blocked {
            return Self::Vanishes;
        }
        Self::Arrives
    }

    /// The statuses that are told.
    pub(super) fn steps(self) -> &'static [&'static str] {
        match self {
            Self::Arrives => &["sent", "delivered"],
            Self::Vanishes => &["sent"],
            // The carrier gives up on what Twilio has sent.
            Self::Fails(30003..=30008) => &["sent", "undelivered"],
            Self::Fails(63024) => &["undelivered"],
            Self::Fails(_) => &["failed"],
        }
    }
}

/// What Twilio says of an error code.
pub(super) fn words(code: u64) -> &'static str {
    match code {
        21620 => "Invalid media URL",
        30003 => "Unreachable destination handset",
        30005 => "Unknown destination handset",
        30006 => "Landline or unreachable carrier",
        30007 => "Message filtered",
        30019 => "Content size exceeds carrier limit",
        63016 => "Failed to send freeform message because you are outside the allowed window",
        63019 => "Media failed to download",
        63024 => "Invalid message recipient",
        _ => "Unknown error",
    }
}
