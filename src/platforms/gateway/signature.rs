//! Standard Webhooks: `webhook-signature` is a list of `v1,` and base64 of HMAC-SHA256, keyed by the bytes behind `whsec_`, over
//! `{webhook-id}.{webhook-timestamp}.{raw body}`.
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
//!
//! The id names the transport's attempt only. What must not happen twice is named by the `id` in the body, which is signed too.

use crate::crypto::{base64, decode_base64, hmac_sha256, same};
use crate::http::Millis;
use crate::platforms::{Callback, Forgery};
use crate::secret::{Rotating, Secret};

/// The header that names the message, on every attempt alike.
pub const ID: &str = "webhook-id";
/// The header with the time of the attempt, in seconds since the epoch.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures.
pub const SIGNATURE: &str = "webhook-signature";

/// How far the sender's clock may be from ours, either way (seconds).
pub const TOLERANCE: u64 = 300;

const MISSING: Forgery = Forgery::Missing { status: 401 };
const MISMATCH: Forgery = Forgery::Mismatch { status: 401 };

/// The key behind a secret's text: `whsec_` and base64 of 24 to 64 bytes. `None` if it is none.
pub fn key(secret: &Secret) -> Option<Vec<u8>> {
    let text = secret.expose().trim().strip_prefix("whsec_")?;
    decode(text).filter(|key| (24..=64).contains(&key.len()))
}

/// Base64 with its padding or without: libraries differ.
fn decode(text: &str) -> Option<Vec<u8>> {
    let bare = text.trim_end_matches('=');
    let padding = "=".repeat(bare.len().wrapping_neg() % 4);
    decode_base64(&format!("{bare}{padding}"))
}

/// Whether one of the active secrets signed this callback, not long ago.
pub fn verify(secrets: &Rotating, callback: &Callback<'_>) -> Result<(), Forgery> {
    let header = |name: &str| {
        let value = callback.header(name).map(str::trim);
        value.filter(|value| !value.is_empty()).ok_or(MISSING)
    };
    let (id, timestamp, signature) = (header(ID)?, header(TIMESTAMP)?, header(SIGNATURE)?);
    // Not only `parse`, which would take a sign: exactly these characters are signed.
    let seconds = timestamp
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| timestamp.parse::<u64>().ok())
        .flatten()
        .ok_or(MISMATCH)?;
    if seconds.abs_diff(callback.now / 1000) > TOLERANCE {
        return Err(MISMATCH);
    }
    let signatures: Vec<Vec<u8>> = signature
        .split_ascii_whitespace()
        .filter_map(|entry| entry.strip_prefix("v1,"))
        .filter_map(decode)
        .collect();
    let authentic = secrets.active().filter_map(key).any(|key| {
        let expected = mac(&key, id, timestamp, callback.body);
        signatures
            .iter()
            .any(|signature| same(&expected, signature))
    });
    if authentic { Ok(()) } else { Err(MISMATCH) }
}

/// The three headers of a message to the app. While a secret is being changed both sign, so that the app may change when it likes.
pub fn headers(
    secrets: &Rotating,
    id: &str,
    body: &[u8],
    now: Millis,
) -> [(&'static str, String); 3] {
    let timestamp = (now / 1000).to_string();
    let signatures: Vec<String> = secrets
        .active()
        .filter_map(key)
        .map(|key| format!("v1,{}", base64(&mac(&key, id, &timestamp, body))))
        .collect();
    [
        (ID, id.to_owned()),
        (TIMESTAMP, timestamp),
        (SIGNATURE, signatures.join(" ")),
    ]
}

fn mac(key: &[u8], id: &str, timestamp: &str, body: &[u8]) -> [u8; 32] {
    hmac_sha256(
        key,
        &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body],
    )
}

#[cfg(test)]
pub(super) mod tests;
