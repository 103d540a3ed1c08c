//! The engine's memory, its start, its timer and its pruning.

use std::collections::{BTreeMap, BTreeSet};

use super::consumer::Consumer;
use super::operate::Tombstone;
use super::order::Seen;
use super::report::{self, Dead, Errands};
use super::signals::Signals;
use super::{
    DAY, DialogPlace, KEEP_IDLE, KEEP_OPEN, Lane, Resent, Row, RowState, RowSummary, Store,
    StoreError, Ticket, content_bytes,
};
use crate::breaker::SharedBreaker;
use crate::config::{Config, Retention};
use crate::files::file_id;
use crate::http::Millis;
use crate::identity::ConsumerKey;
use crate::liveengage::files::SignedUrl;
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

/// A cache of what is stored, and of which attempts this instance has under way.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(super) consumer: Option<Consumer>,
    /// What is left of a person who was erased.
    pub(super) tombstone: Option<Tombstone>,
    /// The messages that still have to go somewhere, by lane and position.
    open: BTreeMap<Lane, BTreeMap<u64, Open>>,
    /// Ended messages by the time at which they may be deleted.
    ended: BTreeSet<(Millis, String)>,
    /// How long ended messages are kept, as the channel says.
    retention: Retention,
    /// Messages that are dead letters and have not been discarded.
    pub(super) dead: BTreeMap<String, Dead>,
    pub(super) errands: Errands,
    last_position: u64,
    pub(super) last_activity: Millis,
    /// Where LiveEngage put our publishes, with the key of their message: an echo of one of these has been used.
    pub(super) published: BTreeMap<DialogPlace, String>,
    /// Messages to the consumer by the id that the platform gave them.
    pub(super) remote: BTreeMap<String, String>,
    /// Messages that carry a file of LiveEngage's, by the id of the file.
    files: BTreeMap<String, String>,
    pub(super) signals: Signals,
    /// The place that LiveEngage has just given for the file of a message. It is not stored: it opens the storage for a minute.
    pub(super) upload: Option<(String, SignedUrl)>,
    /// Publishes that were given up as unknown, with the key of their message.
    pub(super) resent: Vec<(Resent, String)>,
    pub(super) seen: Seen,
    /// The attempt that this instance has under way, by lane.
    pub(super) in_flight: BTreeMap<Lane, (String, u32)>,
    /// The logs say already that there is no room.
    pub(super) told_full: bool,
}

/// A message that still has to go somewhere.
#[derive(Debug)]
struct Open {
    key: String,
    due_at: Millis,
    /// When it was accepted, or last sent again.
    since: Millis,
    /// See [`content_bytes`]: as it was accepted.
    bytes: u64,
}

/// A row, as the index of the memory sees it.
struct Place {
    key: String,
    lane: Lane,
    position: u64,
    state: RowState,
    /// Due time, or when it ended.
    at: Millis,
    since: Millis,
    bytes: u64,
    /// Of a dead letter that has not been discarded.
    reason: Option<String>,
}

/// Distance between two neighbours of a lane, so that a late lower sequence finds room.
const STRIDE: u64 = 1 << 16;

