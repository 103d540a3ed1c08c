//! What the consumer's side reports about messages that it was sent: that they arrived, were read, or did not arrive after all.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Context, DialogPlace, Engine, Row, Store, StoreError};
use crate::http::Millis;
use crate::liveengage::publish::AcceptStatus;
use crate::message::ReceiptStatus;
use crate::outcome::Refusal;

/// Messages to the consumer that a report about "all until then" can still be about.
const MOST_SENT: usize = 50;
/// How far the platform's clock may be behind ours (ms).
const SKEW: Millis = 1_000;
/// Reports that came before the answer to the send that they are about, and how long they are kept (ms).
const MOST_EARLY: usize = 20;
const KEEP_EARLY: Millis = 60_000;

/// What has to be known to tell what a report is about. It lives in memory only: reports are best effort.
#[derive(Debug, Default)]
pub(super) struct Reports {
    /// Delivered messages by the time of delivery, each with what was reported about it. A time until which all was reported would
    /// not do: the clocks differ, and what was sent just after a report is not what it was about.
    sent: BTreeMap<(Millis, DialogPlace), BTreeSet<AcceptStatus>>,
    /// Reports about messages whose platform id is not known yet.
    early: VecDeque<Early>,
}

/// A report that came before the answer to the send that it is about.
#[derive(Debug, PartialEq)]
struct Early {
    remote_id: String,
    status: ReceiptStatus,
    code: Option<String>,
    since: Millis,
}

impl Reports {
    /// A message was delivered.
    pub(super) fn delivered(&mut self, at: Millis, place: &DialogPlace) {
        self.sent.entry((at, place.clone())).or_default();
        while self.sent.len() > MOST_SENT {
            self.sent.pop_first();
        }
    }

    fn until(&mut self, until: Millis, status: AcceptStatus) -> Vec<DialogPlace> {
        let until = until.saturating_add(SKEW);
        let sent = self.sent.iter_mut();
        let sent = sent.take_while(|((at, _), _)| *at <= until);
        let new = sent.filter_map(|((_, place), told)| told.insert(status).then_some(place));
        new.cloned().collect()
    }

    fn early(&mut self, early: Early) {
        self.early.push_back(early);
        if self.early.len() > MOST_EARLY {
            self.early.pop_front();
        }
    }

    /// Reports that came too early for these ids.
    fn take_early(&mut self, ids: &str, now: Millis) -> VecDeque<Early> {
        let early = std::mem::take(&mut self.early);
        let fresh = early.into_iter();
        let fresh = fresh.filter(|early| now.saturating_sub(early.since) < KEEP_EARLY);
        let (about, rest) =
            fresh.partition(|early| ids.split(' ').any(|own| own == early.remote_id));
        self.early = rest;
        about
    }
}

/// How LiveEngage calls it. `None`: it did not arrive, which is told in another way.
fn told(status: ReceiptStatus) -> Option<AcceptStatus> {
    match status {
        ReceiptStatus::Delivered => Some(AcceptStatus::Accept),
        ReceiptStatus::Read => Some(AcceptStatus::Read),
        ReceiptStatus::Accessed => Some(AcceptStatus::Access),
        ReceiptStatus::Failed => None,
    }
}

impl<S: Store> Engine<S> {
    /// A report about one message. A message that failed after all is told like one that was refused.
    pub(super) fn accept_receipt(
        &mut self,
        remote_id: &str,
        status: ReceiptStatus,
        code: Option<&str>,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let now = context.now;
        let Some(key) = self.memory.remote.get(remote_id) else {
            self.memory.reports.early(Early {
                remote_id: remote_id.to_owned(),
                status,
                code: code.map(str::to_owned),
                since: now,
            });
            return Ok(());
        };
        let Some(row) = self.store.row(key)? else {
            return Ok(());
        };
        let Some(place) = &row.detail.source else {
            return Ok(());
        };
        match told(status) {
            Some(status) => self.memory.signals.receipt(place, status, now),
            None => {
                let because = self.why_it_failed(code, context);
                self.tell_not_delivered(&row, because, context)?;
            }
        }
        Ok(())
    }

