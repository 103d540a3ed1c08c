//! A breaker per isolate: while a destination is down, the objects of one isolate do not all try it, and when it is back they do
//! not all come at once.
//!
//! Every object backs off by itself ([`crate::conversation::retry`]). That bounds what one consumer costs a destination, not what ten
//! thousand do. Objects that live in one isolate share its memory, so they share this: what fails for several of them is the
//! destination's failure, and one of them finds out for all when it is over. Nothing is stored and nothing is global: each isolate
//! sees a part of the consumers and finds out for itself, so that all pacing is approximate.
//!
//! **Whose failure opens it?** A consumer in a bad state (a number that the platform chokes on, a conversation that LiveEngage cannot
//! load) fails again and again while everybody else gets through. So a circuit opens only after [`FAILURES`] failures of at least
//! [`CONSUMERS`] consumers, within [`WINDOW`] of each other and with no success between. Any answer that is not such a failure is a
//! success, also a refusal: whoever refuses a message is there. Where the destination itself says "slow down" (429) to
//! [`LIMITED_CONSUMERS`] consumers, that is enough: most requests succeed between two of those.
//!
//! **What waits?** Only what would go to the same [`Destination`]; an account's other services and other channels have circuits of
//! their own.
//!
//! ```text
//!             failures of several            its time is over,
//!  closed ------------------------> open -------------------------> probing
//!    ^                               ^    one request goes            |  |
//!    |                               +--------------------------------+  | it succeeds
//!    |      the ramp is over              it fails: twice as long        v
//!    +---------------------------------------------------------------- ramp
//! ```

mod circuit;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use circuit::Circuit;
pub use circuit::Turn;

use crate::http::Millis;
use crate::outcome::Cause;

const SECOND: Millis = 1000;

/// Failures in a row that open a circuit.
pub const FAILURES: u32 = 5;
/// Of so many consumers at least.
pub const CONSUMERS: usize = 3;
/// Failures that are further apart have nothing to do with each other (ms).
pub const WINDOW: Millis = 60 * SECOND;
/// Consumers whom the destination asks to slow down before all do.
pub const LIMITED_CONSUMERS: usize = 2;
/// Within this time (ms).
pub const LIMITED_WINDOW: Millis = 10 * SECOND;
/// How long a circuit stays open at first (ms): the first pause that LivePerson asks for.
pub const FIRST_SPAN: Millis = 5 * SECOND;
/// How long at most (ms): what everybody loses if the destination has come back just after a probe.
pub const LONGEST_SPAN: Millis = 60 * SECOND;
/// How long at most where the destination says so (ms).
pub const LONGEST_ASKED: Millis = 300 * SECOND;
/// When a probe that brings no answer counts as lost (ms).
pub const PROBE: Millis = 15 * SECOND;
/// The time between two requests at the start of the ramp (ms).
pub const FIRST_GAP: Millis = 500;
/// The rate doubles each time this has passed (ms).
pub const DOUBLING: Millis = 5 * SECOND;
/// Then nothing is left of the gap, and the circuit is closed (ms).
pub const RAMP: Millis = 9 * DOUBLING;
/// The most destinations that are watched. What comes beyond is not held up.
const MOST: usize = 256;

/// What fails together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Destination(String);

impl Destination {
    /// A service of an account, by its address.
    pub fn liveengage(account_id: &str, service: &str) -> Self {
        Self(format!("liveengage {account_id} {service}"))
    }

    /// The platform behind a channel.
    pub fn channel(name: &str) -> Self {
        Self(format!("channel {name}"))
    }

    /// For logs.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a request may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// It may.
    Go,
    /// Not before the turn; come back with it.
    Wait(Turn),
}

/// What an answer says about the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It works. A refusal says so too.
    Works,
    /// It does not.
    Fails,
    /// It has too much to do.
    Limits {
        /// The least pause that it asks for (ms).
        after: Option<Millis>,
    },
}

impl Sign {
    /// What a failed attempt says. Only failures of the destination as a whole count.
    pub fn of(cause: &Cause, after: Option<Millis>) -> Self {
        match cause {
            Cause::RateLimited => Self::Limits { after },
            Cause::Server { .. } | Cause::Unreachable | Cause::NoAnswer => Self::Fails,
            _ => Self::Works,
        }
    }
}

/// How a circuit has changed, for the logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing goes to the destination for so long (ms).
    Opened {
        /// How long.
        span: Millis,
    },
    /// It is back; requests go at a growing rate.
    Recovers,
}

/// What the objects of an isolate share.
pub type SharedBreaker = Rc<RefCell<Breaker>>;

/// A circuit for every destination that has failed of late.
#[derive(Debug, Default)]
pub struct Breaker {
    circuits: BTreeMap<Destination, Circuit>,
}

impl Breaker {
    /// Asks whether a request may go now. `turn` is what an earlier answer gave; `random` spreads the turns.
    pub fn ask(
        &mut self,
        destination: &Destination,
        turn: Option<Turn>,
        now: Millis,
        random: u64,
    ) -> Permission {
        let Some(circuit) = self.circuits.get_mut(destination) else {
            return Permission::Go;
        };
        let permission = circuit.ask(turn, now, random);
        if circuit.is_over(now) {
            self.circuits.remove(destination);
        }
        permission
    }

    /// Whether nothing is known against a destination. What need not be sent at all is sent only then.
    pub fn is_closed(&self, destination: &Destination, now: Millis) -> bool {
        let circuit = self.circuits.get(destination);
        circuit.is_none_or(|circuit| circuit.is_closed() || circuit.is_over(now))
    }

    /// Takes what the answer to a consumer's request says about its destination.
    pub fn tell(
        &mut self,
        destination: &Destination,
        consumer: &str,
        sign: Sign,
        now: Millis,
        random: u64,
    ) -> Option<Change> {
        if !self.circuits.contains_key(destination) {
            if sign == Sign::Works || !self.has_room(now) {
                return None;
            }
            self.circuits
                .insert(destination.clone(), Circuit::default());
        }
        let circuit = self.circuits.get_mut(destination)?;
        let change = circuit.tell(consumer, sign, now, random);
        if circuit.is_over(now) {
            self.circuits.remove(destination);
        }
        change
    }

    fn has_room(&mut self, now: Millis) -> bool {
        if self.circuits.len() >= MOST {
            self.circuits.retain(|_, circuit| !circuit.is_over(now));
        }
        self.circuits.len() < MOST
    }
}

#[cfg(test)]
mod tests;
