//! Texts and addresses as they are shown.

use super::fields::Scalar;

/// What stands before the degrees of a place in the address of its map.
pub(super) const MAP: &str = "https://maps.google.com/?q=";

pub(super) fn place(la: &Scalar, lo: &Scalar) -> String {
    let (la, lo) = (la.to_string(), lo.to_string());
    format!("{MAP}{},{}", la.trim(), lo.trim())
}

/// A text that says something, without the space around it.
pub(super) fn said(scalar: Option<&Scalar>) -> Option<String> {
    let text = scalar?.to_string();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

pub(super) fn joined(parts: [Option<String>; 2]) -> String {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" – ")
}

/// On one line.
pub(super) fn collapsed(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// An address that a person can read.
pub(super) fn readable(address: &str) -> &str {
    match address.starts_with("data:") {
        true => "",
        false => address.trim(),
    }
}
