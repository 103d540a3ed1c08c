//! The request by which Meta finds out whether an address is ours: `GET` with `hub.mode=subscribe`, the verify token that was entered
//! beside the address, and a challenge that comes back as it is.
//! <https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests>

use std::borrow::Cow;

use crate::crypto::{same, sha256};
use crate::http::Method;
use crate::platforms::{Acknowledgement, Callback, Forgery};
use crate::secret::Secret;

/// Meta sends about ten digits.
const MAX_CHALLENGE: usize = 256;

/// The query of such a request.
pub fn query(token: &Secret, challenge: &str) -> String {
    form_urlencoded::Serializer::new(String::new())
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", challenge)
        .append_pair("hub.verify_token", token.expose())
        .finish()
}

/// The answer to such a request; every `GET` is one, since callbacks are posted.
pub fn answer<'s>(
    tokens: impl IntoIterator<Item = &'s Secret>,
    callback: &Callback<'_>,
) -> Option<Result<Acknowledgement, Forgery>> {
    (callback.method == Method::Get).then(|| challenge(tokens, callback.query.unwrap_or_default()))
}

fn challenge<'s>(
    tokens: impl IntoIterator<Item = &'s Secret>,
    query: &str,
) -> Result<Acknowledgement, Forgery> {
    let field = |name: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let value = pairs.find(|(key, _)| key == name).map(|(_, value)| value);
        value.filter(|value| !value.is_empty())
    };
    let token = field("hub.verify_token").ok_or(Forgery::Missing { status: 403 })?;
    // Hashed, so that the time does not tell the token's length either.
    let token = sha256(token.as_bytes());
    let mut tokens = tokens.into_iter().filter(|token| !token.is_blank());
    let known = tokens.any(|known| same(&sha256(known.expose().as_bytes()), &token));
    let subscribes = field("hub.mode").is_some_and(|mode| mode == "subscribe");
    let challenge = field("hub.challenge").filter(|challenge| is_harmless(challenge));
    match challenge {
        Some(challenge) if known && subscribes => Ok(Acknowledgement {
            status: 200,
            content_type: Some("text/plain"),
            body: Cow::Owned(challenge.into_owned()),
        }),
        _ => Err(Forgery::Mismatch { status: 403 }),
    }
}

/// It is repeated in an answer, so it is to be nothing that a browser or a log could take for something else.
fn is_harmless(challenge: &str) -> bool {
    challenge.len() <= MAX_CHALLENGE
        && challenge
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
