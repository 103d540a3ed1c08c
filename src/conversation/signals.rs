//! Signals on their way: receipts and chat states. They live in memory only, are sent once, and are dropped when they are stale or when
//! their dialog is over. One thing about them is stored: that LiveEngage believes the consumer to be typing ([`Composing`]), since it
//! keeps believing so until it is told otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::consumer::Composing;
use super::{Consumer, DialogPlace, Target};
use crate::http::Millis;
use crate::liveengage::publish::{self, AcceptStatus, ChatState};
use crate::message::{ReceiptStatus, Signal};

/// How old a chat state may be when it is sent (ms).
const CHAT_STATE: Millis = 60_000;
/// How old a receipt may be when it is sent (ms).
const RECEIPT: Millis = 600_000;
/// How long somebody types who says nothing more about it (ms).
pub(super) const TYPING: Millis = 30_000;
/// A repeated "is typing" moves the end only when it is this near (ms), so that it is not stored with every keystroke.
const TYPING_RENEWAL: Millis = 15_000;
/// Pause before LiveEngage is told again that typing is over, and how often (ms).
const TYPING_OVER_RETRY: Millis = 5_000;
const TYPING_OVER_TRIES: u32 = 3;
/// Receipts kept for one dialog; older ones are forgotten.
const RECEIPTS: usize = publish::MOST_SEQUENCES;

/// What waits to be told, in both directions.
#[derive(Debug, Default)]
pub(super) struct Signals {
    chat_state: Option<(ChatState, Millis)>,
    receipts: BTreeMap<(String, AcceptStatus), Receipts>,
    typing: Option<(String, Millis)>,
    told: Vec<(String, ReceiptStatus, Millis)>,
}

#[derive(Debug)]
struct Receipts {
    since: Millis,
    sequences: BTreeSet<u64>,
}

/// A signal for LiveEngage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ToLiveengage {
    /// The consumer's chat state.
    ChatState {
        conversation_id: String,
        dialog_id: String,
        state: ChatState,
    },
    /// What became of messages of one dialog.
    Receipts {
        conversation_id: String,
        dialog_id: String,
        status: AcceptStatus,
        sequences: Vec<u64>,
    },
}

impl Signals {
    /// The consumer's chat state has changed. Only the latest counts.
    pub(super) fn chat_state(&mut self, state: ChatState, now: Millis) {
        self.chat_state = Some((state, now));
    }

    /// Something became of a message to the consumer.
    pub(super) fn receipt(&mut self, place: &DialogPlace, status: AcceptStatus, now: Millis) {
        let entry = self.receipts.entry((place.dialog_id.clone(), status));
        let receipts = entry.or_insert_with(|| Receipts {
            since: now,
            sequences: BTreeSet::new(),
        });
        receipts.sequences.insert(place.sequence);
        while receipts.sequences.len() > RECEIPTS {
            receipts.sequences.pop_first();
        }
    }

    /// The agent's chat state has changed.
    pub(super) fn typing(&mut self, state: String, now: Millis) {
        self.typing = Some((state, now));
    }

    /// The agents' side has received or read a message of the consumer's, which has that platform id.
    pub(super) fn told(&mut self, id: String, status: ReceiptStatus, now: Millis) {
        if self.told.len() < RECEIPTS {
            self.told.push((id, status, now));
        }
    }

    /// The consumer has said something: what was being typed is no longer worth telling.
    pub(super) fn consumer_said(&mut self) {
        self.chat_state
            .take_if(|(state, _)| *state == ChatState::Composing);
    }

    /// The agents' side has said something, likewise.
    pub(super) fn agent_said(&mut self) {
        self.typing = None;
    }

    /// Whether anything waits for LiveEngage, stale or not.
    pub(super) fn any_to_liveengage(&self) -> bool {
        self.chat_state.is_some() || !self.receipts.is_empty()
    }

    /// LiveEngage cannot be reached: signals do not wait for it.
    pub(super) fn forget_to_liveengage(&mut self) {
        self.chat_state = None;
        self.receipts.clear();
    }

