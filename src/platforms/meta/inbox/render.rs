//! A message as the messages that the API takes.

use serde_json::{Value, json};

use super::network::is_secure;
use super::templates::Templates;
use super::{Inbox, Network};
use crate::message::{Content, File};
use crate::outcome::Refusal;
use crate::platforms::Outgoing;
use crate::platforms::readable::readable;
use crate::rich::outline::{Block, Outline, fit};
use crate::rich::{self, QuickReplies};
use crate::split::split;

pub(super) fn pieces(inbox: &Inbox, message: &Outgoing<'_>) -> Result<Vec<Value>, Refusal> {
    let attached = match message.content {
        Content::Structured {
            text,
            content,
            quick_replies,
            ..
        } => {
            let content = content.as_ref().map(rich::parse);
            let quick_replies = quick_replies.as_ref().map(QuickReplies::parse);
            let outline = rich::outline(text.as_deref(), content.as_ref(), quick_replies.as_ref());
            structured(inbox, message, outline)
        }
        Content::File { file } => attachment(inbox, message, file),
        _ => None,
    };
    match attached {
        Some(pieces) => Ok(pieces),
        None => Ok(texts(inbox.network, &readable(message)?)),
    }
}

/// Texts that fit, each as one message.
pub(super) fn texts(network: Network, text: &str) -> Vec<Value> {
    let pieces = split(text.trim_end(), |piece| network.text_fits(piece)).into_iter();
    let pieces = pieces.filter(|piece| !piece.trim().is_empty());
    pieces.map(|piece| json!({ "text": piece })).collect()
}

/// A file that Meta fetches.
pub(super) fn by_url(kind: &str, url: &str) -> Value {
    json!({ "attachment": { "type": kind, "payload": { "url": url } } })
}

/// `None`: there is nothing to be seen in it.
fn structured(inbox: &Inbox, message: &Outgoing<'_>, mut outline: Outline) -> Option<Vec<Value>> {
    if outline.blocks.is_empty() && outline.replies.is_empty() {
        return None;
    }
    if let Some(name) = message.speaker() {
        match outline.blocks.first_mut().and_then(first_words) {
            Some(words) => *words = format!("{name}: {words}"),
            None => outline.blocks.insert(0, Block::Text(format!("{name}:"))),
        }
    }
    let outline = fit(outline, &inbox.network.limits());
    let mut templates = Templates::new(inbox.network, message.offer, outline.numbered);
    for block in &outline.blocks {
        templates.block(block);
    }
    Some(templates.with_replies(&outline.replies))
}

/// The words that a block begins with, where no picture stands before them.
fn first_words(block: &mut Block) -> Option<&mut String> {
    match block {
        Block::Text(text) => Some(text),
        Block::Card(card) if card.picture.is_none() => {
            card.title.as_mut().or_else(|| card.lines.first_mut())
        }
        Block::Menu(menu) => menu.title.as_mut(),
        _ => None,
    }
}

/// `None`: it goes as a link.
fn attachment(inbox: &Inbox, message: &Outgoing<'_>, file: &File) -> Option<Vec<Value>> {
    let url = message.address_of(file).filter(|url| is_secure(url))?;
    let kind = inbox
        .network
        .attachment(file.media_type.as_deref(), file.size)?;
    let caption = file.caption.as_deref().map(str::trim);
    let caption = caption.filter(|caption| {
        !caption.is_empty() && Some(*caption) != file.name.as_deref().map(str::trim)
    });
    let below = caption.map(|caption| texts(inbox.network, &message.spoken(caption)));
    let pieces = std::iter::once(by_url(kind, url)).chain(below.into_iter().flatten());
    Some(pieces.collect())
}
