//! Erasing a person, and remembering just enough that a redelivery does not bring the person back.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Answer;
use crate::conversation::{Context, DAY, DEDUP_HORIZON, Engine, Memory, Store, StoreError};
use crate::crypto;
use crate::http::Millis;
use crate::identity::Subject;

/// The most event ids that a tombstone remembers; a stored value holds 2 MB, and a hash takes 25 bytes.
const REMEMBERED: usize = 60_000;
/// How long Cloudflare can restore an object's storage to an earlier point.
/// <https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/#pitr-point-in-time-recovery-api>
const RECOVERY: Millis = 30 * DAY;
/// How long another location may still read a deleted key of Workers KV: a minute, with some to spare.
const INDEX_LAG: Millis = 120_000;

/// What is left of an erased person. **A stored format**: fields are only added, with serde defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// When the person was erased.
    pub erased_at: Millis,
    /// Until when redelivered events are recognised.
    pub until: Millis,
    /// Hashes of the keys of all events that were taken.
    #[serde(default)]
    pub events: BTreeSet<String>,
    /// What Directory and KV still have to forget.
    #[serde(default)]
    pub forget: Vec<Forget>,
    /// The account and channel namespace whose index of dead letters still has to forget the consumer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdraw: Option<(String, String)>,
}

/// An id of LiveEngage's that leads to the consumer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "forget", rename_all = "snake_case")]
pub enum Forget {
    /// A conversation.
    Conversation {
        /// LiveEngage account id.
        account_id: String,
        /// Its id.
        id: String,
    },
    /// LiveEngage's id of the consumer.
    Consumer {
        /// LiveEngage account id.
        account_id: String,
        /// The id.
        id: String,
    },
}

impl Forget {
    /// The same, as Directory and KV name it.
    pub fn subject(&self) -> Subject<'_> {
        match self {
            Self::Conversation { account_id, id } => Subject::Conversation { account_id, id },
            Self::Consumer { account_id, id } => Subject::Consumer { account_id, id },
        }
    }
}

impl Tombstone {
    /// Whether an event of that key was taken before the person was erased.
    pub fn knows(&self, key: &str) -> bool {
        self.events.contains(&hashed(key))
    }

    /// Whether nothing is left to be done before it may be forgotten itself.
    pub fn is_done(&self) -> bool {
        self.forget.is_empty() && self.withdraw.is_none()
    }
}

/// The report of an erasure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Messages that were (or would be) deleted, with their traces.
    pub messages: usize,
    /// How many of these were dead letters.
    pub dead_letters: usize,
    /// How many of these had still to go somewhere: they are lost.
    pub waiting: usize,
    /// How many events are remembered by a hash, so that a redelivery does not bring the person back.
    pub remembered: usize,
    /// LiveEngage's id of the consumer: for the erasure there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lp_consumer_id: Option<String>,
    /// LiveEngage's conversations of the consumer: likewise.
    #[serde(default)]
    pub conversations: Vec<String>,
    /// What remains, where, and until when.
    pub remains: Vec<Remains>,
}

/// Something about the person that an erasure cannot reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remains {
    /// Where: a stable name.
    pub place: String,
    /// What.
    pub what: String,
    /// Until when, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
}

impl<S: Store> Engine<S> {
    /// Deletes everything about the person in one batch. What leads here from elsewhere is deleted after that, by the drain; it is
    /// stored that this has to be done. Erasing again has no effect but to tell the same remains.
    pub(super) fn erase(
        &mut self,
        dry_run: bool,
        context: &Context<'_>,
    ) -> Result<Answer, StoreError> {
        let before = self.memory.tombstone.clone();
        if self.memory.consumer.is_none() && before.is_none() && self.memory.count() == 0 {
            return Ok(Answer::Unknown);
        }
        let summaries = self.store.summaries()?;
        let mut newest: Vec<_> = summaries.iter().collect();
        newest.sort_by_key(|row| std::cmp::Reverse(row.position));
        let mut tombstone = Tombstone {
            erased_at: context.now,
            until: context.now + DEDUP_HORIZON,
            ..before.unwrap_or_default()
        };
        for row in newest {
            if tombstone.events.len() >= REMEMBERED {
                break;
            }
            tombstone.events.insert(hashed(&row.key));
        }
        let consumer = self.memory.consumer.clone().unwrap_or_default();
        let mut forget: Vec<Forget> = Vec::new();
        if let Some(id) = consumer.lp_consumer_id() {
            forget.push(Forget::Consumer {
                account_id: consumer.account_id.clone(),
                id: id.to_owned(),
            });
        }
        forget.extend(
            consumer
                .conversations
                .iter()
                .map(|it| Forget::Conversation {
                    account_id: consumer.account_id.clone(),
                    id: it.id.clone(),
                }),
        );
        for one in forget {
            if !tombstone.forget.contains(&one) {
                tombstone.forget.push(one);
            }
        }
        if consumer.reported.is_some() {
            tombstone.withdraw = Some((consumer.account_id.clone(), consumer.namespace.clone()));
        }
        let erased = Erased {
            messages: summaries.len(),
            dead_letters: summaries.iter().filter(|row| row.refused).count(),
            waiting: summaries.iter().filter(|row| row.open).count(),
            remembered: tombstone.events.len(),
            lp_consumer_id: consumer.lp_consumer_id().map(str::to_owned),
            conversations: consumer.conversations.into_iter().map(|it| it.id).collect(),
            remains: remains(&tombstone),
        };
        if !dry_run {
            self.store.erase(&tombstone)?;
            self.memory = Memory::of_erased(tombstone);
            let count = erased.messages.to_string();
            self.log("erased", vec![("messages", count)]);
        }
        let erased = Box::new(erased);
        Ok(Answer::Erased { erased })
    }

    /// Directory and KV no longer lead from there to the consumer, or it is to be tried again.
    pub fn forgotten(
        &mut self,
        forget: &Forget,
        succeeded: bool,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        if !succeeded {
            self.memory.errand_failed(context);
            return Ok(());
        }
        self.memory.errands_go_on();
        if let Some(tombstone) = &mut self.memory.tombstone {
            tombstone.forget.retain(|other| other != forget);
            self.store.put_tombstone(tombstone)?;
        }
        Ok(())
    }
}

/// A key may hold the ids of a vendor, so that only its hash is kept.
fn hashed(key: &str) -> String {
    let digest = crypto::sha256(key.as_bytes());
    crypto::base64_url(digest.get(..16).unwrap_or_default())
}

fn remains(tombstone: &Tombstone) -> Vec<Remains> {
    let at = tombstone.erased_at;
    let remains = |place: &str, what: &str, until: Option<Millis>| Remains {
        place: place.to_owned(),
        what: what.to_owned(),
        until,
    };
    vec![
        remains(
            "tombstone",
            "hashes of the ids of the events that were taken, in the consumer's object",
            Some(tombstone.until),
        ),
        remains(
            "point_in_time_recovery",
            "the object's storage as it was, which Cloudflare can restore",
            Some(at + RECOVERY),
        ),
        remains(
            "index",
            "the consumer key under LiveEngage's ids, in caches of Workers KV and of running isolates",
            Some(at + INDEX_LAG),
        ),
        remains(
            "logs",
            "the consumer key and ids of messages, for as long as the account keeps logs",
            None,
        ),
        remains(
            "liveengage",
            "conversations, profile and files: to be erased there, by the ids above",
            None,
        ),
        remains(
            "platform",
            "what the messaging platform has kept of the messages",
            None,
        ),
    ]
}
