//! The account-wide feed: which of its changes concern one conversation, and how much looking up they are worth.
//!
//! LiveEngage sends the events of *all* conversations of the account, other channels' included. Most of them are foreign and must
//! cost almost nothing, so what is looked up depends on what would be lost.

use std::collections::HashMap;

use serde_json::Value;

use crate::conversation::Lane;
use crate::conversation::wire::AcceptEvent;
use crate::crypto;
use crate::liveengage::notification::{Change, DialogEvent, Standing};
use crate::message::Content;
use crate::outcome::Refusal;

/// What is lost if the conversation of an arrival is not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worth {
    /// Receipts, chat states, notes: nothing. They are looked up in the index and no further.
    Signal,
    /// A state of the conversation, or an echo: a fact that may claim it.
    Fact,
    /// Something for the consumer: it is parked until its owner is known.
    Content,
}

/// All changes of one notification that concern one conversation, in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    /// Conversation id.
    pub conversation_id: String,
    /// What to hand to the Conversation object.
    pub events: Vec<AcceptEvent>,
    /// What is lost if it is not found.
    pub worth: Worth,
    /// LiveEngage consumer ids that the changes name: if one of them is ours, so is the conversation; if there are some and none
    /// is ours, it is foreign.
    pub consumers: Vec<String>,
}

/// A notification, sorted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Feed {
    /// By conversation, in order of first appearance.
    pub arrivals: Vec<Arrival>,
    /// Changes that could not be read: straight to the dead letters.
    pub dead_letters: Vec<AcceptEvent>,
    /// Names of notification types that this release does not know; they are counted.
    pub unknown: Vec<String>,
}

/// Bytes of an unreadable body that are kept.
const KEPT_BYTES: usize = 96 * 1024;

/// Consumers of one conversation that are looked up; it has one.
const CONSUMERS: usize = 4;

/// Unreadable changes of one body that are kept each by itself; the others are counted.
const MALFORMED: usize = 100;

/// Sorts the changes of one notification; `body` is the notification as it came.
pub fn sort(changes: Vec<Change>, body: &[u8]) -> Feed {
    let mut feed = Feed::default();
    let mut places = HashMap::new();
    let mut malformed = Malformed::default();
    for (index, change) in changes.into_iter().enumerate() {
        match change {
            Change::Event(event) => {
                let worth = worth(&event);
                let consumer = (event.standing(None) == Standing::Echo)
                    .then(|| event.originator_id.clone())
                    .flatten();
                let change = match event.standing(None) {
                    Standing::Private => event.without_text(),
                    _ => event,
                };
                let arrival = feed.arrival(&mut places, &change.conversation_id, worth);
                arrival.name_consumer(consumer);
                arrival.events.push(AcceptEvent::Dialog { change });
            }
            Change::Conversation(change) => {
                let arrival = feed.arrival(&mut places, &change.conversation_id, Worth::Fact);
                for participant in &change.participants {
                    if participant
                        .role
                        .as_deref()
                        .is_some_and(|role| role.eq_ignore_ascii_case("CONSUMER"))
                    {
                        arrival.name_consumer(Some(participant.id.clone()));
                    }
                }
                arrival.events.push(AcceptEvent::Conversation { change });
            }
            Change::Malformed { what, raw } => {
                feed.dead_letters
                    .extend(malformed.letter(index, what, &raw, body));
            }
            Change::Other { name } => feed.unknown.push(name),
        }
    }
    feed.dead_letters.extend(malformed.rest(body));
    feed
}

/// The changes of one body that cannot be read.
#[derive(Default)]
struct Malformed {
    count: usize,
    /// Of the body, once there is one.
    hash: Option<String>,
}

impl Malformed {
    /// One of them as a dead letter, if it is among the first. It is named by its place in the body: what is left of a malformed
    /// private note is alike for all of them.
    fn letter(
        &mut self,
        index: usize,
        what: String,
        raw: &Value,
        body: &[u8],
    ) -> Option<AcceptEvent> {
        self.count += 1;
        let hash = self.hash.get_or_insert_with(|| crypto::sha256_hex(body));
        (self.count <= MALFORMED).then(|| {
            letter(
                format!("{hash}:{index}"),
                what,
                raw.to_string(),
                Lane::ToConsumer,
            )
        })
    }

    /// The others, as one.
    fn rest(self, body: &[u8]) -> Option<AcceptEvent> {
        let more = self.count.checked_sub(MALFORMED).filter(|more| *more > 0)?;
        let hash = self.hash.unwrap_or_else(|| crypto::sha256_hex(body));
        let what = format!("{more} more changes that cannot be read");
        Some(letter(
            format!("{hash}:more"),
            what,
            String::new(),
            Lane::ToConsumer,
        ))
    }
}

