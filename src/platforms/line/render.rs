//! Message objects for every kind of content. <https://developers.line.biz/en/reference/messaging-api/#message-objects>
//!
//! Templates where everything fits into one, flex messages where not, and text for what neither shows.

use serde_json::{Value, json};

use super::objects::{
    is_page, is_picture, location_of, picture_file, picture_of, place_of, sender,
};
use super::{flex, template};
use crate::message::{Content, Offer};
use crate::outcome::Refusal;
use crate::platforms::Outgoing;
use crate::platforms::fitting::{cut, cut_distinct, graphemes, utf16_units};
use crate::platforms::readable::readable;
use crate::rich::outline::{Beyond, Block, Does, Limits, Outline, Tap, fit};
use crate::rich::{self, QuickReplies, outline};
use crate::split::split;

/// The longest text of one message (UTF-16 units).
/// <https://developers.line.biz/en/docs/messaging-api/text-character-count/>
const LONGEST_TEXT: usize = 5000;
/// The longest text in place of a template or flex message (UTF-16 units).
const LONGEST_ALT: usize = 400;
/// The longest label in templates and quick replies (characters as readers see them).
pub(super) const LONGEST_LABEL: usize = 20;
/// The longest text that a tap shows in the person's name: LINE counts 300 characters as readers see them, and these are fewer.
const LONGEST_DISPLAYED: usize = 300;

const LIMITS: Limits = Limits {
    taps_per_card: 4,
    mixed_taps: true,
    bare_cards: true,
    card_links: true,
    cards_per_carousel: 12,
    uniform_carousels: false,
    menu_options: 20,
    replies: 13,
    reply_links: true,
    beyond: Beyond::Again,
    pictures: is_picture,
    links: is_page,
};

/// A message as message objects, at least one.
pub(super) fn messages(message: &Outgoing<'_>) -> Result<Vec<Value>, Refusal> {
    let mut shown = match message.content {
        Content::Structured {
            text,
            content,
            quick_replies,
            ..
        } => {
            let content = content.as_ref().map(rich::parse);
            let quick_replies = quick_replies.as_ref().map(QuickReplies::parse);
            let whole = outline(text.as_deref(), content.as_ref(), quick_replies.as_ref());
            structured(fit(whole, &LIMITS), message.offer)
        }
        Content::Location { location } => vec![location_of(location)],
        Content::File { file } => picture_file(message, file).unwrap_or_default(),
        _ => Vec::new(),
    };
    if shown.is_empty() {
        // The sender stands beside the text, not in it.
        let text = readable(&Outgoing {
            agent: None,
            ..*message
        })?;
        shown = texts(&text);
    }
    if let Some(sender) = message.agent.and_then(sender) {
        for object in &mut shown {
            set(object, "sender", sender.clone());
        }
    }
    Ok(shown)
}

/// Adds a field.
pub(super) fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

/// Texts within the limit. A text of nothing but white space is none.
pub(super) fn texts(text: &str) -> Vec<Value> {
    let pieces = split(text, |piece| utf16_units(piece) <= LONGEST_TEXT);
    let pieces = pieces.into_iter().filter(|piece| !piece.trim().is_empty());
    pieces
        .map(|piece| json!({ "type": "text", "text": piece }))
        .collect()
}

/// Empty where nothing is there that quick replies could stand below.
fn structured(outline: Outline, offer: Option<&Offer>) -> Vec<Value> {
    let taps = Taps { offer };
    let mut shown: Vec<Value> = Vec::new();
    for block in &outline.blocks {
        shown.extend(block_of(block, &taps, outline.numbered));
    }
    if !shown.is_empty() {
        quick_replies(&outline, &taps, &mut shown);
    }
    shown
}

