//! Who may call the REST API.

use axum::http::HeaderMap;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::sim::Sim;

/// A refusal: HTTP status, code, sentence.
pub(super) type Refusal = (u16, u32, String);

pub(super) fn refuse<T>(code: u32, message: &str) -> Result<T, Refusal> {
    Err((400, code, message.to_owned()))
}

/// The account's sid and token, by Basic authentication.
pub(super) fn authenticate(sim: &Sim, headers: &HeaderMap) -> Result<(), Refusal> {
    let options = &sim.options;
    let wanted = format!("{}:{}", options.twilio_sid, options.twilio_token);
    let wanted = format!("Basic {}", BASE64_STANDARD.encode(wanted));
    let given = headers.get("authorization");
    if given.is_some_and(|given| given.as_bytes() == wanted.as_bytes()) {
        Ok(())
    } else {
        Err((401, 20003, "Authenticate".to_owned()))
    }
}

/// The same, for a path that names the account.
pub(super) fn authenticate_for(
    sim: &Sim,
    account: &str,
    headers: &HeaderMap,
) -> Result<(), Refusal> {
    authenticate(sim, headers)?;
    if account == sim.options.twilio_sid {
        Ok(())
    } else {
        Err((401, 20003, "Authenticate".to_owned()))
    }
}

pub(super) fn media_type(headers: &HeaderMap) -> &str {
    let kind = headers.get("content-type");
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim()
}
