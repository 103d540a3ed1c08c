//! Leaving a destination alone that fails for many consumers, and taking turns when it is back: how a conversation uses the
//! isolate's [`Breaker`](crate::breaker::Breaker).
//!
//! The breaker is asked after it is known where the next request goes and before the attempt begins, so that what is held has
//! used no attempt. A hold is one write, of the due time.

use super::{Context, Engine, Row, Store, StoreError};
use crate::breaker::{Change, Destination, Permission, SharedBreaker, Sign};
use crate::http::Millis;
use crate::outcome::Cause;

impl<S: Store> Engine<S> {
    /// Lets this conversation heed what the others of its isolate find out. Without it, it watches for itself alone.
    pub fn share_breaker(&mut self, breaker: &SharedBreaker) {
        self.breaker = SharedBreaker::clone(breaker);
    }

    /// Asks whether the head of a lane may make a request now. If not, it waits for its turn.
    pub(super) fn may_send(
        &mut self,
        row: &mut Row,
        destination: &Destination,
        context: &Context<'_>,
    ) -> Result<bool, StoreError> {
        let permission =
            self.breaker
                .borrow_mut()
                .ask(destination, row.turn(), context.now, context.random);
        let Permission::Wait(turn) = permission else {
            return Ok(true);
        };
        row.hold(turn);
        self.log_cause(row, "held", &Cause::Held);
        self.save(row)?;
        Ok(false)
    }

    /// Whether nothing is known against a destination: signals go to no other.
    pub(super) fn is_undisturbed(&self, destination: &Destination, now: Millis) -> bool {
        self.breaker.borrow().is_closed(destination, now)
    }

    /// Tells the others what an attempt says about its destination. `failure` is its cause, with the pause that was asked for.
    pub(super) fn tell_breaker(
        &mut self,
        destination: &Destination,
        failure: Option<(&Cause, Option<Millis>)>,
        context: &Context<'_>,
    ) {
        let sign = failure.map_or(Sign::Works, |(cause, after)| Sign::of(cause, after));
        let change = self.breaker.borrow_mut().tell(
            destination,
            context.key.as_str(),
            sign,
            context.now,
            context.random,
        );
        let name = destination.as_str().to_owned();
        match change {
            Some(Change::Opened { span }) => {
                let fields = vec![("destination", name), ("ms", span.to_string())];
                self.raise("breaker_open", fields);
            }
            Some(Change::Recovers) => {
                self.log("breaker_recovers", vec![("destination", name)]);
            }
            None => {}
        }
    }
}
