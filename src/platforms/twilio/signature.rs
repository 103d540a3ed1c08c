//! `X-Twilio-Signature`: base64 of HMAC-SHA1, keyed by the account's Auth Token, over the URL as it was configured at
//! Twilio and the decoded, sorted pairs of a form. <https://www.twilio.com/docs/usage/webhooks/webhooks-security>
//!
//! The scheme has no separators between keys and values, so that a forger may move the borders of an authentic form.
//! What must not be movable (the message's id) is checked for its shape when the form is read.

use super::form;
use crate::crypto::{decode_base64, hmac_sha1, same, sha256_hex};
use crate::platforms::Forgery;
use crate::secret::Secret;

/// More pairs than any callback has; a form with more is refused before it is sorted.
const MAX_PAIRS: usize = 1000;

const MISSING: Forgery = Forgery::Missing { status: 400 };
const MISMATCH: Forgery = Forgery::Mismatch { status: 403 };

/// What a callback carries besides its URL.
#[derive(Clone, Copy, Debug)]
pub enum Payload<'a> {
    /// Nothing: a `GET`, whose parameters are in the URL.
    None,
    /// A form: its pairs are signed.
    Form(&'a [u8]),
    /// Anything else: the URL is signed and holds the body's hash.
    Other(&'a [u8]),
}

impl<'a> Payload<'a> {
    fn body(self) -> &'a [u8] {
        match self {
            Self::None => &[],
            Self::Form(body) | Self::Other(body) => body,
        }
    }
}

/// Whether one of the `tokens` signed this `url` with this `payload`. The work is bounded: at most four spellings of the
/// URL for each token.
pub fn verify<'t>(
    tokens: impl IntoIterator<Item = &'t Secret>,
    url: &str,
    payload: Payload<'_>,
    header: Option<&str>,
) -> Result<(), Forgery> {
    let header = header.map(str::trim).filter(|header| !header.is_empty());
    let signature = decode_base64(header.ok_or(MISSING)?)
        .filter(|signature| signature.len() == 20)
        .ok_or(MISMATCH)?;
    let url = url.split('#').next().unwrap_or_default();
    if !body_matches(url, payload) {
        return Err(MISMATCH);
    }
    let pairs = match payload {
        Payload::Form(body) => signed_pairs(body).ok_or(MISMATCH)?,
        Payload::None | Payload::Other(_) => Vec::new(),
    };
    let spellings = spellings(url);
    let mut tokens = tokens.into_iter().filter(|token| !token.is_blank());
    let authentic = tokens.any(|token| {
        let key = token.expose().as_bytes();
        spellings
            .iter()
            .any(|url| same(&hmac_sha1(key, &[url.as_bytes(), &pairs]), &signature))
    });
    if authentic { Ok(()) } else { Err(MISMATCH) }
}

/// Whether the URL's `bodySHA256` is the hash of the body. Only a body that is signed in another way may go without; and
/// where the hash is there it binds a form too, or else a captured URL would sign an empty form.
fn body_matches(url: &str, payload: Payload<'_>) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let expected = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("bodySHA256="));
    match (expected, payload) {
        (Some(expected), _) => same(sha256_hex(payload.body()).as_bytes(), expected.as_bytes()),
        (None, Payload::Other(_)) => false,
        (None, Payload::None | Payload::Form(_)) => true,
    }
}

/// The pairs as they are signed: by key, then by value, each once, nothing between them. `None` if there are too many.
fn signed_pairs(body: &[u8]) -> Option<Vec<u8>> {
    let mut pairs: Vec<_> = form::pairs(body).take(MAX_PAIRS + 1).collect();
    if pairs.len() > MAX_PAIRS {
        return None;
    }
    pairs.sort_unstable();
    pairs.dedup();
    let halves = pairs.into_iter().flat_map(|(key, value)| [key, value]);
    Some(halves.flatten().collect())
}

/// The ways in which Twilio may have spelt the URL when it signed: without and with the port, and the query's
/// apostrophes as they are and escaped (a URL parser on the way escapes them). User, host and path stay untouched.
fn spellings(url: &str) -> Vec<String> {
    let (base, query) = match url.split_once('?') {
        Some((base, query)) => (base, Some(query)),
        None => (url, None),
    };
    let other_query = query.and_then(|query| {
        if query.contains('\'') {
            Some(query.replace('\'', "%27"))
        } else {
            query.contains("%27").then(|| query.replace("%27", "'"))
        }
    });
    let mut spellings = Vec::with_capacity(4);
    for base in [Some(base.to_owned()), other_port(base)]
        .into_iter()
        .flatten()
    {
        match query {
            None => spellings.push(base),
            Some(query) => {
                spellings.push(format!("{base}?{query}"));
                if let Some(other) = &other_query {
                    spellings.push(format!("{base}?{other}"));
                }
            }
        }
    }
    spellings
}

/// The URL without its port if it has one, with the scheme's port if it has none.
fn other_port(base: &str) -> Option<String> {
    let (scheme, rest) = base.split_once("://")?;
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    // In `[::1]` and in `user:1@host` the last colon stands before something that is not a port.
    let port = authority
        .rsplit_once(':')
        .filter(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    match port {
        Some((host, _)) => Some(format!("{scheme}://{host}{path}")),
        None => {
            let port = match scheme.to_ascii_lowercase().as_str() {
                "https" => 443,
                "http" => 80,
                _ => return None,
            };
            Some(format!("{scheme}://{authority}:{port}{path}"))
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
