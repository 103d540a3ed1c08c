//! Elements: what structured content is made of.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::MAX_DEPTH;
use super::basic::{
    Button, Checkbox, Image, KeyValuePairList, LinkPreview, Map, SubmitButton, Template, Text,
};
use super::container::Container;
use super::fields::{Fields, Scalar, kind};
use super::quick_replies::Replies;

/// Reads structured content, which may be JSON in a text. It never fails: what cannot be read is [`Element::Unknown`].
pub fn parse(content: &Value) -> Element {
    decoded(content).into()
}

/// The object that a text may stand for, or the value itself.
pub(super) fn decoded(value: &Value) -> Value {
    let object = value
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok())
        .filter(Value::is_object);
    object.unwrap_or_else(|| value.clone())
}

/// One element, with all that is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, from = "Value")]
pub enum Element {
    /// `text`.
    Text(Text),
    /// `button`.
    Button(Button),
    /// `image`.
    Image(Image),
    /// `map`: a place.
    Map(Map),
    /// `linkPreview`: a page with its title and picture.
    LinkPreview(LinkPreview),
    /// `template`: a question with its answers, the older form of quick replies.
    Template(Template),
    /// `keyValuePairList`: a table of two columns.
    KeyValuePairList(KeyValuePairList),
    /// `checkbox`: an item of a checklist.
    Checkbox(Checkbox),
    /// `submitButton`: publishes what is checked in its list.
    SubmitButton(SubmitButton),
    /// `quickReplies`, where they were written as an element.
    QuickReplies(Replies),
    /// Everything that holds other elements.
    Container(Container),
    /// Anything else, as it came.
    Unknown(Value),
}

impl From<Value> for Element {
    fn from(value: Value) -> Self {
        Self::read(value, 1)
    }
}

impl Element {
    /// `depth` is how deep it lies; the outermost element lies at 1.
    pub(super) fn read(value: Value, depth: usize) -> Self {
        if depth > MAX_DEPTH {
            return Self::Unknown(value);
        }
        let inner = depth.saturating_add(1);
        let known = Fields::of(value, |fields| {
            Some(match fields.kind() {
                "text" => Self::Text(Text::read(fields)?),
                "button" => Self::Button(Button::read(fields)),
                "image" => Self::Image(Image::read(fields)?),
                "map" => Self::Map(Map::read(fields)?),
                "linkPreview" => Self::LinkPreview(LinkPreview::read(fields)?),
                "template" => Self::Template(Template::read(fields)?),
                "keyValuePairList" => Self::KeyValuePairList(KeyValuePairList::read(fields)),
                "checkbox" => Self::Checkbox(Checkbox::read(fields)),
                "submitButton" => Self::SubmitButton(SubmitButton::read(fields)),
                "quickReplies" => Self::QuickReplies(Replies::read(fields, inner)),
                _ => Self::Container(Container::read(fields, inner)?),
            })
        });
        known.unwrap_or_else(Self::Unknown)
    }

    /// What all elements have.
    pub fn common(&self) -> Option<&Common> {
        match self {
            Self::Text(text) => Some(&text.common),
            Self::Button(button) => Some(&button.common),
            Self::Image(image) => Some(&image.common),
            Self::Map(map) => Some(&map.common),
            Self::LinkPreview(link) => Some(&link.common),
            Self::Template(template) => Some(&template.common),
            Self::KeyValuePairList(list) => Some(&list.common),
            Self::Checkbox(checkbox) => Some(&checkbox.common),
            Self::SubmitButton(button) => Some(&button.common),
            Self::Container(container) => Some(&container.common),
            Self::QuickReplies(_) | Self::Unknown(_) => None,
        }
    }

    /// LivePerson's name of its type, as it was written; empty if it has none.
    pub fn name(&self) -> &str {
        match self {
            Self::QuickReplies(replies) => kind(&replies.rest),
            Self::Unknown(value) => value.as_object().map(kind).unwrap_or_default(),
            known => known.common().map_or("", |common| kind(&common.rest)),
        }
    }
}

/// What all elements have. Colours, sizes, borders and accessibility stay in `rest`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Common {
    /// What it stands for, for those who cannot see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt: Option<Scalar>,
    /// Shown when the pointer rests on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tooltip: Option<Scalar>,
    /// The part it plays: `generic` for a card, `title`, `subtitle` and `footer` for its texts; the heading of a tab.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<Scalar>,
    /// Whether its text is written from right to left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtl: Option<Scalar>,
    /// The other fields, `type` among them.
    #[serde(flatten)]
    pub rest: serde_json::Map<String, Value>,
}

impl Common {
    /// It takes all fields that are left.
    pub(super) fn read(fields: &mut Fields) -> Self {
        Self {
            alt: fields.scalar("alt"),
            tooltip: fields.scalar("tooltip"),
            tag: fields.scalar("tag"),
            rtl: fields.scalar("rtl"),
            rest: fields.rest(),
        }
    }
}
