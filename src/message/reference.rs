//! What a send to a platform carries, so that the platform's reports can name it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::crypto;

/// Names one attempt at one message: the attempt's number, a hyphen, 32 hexadecimal digits. It tells nothing of the message. The digits
/// stand last, so that neither of its ends can be moved without its shape being lost: some platforms sign it with nothing between it
/// and what follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference {
    attempt: u32,
    message: String,
}

/// A text that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a reference of a send")]
pub struct NoReference;

impl Reference {
    /// The reference of an attempt at the message with that key.
    pub fn of(key: &str, attempt: u32) -> Self {
        let message = digest(key);
        Self { attempt, message }
    }

    /// The reference that was written so. `None` for everything else, however like one it is.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, message) = text.split_once('-')?;
        let attempt: u32 = number.parse().ok()?;
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let whole = message.len() == DIGITS && message.bytes().all(hexadecimal);
        let own = Self {
            attempt,
            message: message.to_owned(),
        };
        // A number may be spelt in several ways: `01`, `+1`.
        (whole && own.to_string() == text).then_some(own)
    }

    /// Which attempt.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// What stands for the message, as in [`Reference::message_of`].
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What stands in references for the message with that key.
    pub fn message_of(key: &str) -> String {
        digest(key)
    }
}

const DIGITS: usize = 32;

fn digest(key: &str) -> String {
    let mut digest = crypto::sha256_hex(key.as_bytes());
    digest.truncate(DIGITS);
    digest
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.attempt, self.message)
    }
}

impl TryFrom<String> for Reference {
    type Error = NoReference;

    fn try_from(text: String) -> Result<Self, NoReference> {
        Self::parse(&text).ok_or(NoReference)
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_as_it_was_written_and_nothing_else_is_one() {
        let own = Reference::of("l:conv-1:7", 12);
        let text = own.to_string();
        assert_eq!(Reference::parse(&text), Some(own.clone()));
        assert_eq!(own.attempt(), 12);
        assert_eq!(own.message(), Reference::message_of("l:conv-1:7"));
        let digits = own.message();
        for other in [
            String::new(),
            "-".to_owned(),
            digits.to_owned(),
            format!("-{digits}"),
            format!("012-{digits}"),
            format!("+12-{digits}"),
            format!("4294967296-{digits}"),
            format!("12-{digits}0"),
            format!("12-{}", &digits[1..]),
            format!("12-{}", digits.to_uppercase()),
            format!("12-{}g", &digits[1..]),
            format!(" 12-{digits}"),
            format!("12-{digits}\n"),
            format!("12-1-{}", &digits[2..]),
        ] {
            assert_eq!(Reference::parse(&other), None, "{other}");
        }
    }
}
