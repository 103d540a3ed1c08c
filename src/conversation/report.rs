//! Reporting dead letters and stuck lanes to their index ([`crate::attention`]), and the other errands that a drain runs when
//! nothing has to be sent: all of them after the fact, none on a message's path.

use serde::{Deserialize, Serialize};

use super::{Context, Engine, Lane, Memory, STUCK, Store, StoreError, Work, retry};
use crate::attention::{self, DeadLetter, NAMED, Report, Stuck};
use crate::http::Millis;
use crate::outcome::{Cause, Refusal};

use super::row::{Row, StepEvent};

/// What the index was told last. Stored with the consumer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// Counts reports.
    pub revision: u64,
    /// [`Report::digest`] of the last one.
    pub digest: String,
}

/// A dead letter, as the memory knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dead {
    pub(super) lane: Lane,
    pub(super) reason: String,
    pub(super) at: Millis,
}

/// Errands that a drain has to run; a cache of what storage tells.
#[derive(Debug, Default)]
pub(super) struct Errands {
    /// What is stored differs from what the index was told.
    pending: bool,
    /// Somebody looks: the index is told again, also what it should know.
    forced: bool,
    failures: u32,
    due_at: Millis,
}

impl<S: Store> Engine<S> {
    /// An errand that is due, if the lane has nothing to send.
    pub(super) fn errand(
        &mut self,
        lane: Lane,
        context: &Context<'_>,
    ) -> Result<Option<Work>, StoreError> {
        let report = self.report(context)?;
        self.memory.errands.pending = self.is_news(report.as_ref());
        if lane != Lane::ToLiveengage
            || !self.memory.has_errand()
            || self.memory.errands.due_at > context.now
        {
            return Ok(None);
        }
        if let Some(forget) = self
            .memory
            .tombstone
            .as_ref()
            .and_then(|it| it.forget.first())
        {
            return Ok(Some(Work::Forget {
                forget: forget.clone(),
            }));
        }
        let withdraw = self
            .memory
            .tombstone
            .as_ref()
            .and_then(|it| it.withdraw.clone());
        let (account_id, namespace, report, before) = match (withdraw, &self.memory.consumer) {
            (Some((account_id, namespace)), _) => (account_id, namespace, Report::default(), 0),
            (None, Some(consumer)) => (
                consumer.account_id.clone(),
                consumer.namespace.clone(),
                report.unwrap_or_default(),
                consumer.reported.as_ref().map_or(0, |it| it.revision),
            ),
            (None, None) => return Ok(None),
        };
        Ok(Some(Work::Report {
            object: attention::object_name(&account_id, &namespace, attention::bucket(context.key)),
            // Of two reports that are under way at once the later one holds.
            revision: context.now.max(before + 1),
            report,
        }))
    }

    /// The index knows, or is to be told again.
    pub fn reported(
        &mut self,
        revision: u64,
        report: &Report,
        succeeded: bool,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        if !succeeded {
            self.memory.errand_failed(context);
            return Ok(());
        }
        self.memory.errands_go_on();
        self.memory.errands.forced = false;
        if let Some(tombstone) = &mut self.memory.tombstone
            && tombstone.withdraw.take().is_some()
        {
            return self.store.put_tombstone(tombstone);
        }
        if let Some(consumer) = &mut self.memory.consumer {
            consumer.reported = Some(Reported {
                revision,
                digest: report.digest(),
            });
            // Not as a sign of life: a report must not keep an idle consumer.
            self.store.put_consumer(consumer)?;
        }
        self.memory.errands.pending = false;
        Ok(())
    }

    /// An operator looks at this consumer: what the index says of it is set right.
    pub(super) fn report_again(&mut self) {
        let consumer = self.memory.consumer.as_ref();
        self.memory.errands.forced = consumer.is_some_and(|it| it.reported.is_some());
        self.memory.errands.due_at = 0;
    }

    /// How things stand now. `None` where nobody is known.
    fn report(&self, context: &Context<'_>) -> Result<Option<Report>, StoreError> {
        let Some(consumer) = &self.memory.consumer else {
            return Ok(None);
        };
        let mut dead: Vec<DeadLetter> = Vec::with_capacity(self.memory.dead.len());
        for (key, letter) in &self.memory.dead {
            dead.push(DeadLetter {
                message: key.clone(),
                lane: letter.lane,
                reason: letter.reason.clone(),
                at: letter.at,
            });
        }
        dead.sort_by_key(|letter| letter.at);
        dead.truncate(NAMED);
        let mut stuck = Vec::new();
        for lane in Lane::ALL {
            let waits_long = self
                .memory
                .waits_since(lane)
                .is_some_and(|since| context.now.saturating_sub(since) >= STUCK);
            if waits_long && let Some(row) = self.head(lane)? {
                stuck.push(Stuck {
                    lane,
                    since: row.age_from(),
                    cause: latest_cause(&row),
                    message: row.key,
                });
            }
        }
        Ok(Some(Report {
            channel: consumer.channel.clone(),
            dead_letters: dead,
            dead_letter_count: self.memory.dead.len(),
            stuck,
        }))
    }

    fn is_news(&self, report: Option<&Report>) -> bool {
        let (Some(report), Some(consumer)) = (report, &self.memory.consumer) else {
            return false;
        };
        let known = consumer
            .reported
            .as_ref()
            .map_or("", |it| it.digest.as_str());
        report.digest() != known
    }
}

impl Memory {
    fn has_errand(&self) -> bool {
        let left = self.tombstone.as_ref().is_some_and(|it| !it.is_done());
        let known = self.consumer.is_some();
        left || known && (self.errands.pending || self.errands.forced)
    }

    /// There may be something to report: until a drain has looked, the object has an alarm for it.
    pub(super) fn may_be_news(&mut self) {
        self.errands.pending = true;
    }

    /// What the index was told is compared once with what is stored.
    pub(super) fn look_for_errands(&mut self) {
        self.errands.pending = !self.dead.is_empty() || self.is_listed();
    }

    /// When the next errand is due.
    pub(super) fn errand_due_at(&self) -> Option<Millis> {
        self.has_errand().then_some(self.errands.due_at)
    }

    /// The other object did not answer: the errand is run again after a pause that grows.
    pub(super) fn errand_failed(&mut self, context: &Context<'_>) {
        let failures = self.errands.failures;
        let cause = Cause::Internal;
        let pause = retry::pause(Lane::ToLiveengage, &cause, failures, None, context.random);
        self.errands.failures = failures.saturating_add(1);
        self.errands.due_at = context.now + pause;
    }

    pub(super) fn errands_go_on(&mut self) {
        self.errands.failures = 0;
        self.errands.due_at = 0;
    }
}

/// The stored name of a refusal.
pub(super) fn reason(refusal: &Refusal) -> String {
    let stored = serde_json::to_value(refusal).unwrap_or_default();
    let name = stored.get("reason").and_then(|name| name.as_str());
    name.unwrap_or("other").to_owned()
}

/// The stored name of what has kept a message waiting last. That it takes turns tells nothing: something has failed before.
fn latest_cause(row: &Row) -> String {
    let causes = row.trace.iter().rev().filter_map(|step| match &step.event {
        StepEvent::Retry { because, .. } | StepEvent::Unknown { because, .. } => Some(because),
        _ => None,
    });
    let mut causes = causes.filter(|cause| **cause != Cause::Held);
    let stored = causes.next().map(serde_json::to_value);
    let stored = stored.and_then(Result::ok).unwrap_or_default();
    let name = stored.get("cause").and_then(|name| name.as_str());
    name.unwrap_or("none").to_owned()
}
