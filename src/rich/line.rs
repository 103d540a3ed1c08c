//! What a message says, line by line.

use std::borrow::Cow;

use super::fields::Scalar;

/// A line of the text, or several, or where something begins or ends that holds lines.
pub(super) enum Line {
    /// Words, which never are blank.
    Text { text: String, part: Part },
    /// An address with its name.
    Page {
        name: Option<String>,
        address: String,
        leads: Leads,
    },
    /// The choice at `index`, with what follows its title. A tap on words or a picture makes it if they are `seen`, and no button.
    Choice {
        index: usize,
        more: String,
        seen: bool,
    },
    /// The name of something that cannot be shown.
    Unknown(String),
    /// A blank line, unless it would be at an end or beside another one.
    Gap,
    /// What follows belongs together, up to its `Close`.
    Open(Group),
    /// The end of what was opened last.
    Close,
}

/// The part that words play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// They were marked as a title, or stand over a card.
    Title,
    Words,
    /// What belongs to a picture.
    Caption,
    /// Something to tap that a tap does nothing for, or to answer in words.
    Label,
}

/// What an address leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Leads {
    Picture {
        alt: Option<String>,
    },
    Preview,
    Place {
        la: Scalar,
        lo: Scalar,
    },
    /// A tap opens it: on words or a picture if they are `seen`, else on a button.
    Page {
        seen: bool,
    },
    /// A tap shows the way.
    Way {
        la: Scalar,
        lo: Scalar,
        seen: bool,
    },
}

/// What holds lines together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// One below the other.
    Column,
    /// One beside the other.
    Row,
    /// Columns that are cards.
    Cards,
    /// A list to choose from.
    Menu,
    /// A part of such a list that may have a title.
    Section,
    /// The buttons below such a list.
    Buttons,
    /// Quick replies.
    Replies,
}

impl Line {
    /// What is shown of a line that is no choice.
    pub(super) fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Text { text, .. } => text.into(),
            Self::Page { name, address, .. } => match name {
                None => address.into(),
                Some(name) => format!("{name}: {address}").into(),
            },
            Self::Unknown(name) => in_brackets(name).into(),
            Self::Choice { .. } | Self::Gap | Self::Open(_) | Self::Close => "".into(),
        }
    }
}

/// The name of something that cannot be shown.
pub(super) fn in_brackets(name: &str) -> String {
    match name {
        "" => "[structured content]".to_owned(),
        name => format!("[{name}]"),
    }
}
