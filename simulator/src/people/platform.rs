//! What a platform has to say of itself.

use serde_json::Value;

use super::message::{Button, Message, Said};
use super::{Book, Person};
use crate::journal::Side;
use crate::options::Options;
use crate::sim::{CallbackRetries, Settings, Sim, World};

/// Every platform whose people are kept here.
pub(crate) const ALL: [&dyn Platform; 5] = [
    &crate::line::Line,
    &crate::meta::pages::Network::Messenger,
    &crate::meta::pages::Network::Instagram,
    &crate::meta::whatsapp::Whatsapp,
    &crate::twilio::Twilio,
];

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static dyn Platform> {
    ALL.into_iter()
}

/// The platform with this name.
pub(crate) fn find(name: &str) -> Option<&'static dyn Platform> {
    all().find(|platform| platform.name() == name)
}

/// What a person does, on its way to a callback.
pub(crate) struct Writing<'a> {
    pub(crate) sim: &'a Sim,
    pub(crate) world: &'a mut World,
    pub(crate) platform: &'static dyn Platform,
    pub(crate) person: String,
    /// The channel to which it goes.
    pub(crate) channel: String,
    /// The id that the caller wants.
    pub(crate) id: Option<String>,
}

impl Writing<'_> {
    pub(crate) fn book(&mut self) -> &mut Book {
        self.world.people.of(self.platform)
    }

    /// Who does it.
    pub(crate) fn person(&mut self) -> &mut Person {
        let id = self.person.clone();
        self.book().person(&id)
    }

    /// The message that a deed names, or else the newest one that the person has sent (`own`) or received.
    pub(crate) fn meant(&mut self, deed: &Value, own: bool) -> Result<Message, String> {
        let direction = super::Direction::Received;
        let id = self.person.clone();
        let messages = &self.book().person(&id).messages;
        let found = match deed["message"].as_str() {
            Some(id) => messages.iter().find(|message| message.id == id),
            None => {
                let mut newest = messages
                    .iter()
                    .rev()
                    .filter(|message| message.direction != super::Direction::Deed);
                newest.find(|message| (message.direction != direction) == own)
            }
        };
        found
            .cloned()
            .ok_or_else(|| "there is no such message".to_owned())
    }
}

/// What a platform tells of a deed.
pub(crate) struct Told {
    /// Under which it is known: the message's id, where it is a message.
    pub(crate) id: String,
    /// The platform's object, one of those in a callback.
    pub(crate) event: Value,
    /// What the phone shows of it.
    pub(crate) said: Option<Said>,
}

/// A messaging platform.
pub(crate) trait Platform: Sync {
    /// As it stands in the profile's `socialId`, in the control API and in faults.
    fn name(&self) -> &'static str;

    /// For readers.
    fn title(&self) -> &'static str;

    /// The journal's side of its API.
    fn side(&self) -> Side;

    /// The channel to which callbacks go.
    fn channel(&self, options: &Options) -> String;

    /// The channel to which a person's callbacks go, where it is not the same for all.
    fn channel_of(&self, options: &Options, _person: &str) -> String {
        self.channel(options)
    }

    /// When a callback is tried again.
    fn retries<'a>(&self, settings: &'a Settings) -> &'a CallbackRetries;

    /// Whether an answer is what the platform wants.
    fn acknowledged(&self, status: u16) -> bool {
        (200..300).contains(&status)
    }

    /// What a person of it can do: words for the page, and the deed.
    fn menu(&self) -> Vec<(&'static str, Value)>;

    /// An id of the shape that the platform's have.
    fn person_id(&self, n: u64) -> String;

    /// Whether this may be a person's id.
    fn check_person_id(&self, id: &str) -> Result<(), String>;

    /// Changes a setting of a person that only this platform knows.
    fn set(&self, _person: &mut Person, name: &str, _value: &Value) -> Result<(), String> {
        Err(format!("a person has no setting {name}"))
    }

    /// What is told of a deed: `{"kind": "text", "text": "hello"}`.
    fn tell(&self, writing: &mut Writing<'_>, deed: &Value) -> Result<Told, String>;

    /// The deed that a tap on this button is.
    fn tap(&self, message: &Message, button: &Button) -> Result<Value, String>;

    /// The deeds that tell that the person has read these messages. None where the platform has no such receipts.
    fn read(&self, _world: &mut World, _person: &str, _messages: &[String]) -> Vec<Value> {
        Vec::new()
    }

    /// Where a callback goes, below the connector's base URL.
    fn path(&self, channel: &str, _event: &Value) -> String {
        format!("/channels/{channel}")
    }

    /// The body of a callback.
    fn body(&self, options: &Options, person: &str, events: &[Value]) -> String;

    /// What is different in an event that is told again.
    fn told_again(&self, _event: &mut Value) {}

    /// What the journal calls a callback.
    fn entry(&self) -> &'static str {
        "event"
    }

    /// More for the journal's entry about a callback.
    fn told_in_journal(&self, _details: &mut Value) {}

    /// What the platform would complain about in an answer.
    fn warning(&self, _status: u16, _media_type: &str, _empty: bool) -> Option<&'static str> {
        None
    }

    /// The headers of a callback to this path: media type, signature. `sign` is false for one that nobody signed.
    fn headers(
        &self,
        options: &Options,
        path: &str,
        body: &str,
        sign: bool,
    ) -> Vec<(&'static str, String)>;
}