/// Quick replies are shown with the last message of a request only, and vanish with what comes behind it. Titles that are too long for
/// them stand there whole, as a text.
fn quick_replies(outline: &Outline, taps: &Taps<'_>, shown: &mut Vec<Value>) {
    let long = outline.replies.iter();
    let long = long.filter(|tap| graphemes(&tap.title) > LONGEST_LABEL);
    let lines: Vec<String> = long.map(|tap| tap.line(outline.numbered)).collect();
    shown.extend(texts(&lines.join("\n")));
    let titles: Vec<&str> = outline.replies.iter().map(|tap| &*tap.title).collect();
    let labels = cut_distinct(&titles, LONGEST_LABEL, graphemes);
    let items = outline.replies.iter().zip(labels).map(|(tap, label)| {
        let mut action = taps.action(tap, LONGEST_LABEL);
        set(&mut action, "label", label.into());
        json!({ "type": "action", "action": action })
    });
    let items: Vec<Value> = items.collect();
    if let (false, Some(last)) = (items.is_empty(), shown.last_mut()) {
        set(last, "quickReply", json!({ "items": items }));
    }
}

fn block_of(block: &Block, taps: &Taps<'_>, numbered: bool) -> Vec<Value> {
    match block {
        Block::Text(text) => texts(text),
        Block::Picture(picture) => picture_of(picture),
        Block::Place(place) => vec![place_of(place)],
        Block::Link(_) => texts(&block.text(numbered)),
        Block::Card(card) => {
            let widget = template::card(card, taps).or_else(|| flex::card(card, taps));
            shown_or_text(widget, block, numbered)
        }
        Block::Carousel(cards) => {
            let widget = template::carousel(cards, taps).or_else(|| flex::carousel(cards, taps));
            match widget {
                Some(_) => shown_or_text(widget, block, numbered),
                // Too large together.
                None => {
                    let each = cards.iter().cloned().map(Block::Card);
                    each.flat_map(|card| block_of(&card, taps, numbered))
                        .collect()
                }
            }
        }
        Block::Menu(menu) => shown_or_text(flex::menu(menu, taps), block, numbered),
    }
}

/// A widget, with the words for where it cannot be shown, or all of it as text: choices by their numbers.
fn shown_or_text(widget: Option<Widget>, block: &Block, numbered: bool) -> Vec<Value> {
    match widget {
        None => texts(&block.text(numbered)),
        Some(Widget {
            kind,
            field,
            body,
            words,
        }) => {
            let words = if words.trim().is_empty() {
                block.text(numbered)
            } else {
                words
            };
            let alt = cut(&words, LONGEST_ALT, utf16_units);
            let mut object = json!({ "type": kind, "altText": alt });
            set(&mut object, field, body);
            vec![object]
        }
    }
}

/// A template or flex message.
pub(super) struct Widget {
    /// Its type.
    pub(super) kind: &'static str,
    /// The field that it is in.
    pub(super) field: &'static str,
    /// What it is.
    pub(super) body: Value,
    /// What it says.
    pub(super) words: String,
}

/// Makes actions of things to tap.
pub(super) struct Taps<'a> {
    offer: Option<&'a Offer>,
}

impl Taps<'_> {
    /// The action of a button with a label of at most so many characters.
    pub(super) fn action(&self, tap: &Tap, longest: usize) -> Value {
        let label = cut(&tap.title, longest, graphemes);
        match &tap.does {
            Does::Open(url) | Does::Navigate { url, .. } => {
                json!({ "type": "uri", "label": label, "uri": url })
            }
            Does::Choose(index) => self.choice(*index, &tap.title, label),
        }
    }

    fn choice(&self, index: usize, title: &str, label: String) -> Value {
        let offered = self.offer.and_then(|offer| {
            let choice = offer.choices.get(index)?;
            Some((offer.reference(index), &choice.text))
        });
        match offered {
            Some((reference, text)) => {
                let text = if text.trim().is_empty() { title } else { text };
                let text = cut(text, LONGEST_DISPLAYED, utf16_units);
                json!({ "type": "postback", "label": label, "data": reference, "displayText": text })
            }
            // Without an offer a title is what finds the choice.
            None => {
                let text = cut(title, LONGEST_DISPLAYED, utf16_units);
                json!({ "type": "message", "label": label, "text": text })
            }
        }
    }
}

/// An action that opens a page, for a picture or a card as a whole.
pub(super) fn opens(url: &str, words: &str) -> Value {
    let label = cut(words, LONGEST_LABEL, graphemes);
    let label = if label.trim().is_empty() {
        "↗".to_owned()
    } else {
        label
    };
    json!({ "type": "uri", "label": label, "uri": url })
}
