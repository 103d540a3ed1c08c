//! Names derived from outside ids: consumer keys, object names, index keys.
//!
//! Nothing from outside enters a name unescaped: a consumer key is an HMAC, and the other names percent-encode every
//! byte that is not a letter, a digit, `-` or `_`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::crypto;
use crate::secret::Secret;

/// Names one consumer of one channel namespace: the Conversation object, the only consumer value in KV, and the default
/// `ext_consumer_id`. It tells nothing about the person without the deployment's identity key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConsumerKey(String);

impl ConsumerKey {
    /// The key of the person with that platform id. The identity key is a one-way door: another one gives other keys.
    pub fn derive(identity: &Secret, account_id: &str, namespace: &str, address: &str) -> Self {
        Self(keyed_name(
            identity,
            &["consumer", account_id, namespace, address],
        ))
    }

    /// The key of the object that keeps authentic input which names no readable consumer, so that it becomes a dead letter
    /// like any other. Spread over 16 objects by what it contains.
    pub fn unaddressed(identity: &Secret, account_id: &str, namespace: &str, body: &[u8]) -> Self {
        let bucket = crypto::sha256_hex(body).get(..1).unwrap_or("0").to_owned();
        Self(keyed_name(
            identity,
            &["unaddressed", account_id, namespace, &bucket],
        ))
    }

    /// A key that came from our own storage or index.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The key as text: 43 characters of the base64url alphabet.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConsumerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// HMAC-SHA256 over length-prefixed parts, so that no two lists of parts are signed alike.
fn keyed_name(identity: &Secret, parts: &[&str]) -> String {
    let lengths: Vec<[u8; 8]> = parts
        .iter()
        .map(|part| (part.len() as u64).to_be_bytes())
        .collect();
    let mut message: Vec<&[u8]> = Vec::with_capacity(parts.len() * 2);
    for (length, part) in lengths.iter().zip(parts) {
        message.push(length);
        message.push(part.as_bytes());
    }
    crypto::base64_url(&crypto::hmac_sha256(identity.expose().as_bytes(), &message))
}

/// Something in LiveEngage that leads to a consumer. Its name is the key in KV and the name of its Directory object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject<'a> {
    /// A conversation.
    Conversation {
        /// LiveEngage account id.
        account_id: &'a str,
        /// Conversation id.
        id: &'a str,
    },
    /// A consumer, by the id that LiveEngage gave it (`lp_consumer_id`).
    Consumer {
        /// LiveEngage account id.
        account_id: &'a str,
        /// Consumer id.
        id: &'a str,
    },
}

impl Subject<'_> {
    /// The name. Ids of unreasonable length are replaced by their hash, since a KV key holds 512 bytes.
    pub fn name(&self) -> String {
        let (kind, account_id, id) = match self {
            Self::Conversation { account_id, id } => ("conversation", account_id, id),
            Self::Consumer { account_id, id } => ("consumer", account_id, id),
        };
        format!("{kind}:{}:{}", escape(account_id), escape(id))
    }
}

const LONGEST_PART: usize = 200;
/// The start of names that are hashes.
const HASHED: &str = "sha256%";

pub(crate) fn escape(part: &str) -> String {
    let mut escaped = String::with_capacity(part.len());
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    // One that reads like the name of a long id would share it.
    if escaped.len() > LONGEST_PART || escaped.starts_with(HASHED) {
        return format!("{HASHED}{}", crypto::sha256_hex(part.as_bytes()));
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Secret {
        Secret::new("an identity key for tests, 32 bytes or more")
    }

    #[test]
    fn a_consumer_key_is_pinned_for_ever() {
        let key = ConsumerKey::derive(&identity(), "12345678", "support-sms", "+15550100001");
        assert_eq!(key.as_str(), "OaBpB976NGRM7bh4xdqpwoyCEeNU4XJzgw3MK9OV2_I");
        assert_eq!(key.as_str().len(), 43);
    }

    #[test]
    fn parts_cannot_be_shifted_into_each_other() {
        let a = ConsumerKey::derive(&identity(), "1", "23", "4");
        let b = ConsumerKey::derive(&identity(), "12", "3", "4");
        assert_ne!(a, b);
    }

    #[test]
    fn hostile_ids_stay_inside_their_part() {
        let hostile = Subject::Conversation {
            account_id: "1",
            id: "a:b/../c\u{0}é",
        };
        assert_eq!(hostile.name(), "conversation:1:a%3Ab%2F%2E%2E%2Fc%00%C3%A9");
        let long = "x".repeat(5000);
        let name = Subject::Conversation {
            account_id: "1",
            id: &long,
        }
        .name();
        assert!(name.len() < 512, "{}", name.len());
    }

    #[test]
    fn the_name_of_a_long_id_is_the_name_of_no_other() {
        let name = |id: &str| {
            Subject::Conversation {
                account_id: "1",
                id,
            }
            .name()
        };
        // A long one whose hash begins with two decimal digits, as an escaped byte may.
        let long = (0..100)
            .map(|number| format!("{number}{}", "x".repeat(300)))
            .find(|long| crypto::sha256_hex(long.as_bytes()).starts_with("12"))
            .unwrap();
        let hash = crypto::sha256_hex(long.as_bytes());
        let twin = format!("sha256\u{12}{}", &hash[2..]);
        assert_ne!(name(&long), name(&twin));
    }
}
