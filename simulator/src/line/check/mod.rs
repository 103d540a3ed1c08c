//! What LINE refuses in messages, property by property.
//! <https://developers.line.biz/en/reference/messaging-api/#message-objects>

mod action;
mod flex;
mod message;
mod template;

use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation;

pub(super) use message::messages;

/// In what a text is counted.
/// <https://developers.line.biz/en/docs/messaging-api/text-character-count/>
#[derive(Clone, Copy)]
pub(super) enum Unit {
    /// UTF-16 code units: nearly everything.
    Units,
    /// Grapheme clusters: labels, texts of actions, titles and texts of templates.
    Clusters,
}

/// What a text may be.
#[derive(Clone, Copy)]
pub(super) struct Text {
    longest: usize,
    unit: Unit,
    required: bool,
}

const fn text(longest: usize) -> Text {
    Text {
        longest,
        unit: Unit::Units,
        required: true,
    }
}

const fn clusters(longest: usize) -> Text {
    Text {
        longest,
        unit: Unit::Clusters,
        required: true,
    }
}

impl Text {
    const fn optional(self) -> Self {
        Self {
            required: false,
            ..self
        }
    }
}

/// What was found wrong.
#[derive(Default)]
pub(super) struct Checker {
    wrong: Vec<(String, String)>,
}

impl Checker {
    pub(super) fn fail(&mut self, property: &str, message: impl Into<String>) {
        self.wrong.push((property.to_owned(), message.into()));
    }

    /// The refusal, if anything is wrong.
    pub(super) fn refusal(self) -> Option<Value> {
        if self.wrong.is_empty() {
            return None;
        }
        let details: Vec<Value> = self
            .wrong
            .iter()
            .map(|(property, message)| json!({ "message": message, "property": property }))
            .collect();
        let count = details.len();
        Some(
            json!({ "message": format!("The request body has {count} error(s)"), "details": details }),
        )
    }

    fn text(&mut self, object: &Value, at: &str, name: &str, rule: Text) {
        let property = format!("{at}.{name}");
        match &object[name] {
            Value::Null if rule.required => self.fail(&property, "May not be empty"),
            Value::Null => {}
            Value::String(text) => {
                let length = match rule.unit {
                    Unit::Units => text.encode_utf16().count(),
                    Unit::Clusters => text.graphemes(true).count(),
                };
                if text.trim().is_empty() {
                    self.fail(&property, "May not be empty");
                } else if length > rule.longest {
                    let longest = rule.longest;
                    self.fail(&property, format!("Length must be between 0 and {longest}"));
                }
            }
            _ => self.fail(&property, "Must be a string"),
        }
    }

    /// An address of at most 2000 characters that LINE can open. Plain http passes on this machine, where everything is
    /// plain http.
    fn url(&mut self, object: &Value, at: &str, name: &str, required: bool) {
        let rule = Text {
            required,
            ..text(2_000)
        };
        self.text(object, at, name, rule);
        let Some(url) = object[name].as_str() else {
            return;
        };
        let property = format!("{at}.{name}");
        let here = ["http://127.0.0.1", "http://localhost"];
        let local = here.iter().any(|start| url.starts_with(start));
        if !url.starts_with("https://") && !local {
            self.fail(&property, "Must be a valid HTTPS URL");
        } else if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            self.fail(&property, "The URL must be percent-encoded");
        }
    }

    fn one_of(&mut self, object: &Value, at: &str, name: &str, values: &[&str], required: bool) {
        let fine = match &object[name] {
            Value::Null => !required,
            Value::String(value) => values.contains(&value.as_str()),
            _ => false,
        };
        if !fine {
            let values = values.join(", ");
            let message = format!("Must be one of the following values: [{values}]");
            self.fail(&format!("{at}.{name}"), message);
        }
    }

    fn number(&mut self, object: &Value, at: &str, name: &str, from: f64, to: f64) {
        let value = object[name].as_f64();
        if !value.is_some_and(|value| (from..=to).contains(&value)) {
            let message = format!("Must be a number between {from} and {to}");
            self.fail(&format!("{at}.{name}"), message);
        }
    }

    fn boolean(&mut self, object: &Value, at: &str, name: &str) {
        if !object[name].is_null() && !object[name].is_boolean() {
            self.fail(&format!("{at}.{name}"), "Must be true or false");
        }
    }

    /// A list of so many objects, each with the name of its place.
    fn list<'a>(
        &mut self,
        object: &'a Value,
        at: &str,
        name: &str,
        from: usize,
        to: usize,
    ) -> Vec<(String, &'a Value)> {
        let property = match at {
            "" => name.to_owned(),
            at => format!("{at}.{name}"),
        };
        let Some(list) = object[name].as_array() else {
            self.fail(&property, "May not be null");
            return Vec::new();
        };
        if !(from..=to).contains(&list.len()) {
            self.fail(&property, format!("Size must be between {from} and {to}"));
        }
        let mut items = Vec::new();
        for (n, item) in list.iter().enumerate() {
            let place = format!("{property}[{n}]");
            if item.is_object() {
                items.push((place, item));
            } else {
                self.fail(&place, "Must be an object");
            }
        }
        items
    }
}
