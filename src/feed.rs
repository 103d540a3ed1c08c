//! The account-wide feed: which of its changes concern one conversation, and how much looking up they are worth.
//!
//! LiveEngage sends the events of *all* conversations of the account, other channels' included. Most of them are foreign and must
//! cost almost nothing, so what is looked up depends on what would be lost.

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

/// Sorts the changes of one notification; `body` is the notification as it came.
pub fn sort(changes: Vec<Change>, body: &[u8]) -> Feed {
    let mut feed = Feed::default();
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
                let arrival = feed.arrival(&change.conversation_id, worth);
                arrival.name_consumer(consumer);
                arrival.events.push(AcceptEvent::Dialog { change });
            }
            Change::Conversation(change) => {
                let arrival = feed.arrival(&change.conversation_id, Worth::Fact);
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
                // Named by its place in the body: what is left of a malformed private note is alike for all of them.
                let id = format!("{}:{index}", crypto::sha256_hex(body));
                feed.dead_letters
                    .push(letter(id, what, raw.to_string(), Lane::ToConsumer));
            }
            Change::Other { name } => feed.unknown.push(name),
        }
    }
    feed
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
    fn arrival(&mut self, conversation_id: &str, worth: Worth) -> &mut Arrival {
        let found = self
            .arrivals
            .iter()
            .position(|arrival| arrival.conversation_id == conversation_id);
        let index = found.unwrap_or_else(|| {
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
