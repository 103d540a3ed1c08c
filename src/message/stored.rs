//! Reading stored content, also that of a later release.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::Content;

/// The longest name of a kind that is repeated, in characters.
const LONGEST_KIND: usize = 40;
/// How what was kept of a later release is marked.
const MARK: &str = "content of another release (";

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let whole = Value::deserialize(deserializer)?;
        match Self::deserialize(&whole) {
            Ok(kept) => Ok(of_this_release(&kept).unwrap_or(kept)),
            // A row that cannot be read would hold up its lane for as long as this release runs.
            Err(fault) => of_a_later_release(&whole).ok_or_else(|| D::Error::custom(fault)),
        }
    }
}

/// Content that says what it is, in a way that is not known here: its kind, or a part of it, is new.
fn of_a_later_release(whole: &Value) -> Option<Content> {
    let kind = short_kind(whole.get("kind")?)?;
    Some(Content::Malformed {
        what: format!("{MARK}{kind})"),
        raw: whole.to_string(),
    })
}

/// What an older release could not read and kept whole, and this one can.
fn of_this_release(kept: &Content) -> Option<Content> {
    match kept {
        Content::Malformed { what, raw } if what.starts_with(MARK) => {
            let whole: Value = serde_json::from_str(raw).ok()?;
            Content::deserialize(&whole).ok()
        }
        _ => None,
    }
}

/// What a thing of another release calls itself, at a length that goes into reasons and logs.
pub(crate) fn short_kind(name: &Value) -> Option<String> {
    let plain = name.as_str()?.chars().filter(char::is_ascii_graphic);
    Some(plain.take(LONGEST_KIND).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::send::{SendProgress, pieces};
    use crate::outcome::Refusal;
    use crate::platforms::readable::readable;
    use crate::platforms::{Outgoing, Progress};
    use serde_json::json;

    fn later_ones() -> [(Value, &'static str); 5] {
        [
            (json!({ "kind": "poll", "question": "?" }), "poll"),
            (
                json!({ "kind": "command", "command": { "do": "mute", "hours": 2 } }),
                "command",
            ),
            (
                json!({ "kind": "news", "conversation_id": "c", "news": { "news": "rated" } }),
                "news",
            ),
            (
                json!({ "kind": "file", "file": { "at": { "at": "cloud", "key": "k" } } }),
                "file",
            ),
            (
                json!({ "kind": "text", "words": ["of", "another", "shape"] }),
                "text",
            ),
        ]
    }

    #[test]
    fn content_of_a_later_release_is_kept_whole() {
        for (later, kind) in later_ones() {
            let content: Content = serde_json::from_str(&later.to_string()).unwrap();
            let Content::Malformed { what, raw } = &content else {
                panic!("{content:?}");
            };
            assert_eq!(*what, format!("content of another release ({kind})"));
            assert_eq!(serde_json::from_str::<Value>(raw).unwrap(), later);
            let stored = serde_json::to_string(&content).unwrap();
            assert_eq!(serde_json::from_str::<Content>(&stored).unwrap(), content);
        }
    }

    #[test]
    fn what_an_older_release_has_kept_is_read_again() {
        let kept = json!({
            "kind": "malformed",
            "what": "content of another release (text)",
            "raw": r#"{"kind":"text","text":"hello"}"#,
        });
        let hello = Content::Text {
            text: "hello".to_owned(),
        };
        assert_eq!(serde_json::from_value::<Content>(kept).unwrap(), hello);
    }

    #[test]
    fn content_of_a_later_release_goes_to_nobody() {
        for (later, kind) in later_ones() {
            let content: Content = serde_json::from_value(later).unwrap();
            assert_eq!(pieces(&content, &SendProgress::default()), []);
            let progress = Progress::default();
            let outgoing = Outgoing::new("m", "+1", &content, &progress);
            let what = format!("content of another release ({kind})");
            assert_eq!(readable(&outgoing), Err(Refusal::Malformed { what }));
        }
    }

    #[test]
    fn what_says_no_kind_is_no_content() {
        for other in [json!({}), json!({ "kind": 7 }), json!("text"), json!(null)] {
            assert!(
                serde_json::from_value::<Content>(other.clone()).is_err(),
                "{other}"
            );
        }
    }
}
