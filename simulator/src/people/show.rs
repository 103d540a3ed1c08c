//! What a platform's API does on a phone.

use serde_json::Value;

use super::message::{Button, Card, Direction, File, Message};
use super::{Platform, desk};
use crate::clock;
use crate::sim::World;

/// A message to a person, as the phone shows it.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) text: String,
    pub(crate) picture: Option<String>,
    pub(crate) file: Option<File>,
    pub(crate) cards: Vec<Card>,
    pub(crate) buttons: Vec<Button>,
    /// `{name, picture}`, or null.
    pub(crate) agent: Value,
    pub(crate) reply_to: Option<String>,
    /// The platform's own object.
    pub(crate) content: Value,
}

/// Shows a message to a person. Typing ends, and the agent's message has arrived.
pub(crate) fn show(world: &mut World, platform: &dyn Platform, person: &str, seen: Seen) {
    let book = world.people.of(platform);
    let n = book.count();
    let known = book.person(person);
    known.typing_until = 0;
    for message in &mut known.messages {
        message.buttons.retain(|button| !button.quick);
    }
    let message = Message {
        kind: seen.kind,
        text: seen.text,
        picture: seen.picture,
        file: seen.file,
        cards: seen.cards,
        buttons: seen.buttons,
        agent: seen.agent,
        reply_to: seen.reply_to,
        content: seen.content,
        ..Message::new(n, Direction::Received, &seen.id)
    };
    let phone = known.phone.clone();
    known.messages.push(message.clone());
    desk::arrived_at_person(world, person, phone.as_deref(), &message);
}

/// Shows somebody as typing, for so long.
pub(crate) fn typing(world: &mut World, platform: &dyn Platform, person: &str, ms: u64) {
    let person = world.people.of(platform).person(person);
    person.typing_until = if ms == 0 { 0 } else { clock::now_ms() + ms };
}
