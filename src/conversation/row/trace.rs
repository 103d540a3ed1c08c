//! The trace of a message: what happened to it, without its content.

use serde::{Deserialize, Serialize};

use crate::http::Millis;
use crate::outcome::{Cause, Refusal};

/// One entry of a trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// When.
    pub at: Millis,
    /// In which attempt; 0 before the first.
    #[serde(default)]
    pub attempt: u32,
    /// What.
    #[serde(flatten)]
    pub event: StepEvent,
}

/// What happened to a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum StepEvent {
    /// It is durable.
    Accepted,
    /// An attempt started.
    Started,
    /// A step of several succeeded.
    Advanced,
    /// The attempt had no effect; the destination is at fault.
    Retry {
        /// Whose failure.
        because: Cause,
        /// When the next attempt is due.
        until: Millis,
    },
    /// The attempt may have had an effect.
    Unknown {
        /// What is known.
        because: Cause,
        /// When the policy decides.
        until: Millis,
    },
    /// The other side has it.
    Delivered {
        /// An echo or a report said so, not the answer.
        #[serde(default)]
        by_echo: bool,
    },
    /// There is nothing left to do: the conversation that it was about is over.
    Moot,
    /// It became a dead letter.
    Refused {
        /// Why.
        because: Refusal,
    },
    /// A dead letter was put back at its lane's tail by an operator.
    Requeued,
    /// Its content was deleted by an operator.
    Discarded,
    /// It has arrived a second time: an attempt whose outcome was unknown had its effect after all.
    Doubled {
        /// Where the second one is, as far as known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sequence: Option<u64>,
    },
    /// Something that only a later release has a name for.
    #[serde(other)]
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn step(value: Value) -> Step {
        serde_json::from_str(&value.to_string()).unwrap()
    }

    #[test]
    fn a_trace_of_a_later_release_can_be_read() {
        let because = json!({ "cause": "eclipse", "hours": 2 });
        for (later, event) in [
            (
                json!({ "at": 1, "event": "translated", "into": { "lang": "de" } }),
                StepEvent::Other,
            ),
            (
                json!({ "at": 1, "event": "retry", "because": because, "until": 9 }),
                StepEvent::Retry {
                    because: Cause::Other,
                    until: 9,
                },
            ),
            (
                json!({ "at": 1, "event": "refused", "because": { "reason": "bored", "of": [1] } }),
                StepEvent::Refused {
                    because: Refusal::Other,
                },
            ),
        ] {
            let read = step(later);
            assert_eq!((read.at, read.attempt, &read.event), (1, 0, &event));
            assert_eq!(step(serde_json::to_value(&read).unwrap()), read);
        }
    }
}
