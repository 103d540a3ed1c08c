//! `X-Liveperson-Signature`. Input: a secret, the header, the body.

use liveengage_connector::liveengage::signature::{SignatureError, verify};
use liveengage_connector::secret::Secret;

use crate::corpus;
use crate::independent::{base64, hex, hmac_sha1, hmac_sha256};
use crate::input::{changed, joined, number, parts, text};

pub(super) fn run(data: &[u8]) {
    let [secret, header, body] = parts(data);
    let (secret, header) = (text(secret), text(header));
    let active = [Secret::new(secret.clone()), Secret::new("another")];
    let check = |header: Option<&str>, body: &[u8]| verify(header, body, active.iter());

    let accepted = check(Some(&header), body).is_ok();
    assert_eq!(accepted, is_authentic(&secret, &header, body), "{header}");
    assert_eq!(check(None, body), Err(SignatureError::Missing));

    if secret.trim().is_empty() {
        return;
    }
    // Signed well, in each of the four ways: accepted, and no longer with one byte of the body or of the signature changed.
    let choice = number(header.as_bytes());
    for (algorithm, mac) in macs(&secret, body) {
        for value in [base64(&mac), hex(&mac)] {
            let signed = format!("{algorithm}={value}");
            assert_eq!(check(Some(&signed), body), Ok(()));
            if let Some(other) = changed(body, choice) {
                assert_eq!(check(Some(&signed), &other), Err(SignatureError::Mismatch));
            }
            let mut longer = body.to_vec();
            longer.push(b' ');
            assert!(check(Some(&signed), &longer).is_err());
            let other = changed(value.as_bytes(), choice).unwrap();
            let other = text(&other);
            if !other.eq_ignore_ascii_case(&value) {
                let refused = check(Some(&format!("{algorithm}={other}")), body);
                assert!(refused.is_err(), "{value} as {other}");
            }
        }
    }
}

fn macs(secret: &str, body: &[u8]) -> [(&'static str, Vec<u8>); 2] {
    let key = secret.as_bytes();
    [
        ("sha1", hmac_sha1(key, body)),
        ("sha256", hmac_sha256(key, body)),
    ]
}

/// The header is one of the texts that the scheme allows for these bytes.
fn is_authentic(secret: &str, header: &str, body: &[u8]) -> bool {
    let header = header.trim();
    [secret, "another"]
        .into_iter()
        .filter(|secret| !secret.trim().is_empty())
        .any(|secret| {
            macs(secret, body).into_iter().any(|(algorithm, mac)| {
                let value = header
                    .strip_prefix(algorithm)
                    .and_then(|rest| rest.strip_prefix('='));
                value.is_some_and(|value| {
                    value == base64(&mac) || value.eq_ignore_ascii_case(&hex(&mac))
                })
            })
        })
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let vectors = corpus::vectors("liveengage.json");
    let seeds = vectors.iter().flat_map(|vector| {
        let part = |name: &str| vector[name].as_str().map(str::to_owned);
        let (secret, body) = (
            part("secret").unwrap_or_default(),
            part("body").unwrap_or_default(),
        );
        let headers = ["sha1", "sha256", "sha1_hex", "sha256_hex", "header"]
            .into_iter()
            .filter_map(part);
        headers
            .map(|header| joined(&[secret.as_bytes(), header.as_bytes(), body.as_bytes()]))
            .collect::<Vec<_>>()
    });
    seeds.collect()
}
