//! One walk over a message, in reading order. Text, choices and outline all come from it, so that their numbers agree.

use serde_json::Value;

use super::basic::{Button, Checkbox, KeyValuePairList, Map, SubmitButton, Template};
use super::container::{Container, Kind};
use super::element::{Common, Element};
use super::fields::{Fit, Scalar};
use super::line::{Group, Leads, Line, Part};
use super::plain::Choice;
use super::tapping::Tapped;
use super::words::{collapsed, joined, place, readable, said};

/// What the lines of a message have together, in bytes; more than a notification has. Only what says the same again and again, such
/// as a long title before each of many links, comes to more: the rest of it is left out.
const MOST_TEXT: usize = 1 << 21;

/// What the metadata of all choices has together, in bytes of JSON. Many choices may share theirs; later ones go without it.
const MOST_METADATA: usize = 64 * 1024;

/// What a message says and offers.
#[derive(Default)]
pub(super) struct Walk {
    pub(super) lines: Vec<Line>,
    pub(super) choices: Vec<Choice>,
    /// Bytes of the lines so far.
    text: usize,
    /// Bytes of the choices' metadata so far; none are added once there was no room for some.
    metadata: usize,
    /// The first description found, for content that says nothing else.
    alt: Option<String>,
    /// The metadata of the button that submits the list around.
    submit: Vec<Value>,
}

impl Walk {
    pub(super) fn element(&mut self, element: &Element) {
        let common = element.common();
        if self.alt.is_none() {
            self.alt = said(common.and_then(|common| common.alt.as_ref()));
        }
        let tooltip = common.and_then(|common| common.tooltip.as_ref());
        match element {
            Element::Text(text) => {
                let words = text.text.to_string();
                let seen = text
                    .click
                    .as_ref()
                    .is_none_or(|click| click.published().is_none());
                if seen {
                    let part = match is_title(&text.common) {
                        true => Part::Title,
                        false => Part::Words,
                    };
                    self.text_as(&words, part);
                }
                self.click(&Tapped::named(&words).seen(seen), text.click.as_ref());
            }
            Element::Button(button) => self.button(button),
            Element::Image(image) => {
                let caption = said(image.caption.as_ref());
                let name = caption.clone().or_else(|| said(tooltip));
                let shown = image.url.to_string();
                let alt = said(image.common.alt.as_ref()).or_else(|| said(tooltip));
                self.page(caption, &shown, Leads::Picture { alt });
                let tapped = Tapped::named(&name.unwrap_or_default()).page(&shown);
                self.click(&tapped, image.click.as_ref());
            }
            Element::Map(map) => self.map(map),
            Element::LinkPreview(link) => {
                let (title, url) = (said(link.title.as_ref()), link.url.to_string());
                let name = title.clone().or_else(|| said(tooltip));
                self.page(title, &url, Leads::Preview);
                let tapped = Tapped::named(&name.unwrap_or_default()).page(&url);
                self.click(&tapped, link.click.as_ref());
            }
            Element::Template(template) => self.template(template),
            Element::KeyValuePairList(list) => self.table(list),
            Element::Checkbox(checkbox) => self.checkbox(checkbox),
            Element::SubmitButton(button) => {
                let title = said(button.title.as_ref()).unwrap_or_default();
                self.click(&Tapped::named(&title).known(), button.click.as_ref());
            }
            Element::QuickReplies(replies) => self.replies(&replies.replies),
            Element::Container(container) => self.container(container),
            Element::Unknown(value) => self.unknown(value, element.name()),
        }
    }

    pub(super) fn elements(&mut self, elements: &[Element]) {
        for element in elements {
            self.element(element);
        }
    }

    pub(super) fn replies(&mut self, elements: &[Element]) {
        self.group(Group::Replies, |walk| walk.elements(elements));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.text_as(text, Part::Words);
    }

    pub(super) fn text_as(&mut self, text: &str, part: Part) {
        let text = text.trim();
        if !text.is_empty() && self.has_room() {
            self.text = self.text.saturating_add(text.len());
            self.lines.push(Line::Text {
                text: text.to_owned(),
                part,
            });
        }
    }

