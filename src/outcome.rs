//! What came of an attempt, with the retry decision as data.

use serde::{Deserialize, Serialize};

use crate::http::Millis;

/// How one attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The other side has the message.
    Delivered {
        /// The id that the other side gave it, for matching receipts later; of a message of several pieces all ids, with blanks
        /// between them.
        remote_id: Option<String>,
    },
    /// It had no effect, and the fault is the destination's, not the message's: try again, for as long as the
    /// message's age limit allows.
    Retry {
        /// The earliest that the destination asked for, as a span from now.
        after: Option<Millis>,
        /// Whose failure it was.
        cause: Cause,
    },
    /// It may or may not have had an effect. An echo may settle it; otherwise the channel's policy decides.
    Unknown {
        /// What is known.
        cause: Cause,
    },
    /// The message itself can never be delivered: it becomes a dead letter.
    Refused {
        /// Why.
        reason: Refusal,
    },
}

/// A failure of the destination or of the way there. It never uses up a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Cause {
    /// The destination asked to slow down (HTTP 429 or its own code).
    RateLimited,
    /// The destination failed with this HTTP status.
    Server {
        /// Status code.
        status: u16,
    },
    /// The destination could not be reached; nothing was sent.
    Unreachable,
    /// No answer in time, or the connection broke on the way.
    NoAnswer,
    /// The process ended between the start of the attempt and its end.
    Interrupted,
    /// The destination does not accept our credentials.
    Credentials {
        /// Its error code, where it gave one.
        code: Option<String>,
    },
    /// The deployment's configuration lacks or contradicts something; the text names the key.
    Configuration {
        /// A configuration key, never a value.
        key: String,
    },
    /// The destination answered something that its documentation does not describe.
    Unexpected {
        /// Status code.
        status: u16,
    },
    /// LiveEngage says that the consumer has an open conversation whose id we have not heard yet.
    AlreadyOpen,
    /// The main dialog has closed; a survey or the end of the conversation is about to follow.
    Closing,
    /// Another object of this deployment did not answer.
    Internal,
    /// The destination fails for many consumers, so that it is left alone for a while; or it is back and they take turns.
    Held,
    /// An operator has paused the channel or the account.
    Paused,
    /// Something that only a later release has a name for.
    #[serde(other)]
    Other,
}

/// Why a message became a dead letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Refusal {
    /// The other side refuses this message for good.
    Rejected {
        /// Its error code, or the HTTP status.
        code: String,
    },
    /// The channel has no way to show this kind of content.
    Unsupported {
        /// The kind, for example `RichContentEvent`.
        kind: String,
    },
    /// It was authentic but could not be read.
    Malformed {
        /// What is wrong with it, without its content.
        what: String,
    },
    /// It is not known where the consumer can be reached.
    NoAddress,
    /// It waited longer than the channel's age limit.
    Expired,
    /// The outcome stayed unknown and the channel's policy is not to send twice.
    OutcomeUnknown,
    /// The process ended three times while working on it.
    Crashed,
    /// More waits in its lane than one consumer may have waiting.
    QueueFull,
    /// Something that only a later release has a name for.
    #[serde(other)]
    Other,
}
