//! `x-line-signature`: base64 of HMAC-SHA256, keyed by the channel secret, over the raw body.
//! <https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/>
//!
//! The decoded bytes are compared: base64 tells upper from lower case, and some senders leave out its padding.

use crate::crypto::{decode_base64, hmac_sha256, same};
use crate::platforms::{Callback, Forgery};
use crate::secret::Rotating;

/// The header with the signature.
pub const SIGNATURE: &str = "x-line-signature";

/// LINE's libraries for Go, Java and Python answer both with this status.
const MISSING: Forgery = Forgery::Missing { status: 400 };
const MISMATCH: Forgery = Forgery::Mismatch { status: 400 };

/// Whether one of the active secrets signed this callback.
pub fn verify(secrets: &Rotating, callback: &Callback<'_>) -> Result<(), Forgery> {
    let header = callback.header(SIGNATURE).map(str::trim);
    let header = header.filter(|header| !header.is_empty()).ok_or(MISSING)?;
    let signature = decode(header)
        .filter(|signature| signature.len() == 32)
        .ok_or(MISMATCH)?;
    let mut secrets = secrets.active().filter(|secret| !secret.is_blank());
    let authentic = secrets.any(|secret| {
        let mac = hmac_sha256(secret.expose().as_bytes(), &[callback.body]);
        same(&mac, &signature)
    });
    if authentic { Ok(()) } else { Err(MISMATCH) }
}

/// Base64 with its padding or without.
fn decode(text: &str) -> Option<Vec<u8>> {
    let bare = text.trim_end_matches('=');
    let padding = "=".repeat(bare.len().wrapping_neg() % 4);
    decode_base64(&format!("{bare}{padding}"))
}

#[cfg(test)]
pub(super) mod tests;
