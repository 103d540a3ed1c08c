//! `X-Hub-Signature-256`: `sha256=` and the hexadecimal HMAC-SHA256, keyed by the app secret as text, over the raw body.
//! <https://developers.facebook.com/docs/graph-api/webhooks/getting-started#event-notifications>
//!
//! Meta signs the bytes that it sends, in which letters beyond ASCII are escaped: the same JSON, written again, has another signature.
//! The older `X-Hub-Signature` (SHA-1) counts for nothing.

use crate::crypto::{decode_hex, hmac_sha256, same};
use crate::platforms::{Callback, Forgery};
use crate::secret::Secret;

/// The header with the signature.
pub const HEADER: &str = "x-hub-signature-256";

const MISSING: Forgery = Forgery::Missing { status: 401 };
const MISMATCH: Forgery = Forgery::Mismatch { status: 401 };

/// Whether one of the app secrets signed this callback.
pub fn verify<'s>(
    secrets: impl IntoIterator<Item = &'s Secret>,
    callback: &Callback<'_>,
) -> Result<(), Forgery> {
    let header = callback.header(HEADER).map(str::trim);
    let header = header.filter(|header| !header.is_empty()).ok_or(MISSING)?;
    let signature = header.strip_prefix("sha256=").and_then(decode_hex);
    let signature = signature
        .filter(|signature| signature.len() == 32)
        .ok_or(MISMATCH)?;
    let mut secrets = secrets.into_iter().filter(|secret| !secret.is_blank());
    let authentic = secrets.any(|secret| {
        let expected = hmac_sha256(secret.expose().as_bytes(), &[callback.body]);
        same(&expected, &signature)
    });
    if authentic { Ok(()) } else { Err(MISMATCH) }
}
