//! One destination's circuit.

use std::collections::BTreeSet;

use super::{
    CONSUMERS, Change, DOUBLING, FAILURES, FIRST_GAP, FIRST_SPAN, LIMITED_CONSUMERS,
    LIMITED_WINDOW, LONGEST_ASKED, LONGEST_SPAN, PROBE, Permission, RAMP, SECOND, Sign, WINDOW,
};
use crate::http::Millis;

/// A place in the queue of those who wait for a destination. Who holds it keeps it with what waits, since objects sleep meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// When it was given. A circuit that opens again begins a new queue, and the turns of the last are void.
    pub given: Millis,
    /// When it is.
    pub at: Millis,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Closed,
    /// Nothing goes before `until`.
    Open { until: Millis },
    /// One request is on its way to find out. It counts as lost at `until`.
    Probing { until: Millis },
    /// Requests go at a rate that grows from `since` on.
    Ramp { since: Millis },
}

#[derive(Debug, Default)]
pub(super) struct Circuit {
    state: State,
    /// When it opened the last time.
    opened_at: Millis,
    /// How long it was open the last time (ms).
    span: Millis,
    /// The end of the queue: when the next one who has to wait may go.
    tail: Millis,
    failing: Tally,
    limiting: Tally,
}

impl Circuit {
    pub(super) fn ask(&mut self, turn: Option<Turn>, now: Millis, random: u64) -> Permission {
        match self.state {
            State::Closed => Permission::Go,
            State::Open { until } if now < until => self.queue(until, until, now, random),
            State::Probing { until } if now < until => {
                // Most probes are answered within a second.
                self.queue(now, now + SECOND, now, random)
            }
            State::Open { .. } | State::Probing { .. } => {
                self.state = State::Probing { until: now + PROBE };
                Permission::Go
            }
            State::Ramp { since } => {
                let has_turn =
                    turn.is_some_and(|turn| turn.given >= self.opened_at && turn.at <= now);
                if has_turn || now >= since + RAMP {
                    return Permission::Go;
                }
                if self.tail <= now {
                    self.tail = now + gap(now - since);
                    return Permission::Go;
                }
                self.queue(since, now, now, random)
            }
        }
    }

    /// Gives the next turn that is not before `earliest`, at the rate of a ramp that begins at `since`. The time of a turn is moved
    /// within its gap, so that isolates do not go in step.
    fn queue(&mut self, since: Millis, earliest: Millis, now: Millis, random: u64) -> Permission {
        let at = self.tail.max(earliest).min(earliest + RAMP);
        let gap = gap(at.saturating_sub(since));
        self.tail = at + gap;
        Permission::Wait(Turn {
            given: now,
            at: at + random % (gap + 1),
        })
    }

    pub(super) fn tell(
        &mut self,
        consumer: &str,
        sign: Sign,
        now: Millis,
        random: u64,
    ) -> Option<Change> {
        let after = match sign {
            Sign::Works => return self.works(now),
            Sign::Fails => None,
            Sign::Limits { after } => {
                self.limiting.add(consumer, now, LIMITED_WINDOW);
                Some(after.unwrap_or_default().min(LONGEST_ASKED))
            }
        };
        self.failing.add(consumer, now, WINDOW);
        let limited = after.is_some() && self.limiting.consumers.len() >= LIMITED_CONSUMERS;
        let opens = match self.state {
            State::Closed => limited || self.failing.is_of(FAILURES, CONSUMERS),
            // Those who were on their way when it opened tell nothing new, but for how long it should be.
            State::Open { .. } => false,
            State::Probing { .. } => true,
            State::Ramp { .. } => limited || self.failing.is_of(2, 2),
        };
        if opens {
            return Some(self.open(after.unwrap_or_default(), now, random));
        }
        if let (State::Open { until }, Some(after)) = (&mut self.state, after)
            && limited
        {
            *until = (*until).max(now + after);
        }
        None
    }

    fn open(&mut self, after: Millis, now: Millis, random: u64) -> Change {
        let first = self.state == State::Closed;
        self.span = if first {
            FIRST_SPAN
        } else {
            (self.span * 2).min(LONGEST_SPAN)
        };
        let span = self.span.max(after);
        let span = span + random % (span / 4 + 1);
        self.state = State::Open { until: now + span };
        self.opened_at = now;
        self.tail = now + span;
        self.failing = Tally::default();
        self.limiting = Tally::default();
        Change::Opened { span }
    }

    fn works(&mut self, now: Millis) -> Option<Change> {
        self.failing = Tally::default();
        if !matches!(self.state, State::Probing { .. }) {
            // While it is open: this one had been on its way before.
            return None;
        }
        self.state = State::Ramp { since: now };
        // The turns that were given while it was open hold: who comes new queues behind them.
        self.tail = self.tail.clamp(now + FIRST_GAP, now + RAMP);
        Some(Change::Recovers)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// Whether nothing of it needs to be remembered.
    pub(super) fn is_over(&self, now: Millis) -> bool {
        match self.state {
            State::Closed => {
                self.failing.is_over(now, WINDOW) && self.limiting.is_over(now, LIMITED_WINDOW)
            }
            State::Ramp { since } => now >= since + RAMP,
            // Nobody has asked for so long that nobody waits.
            State::Open { until } | State::Probing { until } => now >= until + WINDOW + RAMP,
        }
    }
}

/// The time between two requests, so long after the start of a ramp.
fn gap(passed: Millis) -> Millis {
    let doublings = u32::try_from(passed / DOUBLING).unwrap_or(u32::MAX);
    FIRST_GAP.checked_shr(doublings).unwrap_or_default()
}

/// Failures in a row.
#[derive(Debug, Default)]
struct Tally {
    count: u32,
    /// Whose; no more than have to be told apart.
    consumers: BTreeSet<String>,
    latest: Millis,
}

impl Tally {
    fn add(&mut self, consumer: &str, now: Millis, window: Millis) {
        if self.is_over(now, window) {
            *self = Self::default();
        }
        self.count = self.count.saturating_add(1);
        self.latest = now;
        if self.consumers.len() < CONSUMERS && !self.consumers.contains(consumer) {
            self.consumers.insert(consumer.to_owned());
        }
    }

    fn is_of(&self, failures: u32, consumers: usize) -> bool {
        self.count >= failures && self.consumers.len() >= consumers
    }

    fn is_over(&self, now: Millis, window: Millis) -> bool {
        self.count == 0 || now > self.latest + window
    }
}
