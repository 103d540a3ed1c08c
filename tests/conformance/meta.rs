//! How all of Meta's platforms sign.

use liveengage_connector::crypto;

use super::kit::{Request, SECRET};

/// The exhibit's app secret; the other secrets are others, so that none is taken for it.
pub fn app_secret() -> String {
    format!("app-{SECRET}")
}

/// The hexadecimal HMAC-SHA256 of the raw body.
pub fn sign(request: &mut Request) {
    let mac = crypto::hmac_sha256(app_secret().as_bytes(), &[&request.body]);
    request.header(
        "x-hub-signature-256",
        format!("sha256={}", crypto::hex(&mac)),
    );
}
