//! The blocks of an outline as templates and texts.
//! <https://developers.facebook.com/docs/messenger-platform/reference/templates/button>,
//! <https://developers.facebook.com/docs/messenger-platform/reference/templates/generic>,
//! <https://developers.facebook.com/docs/messenger-platform/reference/buttons/quick-replies>

use serde_json::{Value, json};

use super::network::{Network, telephone};
use super::render::{by_url, texts};
use crate::message::Offer;
use crate::platforms::fitting::{cut, cut_distinct, utf16_units};
use crate::rich::outline::{Block, Card, Does, Tap};
use crate::split::split;

/// The longest text above buttons.
const BUTTON_TEXT: usize = 640;
/// The longest title and subtitle of an element.
const ELEMENT_TEXT: usize = 80;
/// The longest label of a button or quick reply.
const LABEL: usize = 20;

/// The messages that an outline becomes.
pub(super) struct Templates<'a> {
    network: Network,
    offer: Option<&'a Offer>,
    numbered: bool,
    messages: Vec<Value>,
}

/// What an element of the generic template says.
struct Words {
    title: String,
    subtitle: String,
}

impl<'a> Templates<'a> {
    pub(super) fn new(network: Network, offer: Option<&'a Offer>, numbered: bool) -> Self {
        Self {
            network,
            offer,
            numbered,
            messages: Vec::new(),
        }
    }

