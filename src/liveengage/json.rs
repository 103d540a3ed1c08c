//! Reading LivePerson's JSON liberally: its documents and its answers do not always agree on types.

use serde_json::Value;

/// The longest name or code that is kept, in characters.
const LONGEST_WORD: usize = 64;

/// An id: a text, or a number in some samples. Blank ones are none.
pub(super) fn id(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A whole number, also when it is written as a text.
pub(super) fn number(value: Option<&Value>) -> Option<u64> {
    match value? {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_u64(),
    }
}

/// A text as it is.
pub(super) fn text(value: Option<&Value>) -> Option<String> {
    value?.as_str().map(str::to_owned)
}

/// The elements of a list. An only element may come without its list; nothing and `null` are the empty list.
pub(super) fn many(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(list)) => list,
        Some(only) => std::slice::from_ref(only),
    }
}

/// A name or a code as a word that may be logged: what can be seen of it in ASCII, and no more than names and codes have.
pub(super) fn word(text: &str) -> String {
    let seen = text.chars().filter(char::is_ascii_graphic);
    seen.take(LONGEST_WORD).collect()
}

/// An id as one segment of a URL's path. No id makes a path of its own: one that is empty or nothing but dots is a dash, since URL
/// parsers take an escaped dot for a dot.
pub(super) fn path_segment(id: &str) -> String {
    if matches!(id, "" | "." | "..") {
        return "-".to_owned();
    }
    let mut text = String::new();
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
