//! The engine's memory, its start, its timer and its pruning.

use std::collections::{BTreeMap, BTreeSet};

use super::consumer::Consumer;
use super::order::Seen;
use super::{
    DialogPlace, KEEP_DELIVERED, KEEP_IDLE, KEEP_OPEN, KEEP_REFUSED, Lane, Resent, Row, RowState,
    RowSummary, Store, StoreError,
};
use crate::config::Config;
use crate::http::Millis;
use crate::identity::ConsumerKey;

/// What every call takes from outside.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The time.
    pub now: Millis,
    /// Fresh randomness: spreads retries.
    pub random: u64,
    /// The deployment's configuration.
    pub config: &'a Config,
    /// The consumer's key: the name of this object.
    pub key: &'a ConsumerKey,
}

/// Something that operators should be able to read in the logs: ids, kinds and outcomes, never text, addresses or tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// What happened, in snake case.
    pub event: &'static str,
    /// Details by name.
    pub fields: Vec<(&'static str, String)>,
    /// Whether somebody has to do something.
    pub alarming: bool,
}

/// One consumer. See the module's documentation for who owns what.
#[derive(Debug)]
pub struct Engine<S> {
    pub(super) store: S,
    pub(super) memory: Memory,
    pub(super) logs: Vec<Log>,
}

/// A cache of what is stored, and of which attempts this instance has under way.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) consumer: Option<Consumer>,
    /// Keys of the messages that still have to go somewhere, by lane and position.
    open: BTreeMap<Lane, BTreeMap<u64, String>>,
    /// Ended messages by the time at which they may be deleted.
    ended: BTreeSet<(Millis, String)>,
    last_position: u64,
    last_activity: Millis,
    /// Where LiveEngage put our publishes: an echo of one of these has been used.
    pub(super) published: BTreeSet<DialogPlace>,
    /// Publishes that were sent again while unknown, with the key of their message.
    pub(super) resent: Vec<(Resent, String)>,
    pub(super) seen: Seen,
    /// The attempt that this instance has under way, by lane.
    pub(super) in_flight: BTreeMap<Lane, (String, u32)>,
}

/// Distance between two neighbours of a lane, so that a late lower sequence finds room.
const STRIDE: u64 = 1 << 16;

impl<S: Store> Engine<S> {
    /// Starts from what is stored. Attempts found under way were interrupted: they are dealt with when their lane is drained.
    pub fn load(store: S, now: Millis) -> Result<Self, StoreError> {
        let mut memory = Memory {
            consumer: store.consumer()?,
            ..Memory::default()
        };
        if let Some(consumer) = &memory.consumer {
            memory.last_activity = consumer.touched_at;
            for summary in store.summaries()? {
                memory.remember(&summary, now);
            }
        }
        Ok(Self {
            store,
            memory,
            logs: Vec::new(),
        })
    }

    /// What is known about the consumer.
    pub fn consumer(&self) -> Option<&Consumer> {
        self.memory.consumer.as_ref()
    }

    /// The storage, for a look.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// What should be logged since the last call.
    pub fn take_logs(&mut self) -> Vec<Log> {
        std::mem::take(&mut self.logs)
    }

    /// When the object has to be woken next, at the latest. `None` only for an object that has stored nothing.
    pub fn next_wake(&self) -> Result<Option<Millis>, StoreError> {
        let Some(consumer) = &self.memory.consumer else {
            return Ok(None);
        };
        let mut wake = self.prune_at();
        for lane in Lane::ALL {
            if let Some(head) = self.head(lane)? {
                wake = wake.min(head.due_at);
            }
        }
        if consumer.unclaimed(self.memory.last_activity).is_some() {
            wake = wake.min(consumer.claim_due_at);
        }
        Ok(Some(wake))
    }

    /// Deletes what has been kept long enough. Returns whether the object should delete all of its storage.
    pub fn prune(&mut self, now: Millis) -> Result<bool, StoreError> {
        while let Some((at, key)) = self.memory.ended.first().cloned() {
            if at > now {
                break;
            }
            self.memory.ended.pop_first();
            self.memory.resent.retain(|(_, of)| *of != key);
            self.store.delete(&key)?;
        }
        let idle =
            self.memory.ended.is_empty() && self.memory.open.values().all(BTreeMap::is_empty);
        let Some(consumer) = &mut self.memory.consumer else {
            return Ok(false);
        };
        if idle && consumer.touched_at < self.memory.last_activity {
            // With the last row goes the last trace of when the consumer was here: keep that.
            consumer.touched_at = self.memory.last_activity;
            self.store.put_consumer(consumer)?;
        }
        let over = idle && self.prune_at_idle() <= now;
        if over {
            self.memory = Memory::default();
        }
        Ok(over)
    }

