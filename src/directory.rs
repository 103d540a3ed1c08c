//! The Directory: strongly consistent answers to "whose conversation is this?", and a short shelter for content that comes before
//! anybody knows.
//!
//! One object per conversation and per LiveEngage consumer id. KV is asked first and lags; the Directory is asked on a miss.
//! Most of an account's conversations are foreign to this deployment, so an entry stores nothing until it is claimed or has to
//! park something, and parked content that nobody claims in two minutes goes with the whole entry.
//!
//! Order is kept across the claim: while parked content is handed over, newer content still queues behind it, and only when
//! nothing is left does the entry lead callers past itself.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::conversation::wire::SealedRequest;
use crate::http::Millis;
use crate::identity::ConsumerKey;

/// How long content waits for its conversation to be claimed (ms).
pub const PARK: Millis = 120_000;
/// How long a claim is kept without being renewed (ms). Longer than any conversation stays open by itself.
pub const KEEP_CLAIM: Millis = 130 * 86_400_000;
/// The most bytes that one entry parks; a stored value holds 2 MB.
const PARKED_BYTES: usize = 1 << 20;

/// What one Directory object stores. **A stored format**: fields are only added, with serde defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    #[serde(default)]
    owner: Option<ConsumerKey>,
    #[serde(default)]
    claimant: Option<ConsumerKey>,
    #[serde(default)]
    claimed_at: Millis,
    #[serde(default)]
    parked: VecDeque<Parked>,
    #[serde(default)]
    next_number: u64,
}

/// Content that waits for its owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parked {
    /// Names it within the entry.
    pub number: u64,
    /// When it came.
    pub at: Millis,
    /// What to hand over.
    pub request: SealedRequest,
}

/// What the Directory knows. No release answers with a kind that the asker may not know: an answer that cannot be read settles
/// nothing, and is asked for again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "resolution", rename_all = "snake_case")]
pub enum Resolution {
    /// It is this consumer's.
    Owned {
        /// The consumer.
        key: ConsumerKey,
    },
    /// The content is parked: the caller has nothing more to do.
    Parked,
    /// Nobody has claimed it.
    Unclaimed,
    /// More is parked than an entry holds.
    Full,
}

/// A request to a Directory object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// Whose is it? With `park`, content to keep if nobody knows yet.
    Resolve {
        /// Content for the owner.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        park: Option<SealedRequest>,
    },
    /// It is this consumer's from now on.
    Claim {
        /// The consumer.
        key: ConsumerKey,
    },
    /// It is this consumer's no more: the person is erased.
    Forget {
        /// The consumer.
        key: ConsumerKey,
    },
}

impl Entry {
    /// Answers whose it is; where nobody knows and content is given, parks it.
    pub fn resolve(&mut self, park: Option<SealedRequest>, now: Millis) -> Resolution {
        if let Some(owner) = &self.owner {
            return Resolution::Owned { key: owner.clone() };
        }
        let Some(request) = park else {
            return Resolution::Unclaimed;
        };
        let sizes = self.parked.iter().map(|parked| parked.request.size());
        if sizes.sum::<usize>() + request.size() > PARKED_BYTES {
            return Resolution::Full;
        }
        self.parked.push_back(Parked {
            number: self.next_number,
            at: now,
            request,
        });
        self.next_number = self.next_number.saturating_add(1);
        Resolution::Parked
    }

    /// Takes a claim. The entry leads to the claimant once [`Self::deliverable`] has nothing left.
    pub fn claim(&mut self, key: ConsumerKey, now: Millis) {
        self.claimed_at = now;
        if self.owner.as_ref() != Some(&key) {
            self.owner = None;
            self.claimant = Some(key);
        }
    }

    /// Forgets the consumer, and with it what is parked. Another consumer's claim stays.
    pub fn forget(&mut self, key: &ConsumerKey) {
        let theirs = self.owner.as_ref() == Some(key) || self.claimant.as_ref() == Some(key);
        if theirs {
            *self = Self::default();
        }
    }

    /// The next parked content and whom to hand it to. When nothing is left the claim takes effect.
    pub fn deliverable(&mut self) -> Option<(ConsumerKey, Parked)> {
        let claimant = self.claimant.clone()?;
        if let Some(parked) = self.parked.front() {
            return Some((claimant, parked.clone()));
        }
        self.owner = self.claimant.take();
        None
    }

    /// Parked content is with its owner.
    pub fn delivered(&mut self, number: u64) {
        self.parked.retain(|parked| parked.number != number);
    }

    /// Whether the claim has taken effect.
    pub fn is_owned(&self) -> bool {
        self.owner.is_some()
    }

    /// When the object has to be woken: to go on handing over, or to be forgotten.
    pub fn wake(&self) -> Option<Millis> {
        if self.claimant.is_some() {
            return Some(0);
        }
        if self.owner.is_some() {
            return Some(self.claimed_at.saturating_add(KEEP_CLAIM));
        }
        self.parked
            .front()
            .map(|parked| parked.at.saturating_add(PARK))
    }

