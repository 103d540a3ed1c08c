//! Standard Webhooks: `v1,` and base64 of HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`.
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use axum::http::HeaderMap;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How far the connector's clock may be off, either way (seconds).
const TOLERANCE: u64 = 300;

/// The key in a secret like `whsec_...`: 24 to 64 bytes.
pub(crate) fn key(secret: &str) -> Option<Vec<u8>> {
    let key = BASE64_STANDARD
        .decode(secret.strip_prefix("whsec_")?)
        .ok()?;
    (24..=64).contains(&key.len()).then_some(key)
}

fn mac(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mac = Hmac::<Sha256>::new_from_slice(&key(secret)?).ok()?;
    Some(
        mac.chain_update(format!("{id}.{timestamp}.").as_bytes())
            .chain_update(body),
    )
}

/// The value of `webhook-signature`.
pub(super) fn sign(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> String {
    let mac = mac(secret, id, timestamp, body);
    mac.map_or_else(String::new, |mac| {
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    })
}

/// The headers of a request that is authentic.
pub(super) struct Signed {
    /// `webhook-id`.
    pub(super) id: String,
    /// `webhook-timestamp`, in seconds.
    pub(super) seconds: u64,
}

/// Whether the headers were made by someone who knows the secret, for this body, not long ago.
pub(super) fn verify(
    secret: &str,
    headers: &HeaderMap,
    body: &[u8],
    now_ms: u64,
) -> Result<Signed, &'static str> {
    let id = header(headers, "webhook-id").ok_or("webhook-id must be there once")?;
    let timestamp =
        header(headers, "webhook-timestamp").ok_or("webhook-timestamp must be there once")?;
    let signatures =
        header(headers, "webhook-signature").ok_or("webhook-signature must be there once")?;
    let digits = timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = timestamp.parse::<u64>().ok().filter(|_| digits);
    let seconds = seconds.ok_or("webhook-timestamp is not a number of seconds")?;
    if seconds.abs_diff(now_ms / 1000) > TOLERANCE {
        return Err("webhook-timestamp is more than five minutes off");
    }
    let good = signatures.split(' ').any(|entry| {
        let given = entry
            .strip_prefix("v1,")
            .and_then(|text| BASE64_STANDARD.decode(text).ok());
        let expected = mac(secret, id, timestamp, body);
        // Compared in constant time.
        let pair = expected.zip(given);
        pair.is_some_and(|(expected, given)| expected.verify_slice(&given).is_ok())
    });
    let id = id.to_owned();
    good.then_some(Signed { id, seconds })
        .ok_or("no signature is right")
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    (values.next().is_none() && !value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::{key, sign, verify};
    use axum::http::{HeaderMap, HeaderName, HeaderValue};
    use serde_json::Value;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn signatures_are_those_of_the_known_answers() {
        let file = include_str!("../../../tests/fixtures/vectors/standard-webhooks.json");
        let file: Value = serde_json::from_str(file).unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        for vector in vectors {
            let text = |name: &str| vector[name].as_str().unwrap();
            let body = match vector["body_repeat"].as_array() {
                Some(parts) => {
                    let count = usize::try_from(parts[1].as_u64().unwrap()).unwrap();
                    parts[0].as_str().unwrap().repeat(count)
                }
                None => text("body").to_owned(),
            };
            let (secret, id, timestamp) = (text("secret"), text("msg_id"), text("timestamp"));
            let given = headers(&[
                ("webhook-id", id),
                ("webhook-timestamp", timestamp),
                ("webhook-signature", text("header")),
            ]);
            let now = timestamp.parse::<u64>().unwrap() * 1000;
            let valid = verify(secret, &given, body.as_bytes(), now).is_ok();
            assert_eq!(valid, vector["valid"] == true, "{}", text("id"));
            let made = sign(secret, id, timestamp, body.as_bytes());
            let found = text("header").split(' ').any(|entry| entry == made);
            assert_eq!(found, vector["valid"] == true, "{}", text("id"));
        }
        assert!(vectors.len() >= 4);
    }

    #[test]
    fn what_is_not_signed_for_this_moment_and_body_is_refused() {
        const SECRET: &str = "whsec_bG9jYWwtb25seS1zaWduaW5nLXNlY3JldC1mb3ItdGhlLXNpbXVsYXRvcg==";
        let (now, body) = (1_767_225_600_000, b"{}");
        let good = sign(SECRET, "msg_1", "1767225600", body);
        let check = |pairs: &[(&str, &str)], body: &[u8], now| {
            verify(SECRET, &headers(pairs), body, now)
                .map(|signed| signed.seconds)
                .unwrap_or_default()
        };
        let id = ("webhook-id", "msg_1");
        let time = ("webhook-timestamp", "1767225600");
        let signature = ("webhook-signature", good.as_str());
        let all = [id, time, signature];
        assert_eq!(check(&all, body, now), 1_767_225_600);
        assert_eq!(check(&all, body, now + 300_000), 1_767_225_600);
        assert_eq!(check(&all, body, now + 301_000), 0);
        assert_eq!(check(&all, body, now - 301_000), 0);
        assert_eq!(check(&all, b"{ }", now), 0);
        let signed = |id, time: &str| sign(SECRET, id, time, body);
        for (name, pairs) in [
            ("no id", vec![time, signature]),
            ("no time", vec![id, signature]),
            ("no signature", vec![id, time]),
            ("another id", vec![("webhook-id", "msg_2"), time, signature]),
            (
                "another version",
                vec![id, time, ("webhook-signature", &good.replace("v1", "v2"))],
            ),
            ("bare", vec![id, time, ("webhook-signature", &good[3..])]),
            (
                "cut short",
                vec![id, time, ("webhook-signature", &good[..good.len() - 8])],
            ),
            (
                "a time with a sign",
                vec![
                    id,
                    ("webhook-timestamp", "+1767225600"),
                    ("webhook-signature", &signed("msg_1", "+1767225600")),
                ],
            ),
            ("two ids", vec![id, id, time, signature]),
            (
                "two signatures headers",
                vec![id, time, signature, signature],
            ),
        ] {
            let given = headers(&pairs);
            assert!(verify(SECRET, &given, body, now).is_err(), "{name}");
        }
    }

    #[test]
    fn a_secret_is_whsec_and_base64_of_24_to_64_bytes() {
        assert_eq!(
            key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap().len(),
            24
        );
        for wrong in [
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_AAAA",
            "whsec_!",
            "",
        ] {
            assert!(key(wrong).is_none(), "{wrong}");
        }
    }
}