    fn prune_at(&self) -> Millis {
        match self.memory.ended.first() {
            Some((at, _)) => *at,
            None => self.prune_at_idle(),
        }
    }

    fn prune_at_idle(&self) -> Millis {
        let open = self
            .memory
            .consumer
            .as_ref()
            .is_some_and(Consumer::has_open_conversation);
        self.memory.last_activity + if open { KEEP_OPEN } else { KEEP_IDLE }
    }

    /// The message that has to go next in a lane, read from storage.
    pub(super) fn head(&self, lane: Lane) -> Result<Option<Row>, StoreError> {
        match self.memory.head(lane) {
            Some(key) => self.store.row(key),
            None => Ok(None),
        }
    }

    pub(super) fn log(&mut self, event: &'static str, fields: Vec<(&'static str, String)>) {
        self.logs.push(Log {
            event,
            fields,
            alarming: false,
        });
    }

    pub(super) fn alarm(&mut self, event: &'static str, fields: Vec<(&'static str, String)>) {
        self.logs.push(Log {
            event,
            fields,
            alarming: true,
        });
    }

    /// Stores a row that an attempt or an echo has changed, and keeps the memory in step.
    pub(super) fn save(&mut self, row: &Row) -> Result<(), StoreError> {
        self.store.update(row)?;
        if !row.state.is_open() {
            self.memory.close(row);
        }
        Ok(())
    }

    pub(super) fn save_consumer(&mut self, now: Millis) -> Result<(), StoreError> {
        if let Some(consumer) = &mut self.memory.consumer {
            consumer.touched_at = now;
            self.memory.last_activity = self.memory.last_activity.max(now);
            self.store.put_consumer(consumer)?;
        }
        Ok(())
    }
}

impl Memory {
    fn remember(&mut self, row: &RowSummary, now: Millis) {
        self.last_position = self.last_position.max(row.position);
        if row.open {
            self.open
                .entry(row.lane)
                .or_default()
                .insert(row.position, row.key.clone());
        } else {
            self.last_activity = self.last_activity.max(row.due_at);
            self.ended
                .insert((row.due_at + keep(row.refused), row.key.clone()));
        }
        for place in row.source.iter().chain(&row.published) {
            self.seen.account(&place.dialog_id, place.sequence, now);
        }
        self.published.extend(row.published.iter().cloned());
        if let Some(resent) = &row.resent {
            self.resent.push((resent.clone(), row.key.clone()));
        }
    }

    pub(super) fn head(&self, lane: Lane) -> Option<&String> {
        self.open.get(&lane)?.values().next()
    }

    /// How many messages wait in a lane.
    pub(super) fn waiting(&self, lane: Lane) -> usize {
        self.open.get(&lane).map_or(0, BTreeMap::len)
    }

    /// The place at a lane's tail.
    pub(super) fn tail(&self) -> u64 {
        self.last_position + STRIDE
    }

    /// A place just before `position`; `None` where no room is left.
    pub(super) fn place_before(&self, lane: Lane, position: u64) -> Option<u64> {
        let lane = self.open.get(&lane)?;
        let before = lane.range(..position).next_back().map_or(0, |(at, _)| *at);
        let middle = before + (position - before) / 2;
        (middle > before).then_some(middle)
    }

    /// Keys of the messages that wait in a lane, in order.
    pub(super) fn lane(&self, lane: Lane) -> impl Iterator<Item = &String> {
        self.open.get(&lane).into_iter().flat_map(BTreeMap::values)
    }

    pub(super) fn add(&mut self, row: &Row) {
        self.last_position = self.last_position.max(row.position);
        self.last_activity = self.last_activity.max(row.accepted_at);
        if row.state.is_open() {
            self.open
                .entry(row.lane)
                .or_default()
                .insert(row.position, row.key.clone());
        } else {
            self.close(row);
        }
    }

    fn close(&mut self, row: &Row) {
        if let Some(lane) = self.open.get_mut(&row.lane) {
            lane.remove(&row.position);
        }
        self.last_activity = self.last_activity.max(row.due_at);
        let refused = row.state == RowState::Refused;
        self.ended
            .insert((row.due_at + keep(refused), row.key.clone()));
    }
}

fn keep(refused: bool) -> Millis {
    if refused {
        KEEP_REFUSED
    } else {
        KEEP_DELIVERED
    }
}