    /// Forgets parked content that nobody has claimed in time; answers how much.
    pub fn expire(&mut self, now: Millis) -> usize {
        if self.claimant.is_some() {
            return 0;
        }
        let before = self.parked.len();
        self.parked
            .retain(|parked| now < parked.at.saturating_add(PARK));
        before - self.parked.len()
    }

    /// Whether the whole entry may be deleted.
    pub fn is_over(&self, now: Millis) -> bool {
        self.claimant.is_none() && self.wake().is_none_or(|wake| wake <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::wire::AcceptRequest;

    fn key(name: &str) -> ConsumerKey {
        ConsumerKey::from_stored(name.to_owned())
    }

    fn request(account: &str) -> SealedRequest {
        SealedRequest::from(&AcceptRequest::of_account(account, Vec::new()))
    }

    #[test]
    fn times_and_numbers_at_their_end_do_no_harm() {
        let end = u64::MAX;
        let parked = Parked {
            number: end,
            at: end,
            request: request("1"),
        };
        let mut entry = Entry {
            claimed_at: end,
            next_number: end,
            parked: [parked].into(),
            ..Entry::default()
        };
        assert_eq!(entry.resolve(Some(request("2")), end), Resolution::Parked);
        assert_eq!((entry.wake(), entry.expire(5)), (Some(end), 0));
        entry.claim(key("k"), end);
        while let Some((_, parked)) = entry.deliverable() {
            entry.delivered(parked.number);
        }
        assert_eq!((entry.wake(), entry.is_over(5)), (Some(end), false));
    }

    #[test]
    fn order_is_kept_across_the_claim() {
        let mut entry = Entry::default();
        assert_eq!(entry.resolve(Some(request("1")), 0), Resolution::Parked);
        entry.claim(key("k"), 10);
        let (owner, first) = entry.deliverable().unwrap();
        assert_eq!((owner, first.number), (key("k"), 0));
        // While the first is on its way, the next one must not overtake it.
        assert_eq!(entry.resolve(Some(request("2")), 11), Resolution::Parked);
        entry.delivered(0);
        let (_, second) = entry.deliverable().unwrap();
        assert_eq!(second.number, 1);
        entry.delivered(1);
        assert!(entry.deliverable().is_none());
        assert_eq!(
            entry.resolve(Some(request("3")), 12),
            Resolution::Owned { key: key("k") }
        );
    }

    #[test]
    fn a_failed_hand_over_is_tried_again_and_never_expires() {
        let mut entry = Entry::default();
        entry.resolve(Some(request("1")), 0);
        entry.claim(key("k"), 10);
        assert_eq!(entry.deliverable(), entry.deliverable());
        assert_eq!(entry.wake(), Some(0));
        assert!(!entry.is_over(Millis::MAX));
    }

    #[test]
    fn foreign_content_goes_after_two_minutes() {
        let mut entry = Entry::default();
        assert_eq!(entry.resolve(None, 0), Resolution::Unclaimed);
        assert_eq!(entry.wake(), None);
        entry.resolve(Some(request("1")), 5);
        assert_eq!(entry.wake(), Some(5 + PARK));
        entry.resolve(Some(request("2")), 7);
        assert_eq!(entry.expire(5 + PARK - 1), 0);
        assert_eq!(entry.expire(5 + PARK), 1);
        assert!(!entry.is_over(5 + PARK), "each has its own two minutes");
        assert_eq!(entry.expire(7 + PARK), 1);
        assert!(entry.is_over(7 + PARK));
    }

    #[test]
    fn parking_is_bounded() {
        let mut entry = Entry::default();
        let large = request(&"x".repeat(PARKED_BYTES / 2));
        assert_eq!(entry.resolve(Some(large.clone()), 0), Resolution::Parked);
        assert_eq!(entry.resolve(Some(large), 0), Resolution::Full);
        assert_eq!(entry.parked.len(), 1);
    }

    #[test]
    fn claiming_again_renews_and_another_owner_replaces() {
        let mut entry = Entry::default();
        entry.claim(key("k"), 1);
        assert!(entry.deliverable().is_none());
        entry.claim(key("k"), 2);
        assert!(entry.is_owned());
        assert_eq!(entry.wake(), Some(2 + KEEP_CLAIM));
        entry.claim(key("other"), 3);
        assert!(!entry.is_owned());
        assert!(entry.deliverable().is_none());
        assert_eq!(
            entry.resolve(None, 4),
            Resolution::Owned { key: key("other") }
        );
    }

    #[test]
    fn a_consumer_is_forgotten_with_what_is_parked_and_nobody_else() {
        let mut entry = Entry::default();
        entry.resolve(Some(request("1")), 0);
        entry.claim(key("k"), 1);
        entry.forget(&key("other"));
        assert!(entry.deliverable().is_some());
        entry.forget(&key("k"));
        assert_eq!(entry, Entry::default());
    }

    #[test]
    fn the_stored_form_is_pinned() {
        let mut entry = Entry::default();
        entry.claim(key("k"), 7);
        entry.deliverable();
        let json = r#"{"owner":"k","claimant":null,"claimed_at":7,"parked":[],"next_number":0}"#;
        assert_eq!(serde_json::to_string(&entry).unwrap(), json);
        assert_eq!(
            serde_json::from_str::<Entry>("{}").unwrap(),
            Entry::default()
        );
    }
}
