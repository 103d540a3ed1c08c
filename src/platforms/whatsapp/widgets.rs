//! Cards and menus as interactive messages.
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-list-messages>

use serde_json::{Map, Value, json};

use super::render::{Piece, shown_picture};
use super::words::{BODY, DESCRIPTION, LABEL, ROW, body, label, length, texts};
use crate::message::Offer;
use crate::platforms::fitting::cut_distinct;
use crate::rich::outline::{Card, Does, Menu, Picture, Section, Tap};

/// Reply buttons of one message.
const BUTTONS: usize = 3;

/// What interactive messages are made with.
pub(super) struct Widgets<'a> {
    /// What stands on the button that opens a list.
    pub(super) list_button: &'a str,
    /// The choices that the message offers.
    pub(super) offer: Option<&'a Offer>,
}

impl Widgets<'_> {
    /// A card: reply buttons or one link below its words, its picture above them.
    pub(super) fn card(&self, card: Card) -> Vec<Piece> {
        let link = card.taps.iter().find_map(|tap| Some((tap, tap.url()?)));
        let words = card.some_words();
        if let Some((tap, url)) = link {
            let action = json!({
                "name": "cta_url",
                "parameters": { "display_text": label(&tap.title, LABEL), "url": url },
            });
            return interactive("cta_url", &words, card.picture.as_ref(), action);
        }
        if card.taps.is_empty() {
            let words = card.words();
            return match card.picture {
                Some(picture) => shown_picture(&Picture {
                    caption: (!words.is_empty()).then_some(words),
                    ..picture
                }),
                None => texts(&words),
            };
        }
        if card.picture.is_some() || fits_buttons(&card.taps) {
            return self.buttons(&words, card.picture.as_ref(), &card.taps);
        }
        let sections = vec![Section {
            title: None,
            options: card.taps,
        }];
        self.list(&words, &sections)
    }

    /// A menu: reply buttons where there are few choices in few words, else a list.
    pub(super) fn menu(&self, menu: &Menu) -> Vec<Piece> {
        let words = menu.title.clone().unwrap_or_else(|| {
            let titles: Vec<&str> = menu.options().map(|tap| tap.title.as_str()).collect();
            label(&titles.join(" · "), BODY)
        });
        match menu.sections.as_slice() {
            [
                Section {
                    title: None,
                    options,
                },
            ] if fits_buttons(options) => self.buttons(&words, None, options),
            sections => self.list(&words, sections),
        }
    }

    fn buttons(&self, words: &str, picture: Option<&Picture>, taps: &[Tap]) -> Vec<Piece> {
        let titles: Vec<&str> = taps.iter().map(|tap| tap.title.as_str()).collect();
        let titles = cut_distinct(&titles, LABEL, length);
        let buttons = taps.iter().zip(titles).map(|(tap, title)| {
            json!({ "type": "reply", "reply": { "id": self.reference(tap), "title": title } })
        });
        let buttons: Vec<Value> = buttons.collect();
        interactive("button", words, picture, json!({ "buttons": buttons }))
    }

    fn list(&self, words: &str, sections: &[Section]) -> Vec<Piece> {
        let options: Vec<&Tap> = sections.iter().flat_map(|it| &it.options).collect();
        let titles: Vec<&str> = options.iter().map(|tap| tap.title.as_str()).collect();
        let titles = cut_distinct(&titles, ROW, length);
        let rows = options.iter().zip(titles);
        let mut rows = rows.map(|(tap, title)| self.row(tap, &title));
        // Each of several sections has to have a title.
        let titled = sections.iter().all(|section| section.title.is_some());
        let sections: Vec<Value> = if titled || sections.len() == 1 {
            let sections = sections.iter().map(|section| {
                let mut shown = Map::new();
                if let Some(title) = &section.title {
                    shown.insert("title".to_owned(), json!(label(title, ROW)));
                }
                let rows: Vec<Value> = rows.by_ref().take(section.options.len()).collect();
                shown.insert("rows".to_owned(), json!(rows));
                Value::Object(shown)
            });
            sections.collect()
        } else {
            let rows: Vec<Value> = rows.collect();
            vec![json!({ "rows": rows })]
        };
        let action = json!({ "button": self.list_button, "sections": sections });
        interactive("list", words, None, action)
    }

    /// A row of a list. A title that is cut stands below, where there is room for more of it.
    fn row(&self, tap: &Tap, title: &str) -> Value {
        let whole = (title != tap.title).then_some(tap.title.as_str());
        let below = match (whole, tap.description()) {
            (Some(whole), Some(more)) => Some(format!("{whole} – {more}")),
            (whole, more) => whole.or(more).map(str::to_owned),
        };
        let mut row = Map::new();
        row.insert("id".to_owned(), json!(self.reference(tap)));
        row.insert("title".to_owned(), json!(title));
        if let Some(below) = below {
            row.insert("description".to_owned(), json!(label(&below, DESCRIPTION)));
        }
        Value::Object(row)
    }

    /// What a tap brings back.
    fn reference(&self, tap: &Tap) -> String {
        let index = match tap.does {
            Does::Choose(index) => index,
            Does::Open(_) | Does::Navigate { .. } => return tap.title.clone(),
        };
        match self.offer {
            Some(offer) => offer.reference(index),
            None => index.to_string(),
        }
    }
}

/// Whether reply buttons show all that the taps say.
fn fits_buttons(taps: &[Tap]) -> bool {
    let short = |tap: &Tap| length(&tap.title) <= LABEL && tap.description().is_none();
    taps.len() <= BUTTONS && taps.iter().all(short)
}

/// An interactive message; words that are too long for it go before it.
fn interactive(kind: &str, words: &str, picture: Option<&Picture>, action: Value) -> Vec<Piece> {
    let (mut pieces, words) = body(words);
    let mut content = Map::new();
    content.insert("type".to_owned(), json!(kind));
    if let Some(picture) = picture {
        let header = json!({ "type": "image", "image": { "link": picture.url } });
        content.insert("header".to_owned(), header);
    }
    content.insert("body".to_owned(), json!({ "text": words }));
    content.insert("action".to_owned(), action);
    pieces.push(Piece::new("interactive", content));
    pieces
}
