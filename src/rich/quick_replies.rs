//! Quick replies: answers offered below a message until the consumer says something.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::basic::Button;
use super::element::{Element, decoded};
use super::fields::{Fields, Many, Scalar};

/// Answers offered below a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, from = "Value")]
pub enum QuickReplies {
    /// They could be read.
    Known(Replies),
    /// They are no object; as they came.
    Unknown(Value),
}

/// Quick replies that could be read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Replies {
    /// The answers: buttons.
    #[serde(skip_serializing_if = "Many::is_absent")]
    pub replies: Many<Element>,
    /// How many are to stand in a row.
    #[serde(rename = "itemsPerRow", skip_serializing_if = "Option::is_none")]
    pub items_per_row: Option<Scalar>,
    /// The other fields, `type` among them.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl QuickReplies {
    /// Reads the field `quickReplies` of an event, which may be JSON in a text. It never fails.
    pub fn parse(value: &Value) -> Self {
        decoded(value).into()
    }

    /// The answers.
    pub fn replies(&self) -> &[Element] {
        match self {
            Self::Known(known) => &known.replies,
            Self::Unknown(_) => &[],
        }
    }

    pub(super) fn read(fields: &mut Fields, depth: usize) -> Option<Self> {
        Some(Self::Known(Replies::read(fields, depth)))
    }
}

impl Replies {
    pub(super) fn read(fields: &mut Fields, depth: usize) -> Self {
        Self {
            replies: fields.many("replies", |value| reply(value, depth)),
            items_per_row: fields.scalar("itemsPerRow"),
            rest: fields.rest(),
        }
    }
}

impl From<Value> for QuickReplies {
    fn from(value: Value) -> Self {
        Fields::of(value, |fields| Self::read(fields, 1)).unwrap_or_else(Self::Unknown)
    }
}

/// A reply that does not say its type is a button.
fn reply(value: Value, depth: usize) -> Element {
    let button = Fields::of(value, |fields| {
        fields.kind().is_empty().then(|| Button::read(fields))
    });
    match button {
        Ok(button) => Element::Button(button),
        Err(value) => Element::read(value, depth),
    }
}
