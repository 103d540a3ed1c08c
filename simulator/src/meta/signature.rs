//! `X-Hub-Signature-256`, and the bytes that Meta signs: it writes JSON with everything beyond ASCII escaped.
//! <https://developers.facebook.com/docs/graph-api/webhooks/getting-started>

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha1::Sha1;
use sha2::Sha256;

use crate::ids;

/// The value of `X-Hub-Signature-256`.
pub(crate) fn sign(secret: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    let mac = mac.map(|mac| mac.chain_update(body).finalize().into_bytes());
    mac.map_or_else(
        |_| String::new(),
        |bytes| format!("sha256={}", ids::hex(&bytes)),
    )
}

/// The value of `X-Hub-Signature`, which older receivers look at.
pub(crate) fn sign_sha1(secret: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes());
    let mac = mac.map(|mac| mac.chain_update(body).finalize().into_bytes());
    mac.map_or_else(
        |_| String::new(),
        |bytes| format!("sha1={}", ids::hex(&bytes)),
    )
}

/// The JSON as Meta writes it. Any reader that writes it anew before it verifies gets other bytes.
pub(crate) fn written(body: &Value) -> String {
    let plain = body.to_string();
    plain.chars().fold(String::new(), |mut text, character| {
        match character {
            '/' => text.push_str("\\/"),
            '<' => text.push_str("\\u003C"),
            '%' => text.push_str("\\u0025"),
            '@' => text.push_str("\\u0040"),
            ascii if ascii.is_ascii() => text.push(ascii),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{sign, sign_sha1, written};
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use serde_json::{Value, json};

    #[test]
    fn signatures_are_those_of_the_known_answers() {
        let file: Value = serde_json::from_str(include_str!("vectors.json")).unwrap();
        let vectors = file.as_array().unwrap();
        for vector in vectors {
            let text = |name: &str| vector[name].as_str().unwrap();
            let body = match vector["body_b64"].as_str() {
                Some(body) => BASE64_STANDARD.decode(body).unwrap(),
                None => text("body").as_bytes().to_vec(),
            };
            assert_eq!(sign(text("secret"), &body), text("value"), "{}", text("id"));
        }
        assert!(vectors.len() >= 4);
    }

    #[test]
    fn the_older_signature_is_that_of_the_known_answer() {
        let made = sign_sha1("my_little_secret", b"random-signature-body");
        assert_eq!(made, "sha1=3dca279e731c97c38e3019a075dee9ebbd0a99f0");
    }

    #[test]
    fn what_is_beyond_ascii_is_escaped_in_lower_case_and_reads_the_same() {
        let body = json!({ "text": "café 😀 http://a.example <b> 5% a@b \"q\" \\" });
        let text = written(&body);
        assert!(text.is_ascii());
        for part in [
            "caf\\u00e9",
            "\\ud83d\\ude00",
            "http:\\/\\/",
            "\\u003Cb>",
            "5\\u0025",
            "a\\u0040b",
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), body);
    }
}