    /// Holds together what `fill` adds, if it adds anything.
    pub(super) fn group(&mut self, group: Group, fill: impl FnOnce(&mut Self)) {
        let opened = self.lines.len();
        self.lines.push(Line::Open(group));
        fill(self);
        if self.lines.len() == opened.saturating_add(1) {
            self.lines.pop();
        } else {
            self.lines.push(Line::Close);
        }
    }

    /// Whether more lines are shown.
    pub(super) fn has_room(&self) -> bool {
        self.text < MOST_TEXT
    }

    /// A choice's metadata, while there is room for it.
    pub(super) fn room_for(&mut self, metadata: &[Value]) -> Vec<Value> {
        if metadata.is_empty() || self.metadata >= MOST_METADATA {
            return Vec::new();
        }
        let bytes = serde_json::to_vec(metadata).map_or(MOST_METADATA, |json| json.len());
        self.metadata = self.metadata.saturating_add(bytes);
        if self.metadata > MOST_METADATA {
            return Vec::new();
        }
        metadata.to_vec()
    }

    /// Puts the description in place of lines that say nothing.
    pub(super) fn describe(&mut self) {
        let says = |line: &Line| {
            matches!(
                line,
                Line::Text { .. } | Line::Page { .. } | Line::Choice { .. }
            )
        };
        if !self.lines.iter().any(says)
            && let Some(alt) = self.alt.take()
        {
            self.lines.clear();
            self.text(&alt);
        }
    }

    pub(super) fn gap(&mut self) {
        self.lines.push(Line::Gap);
    }

    fn container(&mut self, container: &Container) {
        let kind = container.kind();
        let outer = (kind == Kind::List)
            .then(|| std::mem::replace(&mut self.submit, submit_metadata(&container.elements)));
        let group = match kind {
            Kind::Vertical | Kind::Other => Group::Column,
            Kind::Horizontal => Group::Row,
            Kind::Carousel | Kind::CarouselSelect | Kind::AccordionSelect | Kind::Tabs => {
                Group::Cards
            }
            Kind::List | Kind::SectionList | Kind::Checklist => Group::Menu,
            Kind::Section => Group::Section,
            Kind::ButtonList => Group::Buttons,
        };
        self.group(group, |walk| match kind {
            _ if group == Group::Cards => walk.cards(container, kind),
            Kind::SectionList => {
                for section in container.elements.iter() {
                    walk.gap();
                    walk.element(section);
                }
                walk.gap();
            }
            _ => walk.elements(&container.elements),
        });
        if let Some(replies) = &container.quick_replies {
            self.gap();
            self.replies(replies.replies());
        }
        if let Some(outer) = outer {
            self.submit = outer;
        }
    }

    fn cards(&mut self, container: &Container, kind: Kind) {
        let mut titles = container.titles.iter().map(Fit::known);
        for card in container.elements.iter() {
            self.gap();
            self.group(Group::Column, |walk| {
                if let Some(title) = titles.next().flatten() {
                    let parts = [said(title.name.as_ref()), said(title.additional.as_ref())];
                    walk.text_as(&joined(parts), Part::Title);
                }
                if kind == Kind::Tabs {
                    let tag = card.common().and_then(|common| common.tag.as_ref());
                    walk.text_as(&said(tag).unwrap_or_default(), Part::Title);
                }
                walk.element(card);
            });
        }
        self.gap();
    }

    fn button(&mut self, button: &Button) {
        let common = &button.common;
        let names = [&button.title, &common.tooltip, &common.alt];
        let title = names.into_iter().find_map(|name| said(name.as_ref()));
        let mut tapped = Tapped::named(&title.unwrap_or_default());
        tapped.subtitle = said(button.subtitle.as_ref());
        self.click(&tapped, button.click.as_ref());
    }

    fn checkbox(&mut self, checkbox: &Checkbox) {
        let words = said(checkbox.text.as_ref()).unwrap_or_default();
        let before = self.choices.len();
        self.click(&Tapped::named(&words), checkbox.click.as_ref());
        // What is checked is published by the submit button, with that button's metadata.
        if self
            .choices
            .iter()
            .skip(before)
            .any(|choice| choice.metadata.is_empty())
        {
            let submit = std::mem::take(&mut self.submit);
            for index in before..self.choices.len() {
                let metadata = self.room_for(&submit);
                if let Some(choice) = self
                    .choices
                    .get_mut(index)
                    .filter(|choice| choice.metadata.is_empty())
                {
                    choice.metadata = metadata;
                }
            }
            self.submit = submit;
        }
    }

