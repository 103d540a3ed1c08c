//! A message as WhatsApp's messages: what has a kind of its own as that, everything else as readable text.
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages>

use serde_json::{Map, Value, json};

use super::files::{is_page, is_picture, shown_as};
use super::words::{BODY, length, texts};
use super::{WhatsApp, widgets};
use crate::message::{Content, File, Location};
use crate::outcome::Refusal;
use crate::platforms::Outgoing;
use crate::platforms::readable::readable;
use crate::rich::outline::{Beyond, Block, Limits, Picture, Place, fit};
use crate::rich::{self, QuickReplies};

/// Cards stand below each other. A message has either choices or one link.
const LIMITS: Limits = Limits {
    taps_per_card: 3,
    mixed_taps: false,
    cards_per_carousel: 0,
    menu_options: 10,
    replies: 0,
    beyond: Beyond::Again,
    pictures: is_picture,
    links: is_page,
    ..Limits::NONE
};

/// One of WhatsApp's messages.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    /// `type`.
    pub(super) kind: &'static str,
    /// What stands under the name of the type.
    pub(super) content: Value,
}

impl Piece {
    pub(super) fn new(kind: &'static str, content: Map<String, Value>) -> Self {
        let content = Value::Object(content);
        Self { kind, content }
    }
}

/// What is sent, in order, or why nothing is.
pub(super) fn render(whatsapp: &WhatsApp, message: &Outgoing<'_>) -> Result<Vec<Piece>, Refusal> {
    let pieces = match message.content {
        Content::Structured { .. } => structured(whatsapp, message),
        Content::File { file } => shown_file(message, file),
        Content::Location { location } => Some(vec![place(location)]),
        _ => None,
    };
    match pieces {
        Some(pieces) if !pieces.is_empty() => Ok(pieces),
        _ => Ok(texts(&readable(message)?)),
    }
}

fn structured(whatsapp: &WhatsApp, message: &Outgoing<'_>) -> Option<Vec<Piece>> {
    let Content::Structured {
        text,
        content,
        quick_replies,
        ..
    } = message.content
    else {
        return None;
    };
    let content = content.as_ref().map(rich::parse);
    let quick_replies = quick_replies.as_ref().map(QuickReplies::parse);
    let text = text.as_deref();
    let outline = rich::outline(text, content.as_ref(), quick_replies.as_ref());
    let mut outline = fit(outline.with_replies_as_menu(), &LIMITS);
    if message.speaker().is_some() {
        let words = outline.blocks.iter_mut().find_map(first_words);
        if let Some(words) = words {
            *words = message.spoken(words);
        }
    }
    let widgets = widgets::Widgets {
        list_button: &whatsapp.list_button,
        offer: message.offer,
    };
    let numbered = outline.numbered;
    let pieces = outline.blocks.into_iter().flat_map(|block| match block {
        Block::Card(card) => widgets.card(card),
        // Not side by side: `fit` leaves none.
        Block::Carousel(cards) => {
            let cards = cards.into_iter();
            cards.flat_map(|card| widgets.card(card)).collect()
        }
        Block::Menu(menu) => widgets.menu(&menu),
        Block::Picture(picture) => shown_picture(&picture),
        Block::Place(place) => vec![mapped(place)],
        block @ (Block::Text(_) | Block::Link(_)) => texts(&block.text(numbered)),
    });
    Some(pieces.collect())
}

/// Where a block's first words stand, to put a name before them.
fn first_words(block: &mut Block) -> Option<&mut String> {
    match block {
        Block::Text(text) => Some(text),
        Block::Picture(picture) => picture.caption.as_mut(),
        Block::Card(card) => card.title.as_mut().or(card.lines.first_mut()),
        Block::Carousel(cards) => cards
            .iter_mut()
            .find_map(|card| card.title.as_mut().or(card.lines.first_mut())),
        Block::Menu(menu) => menu.title.as_mut(),
        Block::Place(_) | Block::Link(_) => None,
    }
}

/// A picture with what stands below it; that goes as texts of its own where it is too long.
pub(super) fn shown_picture(picture: &Picture) -> Vec<Piece> {
    captioned("image", &picture.url, None, picture.caption.as_deref())
}

/// A file that Meta fetches, with what stands below it.
fn captioned(
    kind: &'static str,
    link: &str,
    name: Option<&str>,
    caption: Option<&str>,
) -> Vec<Piece> {
    let caption = caption
        .map(str::trim_end)
        .filter(|caption| !caption.is_empty());
    let below = caption.filter(|caption| kind != "audio" && length(caption) <= BODY);
    let mut content = Map::new();
    content.insert("link".to_owned(), json!(link));
    if let Some(below) = below {
        content.insert("caption".to_owned(), json!(below));
    }
    if let Some(name) = name.filter(|_| kind == "document") {
        content.insert("filename".to_owned(), json!(name));
    }
    let mut pieces = vec![Piece::new(kind, content)];
    if let Some(caption) = caption.filter(|_| below.is_none()) {
        pieces.extend(texts(caption));
    }
    pieces
}

/// A file of a kind and size that WhatsApp takes, by a link that it can open.
fn shown_file(message: &Outgoing<'_>, file: &File) -> Option<Vec<Piece>> {
    let link = message.address_of(file).filter(|link| is_page(link))?;
    let kind = shown_as(file.media_type.as_deref()?, file.size)?;
    let name = file.name.as_deref();
    let caption = file.caption.as_deref();
    let caption = caption.filter(|caption| kind != "document" || Some(*caption) != name);
    let caption = caption.map(|caption| message.spoken(caption));
    Some(captioned(kind, link, name, caption.as_deref()))
}

fn place(location: &Location) -> Piece {
    let mut content = Map::new();
    content.insert("latitude".to_owned(), json!(location.latitude));
    content.insert("longitude".to_owned(), json!(location.longitude));
    let named = [("name", &location.name), ("address", &location.address)];
    for (field, text) in named {
        if let Some(text) = text {
            content.insert(field.to_owned(), json!(text));
        }
    }
    Piece::new("location", content)
}

fn mapped(place_: Place) -> Piece {
    let Place {
        latitude,
        longitude,
        title,
        ..
    } = place_;
    place(&Location {
        latitude,
        longitude,
        name: title,
        address: None,
    })
}
