//! `X-Liveperson-Signature`: whether LiveEngage sent a webhook.
//!
//! `sha1=` or `sha256=`, then the HMAC of the raw body with the app installation's secret (its characters, not decoded), in Base64
//! or hexadecimal as the account is set up. No time is signed, so a replay is authentic: deduplication takes care of it.
//! <https://developers.liveperson.com/connector-api-webhooks-notification-protocol.html>

use crate::crypto::{decode_base64, decode_hex, hmac_sha1, hmac_sha256, same};
use crate::secret::Secret;

/// The header, in lower case.
pub const HEADER: &str = "x-liveperson-signature";

/// Why a webhook is not authentic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no signature.
    #[error("the signature is missing")]
    Missing,
    /// The signature is in no known form.
    #[error("the signature cannot be read")]
    Malformed,
    /// No active secret gives this signature.
    #[error("the signature does not match")]
    Mismatch,
}

/// Checks the header against the raw bytes of the body, with each active secret. A blank secret signs nothing.
pub fn verify<'a>(
    header: Option<&str>,
    body: &[u8],
    secrets: impl Iterator<Item = &'a Secret>,
) -> Result<(), SignatureError> {
    let header = header.map(str::trim).filter(|header| !header.is_empty());
    let (algorithm, value) = header
        .ok_or(SignatureError::Missing)?
        .split_once('=')
        .ok_or(SignatureError::Malformed)?;
    let sign: fn(&[u8], &[u8]) -> Vec<u8> = match algorithm {
        "sha1" => |key, body| hmac_sha1(key, &[body]).to_vec(),
        "sha256" => |key, body| hmac_sha256(key, &[body]).to_vec(),
        _ => return Err(SignatureError::Malformed),
    };
    let length = if algorithm == "sha1" { 20 } else { 32 };
    // Hexadecimal digits are Base64 as well, of another length.
    let given = decode_base64(value)
        .filter(|bytes| bytes.len() == length)
        .or_else(|| decode_hex(value))
        .filter(|bytes| bytes.len() == length)
        .ok_or(SignatureError::Malformed)?;
    let mut matches = false;
    for secret in secrets.filter(|secret| !secret.is_blank()) {
        matches |= same(&sign(secret.expose().as_bytes(), body), &given);
    }
    if matches {
        Ok(())
    } else {
        Err(SignatureError::Mismatch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn vectors() -> Vec<Value> {
        let file = include_str!("../../tests/fixtures/vectors/liveengage.json");
        let file: Value = serde_json::from_str(file).unwrap();
        file["vectors"].as_array().unwrap().clone()
    }

    fn check(header: &str, body: &[u8], secrets: &[&str]) -> Result<(), SignatureError> {
        let secrets: Vec<Secret> = secrets.iter().copied().map(Secret::new).collect();
        verify(Some(header), body, secrets.iter())
    }

    #[test]
    fn every_vector_holds_in_every_encoding() {
        let vectors = vectors();
        assert!(vectors.len() >= 4);
        for vector in &vectors {
            let id = &vector["id"];
            let secret = vector["secret"].as_str().unwrap();
            let body = vector["body"].as_str().unwrap().as_bytes();
            assert_eq!(vector["valid"], true, "{id}");
            for form in ["sha1", "sha256", "sha1_hex", "sha256_hex"] {
                let header = vector[form].as_str().unwrap();
                assert_eq!(check(header, body, &[secret]), Ok(()), "{id} {form}");
                assert_eq!(check(header, body, &["new", secret]), Ok(()), "{id} {form}");
                let mut altered = body.to_vec();
                altered.push(b' ');
                let wrong = Err(SignatureError::Mismatch);
                assert_eq!(check(header, &altered, &[secret]), wrong, "{id} {form}");
                assert_eq!(check(header, body, &["wrong"]), wrong, "{id} {form}");
                assert_eq!(check(header, body, &[]), wrong, "{id} {form}");
            }
        }
    }

    #[test]
    fn an_altered_byte_or_signature_does_not_match() {
        let vector = &vectors()[1];
        let header = vector["sha256_hex"].as_str().unwrap();
        let body = vector["body"].as_str().unwrap();
        let secret = vector["secret"].as_str().unwrap();
        let wrong = Err(SignatureError::Mismatch);
        assert_eq!(
            check(header, body.replace("agent", "Agent").as_bytes(), &[secret]),
            wrong
        );
        assert_eq!(
            check(&header.replace('9', "8"), body.as_bytes(), &[secret]),
            wrong
        );
    }

    #[test]
    fn the_form_is_checked() {
        use SignatureError::{Malformed, Mismatch, Missing};
        let body = b"";
        let secret = "s3cr3t-for-tests";
        let sha1 = "4rsqxq31IkunDUGNdAKz2jQzC0E=";
        let hex1 = "e2bb2ac6adf5224ba70d418d7402b3da34330b41";
        let sha256 = "EaprrKYH784fsFoDfwYAZ31VSYz8mMKNavU/I3Sv0n4=";
        let cases: &[(String, Result<(), SignatureError>)] = &[
            (format!("sha1={sha1}"), Ok(())),
            (format!(" sha1={sha1}\t"), Ok(())),
            (format!("sha1={}", hex1.to_uppercase()), Ok(())),
            (String::new(), Err(Missing)),
            (" ".to_owned(), Err(Missing)),
            (sha1.to_owned(), Err(Malformed)),
            (hex1.to_owned(), Err(Malformed)),
            ("sha1=".to_owned(), Err(Malformed)),
            ("sha256=".to_owned(), Err(Malformed)),
            ("=".to_owned(), Err(Malformed)),
            (format!("md5={sha1}"), Err(Malformed)),
            (format!("sha256={sha1}"), Err(Malformed)),
            (format!("sha1={sha256}"), Err(Malformed)),
            (format!("sha256={hex1}"), Err(Malformed)),
            (
                format!("sha1={}", sha1.trim_end_matches('=')),
                Err(Malformed),
            ),
            (format!("sha1={}", &sha1[..24]), Err(Malformed)),
            (format!("sha1={}", &hex1[..38]), Err(Malformed)),
            (format!("sha1= {sha1}"), Err(Malformed)),
            (format!("sha1={sha1}, sha256={sha256}"), Err(Malformed)),
            (
                "sha1=AAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned(),
                Err(Mismatch),
            ),
        ];
        for (header, expected) in cases {
            assert_eq!(check(header, body, &[secret]), *expected, "{header:?}");
        }
        assert_eq!(verify(None, body, [].into_iter()), Err(Missing));
    }

    #[test]
    fn a_blank_secret_signs_nothing() {
        let header = format!("sha1={}", crate::crypto::hex(&hmac_sha1(b"", &[b"body"])));
        assert_eq!(
            check(&header, b"body", &[""]),
            Err(SignatureError::Mismatch)
        );
    }
}