impl<S: Store> Engine<S> {
    /// Starts from what is stored. Attempts found under way were interrupted: they are dealt with when their lane is drained.
    pub fn load(store: S) -> Result<Self, StoreError> {
        let mut memory = Memory {
            consumer: store.consumer()?,
            tombstone: store.tombstone()?,
            ..Memory::default()
        };
        if let Some(consumer) = &memory.consumer {
            memory.last_activity = consumer.touched_at;
        } else if let Some(tombstone) = &memory.tombstone {
            memory.last_activity = tombstone.erased_at;
        }
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
        while let Some((at, key)) = self.memory.ended.first().cloned() {
            if at > now {
                break;
            }
            self.memory.ended.pop_first();
            self.memory.forget(&key);
            self.store.delete(&key)?;
        }
        let idle =
            self.memory.ended.is_empty() && self.memory.open.values().all(BTreeMap::is_empty);
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

impl Memory {
    /// What is known of a person who has just been erased.
    pub(super) fn of_erased(tombstone: Tombstone) -> Self {
        Self {
            last_activity: tombstone.erased_at,
            tombstone: Some(tombstone),
            ..Self::default()
        }
    }

    fn remember(&mut self, row: RowSummary) {
        for place in row.source.iter().chain(&row.published) {
            self.seen
                .restore(&place.dialog_id, place.sequence, row.due_at);
        }
        for place in row.published {
            self.published.insert(place, row.key.clone());
        }
        if let Some(remote_id) = row.remote_id {
            self.remote.insert(remote_id, row.key.clone());
        }
        if row.has_file {
            self.files.insert(file_id(&row.key), row.key.clone());
        }
        if let Some(resent) = row.resent {
            self.resent.push((resent, row.key.clone()));
        }
        let state = match (row.open, row.refused) {
            (true, _) => RowState::Waiting,
            (false, true) => RowState::Refused,
            (false, false) => RowState::Delivered,
        };
        self.place(Place {
            key: row.key,
            lane: row.lane,
            position: row.position,
            state,
            at: row.due_at,
            since: row.since,
            bytes: row.bytes,
            reason: row
                .reason
                .filter(|_| state == RowState::Refused && !row.discarded),
        });
    }

    /// Nothing leads to this message any more.
    fn forget(&mut self, key: &str) {
        self.dead.remove(key);
        self.resent.retain(|(_, of)| of != key);
        self.published.retain(|_, of| of != key);
        self.remote.retain(|_, of| of != key);
        self.files.retain(|_, of| of != key);
    }

    /// Keeps the index in step with a stored row.
    pub(super) fn put(&mut self, row: &Row) {
        if let Some(remote_id) = &row.detail.remote_id {
            self.remote.insert(remote_id.clone(), row.key.clone());
        }
        if row.detail.file.is_some() {
            self.files.insert(file_id(&row.key), row.key.clone());
        }
        self.last_activity = self.last_activity.max(row.accepted_at);
        let refusal = row.detail.refusal.as_ref();
        let lane = self.open.get(&row.lane);
        let known = lane.and_then(|lane| lane.get(&row.position));
        let bytes = known.map_or_else(|| content_bytes(row), |open| open.bytes);
        self.place(Place {
            key: row.key.clone(),
            lane: row.lane,
            position: row.position,
            state: row.state,
            at: row.due_at,
            since: row.age_from(),
            bytes,
            reason: refusal
                .filter(|_| !row.detail.discarded)
                .map(report::reason),
        });
    }

    fn place(&mut self, place: Place) {
        let Place {
            key,
            lane,
            state,
            at,
            ..
        } = place;
        self.last_position = self.last_position.max(place.position);
        let lane = self.open.entry(lane).or_default();
        if state.is_open() {
            let open = Open {
                key,
                due_at: at,
                since: place.since,
                bytes: place.bytes,
            };
            lane.insert(place.position, open);
            return;
        }
        if lane.remove(&place.position).is_none() {
            // A dead letter that turns out to be delivered, or is discarded.
            self.ended.retain(|(_, ended)| *ended != key);
        }
        self.last_activity = self.last_activity.max(at);
        let keep = match place.reason {
            Some(reason) => {
                let lane = place.lane;
                let dead = Dead { lane, reason, at };
                self.dead.insert(key.clone(), dead);
                self.may_be_news();
                self.retention.dead_letters
            }
            None => {
                if self.dead.remove(&key).is_some() {
                    self.may_be_news();
                }
                self.retention.traces
            }
        };
        // By whole days: a busy conversation is pruned once a day, not once a message.
        let until = (at + keep).div_ceil(DAY) * DAY;
        self.ended.insert((until, key));
    }

    /// A dead letter goes back into its lane.
    pub(super) fn revive(&mut self, key: &str) {
        if self.dead.remove(key).is_some() {
            self.may_be_news();
        }
        self.ended.retain(|(_, ended)| ended != key);
    }

    /// Takes over how long ended messages are kept. Their times are kept in whole days, and so is what shifts them.
    fn keep_for(&mut self, retention: Retention) {
        if self.retention == retention {
            return;
        }
        let before = std::mem::replace(&mut self.retention, retention);
        let ended = std::mem::take(&mut self.ended);
        let shifted = ended.into_iter().map(|(until, key)| {
            let (was, is) = if self.dead.contains_key(&key) {
                (before.dead_letters, retention.dead_letters)
            } else {
                (before.traces, retention.traces)
            };
            ((until + is).saturating_sub(was), key)
        });
        self.ended = shifted.collect();
    }

    /// Whether the index of dead letters and stuck lanes says, or may say, anything of this consumer.
    pub(super) fn is_listed(&self) -> bool {
        let told = self.consumer.as_ref().and_then(|it| it.reported.as_ref());
        told.is_some_and(|told| !told.digest.is_empty())
            || self.tombstone.as_ref().is_some_and(|it| !it.is_done())
    }

    fn prune_at(&self) -> Millis {
        if let Some((at, _)) = self.ended.first() {
            return *at;
        }
        let remembered = self.tombstone.as_ref().map_or(0, |it| it.until);
        if self.consumer.is_none() && self.tombstone.is_some() {
            return remembered;
        }
        if self.open.values().any(|lane| !lane.is_empty()) {
            return Millis::MAX;
        }
        let open = self
            .consumer
            .as_ref()
            .is_some_and(Consumer::has_open_conversation);
        let idle = self.last_activity + if open { KEEP_OPEN } else { KEEP_IDLE };
        idle.max(remembered)
    }

    fn first(&self, lane: Lane) -> Option<&Open> {
        self.open.get(&lane)?.values().next()
    }

    fn head(&self, lane: Lane) -> Option<&String> {
        self.first(lane).map(|open| &open.key)
    }

    fn due_at(&self, lane: Lane) -> Option<Millis> {
        self.first(lane).map(|open| open.due_at)
    }

    /// Whether the head of a lane has something to do now.
    pub(super) fn is_due(&self, lane: Lane, now: Millis) -> bool {
        self.due_at(lane).is_some_and(|due_at| due_at <= now)
    }

    /// Since when the head of a lane has been waiting.
    pub(super) fn waits_since(&self, lane: Lane) -> Option<Millis> {
        self.first(lane).map(|open| open.since)
    }

    /// How many messages are remembered.
    pub(super) fn count(&self) -> usize {
        let open: usize = self.open.values().map(BTreeMap::len).sum();
        open + self.ended.len()
    }

    /// How many messages wait in a lane.
    pub(super) fn waiting(&self, lane: Lane) -> usize {
        self.open.get(&lane).map_or(0, BTreeMap::len)
    }

    /// How long the contents of the messages that wait in a lane are. There are few of them: the lane is bounded.
    pub(super) fn waiting_bytes(&self, lane: Lane) -> u64 {
        let lane = self.open.get(&lane).into_iter();
        lane.flat_map(BTreeMap::values).map(|open| open.bytes).sum()
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
        let lane = self.open.get(&lane).into_iter();
        lane.flat_map(BTreeMap::values).map(|open| &open.key)
    }

    pub(super) fn upload_for(&self, key: &str) -> Option<SignedUrl> {
        let (of, place) = self.upload.as_ref()?;
        (of == key).then(|| place.clone())
    }

    /// This instance has the row's attempt under way.
    pub(super) fn took_off(&mut self, row: &Row) {
        let attempt = (row.key.clone(), row.detail.attempt);
        self.in_flight.insert(row.lane, attempt);
    }

    pub(super) fn has_in_flight(&self, row: &Row) -> bool {
        let attempt = self.in_flight.get(&row.lane);
        attempt.is_some_and(|(key, number)| *key == row.key && *number == row.detail.attempt)
    }

    pub(super) fn landed(&mut self, ticket: &Ticket) {
        let attempt = self.in_flight.get(&ticket.lane);
        if attempt.is_some_and(|(key, number)| *key == ticket.key && *number == ticket.attempt) {
            self.in_flight.remove(&ticket.lane);
        }
    }
}