    /// The consumer's side cannot be reached, likewise.
    pub(super) fn forget_to_consumer(&mut self) {
        self.typing = None;
        self.told.clear();
    }

    /// The next one for LiveEngage, receipts first. Those that have become pointless are dropped on the way.
    pub(super) fn next_to_liveengage(
        &mut self,
        consumer: &mut Consumer,
        now: Millis,
    ) -> Option<ToLiveengage> {
        while let Some(((dialog_id, status), receipts)) = self.receipts.pop_first() {
            let fresh = now.saturating_sub(receipts.since) < RECEIPT;
            let conversation_id = consumer.open_dialog(&dialog_id).filter(|_| fresh);
            if let Some(conversation_id) = conversation_id {
                return Some(ToLiveengage::Receipts {
                    conversation_id: conversation_id.to_owned(),
                    dialog_id,
                    status,
                    sequences: receipts.sequences.into_iter().collect(),
                });
            }
        }
        let (state, since) = self.chat_state.take()?;
        if now.saturating_sub(since) >= CHAT_STATE {
            return None;
        }
        let Target::Dialog {
            conversation_id,
            dialog_id,
        } = consumer.target(now)
        else {
            return None;
        };
        // A survey takes no chat states.
        if dialog_id != conversation_id {
            return None;
        }
        let over_at = now + TYPING;
        if state == ChatState::Composing {
            let known = consumer.composing.as_mut();
            if let Some(composing) =
                known.filter(|known| known.dialog_id == dialog_id && !known.answered)
            {
                if composing.over_at < now + TYPING_RENEWAL {
                    composing.over_at = over_at;
                }
                return None;
            }
            consumer.composing = Some(Composing {
                dialog_id: dialog_id.clone(),
                over_at,
                answered: false,
                failures: 0,
            });
        } else if let Some(composing) = &mut consumer.composing {
            // Forgotten when LiveEngage has taken this one.
            composing.failures = composing.failures.max(1);
            composing.over_at = now + TYPING_OVER_RETRY;
        }
        Some(ToLiveengage::ChatState {
            conversation_id,
            dialog_id,
            state,
        })
    }

    /// The next one for the consumer's side.
    pub(super) fn next_to_consumer(&mut self, now: Millis) -> Option<Signal> {
        while !self.told.is_empty() {
            let (remote_id, status, since) = self.told.remove(0);
            if now.saturating_sub(since) < RECEIPT {
                return Some(Signal::Receipt {
                    remote_id,
                    status,
                    code: None,
                });
            }
        }
        let (state, since) = self.typing.take()?;
        (now.saturating_sub(since) < CHAT_STATE).then_some(Signal::ChatState { state })
    }
}

impl Consumer {
    /// The text that was typed has been published: typing is over.
    pub(super) fn has_typed(&mut self, now: Millis) {
        if let Some(composing) = &mut self.composing {
            composing.answered = true;
            composing.over_at = composing.over_at.min(now);
        }
    }

    /// LiveEngage has taken another state than "is typing". One that has begun since is not over.
    pub(super) fn typing_is_over(&mut self) {
        if self.composing.as_ref().is_some_and(|it| it.failures > 0) {
            self.composing = None;
        }
    }

    /// What ends typing that is over. `None` where nothing is to be told; then it is forgotten.
    pub(super) fn typing_over(&mut self, now: Millis) -> Option<ToLiveengage> {
        let composing = self.composing.as_mut().filter(|it| it.over_at <= now)?;
        let dialog_id = composing.dialog_id.clone();
        let answered = composing.answered;
        composing.failures += 1;
        composing.over_at = now + TYPING_OVER_RETRY;
        let given_up = composing.failures > TYPING_OVER_TRIES;
        let conversation_id = self.open_dialog(&dialog_id).map(str::to_owned);
        match conversation_id.filter(|_| !given_up) {
            Some(conversation_id) => Some(ToLiveengage::ChatState {
                conversation_id,
                dialog_id,
                state: if answered {
                    ChatState::Active
                } else {
                    ChatState::Pause
                },
            }),
            None => {
                self.composing = None;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
