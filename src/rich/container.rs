//! Elements that hold others.

use serde::Serialize;
use serde_json::Value;

use super::element::{Common, Element};
use super::fields::{Fields, Fit, Many, Scalar, kind};
use super::quick_replies::QuickReplies;

/// An element that holds others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Container {
    /// What it holds, in reading order.
    #[serde(skip_serializing_if = "Many::is_absent")]
    pub elements: Many<Element>,
    /// The headings of the cards of an `accordionSelect`.
    #[serde(skip_serializing_if = "Many::is_absent")]
    pub titles: Many<Fit<CardTitle>>,
    /// How cards are selected in a `carouselSelect` or `accordionSelect`.
    #[serde(rename = "selectMode", skip_serializing_if = "Option::is_none")]
    pub select_mode: Option<SelectMode>,
    /// The brand's id of a `section`.
    #[serde(rename = "sectionID", skip_serializing_if = "Option::is_none")]
    pub section_id: Option<Scalar>,
    /// Metadata of a card.
    #[serde(skip_serializing_if = "Many::is_absent")]
    pub metadata: Many<Value>,
    /// Quick replies, where they were written into the content.
    #[serde(rename = "quickReplies", skip_serializing_if = "Option::is_none")]
    pub quick_replies: Option<Box<QuickReplies>>,
    /// What all elements have.
    #[serde(flatten)]
    pub common: Common,
}

/// The kinds of containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // LivePerson's names
pub enum Kind {
    Vertical,
    Horizontal,
    Carousel,
    CarouselSelect,
    AccordionSelect,
    Tabs,
    List,
    SectionList,
    Section,
    Checklist,
    ButtonList,
    /// Of an unknown type, or of none, but with elements.
    Other,
}

impl Kind {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "vertical" => Self::Vertical,
            "horizontal" => Self::Horizontal,
            "carousel" => Self::Carousel,
            "carouselSelect" => Self::CarouselSelect,
            "accordionSelect" => Self::AccordionSelect,
            "tabs" => Self::Tabs,
            "list" => Self::List,
            "sectionList" => Self::SectionList,
            "section" => Self::Section,
            "checklist" => Self::Checklist,
            "buttonList" => Self::ButtonList,
            _ => Self::Other,
        }
    }
}

impl Container {
    /// `inner` is how deep its elements lie.
    pub(super) fn read(fields: &mut Fields, inner: usize) -> Option<Self> {
        if Kind::of(fields.kind()) == Kind::Other && !fields.has_list("elements") {
            return None;
        }
        Some(Self {
            elements: fields.many("elements", |value| Element::read(value, inner)),
            titles: fields.parts("titles", CardTitle::read),
            select_mode: fields.object("selectMode", SelectMode::read),
            section_id: fields.scalar("sectionID"),
            metadata: fields.many("metadata", |value| value),
            quick_replies: fields
                .object("quickReplies", |fields| QuickReplies::read(fields, inner))
                .map(Box::new),
            common: Common::read(fields),
        })
    }

    /// Which kind of container it is.
    pub fn kind(&self) -> Kind {
        Kind::of(kind(&self.common.rest))
    }
}

/// The heading of a card.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CardTitle {
    /// The heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Scalar>,
    /// More, shown beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional: Option<Scalar>,
    /// The other fields.
    #[serde(flatten)]
    pub rest: serde_json::Map<String, Value>,
}

impl CardTitle {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            name: fields.scalar("name"),
            additional: fields.scalar("additional"),
            rest: fields.rest(),
        })
    }
}

/// How cards are selected.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SelectMode {
    /// The name by which a button's `ref` refers to the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Scalar>,
    /// `single` or `multiple`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Scalar>,
    /// The other fields.
    #[serde(flatten)]
    pub rest: serde_json::Map<String, Value>,
}

impl SelectMode {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            name: fields.scalar("name"),
            kind: fields.scalar("type"),
            rest: fields.rest(),
        })
    }
}