    fn map(&mut self, map: &Map) {
        let tooltip = said(map.common.tooltip.as_ref());
        let place = place(&map.la, &map.lo);
        let tapped = Tapped::named(tooltip.as_deref().unwrap_or_default()).page(&place);
        let (la, lo) = (map.la.clone(), map.lo.clone());
        self.page(tooltip, &place, Leads::Place { la, lo });
        self.click(&tapped, map.click.as_ref());
    }

    fn template(&mut self, template: &Template) {
        self.group(Group::Menu, |walk| {
            walk.text(&said(template.title.as_ref()).unwrap_or_default());
            let metadata = template
                .click
                .iter()
                .flat_map(|click| click.metadata.iter());
            let metadata: Vec<Value> = metadata.cloned().collect();
            for answer in template
                .resp
                .iter()
                .filter_map(|resp| Scalar::read(resp.clone()).ok())
            {
                let answer = answer.to_string();
                walk.choose(&answer, answer.clone(), &metadata, String::new());
            }
        });
    }

    fn table(&mut self, list: &KeyValuePairList) {
        for row in list.elements.iter().filter_map(Fit::known) {
            let (key, value) = (row.key.to_string(), said(row.value.as_ref()));
            self.pair(Some(key.trim()), &value.unwrap_or_default());
        }
    }

    /// A text stands for itself. Of other things there may be a description or an address.
    fn unknown(&mut self, value: &Value, name: &str) {
        if let Some(text) = value.as_str() {
            return self.text(text);
        }
        let field = |field: &str| {
            let scalar = Scalar::read(value.get(field)?.clone()).ok();
            said(scalar.as_ref())
        };
        let description = ["alt", "text", "title", "caption"]
            .into_iter()
            .find_map(field);
        match (description, field("url")) {
            (None, None) if name.is_empty() => {}
            (None, None) => self.lines.push(Line::Unknown(name.to_owned())),
            (description, url) => self.pair(description.as_deref(), &url.unwrap_or_default()),
        }
    }

    /// A page or picture with its name. Data in place of an address is no reading matter.
    pub(super) fn page(&mut self, name: Option<String>, address: &str, leads: Leads) {
        let address = readable(address);
        let name = name
            .map(|name| collapsed(&name))
            .filter(|name| !name.is_empty());
        if address.is_empty() {
            let part = match leads {
                Leads::Picture { .. } => Part::Caption,
                _ => Part::Label,
            };
            return self.text_as(&name.unwrap_or_default(), part);
        }
        if !self.has_room() {
            return;
        }
        let line = Line::Page {
            name,
            address: address.to_owned(),
            leads,
        };
        self.text = self.text.saturating_add(line.shown().len());
        self.lines.push(line);
    }

    /// A name with its value.
    fn pair(&mut self, name: Option<&str>, value: &str) {
        let (name, value) = (name.map(collapsed).unwrap_or_default(), readable(value));
        self.text(&match (name.as_str(), value) {
            ("", value) => value.to_owned(),
            (name, "") => name.to_owned(),
            (name, value) => format!("{name}: {value}"),
        });
    }
}

/// Whether a text is marked as a title, or written in bold as titles are.
fn is_title(common: &Common) -> bool {
    let bold = common
        .rest
        .get("style")
        .and_then(|style| style.get("bold")?.as_bool());
    said(common.tag.as_ref()).is_some_and(|tag| tag == "title") || bold == Some(true)
}

/// The metadata of the button that submits a list.
fn submit_metadata(elements: &[Element]) -> Vec<Value> {
    let found = elements.iter().find_map(|element| match element {
        Element::SubmitButton(SubmitButton { click, .. }) => {
            Some(click.as_ref()?.metadata.to_vec())
        }
        Element::Container(inner) => {
            Some(submit_metadata(&inner.elements)).filter(|metadata| !metadata.is_empty())
        }
        _ => None,
    });
    found.unwrap_or_default()
}
