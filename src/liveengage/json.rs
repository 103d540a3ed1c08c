//! Reading LivePerson's JSON liberally: its documents and its answers do not always agree on types.

use serde_json::Value;

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

/// An id as one segment of a URL's path. Dots are escaped too, and an empty one is a dash: no id makes a path of its own.
pub(super) fn path_segment(id: &str) -> String {
    if id.is_empty() {
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
