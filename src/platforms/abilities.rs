//! What a platform has: declared once, and used for the feature matrix, by the engine, and by the conformance kit, which wants a
//! fixture for everything that is claimed.

/// Something that a callback can bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Heard {
    /// A text.
    Text,
    /// A picture.
    Picture,
    /// A file that is no picture: document, sound, film.
    File,
    /// A sticker.
    Sticker,
    /// A place on earth.
    Location,
    /// Somebody's contact details.
    Contact,
    /// A tapped button or quick reply.
    Choice,
    /// A reaction to a message, such as a thumb.
    Reaction,
    /// A message that was changed after it was sent.
    Edit,
    /// A message that was taken back.
    Unsend,
    /// The person has added, followed or blocked the account.
    Follow,
    /// The person wants no more messages, or wants them again.
    OptOut,
    /// A wish about the conversation: to end it, to be answered soon.
    Command,
    /// The person is typing.
    Typing,
    /// A message has reached the person's device.
    Delivered,
    /// The person has seen a message.
    Read,
    /// A message that was taken did not arrive after all.
    Failed,
    /// Who the person is: a name at least.
    Profile,
}

impl Heard {
    /// All, in the order of the matrix, with the words for it.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Text, "Text"),
        (Self::Picture, "Picture"),
        (Self::File, "Document, sound, film"),
        (Self::Sticker, "Sticker"),
        (Self::Location, "Location"),
        (Self::Contact, "Contact"),
        (Self::Choice, "Tapped button or quick reply"),
        (Self::Reaction, "Reaction"),
        (Self::Edit, "Edited message"),
        (Self::Unsend, "Message taken back"),
        (Self::Follow, "Account added or blocked"),
        (Self::OptOut, "Opt-out"),
        (Self::Command, "Commands of its own"),
        (Self::Typing, "Typing"),
        (Self::Delivered, "Delivered"),
        (Self::Read, "Read"),
        (Self::Failed, "Failed after all"),
        (Self::Profile, "Profile"),
    ];
}

/// Something that the platform shows as what it is. What it does not show arrives as readable text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shown {
    /// A text.
    Text,
    /// A picture.
    Picture,
    /// A file that is no picture.
    File,
    /// A place on a map.
    Location,
    /// Buttons below a text.
    Buttons,
    /// A list to choose from.
    List,
    /// A card with picture, title and buttons.
    Card,
    /// Cards side by side.
    Carousel,
    /// Quick replies that vanish when one is tapped.
    QuickReplies,
    /// LivePerson's own JSON, for an app that renders it.
    Structured,
    /// The agent's name beside the message, not in it.
    Agent,
}

impl Shown {
    /// All, in the order of the matrix, with the words for it.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Text, "Text"),
        (Self::Picture, "Picture"),
        (Self::File, "Document, sound, film"),
        (Self::Location, "Map"),
        (Self::Buttons, "Buttons"),
        (Self::List, "List to choose from"),
        (Self::Card, "Card"),
        (Self::Carousel, "Carousel"),
        (Self::QuickReplies, "Quick replies"),
        (
            Self::Structured,
            "LivePerson's JSON, to be rendered by the app",
        ),
        (Self::Agent, "Agent's name beside the message"),
    ];
}

/// What a platform has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// What its callbacks bring.
    pub hears: &'static [Heard],
    /// What it shows as what it is.
    pub shows: &'static [Shown],
    /// It shows that an agent is typing.
    pub typing: bool,
    /// It shows that the consumer's messages were received or read.
    pub receipts: bool,
    /// It takes changes of the conversation, as messages of their own ([`crate::message::Content::News`]).
    pub news: bool,
    /// A message that is sent again with the same id has no second effect, so that nothing about it stays unknown.
    pub idempotent: bool,
    /// Its reports repeat the reference that a request carried ([`crate::message::Signal::Taken`]), so that a send whose answer was lost
    /// is recognised.
    pub recognises: bool,
    /// A send depends on the last thing that the person said: on a token in it, on its id, or on how long ago it was.
    pub last_heard: bool,
}

impl Abilities {
    /// Whether its callbacks bring this.
    pub fn hears(&self, heard: Heard) -> bool {
        self.hears.contains(&heard)
    }

    /// Whether it shows this as what it is.
    pub fn shows(&self, shown: Shown) -> bool {
        self.shows.contains(&shown)
    }
}
