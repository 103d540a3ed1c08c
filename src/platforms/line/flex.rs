//! Flex messages: cards with longer texts and labels, or more to tap, than templates take, and menus.
//! <https://developers.line.biz/en/reference/messaging-api/#flex-message>

use serde_json::{Value, json};

use super::render::{Taps, Widget, opens};
use crate::platforms::fitting::utf16_units;
use crate::rich::outline::{Card, Menu, Tap};
use crate::split::split;

/// The longest label of a button (characters as readers see them).
const LONGEST_LABEL: usize = 40;
/// The longest text of one component (UTF-16 units).
const LONGEST_TEXT: usize = 2000;
/// The JSON of a bubble and of a carousel (bytes): LINE counts 30 and 50 KB, and spells some characters longer than we do.
const BUBBLE: usize = 24_000;
const CAROUSEL: usize = 40_000;
const BUBBLES: usize = 12;

/// A card as a bubble. `None`: it is too large.
pub(super) fn card(card: &Card, taps: &Taps<'_>) -> Option<Widget> {
    Some(widget(bubble(card, taps)?, card.some_words()))
}

/// Cards side by side. `None`: one of them or all together are too large.
pub(super) fn carousel(cards: &[Card], taps: &Taps<'_>) -> Option<Widget> {
    let bubbles = cards.iter().map(|card| bubble(card, taps));
    let bubbles: Vec<Value> = bubbles.collect::<Option<_>>()?;
    let words: Vec<String> = cards.iter().map(Card::some_words).collect();
    let fits = (1..=BUBBLES).contains(&bubbles.len());
    let body = json!({ "type": "carousel", "contents": bubbles });
    let fits = fits && body.to_string().len() <= CAROUSEL;
    fits.then(|| widget(body, words.join("\n")))
}

/// Choices below each other, with the titles of their sections. `None`: too large.
pub(super) fn menu(menu: &Menu, taps: &Taps<'_>) -> Option<Widget> {
    let mut contents = Vec::new();
    if let Some(title) = &menu.title {
        contents.extend(paragraphs(title, &json!({ "weight": "bold" })));
    }
    for section in &menu.sections {
        if let Some(title) = &section.title {
            let style = json!({ "weight": "bold", "size": "sm", "margin": "lg" });
            contents.extend(paragraphs(title, &style));
        }
        for tap in &section.options {
            contents.extend(button(tap, taps));
        }
    }
    let titles = menu.options().map(|tap| tap.title.clone());
    let words: Vec<String> = menu.title.iter().cloned().chain(titles).collect();
    let bubble = json!({ "type": "bubble", "body": vertical(contents) });
    let fits = bubble.to_string().len() <= BUBBLE;
    fits.then(|| widget(bubble, words.join("\n")))
}

fn widget(body: Value, words: String) -> Widget {
    Widget {
        kind: "flex",
        field: "contents",
        body,
        words,
    }
}

fn bubble(card: &Card, taps: &Taps<'_>) -> Option<Value> {
    let mut bubble = serde_json::Map::new();
    let opens = card.link.as_ref().map(|url| opens(url, &card.words()));
    if let Some(picture) = &card.picture {
        let mut hero = json!({
            "type": "image", "url": picture.url, "size": "full", "aspectRatio": "20:13", "aspectMode": "cover",
        });
        put_action(&mut hero, opens.as_ref());
        bubble.insert("hero".to_owned(), hero);
    }
    let bold = json!({ "weight": "bold", "size": "lg" });
    let mut contents = Vec::new();
    if let Some(title) = &card.title {
        contents.extend(paragraphs(title, &bold));
    }
    for line in &card.lines {
        contents.extend(paragraphs(line, &json!({})));
    }
    if !contents.is_empty() {
        let mut body = vertical(contents);
        put_action(&mut body, opens.as_ref());
        bubble.insert("body".to_owned(), body);
    }
    let buttons: Vec<Value> = card.taps.iter().flat_map(|tap| button(tap, taps)).collect();
    if !buttons.is_empty() {
        bubble.insert("footer".to_owned(), vertical(buttons));
    }
    let empty = bubble.is_empty();
    bubble.insert("type".to_owned(), "bubble".into());
    let bubble = Value::Object(bubble);
    (!empty && bubble.to_string().len() <= BUBBLE).then_some(bubble)
}

fn vertical(contents: Vec<Value>) -> Value {
    json!({ "type": "box", "layout": "vertical", "spacing": "sm", "contents": contents })
}

fn put_action(component: &mut Value, action: Option<&Value>) {
    if let (Some(fields), Some(action)) = (component.as_object_mut(), action) {
        fields.insert("action".to_owned(), action.clone());
    }
}

/// A text in as many components as its length takes.
fn paragraphs(text: &str, style: &Value) -> Vec<Value> {
    let pieces = split(text, |piece| utf16_units(piece) <= LONGEST_TEXT);
    let pieces = pieces.into_iter().filter(|piece| !piece.trim().is_empty());
    pieces
        .map(|piece| {
            let mut component = json!({ "type": "text", "text": piece, "wrap": true });
            if let (Some(fields), Some(style)) = (component.as_object_mut(), style.as_object()) {
                fields.extend(style.clone());
            }
            component
        })
        .collect()
}

/// A button, and below it what else is said about it. A title that is too long for it stands over it whole.
fn button(tap: &Tap, taps: &Taps<'_>) -> Vec<Value> {
    let small = json!({ "size": "sm", "color": "#666666" });
    let action = taps.action(tap, LONGEST_LABEL);
    let cut = action.get("label").and_then(Value::as_str) != Some(&*tap.title);
    let mut contents = Vec::new();
    if cut {
        contents.extend(paragraphs(&tap.title, &small));
    }
    contents.push(json!({ "type": "button", "style": "link", "height": "sm", "action": action }));
    if let Some(more) = tap.description() {
        contents.extend(paragraphs(more, &small));
    }
    contents
}
