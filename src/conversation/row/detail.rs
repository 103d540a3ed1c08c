//! The part of a row that nothing selects by: how far a message has come, and what is still awaited.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::http::Millis;
use crate::message::{Agent, DialogPlace, File};
use crate::outcome::Refusal;
use crate::platforms::Progress;

/// The part of a row that nothing selects by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// How far its send has come.
    #[serde(default)]
    pub progress: Progress,
    /// Number of the latest attempt; 0 before the first.
    #[serde(default)]
    pub attempt: u32,
    /// Attempts in a row that failed because of the destination: what the back-off counts.
    #[serde(default)]
    pub failures: u32,
    /// The LiveEngage dialog and sequence that the message came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<DialogPlace>,
    /// Where LiveEngage put our publishes of it, one per piece.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<DialogPlace>,
    /// The id that the platform gave it; of several pieces all ids, with blanks between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_id: Option<String>,
    /// The publish whose echo would settle it: set while one is under way or its outcome is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub echo: Option<ExpectedEcho>,
    /// An earlier publish whose outcome stayed unknown when its policy decided. Its echo would say that the piece has arrived
    /// twice, or, where the policy was not to send it again, that it has arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resent: Option<Resent>,
    /// Towards the consumer: the first attempt at the step that the message is at. 0: the first of all.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub step_began: u32,
    /// Towards the consumer: the latest attempts of which nothing is known though they are over. A report about one would say that its
    /// step has had its effect, once or twice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubtful: Vec<u32>,
    /// The outcome of the latest publish (or request to the platform) is unknown; when it is due the channel's policy decides.
    #[serde(default)]
    pub unknown: bool,
    /// How often the process ended during an attempt.
    #[serde(default)]
    pub interruptions: u32,
    /// How often it surely ended in our own code, not while waiting for the other side.
    #[serde(default)]
    pub crashes: u32,
    /// How far the present attempt is known to have come. Written only after an interruption (see `drain.rs`).
    #[serde(default, deserialize_with = "or_default")]
    pub phase: Phase,
    /// It waits for a lower sequence of its dialog.
    #[serde(default)]
    pub held: bool,
    /// Why it is a dead letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// It is a dead letter whose content an operator has deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub discarded: bool,
    /// When an operator last sent it again after it had become a dead letter: it is late, and its age counts from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requeued_at: Option<Millis>,
    /// Who said it on LiveEngage's side: id and role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Agent>,
    /// The file of LiveEngage's that it carries. It outlives the content: the consumer opens it later.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "or_default"
    )]
    pub file: Option<File>,
    /// What a later release has stored beside it.
    #[serde(flatten)]
    pub later: LaterFields,
}

/// Fields that only a later release knows. They are written back as they were read, so that an older release in between, or after
/// a roll-back, takes nothing away.
pub type LaterFields = Map<String, Value>;

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A value, or its default where it cannot be read: a later release may store others, and the row has to be read all the same.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// What the echo of a publish must look like. Its text, or its file's path, is that of the first piece not yet published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedEcho {
    /// The dialog that it was published to.
    pub dialog_id: String,
    /// The highest sequence of that dialog that was known when the attempt started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<u64>,
    /// The id in its metadata, where the account's echoes bring that back: it decides alone then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// A publish that was given up as unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resent {
    /// What its echo must look like.
    pub echo: ExpectedEcho,
    /// SHA-256 of its text, in hexadecimal: the text itself is gone once the message is delivered.
    pub text: String,
}

/// How far an attempt is known to have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It has begun; the request may or may not have left.
    #[default]
    Begun,
    /// Our code is done; the request is on its way.
    OnItsWay,
    /// The answer is here and our code reads it.
    Answered,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_detail_of_a_later_release_can_be_read() {
        let later = json!({
            "attempt": 3,
            "phase": "half_way",
            "refusal": { "reason": "bored" },
            "file": { "at": { "at": "cloud", "key": "k" }, "name": "a.pdf" },
        });
        let expected = Detail {
            attempt: 3,
            refusal: Some(Refusal::Other),
            ..Detail::default()
        };
        let read: Detail = serde_json::from_str(&later.to_string()).unwrap();
        assert_eq!(read, expected);
    }
}
