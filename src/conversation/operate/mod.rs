//! What an operator asks of one consumer's object: to look, to send dead letters again or discard them, to take over a conversation
//! by hand, to erase the person.
//!
//! Answers tell ids, times and outcomes; never a text, an address or a token.

mod dead_letters;
mod erase;
mod look;
mod moving;

pub use erase::{Erased, Forget, Remains, Tombstone};

use serde::{Deserialize, Serialize};

use super::wire::Route;
use super::{Context, DialogPlace, Engine, Known, Lane, RowState, Step, Store, StoreError};
use crate::http::Millis;
use crate::outcome::Refusal;

/// A request to a Conversation object. **Neighbouring releases exchange it**: see [`super::wire`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case")]
pub enum Operation {
    /// What is known about the consumer, and how its lanes stand.
    Show,
    /// Its messages, the newest first, without their traces.
    Messages {
        /// Only this direction.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lane: Option<Lane>,
        /// Only these.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        state: Option<RowState>,
        /// At most so many; [`MESSAGES`] at most.
        #[serde(default = "all_messages")]
        limit: usize,
    },
    /// One message with its trace.
    Trace {
        /// Its key.
        message: String,
    },
    /// Dead letters go back into their lanes, at the tail, in the order in which they were accepted.
    Resend {
        /// Which.
        select: Selection,
        /// Only count them.
        #[serde(default)]
        dry_run: bool,
    },
    /// The content of dead letters is deleted. Key and trace stay, so that a redelivery does not bring them back.
    Discard {
        /// Which.
        select: Selection,
        /// Only count them.
        #[serde(default)]
        dry_run: bool,
    },
    /// This conversation of LiveEngage's is the consumer's open one: what waits goes there.
    Adopt {
        /// Its id.
        conversation_id: String,
    },
    /// The consumer comes from another connector, with an open conversation.
    Import {
        /// Who it is.
        route: Box<Route>,
        /// LiveEngage's id of the open conversation.
        conversation_id: String,
    },
    /// Everything about the person is deleted.
    Erase {
        /// Only tell what would be.
        #[serde(default)]
        dry_run: bool,
    },
}

/// The most messages that one answer lists.
pub const MESSAGES: usize = 200;

fn all_messages() -> usize {
    MESSAGES
}

/// Which dead letters of one consumer. What is left out selects all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// Only those with these keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Vec<String>>,
    /// Only this direction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<Lane>,
    /// Only those with this reason: the stored name of a [`Refusal`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Only those refused at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    /// Only those refused before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
}

/// The answer to an [`Operation`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// To [`Operation::Show`].
    Consumer {
        /// The consumer.
        consumer: Box<ConsumerView>,
    },
    /// To [`Operation::Messages`].
    Messages {
        /// Messages, the newest first.
        messages: Vec<MessageView>,
        /// How many there are beyond these.
        more: usize,
    },
    /// To [`Operation::Trace`].
    Message {
        /// The message.
        message: Box<MessageView>,
    },
    /// To [`Operation::Resend`] and [`Operation::Discard`].
    Selected {
        /// Keys of the dead letters that were (or would be) taken, in their order.
        keys: Vec<String>,
        /// Keys of selected ones that cannot be sent again: they cannot be read, or nobody knows where to.
        #[serde(default)]
        unsendable: Vec<String>,
    },
    /// To [`Operation::Adopt`] and [`Operation::Import`].
    Done,
    /// To [`Operation::Erase`].
    Erased {
        /// What was (or would be) deleted, and what remains elsewhere.
        erased: Box<Erased>,
    },
    /// There is no such consumer or message.
    Unknown,
    /// It cannot be done.
    Impossible {
        /// Why, for the operator.
        why: String,
    },
}

/// What an operator sees of a consumer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConsumerView {
    /// The consumer key.
    pub key: String,
    /// LiveEngage account id.
    pub account_id: String,
    /// Channel namespace; empty for what names no consumer.
    pub namespace: String,
    /// The channel used last.
    pub channel: String,
    /// LiveEngage's id of the consumer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lp_consumer_id: Option<String>,
    /// The conversations that it was heard in, oldest first.
    pub conversations: Vec<Known>,
    /// Since when LiveEngage says that a conversation is open which is not among these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub already_open_since: Option<Millis>,
    /// Both directions.
    pub lanes: Vec<LaneView>,
    /// How many messages are dead letters.
    pub dead_letters: usize,
    /// How many messages are remembered in all.
    pub messages: usize,
    /// When anything last happened.
    pub last_activity: Millis,
    /// When the person was erased, as long as that is remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Millis>,
}

/// How a lane stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaneView {
    /// Direction.
    pub lane: Lane,
    /// How many messages wait.
    pub waiting: usize,
    /// The one that goes next, with its trace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<MessageView>,
}

/// What an operator sees of a message: everything but what it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageView {
    /// Its key, made from the sender's id of it: `c:` and the platform's, `l:` and LiveEngage's dialog and sequence.
    pub key: String,
    /// Direction.
    pub lane: Lane,
    /// Where it stands.
    pub state: RowState,
    /// When it was accepted.
    pub accepted_at: Millis,
    /// Waiting: when it is tried next. Sending: when the attempt counts as lost. Ended: when.
    pub due_at: Millis,
    /// The kind of its content, while that is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Attempts so far.
    pub attempts: u32,
    /// Attempts in a row that the destination has failed.
    pub failures: u32,
    /// Nobody knows whether the latest attempt had its effect.
    pub unknown: bool,
    /// The LiveEngage dialog and sequence that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<DialogPlace>,
    /// Where LiveEngage put it, one per piece.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<DialogPlace>,
    /// The id that the platform gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_id: Option<String>,
    /// Why it is a dead letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// A dead letter whose content was deleted by an operator.
    #[serde(default)]
    pub discarded: bool,
    /// When it was last sent again by an operator: it is late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requeued_at: Option<Millis>,
    /// LiveEngage was told, or is to be told, that it has not arrived: where that stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_delivered: Option<RowState>,
    /// What happened to it, where asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<Step>,
}

impl<S: Store> Engine<S> {
    /// Does what an operator asks. What it changes is stored when this returns.
    pub fn operate(
        &mut self,
        operation: &Operation,
        context: &Context<'_>,
    ) -> Result<Answer, StoreError> {
        self.keep_for(context);
        self.report_again();
        match operation {
            Operation::Show => self.show(context),
            Operation::Messages { lane, state, limit } => {
                self.list(*lane, *state, (*limit).min(MESSAGES))
            }
            Operation::Trace { message } => self.trace(message),
            Operation::Resend { select, dry_run } => self.resend(select, *dry_run, context),
            Operation::Discard { select, dry_run } => self.discard(select, *dry_run, context),
            Operation::Adopt { conversation_id } => self.adopt(conversation_id, context),
            Operation::Import {
                route,
                conversation_id,
            } => self.import(route, conversation_id, context),
            Operation::Erase { dry_run } => self.erase(*dry_run, context),
        }
    }
}
