//! Signing a notification and posting it, once.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha1::Sha1;
use sha2::Sha256;

use crate::ids;
use crate::journal::Side;
use crate::sim::{Encoding, Hash, Settings, Sim};

/// The signature header of a notification.
fn signature(secret: &str, body: &[u8], hash: Hash, encoding: Encoding) -> String {
    let (name, bytes) = match hash {
        Hash::Sha1 => {
            let mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes());
            let mac = mac.map(|mac| mac.chain_update(body).finalize().into_bytes().to_vec());
            ("sha1", mac)
        }
        Hash::Sha256 => {
            let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
            let mac = mac.map(|mac| mac.chain_update(body).finalize().into_bytes().to_vec());
            ("sha256", mac)
        }
    };
    // HMAC takes keys of any length, so there is always one.
    let bytes = bytes.unwrap_or_default();
    match encoding {
        Encoding::Base64 => format!("{name}={}", BASE64_STANDARD.encode(bytes)),
        Encoding::Hex => format!("{name}={}", ids::hex(&bytes)),
    }
}

/// Posts a notification once; 0 is no answer.
pub(super) async fn post(
    sim: &Sim,
    settings: &Settings,
    body: String,
    sign: bool,
    headers: &[(String, String)],
) -> u16 {
    let url = format!("{}/liveengage/webhooks", sim.options.connector);
    let given = |name: &str| {
        headers
            .iter()
            .any(|(own, _)| own.eq_ignore_ascii_case(name))
    };
    let mut request = sim.http.post(url);
    if !given("content-type") {
        request = request.header("content-type", "application/json");
    }
    if !given("x-liveperson-account-id") {
        request = request.header("X-Liveperson-Account-Id", &sim.options.account);
    }
    if !given("x-liveperson-client-id") {
        request = request.header("X-Liveperson-Client-Id", &sim.options.client_id);
    }
    if sign && !given("x-liveperson-signature") {
        let secret = &sim.options.client_secret;
        let value = signature(
            secret,
            body.as_bytes(),
            settings.signature,
            settings.encoding,
        );
        request = request.header("X-Liveperson-Signature", value);
    }
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let timeout = Duration::from_millis(settings.webhook_timeout_ms);
    match request.timeout(timeout).body(body).send().await {
        Ok(answer) => answer.status().as_u16(),
        Err(_) => 0,
    }
}

/// A notification that the control API sends by hand: once, at once.
pub(crate) async fn post_by_hand(
    sim: &Arc<Sim>,
    what: &str,
    body: String,
    sign: bool,
    headers: &[(String, String)],
) -> u16 {
    let settings = sim.world().settings.clone();
    let status = post(sim, &settings, body, sign, headers).await;
    let details = json!({ "status": status });
    sim.world().journal.add(Side::Webhook, what, details);
    sim.changed();
    status
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Hash, signature};
    use serde_json::Value;

    #[test]
    fn signatures_are_those_of_the_known_answers() {
        let file = include_str!("../../../tests/fixtures/vectors/liveengage.json");
        let file: Value = serde_json::from_str(file).unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        assert!(vectors.len() >= 4);
        for vector in vectors.iter().filter(|vector| vector["valid"] == true) {
            let text = |name: &str| vector[name].as_str().unwrap().to_owned();
            let (secret, body) = (text("secret"), text("body"));
            let sign = |hash, encoding| signature(&secret, body.as_bytes(), hash, encoding);
            assert_eq!(sign(Hash::Sha1, Encoding::Base64), text("sha1"));
            assert_eq!(sign(Hash::Sha256, Encoding::Base64), text("sha256"));
            assert_eq!(sign(Hash::Sha1, Encoding::Hex), text("sha1_hex"));
            assert_eq!(sign(Hash::Sha256, Encoding::Hex), text("sha256_hex"));
        }
    }
}
