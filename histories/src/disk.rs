//! Storage with the semantics of a Durable Object: what is written between two awaits is one batch, a batch becomes durable a
//! moment later, and what was not durable when the object vanished is gone.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::task::{Poll, Waker};

use liveengage_connector::conversation::operate::Tombstone;
use liveengage_connector::conversation::{
    Consumer, Lane, Phase, Row, RowState, RowSummary, Store, StoreError,
};
use liveengage_connector::crypto::sha256_hex;
use liveengage_connector::http::Millis;
use liveengage_connector::objects::HeldAccess;

use crate::checks::asides;
use crate::marks;
use crate::world::World;

#[derive(Default)]
pub(crate) struct Disk {
    pub(crate) consumer: Option<Consumer>,
    pub(crate) rows: BTreeMap<String, Row>,
    /// What is remembered of a person who was erased.
    pub(crate) tombstone: Option<Tombstone>,
    /// Reports of an Attention object, with their revisions.
    pub(crate) reports: BTreeMap<String, (u64, String)>,
    /// The entry of a Directory object.
    pub(crate) value: Option<String>,
    /// What an Account object holds.
    pub(crate) held: Option<HeldAccess>,
    pub(crate) alarm: Option<Millis>,
    /// Rows in the order of their acceptance.
    pub(crate) accepted: Vec<(Lane, String)>,
    undo: Vec<(u64, Undo)>,
    /// The batch that is being written.
    batch: u64,
    durable: u64,
    waiting: Vec<Waker>,
    /// The process is dying: nothing more is written.
    pub(crate) frozen: bool,
    /// Tries of the alarm that is ringing.
    pub(crate) ringing: Option<u32>,
    /// Alarms that rang in the present minute.
    pub(crate) rung: (Millis, u32),
}

enum Undo {
    Consumer(Box<Option<Consumer>>),
    Row(String, Box<Option<Row>>),
    Tombstone(Box<Option<Tombstone>>),
    Report(String, Option<(u64, String)>),
    Value(Option<String>),
    Alarm(Option<Millis>),
    Accepted,
    Wiped(Box<Wiped>),
}

struct Wiped {
    consumer: Option<Consumer>,
    rows: BTreeMap<String, Row>,
    tombstone: Option<Tombstone>,
    value: Option<String>,
    alarm: Option<Millis>,
    accepted: Vec<(Lane, String)>,
}

impl Disk {
    fn note(&mut self, undo: Undo) {
        self.undo.push((self.batch, undo));
    }

    pub(crate) fn set_alarm(&mut self, at: Option<Millis>) {
        let before = std::mem::replace(&mut self.alarm, at);
        self.note(Undo::Alarm(before));
    }

    pub(crate) fn set_value(&mut self, value: String) {
        let before = self.value.replace(value);
        self.note(Undo::Value(before));
    }

    pub(crate) fn set_report(&mut self, consumer: &str, report: Option<(u64, String)>) {
        let before = match report {
            Some(report) => self.reports.insert(consumer.to_owned(), report),
            None => self.reports.remove(consumer),
        };
        self.note(Undo::Report(consumer.to_owned(), before));
    }

    pub(crate) fn wipe(&mut self) {
        let wiped = Wiped {
            consumer: self.consumer.take(),
            rows: std::mem::take(&mut self.rows),
            tombstone: self.tombstone.take(),
            value: self.value.take(),
            alarm: self.alarm.take(),
            accepted: std::mem::take(&mut self.accepted),
        };
        self.note(Undo::Wiped(Box::new(wiped)));
    }

    /// Ends the present batch; its number if anything was written.
    pub(crate) fn end_batch(&mut self) -> Option<u64> {
        let (last, _) = self.undo.last()?;
        (*last == self.batch).then(|| {
            self.batch += 1;
            self.batch - 1
        })
    }