/// An authentic body that cannot be read, as an entry of the dead letters.
pub fn dead_letter(what: &str, body: &[u8], lane: Lane) -> AcceptEvent {
    // A stored row holds 2 MB, and escaping may make the text six times as long.
    let kept = body.get(..KEPT_BYTES).unwrap_or(body);
    let raw = String::from_utf8_lossy(kept).into_owned();
    letter(crypto::sha256_hex(body), what.to_owned(), raw, lane)
}

fn letter(id: String, what: String, raw: String, lane: Lane) -> AcceptEvent {
    AcceptEvent::DeadLetter {
        id,
        lane,
        content: Content::Malformed {
            what: what.clone(),
            raw,
        },
        refusal: Refusal::Malformed { what },
    }
}

impl Feed {
    /// The arrival of a conversation, new or known by its place.
    fn arrival(
        &mut self,
        places: &mut HashMap<String, usize>,
        conversation_id: &str,
        worth: Worth,
    ) -> &mut Arrival {
        let index = places.get(conversation_id).copied().unwrap_or_else(|| {
            places.insert(conversation_id.to_owned(), self.arrivals.len());
            self.arrivals.push(Arrival {
                conversation_id: conversation_id.to_owned(),
                events: Vec::new(),
                worth,
                consumers: Vec::new(),
            });
            self.arrivals.len() - 1
        });
        #[expect(
            clippy::indexing_slicing,
            reason = "the index is of an element found or pushed above"
        )]
        let arrival = &mut self.arrivals[index];
        arrival.worth = arrival.worth.max(worth);
        arrival
    }
}

impl Arrival {
    fn name_consumer(&mut self, id: Option<String>) {
        if let Some(id) = id
            && self.consumers.len() < CONSUMERS
            && !self.consumers.contains(&id)
        {
            self.consumers.push(id);
        }
    }
}

fn worth(event: &DialogEvent) -> Worth {
    let content = event.body.carries_content();
    match event.standing(None) {
        Standing::Echo if content => Worth::Fact,
        Standing::Forward | Standing::Unattributed if content => Worth::Content,
        _ => Worth::Signal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::liveengage::notification::parse;
    use serde_json::json;

    fn sorted(changes: &serde_json::Value) -> Feed {
        let body =
            json!({ "type": "ms.MessagingEventNotification", "body": { "changes": changes } });
        let body = body.to_string().into_bytes();
        sort(parse(&body).unwrap(), &body)
    }

    #[test]
    fn a_body_full_of_changes_that_cannot_be_read_becomes_a_few_dead_letters() {
        let letters = sorted(&json!(vec![7; 100_000])).dead_letters;
        assert_eq!(letters.len(), MALFORMED + 1);
        let AcceptEvent::DeadLetter { content, .. } = letters.last().unwrap() else {
            panic!("no dead letter")
        };
        let what = format!("{} more changes that cannot be read", 100_000 - MALFORMED);
        assert_eq!(
            content,
            &Content::Malformed {
                what,
                raw: String::new()
            }
        );
        let ids: std::collections::BTreeSet<String> = letters
            .iter()
            .map(|letter| match letter {
                AcceptEvent::DeadLetter { id, .. } => id.clone(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(ids.len(), letters.len(), "each has an id of its own");
    }

    #[test]
    fn many_conversations_in_one_body_keep_their_order() {
        let change = |number: u32| json!({ "dialogId": number.to_string(), "originatorId": "a", "sequence": 1, "event": {} });
        let changes: Vec<_> = (0..30_000).chain(0..30_000).map(change).collect();
        let feed = sorted(&json!(changes));
        assert_eq!(feed.arrivals.len(), 30_000);
        for (number, arrival) in feed.arrivals.iter().enumerate() {
            assert_eq!(arrival.conversation_id, number.to_string());
            assert_eq!(arrival.events.len(), 2);
        }
    }

    #[test]
    fn the_name_of_an_unknown_kind_is_a_word_before_it_is_logged() {
        let long = "x".repeat(300);
        for (name, known) in [
            ("ms.SomethingNew", "ms.SomethingNew"),
            ("my PIN is 1234\n\u{202e}", "myPINis1234"),
            (&long, &long[..64]),
        ] {
            let body = json!({ "type": name, "body": {} }).to_string().into_bytes();
            assert_eq!(sort(parse(&body).unwrap(), &body).unknown, [known]);
        }
    }
}
