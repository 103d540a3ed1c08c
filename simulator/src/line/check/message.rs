//! Message objects.

use serde_json::Value;

use super::action::Place;
use super::{Checker, text};

const KINDS: [&str; 9] = [
    "text", "textV2", "image", "video", "audio", "location", "sticker", "template", "flex",
];

/// The messages of a request: one to five.
pub(in super::super) fn messages(checker: &mut Checker, body: &Value) {
    for (at, message) in checker.list(body, "", "messages", 1, 5) {
        checker.message(message, &at);
    }
}

impl Checker {
    fn message(&mut self, message: &Value, at: &str) {
        self.one_of(message, at, "type", &KINDS, true);
        match message["type"].as_str() {
            Some("text" | "textV2") => self.words(message, at),
            Some("image") => {
                self.url(message, at, "originalContentUrl", true);
                self.url(message, at, "previewImageUrl", true);
            }
            Some("video") => {
                self.url(message, at, "originalContentUrl", true);
                self.url(message, at, "previewImageUrl", true);
                self.text(message, at, "trackingId", text(100).optional());
            }
            Some("audio") => {
                self.url(message, at, "originalContentUrl", true);
                self.number(message, at, "duration", 1.0, 86_400_000.0);
            }
            Some("location") => {
                self.text(message, at, "title", text(100));
                self.text(message, at, "address", text(100));
                self.number(message, at, "latitude", -90.0, 90.0);
                self.number(message, at, "longitude", -180.0, 180.0);
            }
            Some("sticker") => {
                self.text(message, at, "packageId", text(20));
                self.text(message, at, "stickerId", text(20));
            }
            Some("template") => {
                self.text(message, at, "altText", text(400));
                self.template(&message["template"], &format!("{at}.template"));
            }
            Some("flex") => {
                self.text(message, at, "altText", text(400));
                self.flex(&message["contents"], &format!("{at}.contents"));
            }
            _ => {}
        }
        self.common(message, at);
    }

    fn words(&mut self, message: &Value, at: &str) {
        self.text(message, at, "text", text(5_000));
        self.text(message, at, "quoteToken", text(1_000).optional());
        let words = message["text"].as_str().unwrap_or_default();
        let units: Vec<u16> = words.encode_utf16().collect();
        let emojis = message["emojis"].as_array();
        for (n, emoji) in emojis.into_iter().flatten().enumerate() {
            let at = format!("{at}.emojis[{n}]");
            self.text(emoji, &at, "productId", text(100));
            self.text(emoji, &at, "emojiId", text(100));
            let index = emoji["index"].as_u64();
            let index = index.and_then(|index| usize::try_from(index).ok());
            let unit = index.and_then(|index| units.get(index));
            if unit != Some(&u16::from(b'$')) {
                self.fail(&format!("{at}.index"), "There is no $ at this place");
            }
        }
    }

    /// What every message may have.
    fn common(&mut self, message: &Value, at: &str) {
        let sender = &message["sender"];
        if !sender.is_null() {
            let at = format!("{at}.sender");
            self.text(sender, &at, "name", text(20).optional());
            self.url(sender, &at, "iconUrl", false);
        }
        let quick = &message["quickReply"];
        if quick.is_null() {
            return;
        }
        let at = format!("{at}.quickReply");
        for (at, item) in self.list(quick, &at, "items", 1, 13) {
            self.one_of(item, &at, "type", &["action"], true);
            self.url(item, &at, "imageUrl", false);
            self.action(&item["action"], &format!("{at}.action"), Place::QuickReply);
        }
    }
}
