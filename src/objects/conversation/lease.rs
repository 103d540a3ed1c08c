//! Which drain of a lane runs.

use std::cell::Cell;

use crate::conversation::{LEASE, Lane};
use crate::http::Millis;

/// One lease per lane.
#[derive(Debug, Default)]
pub(super) struct Leases([Cell<Lease>; 2]);

/// The mark of a running drain: it goes void when the drain has begun nothing for as long as a send may take.
#[derive(Clone, Copy, Debug, Default)]
struct Lease {
    /// Counts drains: one that hung and was replaced finds that it is no longer the one.
    number: u32,
    /// When it last began something, while it runs.
    active_at: Option<Millis>,
}

impl Leases {
    /// Marks a drain as begun in each lane where none runs.
    pub(super) fn begin_all(&self, now: Millis) -> Vec<(Lane, u32)> {
        let begun = Lane::ALL.into_iter();
        begun
            .filter_map(|lane| Some((lane, self.begin(lane, now)?)))
            .collect()
    }

    /// Whether a drain of the lane has begun and not ended.
    pub(super) fn is_running(&self, lane: Lane) -> bool {
        self.cell(lane).get().active_at.is_some()
    }

    /// The drain is about to begin something. `false`: another one has taken its place.
    pub(super) fn keep(&self, lane: Lane, number: u32, now: Millis) -> bool {
        self.set(lane, number, Some(now))
    }

    /// The drain is over.
    pub(super) fn end(&self, lane: Lane, number: u32) {
        self.set(lane, number, None);
    }

    /// Marks a drain of the lane as begun, if none runs.
    pub(super) fn begin(&self, lane: Lane, now: Millis) -> Option<u32> {
        let lease = self.cell(lane).get();
        if lease.active_at.is_some_and(|at| now < at + LEASE) {
            return None;
        }
        let number = lease.number.wrapping_add(1);
        let active_at = Some(now);
        self.cell(lane).set(Lease { number, active_at });
        Some(number)
    }

    fn set(&self, lane: Lane, number: u32, active_at: Option<Millis>) -> bool {
        let cell = self.cell(lane);
        let mine = cell.get().number == number;
        if mine {
            cell.set(Lease { number, active_at });
        }
        mine
    }

    fn cell(&self, lane: Lane) -> &Cell<Lease> {
        let [to_liveengage, to_consumer] = &self.0;
        match lane {
            Lane::ToLiveengage => to_liveengage,
            Lane::ToConsumer => to_consumer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANE: Lane = Lane::ToConsumer;

    #[test]
    fn one_drain_per_lane_runs_at_a_time() {
        let leases = Leases::default();
        assert_eq!(leases.begin_all(0), Lane::ALL.map(|lane| (lane, 1)));
        assert_eq!(leases.begin_all(LEASE - 1), []);
        leases.end(LANE, 1);
        assert_eq!(leases.begin_all(LEASE - 1), [(LANE, 2)]);
    }

    #[test]
    fn a_drain_that_hung_is_replaced_and_stops() {
        let leases = Leases::default();
        leases.begin_all(0);
        assert!(leases.keep(LANE, 1, 10));
        assert_eq!(leases.begin_all(LEASE + 9), [(Lane::ToLiveengage, 2)]);
        assert_eq!(leases.begin_all(LEASE + 10), [(LANE, 2)]);
        assert!(!leases.keep(LANE, 1, LEASE + 11));
        leases.end(LANE, 1);
        assert!(leases.is_running(LANE), "it is the second one's");
    }
}