    pub(super) fn block(&mut self, block: &Block) {
        match block {
            Block::Picture(picture) => {
                self.messages.push(by_url("image", &picture.url));
                self.text(picture.caption.as_deref().unwrap_or_default());
            }
            Block::Card(card) => self.card(card),
            Block::Carousel(cards) => self.carousel(cards),
            // There is no map, no list, and a page is shown wherever its address stands.
            Block::Text(_) | Block::Place(_) | Block::Link(_) | Block::Menu(_) => {
                self.text(&block.text(self.numbered));
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.messages.extend(texts(self.network, text));
    }

    fn card(&mut self, card: &Card) {
        let words = self.words(card);
        if card.picture.is_some() && words.fits() {
            return self.generic(vec![self.element(card, &words)]);
        }
        if let Some(picture) = &card.picture {
            self.messages.push(by_url("image", &picture.url));
        }
        let mut text = self.lines(card).join("\n");
        if let Some(link) = card.link.as_deref().filter(|link| !opens(card, link)) {
            text = [text.as_str(), link].join("\n");
        }
        if card.taps.is_empty() {
            return self.text(&text);
        }
        if text.trim().is_empty() {
            text = card.some_words();
        }
        // The last part stands above the buttons, the others go before it.
        let text = text.trim_end();
        let mut parts = split(text, |part| utf16_units(part) <= BUTTON_TEXT);
        let last = parts.pop().unwrap_or_default();
        let before = text.strip_suffix(last.as_str()).unwrap_or_default();
        self.text(before);
        let buttons = self.buttons(&card.taps);
        self.template(json!({ "template_type": "button", "text": last, "buttons": buttons }));
    }

    fn carousel(&mut self, cards: &[Card]) {
        let words: Vec<Words> = cards.iter().map(|card| self.words(card)).collect();
        let whole = |(card, words): &(&Card, &Words)| {
            card.picture.is_some() || !card.taps.is_empty() || !words.subtitle.is_empty()
        };
        if !cards.iter().zip(&words).all(|pair| whole(&pair)) {
            // An element needs more than a title.
            for card in cards {
                self.card(card);
            }
            return;
        }
        let cut_off = cards.iter().zip(&words).filter(|(_, words)| !words.fits());
        let in_full: Vec<String> = cut_off
            .map(|(card, _)| self.lines(card).join("\n"))
            .collect();
        self.text(&in_full.join("\n\n"));
        let elements = cards.iter().zip(&words);
        let elements = elements.map(|(card, words)| self.element(card, words));
        self.generic(elements.collect());
    }

    /// What a card says, with what is said about its taps.
    fn lines(&self, card: &Card) -> Vec<String> {
        let about = card.taps.iter().filter(|tap| tap.description().is_some());
        let about = about.map(|tap| tap.line(self.numbered));
        let own = card.title.iter().chain(&card.lines).cloned();
        own.chain(about).collect()
    }

    fn words(&self, card: &Card) -> Words {
        let mut lines = self.lines(card).into_iter();
        let title = lines.next().unwrap_or_else(|| card.some_words());
        Words {
            title: if title.trim().is_empty() {
                "…".to_owned()
            } else {
                title
            },
            subtitle: lines.collect::<Vec<_>>().join("\n"),
        }
    }

    fn element(&self, card: &Card, words: &Words) -> Value {
        let limited = |text: &str| cut(text, ELEMENT_TEXT, utf16_units);
        let subtitle = Some(words.subtitle.as_str()).filter(|text| !text.is_empty());
        let picture = card.picture.as_ref().map(|picture| picture.url.as_str());
        let link = card.link.as_deref();
        let link = link.filter(|url| telephone(url).is_none());
        let parts = [
            ("title", Some(limited(&words.title).into())),
            ("subtitle", subtitle.map(|text| limited(text).into())),
            ("image_url", picture.map(Value::from)),
            (
                "default_action",
                link.map(|url| json!({ "type": "web_url", "url": url })),
            ),
            (
                "buttons",
                (!card.taps.is_empty()).then(|| self.buttons(&card.taps).into()),
            ),
        ];
        let present = parts
            .into_iter()
            .filter_map(|(name, value): (&str, Option<Value>)| Some((name.to_owned(), value?)));
        Value::Object(present.collect())
    }

    fn generic(&mut self, elements: Vec<Value>) {
        self.template(json!({ "template_type": "generic", "elements": elements }));
    }

    fn template(&mut self, payload: Value) {
        let message = json!({ "attachment": { "type": "template", "payload": payload } });
        self.messages.push(message);
    }

    fn buttons(&self, taps: &[Tap]) -> Vec<Value> {
        let labels = labels(taps).into_iter();
        let buttons = labels.zip(taps).map(|(title, tap)| match &tap.does {
            Does::Choose(index) => {
                json!({ "type": "postback", "title": title, "payload": self.payload(*index, tap) })
            }
            Does::Open(url) | Does::Navigate { url, .. } => match telephone(url) {
                Some(number) => {
                    json!({ "type": "phone_number", "title": title, "payload": number })
                }
                None => json!({ "type": "web_url", "title": title, "url": url }),
            },
        });
        buttons.collect()
    }

    fn payload(&self, index: usize, tap: &Tap) -> String {
        match self.offer {
            Some(offer) => offer.reference(index),
            None => cut(&tap.title, LABEL, utf16_units),
        }
    }

    /// All messages, the last one with quick replies. They stand below a text: Instagram shows them nowhere else.
    pub(super) fn with_replies(mut self, replies: &[Tap]) -> Vec<Value> {
        let labels = labels(replies).into_iter();
        let replies: Vec<Value> = labels
            .zip(replies)
            .filter_map(|(title, tap)| match tap.does {
                Does::Choose(index) => Some(json!({
                    "content_type": "text", "title": title, "payload": self.payload(index, tap)
                })),
                Does::Open(_) | Does::Navigate { .. } => None,
            })
            .collect();
        if replies.is_empty() {
            return self.messages;
        }
        let last = self.messages.last();
        if last.is_none_or(|last| last.get("text").is_none()) {
            self.messages.push(json!({ "text": "👇" }));
        }
        if let Some(Value::Object(last)) = self.messages.last_mut() {
            last.insert("quick_replies".to_owned(), replies.into());
        }
        self.messages
    }
}

impl Words {
    fn fits(&self) -> bool {
        let fits = |text: &str| utf16_units(text) <= ELEMENT_TEXT;
        fits(&self.title) && fits(&self.subtitle)
    }
}

fn labels(taps: &[Tap]) -> Vec<String> {
    let titles: Vec<&str> = taps.iter().map(|tap| tap.title.as_str()).collect();
    cut_distinct(&titles, LABEL, utf16_units)
}

/// Whether one of the buttons opens that page.
fn opens(card: &Card, link: &str) -> bool {
    card.taps.iter().any(|tap| tap.url() == Some(link))
}
