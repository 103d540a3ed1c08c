//! A message's outline: structured content and quick replies as the few shapes that platforms have widgets for.
//!
//! It is made from the lines of [`super::plain_text`] and says all that they say; choices keep their index in
//! [`super::choices`], so that a button can refer to its choice and a typed number means the same one. What no widget is known
//! for is text.

mod build;
mod fit;
mod limits;
mod menu;
mod segment;
mod tree;
mod uniform;

use super::element::Element;
use super::line::in_brackets;
use super::matching::by_number;
use super::plain::{choice_line, walk};
use super::quick_replies::QuickReplies;
use super::words::MAP;
use build::Builder;

pub use fit::fit;
pub use limits::{Beyond, Limits};
pub use uniform::{is_uniform, uniform_runs};

/// What a message shows and offers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    /// What it shows, in reading order.
    pub blocks: Vec<Block>,
    /// Its quick replies.
    pub replies: Vec<Tap>,
    /// Whether choices have numbers where they are text; a dash if not, because titles are numbers themselves.
    pub numbered: bool,
}

/// A part of a message that stands for itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// Words, maybe of several lines.
    Text(String),
    /// A picture alone.
    Picture(Picture),
    /// A place on a map.
    Place(Place),
    /// A page of the web, for a platform that shows something of it.
    Link(Link),
    /// Words with a picture or with something to tap.
    Card(Card),
    /// Two cards or more, side by side.
    Carousel(Vec<Card>),
    /// Choices below each other.
    Menu(Menu),
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Where it is.
    pub url: String,
    /// What stands below it. A card's picture has none: there it is one of the card's texts.
    pub caption: Option<String>,
    /// What it shows, for those who cannot see it.
    pub alt: Option<String>,
}

/// A place.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// What it is called.
    pub title: Option<String>,
    /// A map of it on the web.
    pub url: String,
}

/// A page of the web.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its title.
    pub title: Option<String>,
    /// Where it is.
    pub url: String,
}

/// Words with a picture or with something to tap. In a carousel it may also have words alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Card {
    /// Its picture.
    pub picture: Option<Picture>,
    /// The text that is marked as its title, or else its first one.
    pub title: Option<String>,
    /// Its other texts.
    pub lines: Vec<String>,
    /// What can be tapped, in order.
    pub taps: Vec<Tap>,
    /// What a tap on its picture or its words opens. One of `taps` opens it too, unless [`fit`] had to make room.
    pub link: Option<String>,
}

/// Choices below each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Menu {
    /// What is asked; maybe of several lines.
    pub title: Option<String>,
    /// The choices; no section is empty.
    pub sections: Vec<Section>,
}

/// Choices of a menu that belong together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// What stands over them.
    pub title: Option<String>,
    /// The choices: each one is [`Does::Choose`].
    pub options: Vec<Tap>,
}

/// Something to tap.
#[derive(Clone, Debug, PartialEq)]
pub struct Tap {
    /// What stands on it, in one line; never blank.
    pub title: String,
    /// What follows the title in a text, such as ` – It is free`; mostly nothing.
    pub more: String,
    /// What a tap does.
    pub does: Does,
}

/// What a tap does.
#[derive(Clone, Debug, PartialEq)]
pub enum Does {
    /// Makes the choice of that index in [`super::choices`].
    Choose(usize),
    /// Opens a page.
    Open(String),
    /// Shows the way to a place.
    Navigate {
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
        /// A map of it on the web.
        url: String,
    },
}

/// The outline of a message.
pub fn outline(
    text: Option<&str>,
    content: Option<&Element>,
    quick_replies: Option<&QuickReplies>,
) -> Outline {
    let walk = walk(content, quick_replies);
    let numbered = by_number(&walk.choices);
    let mut builder = Builder::new(walk.choices);
    builder.text(text.unwrap_or_default(), content.is_some());
    builder.column(tree::nodes(walk.lines));
    let (mut blocks, replies) = builder.finish();
    if let Some(content) = content
        && blocks.is_empty()
        && replies.is_empty()
    {
        blocks.push(Block::Text(in_brackets(content.name())));
    }
    Outline {
        blocks,
        replies,
        numbered,
    }
}

impl Outline {
    /// The outline with its quick replies as a menu at its end, for a platform that has none. Words right before it are its title.
    pub fn with_replies_as_menu(mut self) -> Self {
        let (options, others): (Vec<Tap>, Vec<Tap>) =
            self.replies.drain(..).partition(Tap::is_choice);
        if !others.is_empty() {
            let title = options.is_empty().then(|| self.take_last_text()).flatten();
            self.blocks.push(Block::Card(Card {
                lines: title.into_iter().collect(),
                taps: others,
                ..Card::default()
            }));
        }
        if !options.is_empty() {
            let title = self.take_last_text();
            let sections = vec![Section {
                title: None,
                options,
            }];
            self.blocks.push(Block::Menu(Menu { title, sections }));
        }
        self
    }