    /// That batch and those before it are durable now.
    pub(crate) fn commit(&mut self, batch: u64) {
        self.undo.retain(|(of, _)| *of > batch);
        self.durable = self.durable.max(batch + 1);
        for waker in self.waiting.drain(..) {
            waker.wake();
        }
    }

    pub(crate) fn commit_all(&mut self) {
        self.batch += 1;
        self.commit(self.batch - 1);
    }

    /// The attempts that storage says are under way, by the id that their publish has in LiveEngage, and by the message's key.
    fn under_way(&self) -> Vec<String> {
        let rows = self.rows.values();
        let sending = rows.filter(|row| row.state == RowState::Sending);
        let names = sending.flat_map(|row| {
            let id = sha256_hex(row.key.as_bytes());
            let id = id.get(..32).unwrap_or_default();
            [format!("{id}-{}", row.detail.attempt), row.key.clone()]
        });
        names.collect()
    }

    /// The object vanished. Answers the attempts of which nothing is known now.
    pub(crate) fn roll_back(&mut self) -> Vec<String> {
        while let Some((_, undo)) = self.undo.pop() {
            match undo {
                Undo::Consumer(before) => self.consumer = *before,
                Undo::Row(key, before) => {
                    match *before {
                        Some(row) => self.rows.insert(key, row),
                        None => self.rows.remove(&key),
                    };
                }
                Undo::Tombstone(before) => self.tombstone = *before,
                Undo::Report(consumer, before) => {
                    match before {
                        Some(report) => self.reports.insert(consumer, report),
                        None => self.reports.remove(&consumer),
                    };
                }
                Undo::Value(before) => self.value = before,
                Undo::Alarm(before) => self.alarm = before,
                Undo::Accepted => drop(self.accepted.pop()),
                Undo::Wiped(before) => {
                    let before = *before;
                    self.consumer = before.consumer;
                    self.rows = before.rows;
                    self.tombstone = before.tombstone;
                    self.value = before.value;
                    self.alarm = before.alarm;
                    self.accepted = before.accepted;
                }
            }
        }
        self.frozen = false;
        self.batch += 1;
        self.durable = self.batch;
        self.waiting.clear();
        self.under_way()
    }

    /// Whether the row of that key would outlive the object.
    pub(crate) fn is_durable(&self, key: &str) -> bool {
        let inserted = |(_, undo): &(u64, Undo)| matches!(undo, Undo::Row(of, before) if of == key && before.is_none());
        self.rows.contains_key(key) && !self.undo.iter().any(inserted)
    }

    pub(crate) fn is_empty(&self) -> bool {
        let nobody = self.consumer.is_none() && self.tombstone.is_none();
        nobody && self.rows.is_empty() && self.value.is_none() && self.reports.is_empty()
    }
}

/// Whether the content of a row has the mark in it.
pub(crate) fn says(row: &Row, mark: &str) -> bool {
    let content = row.content.as_ref();
    content.is_some_and(|content| serde_json::to_string(content).is_ok_and(|it| it.contains(mark)))
}

/// Waits until everything written so far is durable: nothing leaves an object before.
pub(crate) async fn gate(disk: &Rc<RefCell<Disk>>) {
    let wanted = {
        let disk = disk.borrow();
        match disk.undo.last() {
            Some((last, _)) => last + 1,
            None => 0,
        }
    };
    std::future::poll_fn(|context| {
        let mut disk = disk.borrow_mut();
        if disk.durable >= wanted {
            return Poll::Ready(());
        }
        disk.waiting.push(context.waker().clone());
        Poll::Pending
    })
    .await;
}

/// A Conversation object's storage.
pub(crate) struct SimStore {
    pub(crate) disk: Rc<RefCell<Disk>>,
    pub(crate) world: Rc<World>,
}

