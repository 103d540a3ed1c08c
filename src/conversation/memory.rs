//! What an engine has in memory: an index of what is stored, which is loaded by one scan when the object wakes.

use std::collections::{BTreeMap, BTreeSet};

use super::consumer::Consumer;
use super::operate::Tombstone;
use super::order::Seen;
use super::receipts::Reports;
use super::report::{self, Dead, Errands};
use super::signals::Signals;
use super::{
    DAY, DialogPlace, KEEP_IDLE, KEEP_OPEN, Lane, Resent, Row, RowState, RowSummary, Ticket,
    content_bytes,
};
use crate::config::Retention;
use crate::files::file_id;
use crate::http::Millis;
use crate::liveengage::files::SignedUrl;
use crate::message::Reference;

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
    pub(super) files: BTreeMap<String, String>,
    pub(super) signals: Signals,
    pub(super) reports: Reports,
    /// The place that LiveEngage has just given for the file of a message. It is not stored: it opens the storage for a minute.
    pub(super) upload: Option<(String, SignedUrl)>,
    /// Publishes that were given up as unknown, with the key of their message.
    pub(super) resent: Vec<(Resent, String)>,
    /// Messages to the consumer with doubtful attempts, by what stands for them in references.
    pub(super) doubtful: BTreeMap<String, String>,
    pub(super) seen: Seen,
    /// The attempt that this instance has under way, by lane.
    pub(super) in_flight: BTreeMap<Lane, (String, u32)>,
    /// Lanes whose next interrupted attempt was cut off by a failure of storage.
    pub(super) excused: BTreeSet<Lane>,
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

impl Memory {
    /// What is known before any row is.
    pub(super) fn of(consumer: Option<Consumer>, tombstone: Option<Tombstone>) -> Self {
        let last_activity = match (&consumer, &tombstone) {
            (Some(consumer), _) => consumer.touched_at,
            (None, Some(tombstone)) => tombstone.erased_at,
            (None, None) => 0,
        };
        Self {
            consumer,
            tombstone,
            last_activity,
            ..Self::default()
        }
    }

    /// What is known of a person who has just been erased.
    pub(super) fn of_erased(tombstone: Tombstone) -> Self {
        Self::of(None, Some(tombstone))
    }

    pub(super) fn remember(&mut self, row: RowSummary) {
        for place in row.source.iter().chain(&row.published) {
            self.seen
                .restore(&place.dialog_id, place.sequence, row.due_at);
        }
        for place in row.published {
            self.published.insert(place, row.key.clone());
        }
        self.is_known_as(row.remote_id.as_deref(), &row.key);
        if let Some(place) = row.source.as_ref()
            && !row.open
            && !row.refused
        {
            self.reports.delivered(row.due_at, place);
        }
        if row.has_file {
            self.files.insert(file_id(&row.key), row.key.clone());
        }
        if let Some(resent) = row.resent {
            self.resent.push((resent, row.key.clone()));
        }
        if row.doubtful {
            self.is_doubtful(&row.key);
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

    /// The platform gave a message these ids, one for each piece.
    fn is_known_as(&mut self, remote_ids: Option<&str>, key: &str) {
        for id in remote_ids.into_iter().flat_map(|ids| ids.split(' ')) {
            self.remote.insert(id.to_owned(), key.to_owned());
        }
    }

    fn is_doubtful(&mut self, key: &str) {
        self.doubtful
            .insert(Reference::message_of(key), key.to_owned());
    }

    /// The next ended message that has been kept long enough; it is forgotten here.
    pub(super) fn forget_next(&mut self, now: Millis) -> Option<String> {
        let (at, _) = self.ended.first()?;
        if *at > now {
            return None;
        }
        let (_, key) = self.ended.pop_first()?;
        self.forget(&key);
        Some(key)
    }

    /// Nothing leads to this message any more.
    fn forget(&mut self, key: &str) {
        self.dead.remove(key);
        self.resent.retain(|(_, of)| of != key);
        self.doubtful.retain(|_, of| of != key);
        self.published.retain(|_, of| of != key);
        self.remote.retain(|_, of| of != key);
        self.files.retain(|_, of| of != key);
    }

    /// Keeps the index in step with a stored row.
    pub(super) fn put(&mut self, row: &Row) {
        self.is_known_as(row.detail.remote_id.as_deref(), &row.key);
        if let Some(place) = &row.detail.source
            && row.state == RowState::Delivered
        {
            self.reports.delivered(row.due_at, place);
        }
        if row.detail.file.is_some() {
            self.files.insert(file_id(&row.key), row.key.clone());
        }
        if !row.detail.doubtful.is_empty() {
            self.is_doubtful(&row.key);
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
    pub(super) fn keep_for(&mut self, retention: Retention) {
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

    pub(super) fn prune_at(&self) -> Millis {
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

    pub(super) fn head(&self, lane: Lane) -> Option<&String> {
        self.first(lane).map(|open| &open.key)
    }

    pub(super) fn due_at(&self, lane: Lane) -> Option<Millis> {
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
        self.excused.remove(&row.lane);
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