    fn take_last_text(&mut self) -> Option<String> {
        take_last_text(&mut self.blocks)
    }
}

/// Takes the words that stand last.
fn take_last_text(blocks: &mut Vec<Block>) -> Option<String> {
    let last = blocks.pop_if(|block| matches!(block, Block::Text(_)));
    match last {
        Some(Block::Text(text)) => Some(text),
        _ => None,
    }
}

impl Block {
    /// All of it as text, for a platform that has no widget for it. `numbered` is the outline's.
    pub fn text(&self, numbered: bool) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Picture(picture) => named(picture.caption.as_deref(), &picture.url),
            Self::Place(place) => named(place.title.as_deref(), &place.url),
            Self::Link(link) => named(link.title.as_deref(), &link.url),
            Self::Card(card) => card.text(numbered),
            Self::Carousel(cards) => {
                let cards: Vec<String> = cards.iter().map(|card| card.text(numbered)).collect();
                cards.join("\n\n")
            }
            Self::Menu(menu) => menu.text(numbered),
        }
    }
}

impl Card {
    /// Its words, one text per line; empty if it has none.
    pub fn words(&self) -> String {
        let texts: Vec<&str> = self.texts().collect();
        texts.join("\n")
    }

    /// What a platform shows that wants some words in every case: its words, or else what its picture shows, or else what stands
    /// on the taps.
    pub fn some_words(&self) -> String {
        let words = self.words();
        if !words.is_empty() {
            return words;
        }
        let alt = self
            .picture
            .as_ref()
            .and_then(|picture| picture.alt.clone());
        alt.unwrap_or_else(|| {
            let titles: Vec<&str> = self.taps.iter().map(|tap| tap.title.as_str()).collect();
            titles.join(" · ")
        })
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.title.iter().chain(&self.lines).map(String::as_str)
    }

    fn text(&self, numbered: bool) -> String {
        let picture = self.picture.iter().map(|picture| picture.url.clone());
        let texts = self.texts().map(str::to_owned);
        let taps = self.taps.iter().map(|tap| tap.line(numbered));
        let lines: Vec<String> = picture.chain(texts).chain(taps).collect();
        lines.join("\n")
    }
}

impl Menu {
    /// All choices, in order.
    pub fn options(&self) -> impl Iterator<Item = &Tap> {
        self.sections.iter().flat_map(|section| &section.options)
    }

    fn text(&self, numbered: bool) -> String {
        let mut parts: Vec<String> = self.title.iter().cloned().collect();
        for section in &self.sections {
            let title = section.title.iter().cloned();
            let options = section.options.iter().map(|tap| tap.line(numbered));
            let lines: Vec<String> = title.chain(options).collect();
            parts.push(lines.join("\n"));
        }
        let gap = match self.sections.as_slice() {
            [Section { title: None, .. }] => "\n",
            _ => "\n\n",
        };
        parts.join(gap)
    }
}

impl Tap {
    /// It as a line of text: with its number if it is a choice, or with its address. `numbered` is the outline's.
    pub fn line(&self, numbered: bool) -> String {
        let Self { title, more, does } = self;
        match does {
            Does::Choose(index) => choice_line(numbered, *index, title, more),
            Does::Open(url) | Does::Navigate { url, .. } if short_name(url) == title => url.clone(),
            Does::Open(url) | Does::Navigate { url, .. } => format!("{title}: {url}"),
        }
    }

    /// What is said about it beside its title.
    pub fn description(&self) -> Option<&str> {
        let more = self.more.trim();
        let more = more.strip_prefix('–').unwrap_or(more).trim();
        (!more.is_empty()).then_some(more)
    }

    /// Whether it makes a choice.
    pub fn is_choice(&self) -> bool {
        matches!(self.does, Does::Choose(_))
    }

    /// The page that it opens; a map for the way to a place.
    pub fn url(&self) -> Option<&str> {
        match &self.does {
            Does::Choose(_) => None,
            Does::Open(url) | Does::Navigate { url, .. } => Some(url),
        }
    }
}

/// What a page or a map is called that has no name: its host, or the degrees of the place.
fn short_name(url: &str) -> &str {
    let map = url.strip_prefix(MAP);
    map.unwrap_or_else(|| {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if host.trim().is_empty() { url } else { host }
    })
}

fn named(name: Option<&str>, url: &str) -> String {
    match name {
        Some(name) => format!("{name}: {url}"),
        None => url.to_owned(),
    }
}
