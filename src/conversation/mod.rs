//! The heart: one consumer's lanes, deduplication, order, retries and conversations.
//!
//! An [`Engine`] is what the Durable Object's shell drives. **Between two calls nothing of it needs to survive but what it wrote to
//! its [`Store`]**, and each call writes everything it decided before it returns. The shell's part is small: load, call, perform
//! what [`Work`] says, call again with the answer, keep one alarm at [`Engine::next_wake`].
//!
//! | the engine owns | the shell owns |
//! | --- | --- |
//! | what is accepted, in which order it goes, when it is tried again, when it is given up | the clock, randomness, HTTP with a deadline, other objects, KV |
//! | which attempt an answer belongs to | one drain per lane at a time |
//! | what the earliest due time is | the alarm |

mod accept;
mod bounds;
mod consumer;
mod download;
mod drain;
mod echo;
mod ending;
mod engine;
mod from_agent;
mod hold;
mod learning;
mod looking_up;
mod memory;
mod news;
mod offers;
pub mod operate;
mod order;
mod paused;
mod receipts;
mod report;
pub mod retry;
mod row;
pub mod send;
mod signalling;
mod signals;
mod store;
mod taken;
mod to_consumer;
mod to_liveengage;
pub mod wire;

pub use bounds::content_bytes;
pub use consumer::{Composing, Consumer, Known, KnownAgent, OffHours, Target};
pub use drain::{After, Ticket, Work};
pub use engine::{Context, Engine, Log};
pub(crate) use memory::Memory;
pub use report::Reported;
pub use row::{
    Detail, ExpectedEcho, Lane, LaterFields, Phase, Resent, Row, RowState, Step, StepEvent,
};
pub use signalling::SignalTicket;
pub use store::{RowSummary, Store, StoreError};

pub use crate::message::DialogPlace;

use crate::config::Channel;
use crate::http::Millis;
use crate::identity::ConsumerKey;

const SECOND: Millis = 1000;
/// A day (ms).
pub const DAY: Millis = 86_400 * SECOND;

/// The deadline of every request of a drain (ms).
pub const SEND_DEADLINE: Millis = 10 * SECOND;
/// When an attempt that has not ended counts as lost (ms after its start).
pub const LEASE: Millis = SEND_DEADLINE + 5 * SECOND;
/// How long an echo is waited for before the policy decides on an unknown publish (ms).
pub const ECHO_WAIT: Millis = 15 * SECOND;
/// Interruptions after which a message that crashes us becomes a dead letter.
pub const CRASHES: u32 = 3;
/// How long an event's key is remembered at least: Meta redelivers for 7 days, LiveEngage for 3 (ms).
pub const DEDUP_HORIZON: Millis = 8 * DAY;
/// When a lane counts as stuck: its oldest message has been waiting for so long (ms).
pub const STUCK: Millis = 600 * SECOND;
/// How long an idle consumer is remembered (ms).
pub const KEEP_IDLE: Millis = 30 * DAY;
/// How long an idle consumer with an open conversation is remembered: LiveEngage closes one by itself after 90 days (ms).
pub const KEEP_OPEN: Millis = 100 * DAY;
/// When operators hear of a conversation that LiveEngage calls open and that we cannot find (ms).
pub const ALREADY_OPEN_LIMIT: Millis = 900 * SECOND;

/// A consumer with the key that names it.
#[derive(Clone, Copy)]
pub struct ConsumerKeyed<'a> {
    /// The key.
    pub key: &'a ConsumerKey,
    /// The state.
    pub state: &'a Consumer,
}

impl ConsumerKeyed<'_> {
    /// The id under which LiveEngage is to know this consumer, by the channel's template.
    pub fn ext_consumer_id(&self, channel: &Channel) -> String {
        channel
            .ext_consumer_id
            .replace("{key}", self.key.as_str())
            .replace(
                "{address}",
                self.state.address.as_deref().unwrap_or_default(),
            )
    }
}
