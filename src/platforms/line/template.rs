//! Template messages: what their fields hold is short, so that a card that does not fit is none.
//! <https://developers.line.biz/en/reference/messaging-api/#template-messages>

use serde_json::{Value, json};

use super::render::{LONGEST_LABEL, Taps, Widget, opens};
use crate::platforms::fitting::graphemes;
use crate::rich::outline::{Card, Tap, is_uniform};

const LONGEST_TITLE: usize = 40;
/// Of a card alone, of one in a carousel, and of both where a picture or a title takes the room.
const LONGEST_TEXT: usize = 160;
const LONGEST_COLUMN: usize = 120;
const LONGEST_BESIDE: usize = 60;
const LONGEST_QUESTION: usize = 240;

const TAPS: usize = 4;
const COLUMN_TAPS: usize = 3;
const COLUMNS: usize = 10;

/// A card as a question with two answers, or as a text with buttons.
pub(super) fn card(card: &Card, taps: &Taps<'_>) -> Option<Widget> {
    let body = confirm(card, taps).or_else(|| buttons(card, taps))?;
    Some(widget(body, card.some_words()))
}

/// Cards side by side.
pub(super) fn carousel(cards: &[Card], taps: &Taps<'_>) -> Option<Widget> {
    if cards.len() > COLUMNS || !is_uniform(cards) {
        return None;
    }
    let columns = cards.iter().map(|card| {
        let column = fields(card, taps, LONGEST_COLUMN, COLUMN_TAPS)?;
        Some(Value::Object(column))
    });
    let columns: Vec<Value> = columns.collect::<Option<_>>()?;
    // A title that became a text, since there was no text, would be a column of another shape.
    let titled = |column: &Value| column.get("title").is_some();
    if columns.iter().any(titled) && !columns.iter().all(titled) {
        return None;
    }
    let words: Vec<String> = cards.iter().map(Card::some_words).collect();
    let body = json!({ "type": "carousel", "columns": columns });
    Some(widget(body, words.join("\n")))
}

fn widget(body: Value, words: String) -> Widget {
    Widget {
        kind: "template",
        field: "template",
        body,
        words,
    }
}

fn confirm(card: &Card, taps: &Taps<'_>) -> Option<Value> {
    let [yes, no] = card.taps.as_slice() else {
        return None;
    };
    let text = card.words();
    let fits = card.picture.is_none()
        && card.link.is_none()
        && (card.title.is_none() || card.lines.is_empty())
        && yes.is_choice()
        && no.is_choice()
        && has(&text, LONGEST_QUESTION)
        && card.taps.iter().all(is_short);
    let actions = [yes, no].map(|tap| taps.action(tap, LONGEST_LABEL));
    fits.then(|| json!({ "type": "confirm", "text": text, "actions": actions }))
}

fn buttons(card: &Card, taps: &Taps<'_>) -> Option<Value> {
    let mut template = fields(card, taps, LONGEST_TEXT, TAPS)?;
    template.insert("type".to_owned(), "buttons".into());
    Some(Value::Object(template))
}

/// What a card alone and one in a carousel have in common.
fn fields(
    card: &Card,
    taps: &Taps<'_>,
    longest: usize,
    most_taps: usize,
) -> Option<serde_json::Map<String, Value>> {
    // There has to be a text, but not a title.
    let (title, text) = match (&card.title, card.lines.as_slice()) {
        (title, []) => (None, title.clone()?),
        (title, lines) => (title.as_ref(), lines.join("\n")),
    };
    let longest = match card.picture.is_some() || title.is_some() {
        true => LONGEST_BESIDE,
        false => longest,
    };
    let fits = has(&text, longest)
        && title.is_none_or(|title| has(title, LONGEST_TITLE))
        && (1..=most_taps).contains(&card.taps.len())
        && card.taps.iter().all(is_short);
    if !fits {
        return None;
    }
    let mut fields = serde_json::Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    if let Some(picture) = &card.picture {
        put("thumbnailImageUrl", picture.url.as_str().into());
    }
    if let Some(title) = title {
        put("title", title.as_str().into());
    }
    if let Some(url) = &card.link {
        put("defaultAction", opens(url, &card.words()));
    }
    put("text", text.into());
    let actions = card.taps.iter().map(|tap| taps.action(tap, LONGEST_LABEL));
    put("actions", actions.collect());
    Some(fields)
}

fn has(text: &str, longest: usize) -> bool {
    !text.trim().is_empty() && graphemes(text) <= longest
}

/// Whether a button can say all that there is to say about it.
fn is_short(tap: &Tap) -> bool {
    graphemes(&tap.title) <= LONGEST_LABEL && tap.description().is_none()
}
