//! The engine: its start, its timer and its pruning.

use super::consumer::Consumer;
use super::{Lane, Memory, Row, Store, StoreError};
use crate::breaker::SharedBreaker;
use crate::config::{Config, Retention};
use crate::http::Millis;
use crate::identity::ConsumerKey;
use crate::message::File;

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
    pub(super) breaker: SharedBreaker,
}

impl<S: Store> Engine<S> {
    /// Starts from what is stored. Attempts found under way were interrupted: they are dealt with when their lane is drained.
    pub fn load(store: S) -> Result<Self, StoreError> {
        let mut memory = Memory::of(store.consumer()?, store.tombstone()?);
        for summary in store.summaries()? {
            memory.remember(summary);
        }
        memory.look_for_errands();
        Ok(Self {
            store,
            memory,
            logs: Vec::new(),
            breaker: SharedBreaker::default(),
        })
    }

    /// This instance has lived through a failure of its storage: what it finds interrupted was cut off by that, and did not crash.
    pub fn excuse(&mut self) {
        self.memory.excused = Lane::ALL.into();
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
    pub fn next_wake(&self) -> Option<Millis> {
        self.next_wake_beside(|_| 0)
    }

    /// The same while drains run: what is due in a lane with a running drain is that drain's business, and the object has to be
    /// woken for it only if the drain should have vanished; `earliest` says when that is.
    pub fn next_wake_beside(&self, earliest: impl Fn(Lane) -> Millis) -> Option<Millis> {
        let memory = &self.memory;
        let mut wake = memory.prune_at();
        for lane in Lane::ALL {
            if let Some(due_at) = memory.due_at(lane) {
                wake = wake.min(due_at.max(earliest(lane)));
            }
        }
        if let Some(consumer) = &memory.consumer
            && consumer.unclaimed(memory.last_activity).is_some()
        {
            wake = wake.min(consumer.claim_due_at.max(earliest(Lane::ToLiveengage)));
        }
        let composing = memory
            .consumer
            .as_ref()
            .and_then(|it| it.composing.as_ref());
        if let Some(composing) = composing {
            wake = wake.min(composing.over_at.max(earliest(Lane::ToLiveengage)));
        }
        if let Some(due_at) = memory.errand_due_at() {
            wake = wake.min(due_at.max(earliest(Lane::ToLiveengage)));
        }
        let exists = memory.consumer.is_some() || memory.tombstone.is_some();
        (exists || wake < memory.prune_at()).then_some(wake)
    }

    /// Deletes what has been kept long enough. Returns whether the object should delete all of its storage.
    pub fn prune(&mut self, context: &Context<'_>) -> Result<bool, StoreError> {
        let now = context.now;
        self.keep_for(context);
        while let Some(key) = self.memory.forget_next(now) {
            self.store.delete(&key)?;
        }
        let idle = self.memory.count() == 0;
        if let Some(consumer) = &mut self.memory.consumer
            && idle
            && consumer.touched_at < self.memory.last_activity
        {
            // With the last row goes the last trace of when the consumer was here: keep that.
            consumer.touched_at = self.memory.last_activity;
            self.store.put_consumer(consumer)?;
        }
        let exists = self.memory.consumer.is_some() || self.memory.tombstone.is_some();
        // What the index still says of this consumer has to be taken back first.
        let listed = self.memory.is_listed();
        let over = exists && idle && !listed && self.memory.prune_at() <= now;
        if over {
            self.memory = Memory::default();
        }
        Ok(over)
    }

    /// How long ended messages are kept is the channel's to say, and may have changed since they ended.
    pub(super) fn keep_for(&mut self, context: &Context<'_>) {
        let retention = self
            .channel(context)
            .map_or_else(Retention::default, |channel| channel.retention);
        self.memory.keep_for(retention);
    }

    /// The file of LiveEngage's that has that id; see [`file_id`].
    pub fn file(&self, id: &str) -> Result<Option<File>, StoreError> {
        let Some(key) = self.memory.files.get(id) else {
            return Ok(None);
        };
        Ok(self.store.row(key)?.and_then(|row| row.detail.file))
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

    /// A log line that somebody has to act on.
    pub(super) fn raise(&mut self, event: &'static str, fields: Vec<(&'static str, String)>) {
        self.logs.push(Log {
            event,
            fields,
            alarming: true,
        });
    }

    /// Stores a row that an attempt or an echo has changed, and keeps the memory in step.
    pub(super) fn save(&mut self, row: &Row) -> Result<(), StoreError> {
        self.store.update(row)?;
        self.memory.put(row);
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
