//! What has been seen of each dialog's sequence numbers.
//!
//! A cache: it starts from the stored rows and may forget. It decides only how long a message may wait for a lower one, and
//! which echoes are too old to be a publish's; duplicates are judged by the stored keys alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::http::Millis;

/// Numbers kept per dialog; older ones are forgotten.
const KEPT: usize = 256;
/// Dialogs kept; a consumer has one open at a time.
const DIALOGS: usize = 8;
/// How long a dialog counts as disordered after its last disorder (ms).
const DISORDER: Millis = 60_000;

/// Sequences seen, by dialog.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    dialogs: BTreeMap<String, Dialog>,
}

#[derive(Clone, Debug, Default)]
struct Dialog {
    sequences: BTreeSet<u64>,
    disordered_at: Option<Millis>,
    touched_at: Millis,
}

impl Dialog {
    fn insert(&mut self, sequence: u64) -> bool {
        let new = self.sequences.insert(sequence);
        while self.sequences.len() > KEPT {
            self.sequences.pop_first();
        }
        new
    }
}

impl Seen {
    /// Accounts for a sequence, whatever it was: content, echo, receipt or private note.
    pub(super) fn account(&mut self, dialog_id: &str, sequence: u64, now: Millis) {
        let dialog = self.dialog(dialog_id, now);
        let late = dialog.sequences.last().is_some_and(|last| sequence < *last);
        if dialog.insert(sequence) && late {
            dialog.disordered_at = Some(now);
        }
    }

    /// Accounts for a sequence that was stored before this start: in which order they came is not known any more.
    pub(super) fn restore(&mut self, dialog_id: &str, sequence: u64, at: Millis) {
        self.dialog(dialog_id, at).insert(sequence);
    }

    fn dialog(&mut self, dialog_id: &str, now: Millis) -> &mut Dialog {
        if !self.dialogs.contains_key(dialog_id) && self.dialogs.len() >= DIALOGS {
            let oldest = self
                .dialogs
                .iter()
                .min_by_key(|(_, dialog)| dialog.touched_at)
                .map(|(id, _)| id.clone());
            if let Some(oldest) = oldest {
                self.dialogs.remove(&oldest);
            }
        }
        let dialog = self.dialogs.entry(dialog_id.to_owned()).or_default();
        dialog.touched_at = dialog.touched_at.max(now);
        dialog
    }

    /// The highest sequence known of a dialog.
    pub(super) fn highest(&self, dialog_id: &str) -> Option<u64> {
        self.dialogs.get(dialog_id)?.sequences.last().copied()
    }

    /// Whether a message with that sequence should wait: an unaccounted lower number exists, and this dialog has shown
    /// disorder within the last minute.
    pub(super) fn should_wait(&self, dialog_id: &str, sequence: u64, now: Millis) -> bool {
        let Some(dialog) = self.dialogs.get(dialog_id) else {
            return false;
        };
        let disordered = dialog
            .disordered_at
            .is_some_and(|at| now.saturating_sub(at) <= DISORDER);
        disordered && Self::has_gap_below(dialog, sequence)
    }

    fn has_gap_below(dialog: &Dialog, sequence: u64) -> bool {
        let Some(first) = dialog.sequences.first() else {
            return false;
        };
        let accounted = dialog.sequences.range(..sequence).count() as u64;
        accounted < sequence.saturating_sub(*first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(sequences: &[u64]) -> Seen {
        let mut seen = Seen::default();
        for sequence in sequences {
            seen.account("d", *sequence, 1000);
        }
        seen
    }

    #[test]
    fn order_and_gaps_alone_make_nothing_wait() {
        assert!(!seen(&[1, 2, 5]).should_wait("d", 7, 1000));
    }

    #[test]
    fn a_gap_makes_a_message_wait_while_disorder_is_recent() {
        let seen = seen(&[1, 3, 2, 5]);
        assert!(seen.should_wait("d", 5, 1000));
        assert!(!seen.should_wait("d", 3, 1000));
        assert!(!seen.should_wait("d", 5, 1000 + DISORDER + 1));
        assert!(!seen.should_wait("other", 5, 1000));
    }

    #[test]
    fn memory_stays_bounded() {
        let mut seen = Seen::default();
        for dialog in 0..100_u64 {
            for sequence in 0..1000 {
                seen.account(&dialog.to_string(), sequence, dialog);
            }
        }
        assert_eq!(seen.dialogs.len(), DIALOGS);
        assert_eq!(seen.highest("99"), Some(999));
        assert!(seen.dialogs.values().all(|d| d.sequences.len() <= KEPT));
    }
}