    /// Why a message failed after all, for the agent.
    fn why_it_failed(&self, code: Option<&str>, context: &Context<'_>) -> String {
        let Some(code) = code else {
            return "the platform reported later that it failed".to_owned();
        };
        let refusal = Refusal::Rejected {
            code: code.to_owned(),
        };
        let channel = self.channel(context);
        let known = channel.and_then(|channel| channel.adapter.explain(&refusal));
        match known {
            Some(known) => known.to_owned(),
            None => format!("the platform reported later that it failed ({code})"),
        }
    }

    /// A report about all messages until then.
    pub(super) fn accept_receipt_until(
        &mut self,
        until: Millis,
        status: ReceiptStatus,
        now: Millis,
    ) {
        let Some(status) = told(status) else {
            return;
        };
        for place in self.memory.reports.until(until, status) {
            self.memory.signals.receipt(&place, status, now);
        }
    }

    /// Takes up what was reported about a message before the answer to its send had come.
    pub(super) fn take_early_receipts(
        &mut self,
        row: &Row,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let Some(ids) = &row.detail.remote_id else {
            return Ok(());
        };
        for early in self.memory.reports.take_early(ids, context.now) {
            let code = early.code.as_deref();
            self.accept_receipt(&early.remote_id, early.status, code, context)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(sequence: u64) -> DialogPlace {
        DialogPlace {
            dialog_id: "d".to_owned(),
            sequence,
        }
    }

    #[test]
    fn a_report_about_all_until_then_is_about_each_message_once() {
        let mut reports = Reports::default();
        for n in 1..=3 {
            reports.delivered(n * 10_000, &place(n));
        }
        assert_eq!(reports.until(9_500, AcceptStatus::Read), [place(1)]);
        assert_eq!(
            reports.until(20_000, AcceptStatus::Accept),
            [place(1), place(2)]
        );
        assert_eq!(
            reports.until(30_000, AcceptStatus::Read),
            [place(2), place(3)]
        );
        assert_eq!(reports.until(5_000, AcceptStatus::Read), []);
        assert_eq!(reports.until(40_000, AcceptStatus::Read), []);
    }

    #[test]
    fn a_message_that_follows_a_report_closely_has_its_own() {
        let mut reports = Reports::default();
        reports.delivered(10_000, &place(1));
        assert_eq!(reports.until(10_100, AcceptStatus::Read), [place(1)]);
        // Within what the clocks may differ by.
        reports.delivered(10_600, &place(2));
        assert_eq!(reports.until(11_000, AcceptStatus::Read), [place(2)]);
        assert_eq!(reports.until(11_000, AcceptStatus::Read), []);
    }

    #[test]
    fn a_report_may_come_before_the_answer_to_its_send() {
        let early = |id: &str, status, since| Early {
            remote_id: id.to_owned(),
            status,
            code: (status == ReceiptStatus::Failed).then(|| "30003".to_owned()),
            since,
        };
        let failed = || early("SM2", ReceiptStatus::Failed, 1);
        let read = || early("SM2", ReceiptStatus::Read, 2);
        let mut reports = Reports::default();
        reports.early(early("SM1", ReceiptStatus::Delivered, 0));
        reports.early(failed());
        reports.early(read());
        assert_eq!(reports.take_early("SM0 SM2", 10), [failed(), read()]);
        assert_eq!(reports.take_early("SM2", 10), []);
        assert_eq!(reports.take_early("SM1", KEEP_EARLY), []);
        for n in 0..100 {
            reports.early(early(&n.to_string(), ReceiptStatus::Read, 0));
        }
        assert_eq!(reports.take_early("79", 0), []);
        assert_eq!(reports.take_early("80", 0).len(), 1);
    }
}
