//! Elements that hold no others.

use serde::Serialize;
use serde_json::Value;

use super::action::Click;
use super::element::Common;
use super::fields::{Fields, Fit, Many, Scalar};

/// Words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Text {
    /// The words.
    pub text: Scalar,
    /// What a tap on it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<Click>,
    /// What all elements have.
    #[serde(flatten)]
    pub common: Common,
}

impl Text {
    pub(super) fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            text: fields.scalar("text")?,
            click: fields.object("click", Click::read),
            common: Common::read(fields),
        })
    }
}

/// Something to tap.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Button {
    /// What stands on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Scalar>,
    /// What stands below that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<Scalar>,
    /// `button`, or `text` for one that looks like a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<Scalar>,
    /// The `carouselSelect` or `accordionSelect` whose selection it publishes.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub refers_to: Option<SelectRef>,
    /// What a tap on it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<Click>,
    /// What all elements have.
    #[serde(flatten)]
    pub common: Common,
}

impl Button {
    pub(super) fn read(fields: &mut Fields) -> Self {
        Self {
            title: fields.scalar("title"),
            subtitle: fields.scalar("subtitle"),
            class: fields.scalar("class"),
            refers_to: fields.object("ref", SelectRef::read),
            click: fields.object("click", Click::read),
            common: Common::read(fields),
        }
    }
}

/// The container whose selection a button publishes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SelectRef {
    /// The name of the container's `selectMode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Scalar>,
    /// The container's type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Scalar>,
    /// The other fields.
    #[serde(flatten)]
    pub rest: serde_json::Map<String, Value>,
}

impl SelectRef {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            name: fields.scalar("name"),
            kind: fields.scalar("type"),
            rest: fields.rest(),
        })
    }
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Image {
    /// Where it is.
    pub url: Scalar,
    /// What stands below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<Scalar>,
    /// What a tap on it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<Click>,
    /// What all elements have.
    #[serde(flatten)]
    pub common: Common,
}

impl Image {
    pub(super) fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            url: fields.scalar("url")?,
            caption: fields.scalar("caption"),
            click: fields.object("click", Click::read),
            common: Common::read(fields),
        })
    }
}

/// A place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Map {
    /// Latitude, in degrees.
    pub la: Scalar,
    /// Longitude, in degrees.
    pub lo: Scalar,
    /// What a tap on it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<Click>,
    /// What all elements have.
    #[serde(flatten)]
    pub common: Common,
}

impl Map {
    pub(super) fn read(fields: &mut Fields) -> Option<Self> {
        let lo = fields.has_number("lo");
        Some(Self {
            la: lo.then(|| fields.number("la")).flatten()?,
            lo: fields.number("lo")?,
            click: fields.object("click", Click::read),
            common: Common::read(fields),
        })
    }
}

/// A page with its title and picture.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkPreview {
    /// Where it is.
    pub url: Scalar,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Scalar>,
    /// What a tap on it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<Click>,
    /// What all elements have.
    #[serde(flatten)]
    pub common: Common,
}

impl LinkPreview {
    pub(super) fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            url: fields.scalar("url")?,
            title: fields.scalar("title"),
            click: fields.object("click", Click::read),
            common: Common::read(fields),
        })
    }
}

/// A question with its answers, the older form of quick replies.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Template {
    /// The answers: texts.
    pub resp: Many<Value>,
    /// The question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Scalar>,
    /// `quickReply`.
    #[serde(rename = "templateType", skip_serializing_if = "Option::is_none")]
    pub template_type: Option<Scalar>,
    /// What a tap on it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<Click>,
    /// What all elements have.
    #[serde(flatten)]
    pub common: Common,
}

impl Template {
    pub(super) fn read(fields: &mut Fields) -> Option<Self> {
        if !fields.has("resp") {
            return None;
        }
        Some(Self {
            resp: fields.many("resp", |value| value),
            title: fields.scalar("title"),
            template_type: fields.scalar("templateType"),
            click: fields.object("click", Click::read),
            common: Common::read(fields),
        })
    }
}

/// A table of two columns.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeyValuePairList {
    /// Its rows.
    #[serde(skip_serializing_if = "Many::is_absent")]
    pub elements: Many<Fit<KeyValue>>,
    /// What all elements have.
    #[serde(flatten)]
    pub common: Common,
}

impl KeyValuePairList {
    pub(super) fn read(fields: &mut Fields) -> Self {
        Self {
            elements: fields.parts("elements", KeyValue::read),
            common: Common::read(fields),
        }
    }
}

/// A name and its value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeyValue {
    /// The name.
    pub key: Scalar,
    /// The value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Scalar>,
    /// The other fields.
    #[serde(flatten)]
    pub rest: serde_json::Map<String, Value>,
}

impl KeyValue {
    pub(super) fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            key: fields.scalar("key")?,
            value: fields.scalar("value"),
            rest: fields.rest(),
        })
    }
}

/// An item of a checklist.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Checkbox {
    /// What can be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Scalar>,
    /// What a tap on it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<Click>,
    /// What all elements have.
    #[serde(flatten)]
    pub common: Common,
}

impl Checkbox {
    pub(super) fn read(fields: &mut Fields) -> Self {
        Self {
            text: fields.scalar("text"),
            click: fields.object("click", Click::read),
            common: Common::read(fields),
        }
    }
}

/// Publishes what is checked in its list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SubmitButton {
    /// What stands on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Scalar>,
    /// Whether nothing can be checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<Scalar>,
    /// What a tap on it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<Click>,
    /// What all elements have.
    #[serde(flatten)]
    pub common: Common,
}

impl SubmitButton {
    pub(super) fn read(fields: &mut Fields) -> Self {
        Self {
            title: fields.scalar("title"),
            disabled: fields.scalar("disabled"),
            click: fields.object("click", Click::read),
            common: Common::read(fields),
        }
    }
}
