//! Something that was said or shown, as a phone shows it.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};

use crate::clock;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    /// By the person.
    Sent,
    /// To the person.
    Received,
    /// What the person did without saying something: joined, tapped, blocked.
    Deed,
}

/// A button, a quick reply, an entry of a list.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Button {
    pub(crate) title: String,
    /// The platform's name for what it does: `postback`, `uri`, `reply`, ...
    pub(crate) kind: String,
    pub(crate) payload: Option<String>,
    pub(crate) url: Option<String>,
    /// Goes away with the next message.
    pub(crate) quick: bool,
    /// The card that it belongs to, by its place.
    pub(crate) card: Option<usize>,
    /// The platform's object, for what it says beyond this.
    pub(crate) content: Value,
}

/// One of several cards of a message.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Card {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) picture: Option<String>,
}

/// A file that is no picture, or one that has a name.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct File {
    pub(crate) url: String,
    pub(crate) name: Option<String>,
    pub(crate) media_type: Option<String>,
}

/// What a person says: what the phone shows of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// As in the control API: `text`, `picture`, `location`, ...
    pub(crate) kind: String,
    pub(crate) text: String,
    pub(crate) picture: Option<String>,
    pub(crate) file: Option<File>,
    /// The message that this one answers, by its id.
    pub(crate) reply_to: Option<String>,
    /// It is no message but a deed.
    pub(crate) deed: bool,
}

/// A message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) n: u64,
    pub(crate) direction: Direction,
    pub(crate) id: String,
    pub(crate) at: u64,
    pub(crate) kind: String,
    pub(crate) text: String,
    pub(crate) picture: Option<String>,
    pub(crate) file: Option<File>,
    pub(crate) cards: Vec<Card>,
    pub(crate) buttons: Vec<Button>,
    /// Who speaks, where the platform shows it: `{name, picture}`.
    pub(crate) agent: Value,
    pub(crate) reply_to: Option<String>,
    /// The platform's own object.
    pub(crate) content: Value,
    /// `received`, or for what the person said: `sending`, `retrying`, `acknowledged`, `failed`.
    pub(crate) state: &'static str,
    /// Last HTTP status of the connector; 0 is no answer.
    pub(crate) status: Option<u16>,
    pub(crate) attempts: u32,
    pub(crate) at_desk: bool,
    /// `delivered`, `read`, `failed`. Of what the person said: what the connector told. Else: what was reported to it.
    pub(crate) receipts: BTreeSet<String>,
    /// The title of the button that was tapped last.
    pub(crate) tapped: Option<String>,
    /// The emoji with which the other side reacted.
    pub(crate) reaction: Option<String>,
    pub(crate) edited: bool,
    pub(crate) unsent: bool,
}

impl Message {
    pub(crate) fn new(n: u64, direction: Direction, id: &str) -> Self {
        Self {
            n,
            direction,
            id: id.to_owned(),
            at: clock::now_ms(),
            kind: "text".to_owned(),
            text: String::new(),
            picture: None,
            file: None,
            cards: Vec::new(),
            buttons: Vec::new(),
            agent: Value::Null,
            reply_to: None,
            content: Value::Null,
            state: "received",
            status: None,
            attempts: 0,
            at_desk: false,
            receipts: BTreeSet::new(),
            tapped: None,
            reaction: None,
            edited: false,
            unsent: false,
        }
    }

    pub(super) fn said(n: u64, id: &str, said: Said, content: Value) -> Self {
        let direction = if said.deed {
            Direction::Deed
        } else {
            Direction::Sent
        };
        Self {
            kind: said.kind,
            text: said.text,
            picture: said.picture,
            file: said.file,
            reply_to: said.reply_to,
            content,
            state: "sending",
            ..Self::new(n, direction, id)
        }
    }

    /// The button with this title, payload or (as a number) place.
    pub(crate) fn button(&self, wanted: &Value) -> Option<&Button> {
        if let Some(place) = wanted.as_u64() {
            return self.buttons.get(usize::try_from(place).ok()?);
        }
        let wanted = wanted.as_str()?;
        let titled = self.buttons.iter().find(|button| button.title == wanted);
        titled.or_else(|| {
            let mut buttons = self.buttons.iter();
            buttons.find(|button| button.payload.as_deref() == Some(wanted))
        })
    }

    pub(super) fn show(&self) -> Value {
        let has = |status: &str| self.receipts.contains(status);
        json!({
            "n": self.n, "direction": self.direction, "id": self.id, "at": self.at,
            "kind": self.kind, "text": self.text, "picture": self.picture, "file": self.file,
            "cards": self.cards, "buttons": self.buttons, "agent": self.agent,
            "reply_to": self.reply_to, "content": self.content, "state": self.state,
            "status": self.status, "attempts": self.attempts, "at_desk": self.at_desk,
            "tapped": self.tapped, "reaction": self.reaction, "edited": self.edited,
            "unsent": self.unsent,
            "receipts": {
                "delivered": has("delivered") || has("read"), "read": has("read"),
                "failed": has("failed"),
            },
        })
    }
}
