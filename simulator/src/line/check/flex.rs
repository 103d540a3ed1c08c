//! Flex messages: bubbles, what is in them, and how large they are.
//! <https://developers.line.biz/en/reference/messaging-api/#flex-message>

use serde_json::Value;

use super::action::Place;
use super::{Checker, text};

/// Bytes of a bubble's JSON.
const BUBBLE: usize = 30 * 1024;
/// Bytes of a carousel's JSON.
const CAROUSEL: usize = 50 * 1024;
const COMPONENTS: [&str; 9] = [
    "box",
    "button",
    "image",
    "video",
    "icon",
    "text",
    "span",
    "separator",
    "filler",
];
const SIZES: [&str; 7] = ["nano", "micro", "deca", "hecto", "kilo", "mega", "giga"];

impl Checker {
    pub(super) fn flex(&mut self, contents: &Value, at: &str) {
        self.one_of(contents, at, "type", &["bubble", "carousel"], true);
        match contents["type"].as_str() {
            Some("bubble") => self.bubble(contents, at),
            Some("carousel") => {
                self.size(contents, at, CAROUSEL);
                for (at, bubble) in self.list(contents, at, "contents", 1, 12) {
                    self.one_of(bubble, &at, "type", &["bubble"], true);
                    self.bubble(bubble, &at);
                }
            }
            _ => {}
        }
    }

    fn size(&mut self, contents: &Value, at: &str, most: usize) {
        if contents.to_string().len() > most {
            self.fail(at, format!("The JSON is larger than {} KB", most / 1024));
        }
    }

    fn bubble(&mut self, bubble: &Value, at: &str) {
        self.size(bubble, at, BUBBLE);
        self.one_of(bubble, at, "size", &SIZES, false);
        self.one_of(bubble, at, "direction", &["ltr", "rtl"], false);
        let blocks = ["header", "hero", "body", "footer"];
        if blocks.iter().all(|block| bubble[*block].is_null()) {
            self.fail(at, "At least one block must be specified");
        }
        for block in blocks {
            let content = &bubble[block];
            if content.is_null() {
                continue;
            }
            let at = format!("{at}.{block}");
            let kinds: &[&str] = match block {
                "hero" => &["box", "image", "video"],
                _ => &["box"],
            };
            self.one_of(content, &at, "type", kinds, true);
            self.component(content, &at);
        }
        if !bubble["action"].is_null() {
            self.action(&bubble["action"], &format!("{at}.action"), Place::Flex);
        }
    }

    fn component(&mut self, component: &Value, at: &str) {
        self.one_of(component, at, "type", &COMPONENTS, true);
        match component["type"].as_str() {
            Some("box") => {
                let layouts = ["horizontal", "vertical", "baseline"];
                self.one_of(component, at, "layout", &layouts, true);
                for (at, inner) in self.list(component, at, "contents", 0, 1_000) {
                    self.component(inner, &at);
                }
            }
            Some("button") => {
                let styles = ["primary", "secondary", "link"];
                self.one_of(component, at, "style", &styles, false);
                self.one_of(component, at, "height", &["sm", "md"], false);
                let action = format!("{at}.action");
                self.action(&component["action"], &action, Place::FlexButton);
                return;
            }
            Some("image" | "icon") => self.url(component, at, "url", true),
            Some("video") => {
                self.url(component, at, "url", true);
                self.url(component, at, "previewUrl", true);
                self.component(&component["altContent"], &format!("{at}.altContent"));
            }
            Some("text") => {
                let spans = component["contents"].as_array().is_some();
                let rule = text(2_000);
                let rule = if spans { rule.optional() } else { rule };
                self.text(component, at, "text", rule);
                self.boolean(component, at, "wrap");
                for (n, span) in component["contents"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .enumerate()
                {
                    let at = format!("{at}.contents[{n}]");
                    self.one_of(span, &at, "type", &["span"], true);
                    self.text(span, &at, "text", text(2_000));
                }
            }
            _ => {}
        }
        if !component["action"].is_null() {
            self.action(&component["action"], &format!("{at}.action"), Place::Flex);
        }
    }
}
