//! How long WhatsApp's texts and labels may be, and texts as messages.
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/text-messages>,
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-list-messages>

use serde_json::{Map, json};

use super::render::Piece;
use crate::platforms::fitting;
use crate::split::split;

/// The longest text.
pub(super) const TEXT: usize = 4096;
/// The longest words below a file, and above buttons. For those above a list one of Meta's pages says 4096.
pub(super) const BODY: usize = 1024;
/// The longest label of a button.
pub(super) const LABEL: usize = 20;
/// The longest title of a row or a section of a list.
pub(super) const ROW: usize = 24;
/// The longest description of a row.
pub(super) const DESCRIPTION: usize = 72;

/// Meta says "characters". These are never fewer than the code points.
pub(super) fn length(text: &str) -> usize {
    fitting::utf16_units(text)
}

/// A label that fits.
pub(super) fn label(text: &str, limit: usize) -> String {
    fitting::cut(text, limit, length)
}

/// A text as one message or several.
pub(super) fn texts(text: &str) -> Vec<Piece> {
    let pieces = split(text, |piece| length(piece) <= TEXT).into_iter();
    let pieces = pieces.filter(|piece| !piece.trim().is_empty());
    pieces.map(|piece| text_message(&piece)).collect()
}

fn text_message(text: &str) -> Piece {
    let mut content = Map::new();
    content.insert("body".to_owned(), json!(text));
    if text.contains("https://") || text.contains("http://") {
        content.insert("preview_url".to_owned(), json!(true));
    }
    Piece::new("text", content)
}

/// Words that belong to what follows them, with at most [`BODY`] characters; what is too long goes before them as texts.
pub(super) fn body(text: &str) -> (Vec<Piece>, String) {
    let text = text.trim_end();
    let mut pieces = split(text, |piece| length(piece) <= BODY);
    let last = pieces.pop().unwrap_or_default();
    let before = text
        .strip_suffix(last.as_str())
        .map(str::trim_end)
        .unwrap_or_default();
    (texts(before), last)
}
