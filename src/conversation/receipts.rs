//! What the consumer's side reports about messages that it was sent: that they arrived, were read, or did not arrive after all.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Context, DialogPlace, Engine, Row, Store, StoreError};
use crate::http::Millis;
use crate::liveengage::publish::AcceptStatus;
use crate::message::ReceiptStatus;

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
    /// Delivered messages by the time of delivery.
    sent: BTreeSet<(Millis, DialogPlace)>,
    /// Until when everything has been reported already.
    told: BTreeMap<AcceptStatus, Millis>,
    /// Reports about messages whose platform id is not known yet.
    early: VecDeque<(String, ReceiptStatus, Millis)>,
}

impl Reports {
    /// A message was delivered.
    pub(super) fn delivered(&mut self, at: Millis, place: &DialogPlace) {
        self.sent.insert((at, place.clone()));
        while self.sent.len() > MOST_SENT {
            self.sent.pop_first();
        }
    }

    fn until(&mut self, until: Millis, status: AcceptStatus) -> Vec<DialogPlace> {
        let until = until.saturating_add(SKEW);
        let told = self.told.insert(status, until);
        let told = told.unwrap_or_default();
        self.told.insert(status, until.max(told));
        let sent = self.sent.iter();
        let new = sent.filter(|(at, _)| *at > told && *at <= until);
        new.map(|(_, place)| place.clone()).collect()
    }

    fn early(&mut self, remote_id: &str, status: ReceiptStatus, now: Millis) {
        self.early.push_back((remote_id.to_owned(), status, now));
        if self.early.len() > MOST_EARLY {
            self.early.pop_front();
        }
    }

    /// Reports that came too early for these ids.
    fn take_early(&mut self, ids: &str, now: Millis) -> Vec<(String, ReceiptStatus)> {
        let early = std::mem::take(&mut self.early);
        let fresh = early.into_iter();
        let fresh = fresh.filter(|(_, _, since)| now.saturating_sub(*since) < KEEP_EARLY);
        let (about, rest) = fresh.partition(|(id, ..)| ids.split(' ').any(|own| own == id));
        self.early = rest;
        let about: VecDeque<_> = about;
        about
            .into_iter()
            .map(|(id, status, _)| (id, status))
            .collect()
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
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let now = context.now;
        let Some(key) = self.memory.remote.get(remote_id) else {
            self.memory.reports.early(remote_id, status, now);
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
                let because = "the platform reported later that it failed".to_owned();
                self.tell_not_delivered(&row, because, context)?;
            }
        }
        Ok(())
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
        for (id, status) in self.memory.reports.take_early(ids, context.now) {
            self.accept_receipt(&id, status, context)?;
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
    fn a_report_may_come_before_the_answer_to_its_send() {
        let mut reports = Reports::default();
        reports.early("SM1", ReceiptStatus::Delivered, 0);
        reports.early("SM2", ReceiptStatus::Failed, 1);
        reports.early("SM2", ReceiptStatus::Read, 2);
        assert_eq!(
            reports.take_early("SM0 SM2", 10),
            [
                ("SM2".to_owned(), ReceiptStatus::Failed),
                ("SM2".to_owned(), ReceiptStatus::Read)
            ]
        );
        assert_eq!(reports.take_early("SM2", 10), []);
        assert_eq!(reports.take_early("SM1", KEEP_EARLY), []);
        for n in 0..100 {
            reports.early(&n.to_string(), ReceiptStatus::Read, 0);
        }
        assert_eq!(reports.take_early("79", 0), []);
        assert_eq!(reports.take_early("80", 0).len(), 1);
    }
}