impl SimStore {
    fn write(&self) -> Result<(), StoreError> {
        if self.disk.borrow().frozen || self.world.fault("storage error", self.world.plan.storage) {
            // The engine is loaded anew, and knows nothing of what this instance has under way.
            let under_way = self.disk.borrow().under_way();
            self.world.doubtful.borrow_mut().extend(under_way);
            return Err(StoreError {
                what: "the simulated disk fails".to_owned(),
            });
        }
        Ok(())
    }
}

impl Store for SimStore {
    fn consumer(&self) -> Result<Option<Consumer>, StoreError> {
        Ok(self.disk.borrow().consumer.clone())
    }

    fn put_consumer(&mut self, consumer: &Consumer) -> Result<(), StoreError> {
        self.write()?;
        let mut disk = self.disk.borrow_mut();
        let before = disk.consumer.replace(consumer.clone());
        disk.note(Undo::Consumer(Box::new(before)));
        Ok(())
    }

    fn summaries(&self) -> Result<Vec<RowSummary>, StoreError> {
        Ok(self
            .disk
            .borrow()
            .rows
            .values()
            .map(RowSummary::of)
            .collect())
    }

    fn row(&self, key: &str) -> Result<Option<Row>, StoreError> {
        Ok(self.disk.borrow().rows.get(key).cloned())
    }

    fn insert(&mut self, row: &Row) -> Result<bool, StoreError> {
        self.write()?;
        let mut disk = self.disk.borrow_mut();
        if disk.rows.contains_key(&row.key) {
            return Ok(false);
        }
        if says(row, marks::PRIVATE) {
            let what = format!("stored in {}", row.key);
            self.world.violation("no private note crosses", what);
        }
        disk.rows.insert(row.key.clone(), row.clone());
        disk.accepted.push((row.lane, row.key.clone()));
        disk.note(Undo::Row(row.key.clone(), Box::new(None)));
        disk.note(Undo::Accepted);
        Ok(true)
    }

    fn update(&mut self, row: &Row) -> Result<(), StoreError> {
        self.write()?;
        let mut disk = self.disk.borrow_mut();
        let Some(before) = disk.rows.get(&row.key).cloned() else {
            return Ok(());
        };
        asides::check_moot(&self.world, disk.consumer.as_ref(), &before, row);
        let Some(stored) = disk.rows.get_mut(&row.key) else {
            return Ok(());
        };
        stored.state = row.state;
        stored.due_at = row.due_at;
        stored.content.clone_from(&row.content);
        stored.detail.clone_from(&row.detail);
        stored.trace.clone_from(&row.trace);
        disk.note(Undo::Row(row.key.clone(), Box::new(Some(before))));
        let begins = row.state == RowState::Sending && row.detail.phase == Phase::Begun;
        if begins && says(row, marks::POISON) {
            // Rendering it panics: the process dies with what it wrote until here.
            disk.frozen = true;
            self.world.note("crash on a poison message");
        }
        Ok(())
    }

    fn delete(&mut self, key: &str) -> Result<(), StoreError> {
        self.write()?;
        let mut disk = self.disk.borrow_mut();
        if let Some(before) = disk.rows.remove(key) {
            disk.note(Undo::Row(key.to_owned(), Box::new(Some(before))));
        }
        Ok(())
    }

    fn tombstone(&self) -> Result<Option<Tombstone>, StoreError> {
        Ok(self.disk.borrow().tombstone.clone())
    }

    fn put_tombstone(&mut self, tombstone: &Tombstone) -> Result<(), StoreError> {
        self.write()?;
        let mut disk = self.disk.borrow_mut();
        let before = disk.tombstone.replace(tombstone.clone());
        disk.note(Undo::Tombstone(Box::new(before)));
        Ok(())
    }

    fn erase(&mut self, tombstone: &Tombstone) -> Result<(), StoreError> {
        self.write()?;
        let mut disk = self.disk.borrow_mut();
        let alarm = disk.alarm;
        disk.wipe();
        disk.alarm = alarm;
        disk.tombstone = Some(tombstone.clone());
        Ok(())
    }
}
