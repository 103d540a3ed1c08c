use serde::Deserialize;

use super::{callback, sign, signed};
use crate::crypto::{decode_base64, hex, hmac_sha1};
use crate::platforms::Forgery;
use crate::platforms::meta::signature::verify;
use crate::secret::Secret;

const VECTORS: &str = include_str!("../../../../tests/fixtures/vectors/meta.json");
const MISSING: Result<(), Forgery> = Err(Forgery::Missing { status: 401 });
const MISMATCH: Result<(), Forgery> = Err(Forgery::Mismatch { status: 401 });

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    secret: String,
    body: Option<String>,
    body_b64: Option<String>,
    header: String,
    value: String,
    expect: bool,
}

fn check(secrets: &[&str], header: Option<&str>, body: &[u8]) -> Result<(), Forgery> {
    let secrets: Vec<Secret> = secrets.iter().map(|secret| Secret::new(*secret)).collect();
    let headers: Vec<(String, String)> = header
        .map(|header| ("x-hub-signature-256".to_owned(), header.to_owned()))
        .into_iter()
        .collect();
    verify(&secrets, &callback(&headers, body))
}

#[test]
fn every_vector_gets_its_verdict() {
    let Vectors { vectors } = serde_json::from_str(VECTORS).unwrap();
    assert!(vectors.len() >= 9);
    for vector in vectors {
        let encoded = vector.body_b64.as_deref();
        let body = match encoded {
            Some(encoded) => decode_base64(encoded).unwrap(),
            None => vector.body.clone().unwrap().into_bytes(),
        };
        let headers = [(vector.header.to_ascii_lowercase(), vector.value.clone())];
        let verdict = verify(&[Secret::new(&*vector.secret)], &callback(&headers, &body));
        if vector.header == "X-Hub-Signature" {
            // The vector is right, and is not enough.
            let sha1 = hex(&hmac_sha1(vector.secret.as_bytes(), &[&body]));
            assert_eq!(format!("sha1={sha1}"), vector.value, "{}", vector.id);
            assert_eq!(verdict, MISSING, "{}", vector.id);
        } else {
            let expected = if vector.expect { Ok(()) } else { MISMATCH };
            assert_eq!(verdict, expected, "{}", vector.id);
        }
    }
}

#[test]
fn any_active_secret_counts_and_no_other() {
    let body = b"{}";
    for secret in ["new", "old"] {
        let header = sign(secret, body);
        assert_eq!(check(&["new", "old"], Some(&header), body), Ok(()));
    }
    assert_eq!(
        check(&["new", "old"], Some(&sign("x", body)), body),
        MISMATCH
    );
    assert_eq!(check(&[], Some(&sign("x", body)), body), MISMATCH);
    // Nobody signs with a secret that was left blank.
    assert_eq!(check(&["", " "], Some(&sign("", body)), body), MISMATCH);
}

#[test]
fn the_bytes_count_as_they_came() {
    let body = "{\"text\":\"caf\\u00e9 \\ud83d\\ude00\"}".as_bytes();
    let header = sign("secret", body);
    assert_eq!(check(&["secret"], Some(&header), body), Ok(()));
    let again: serde_json::Value = serde_json::from_slice(body).unwrap();
    let again = again.to_string();
    assert_eq!(
        check(&["secret"], Some(&header), again.as_bytes()),
        MISMATCH
    );
    for body in ["", "é😀", "\u{0}"] {
        let headers = signed("secret", body.as_bytes());
        let verdict = verify(
            &[Secret::new("secret")],
            &callback(&headers, body.as_bytes()),
        );
        assert_eq!(verdict, Ok(()));
    }
    assert_eq!(
        check(&["secret"], Some(&sign("secret", b"\xff\xfe")), b"\xff\xfe"),
        Ok(())
    );
}

#[test]
fn only_a_whole_signature_counts() {
    let body = b"{}";
    let good = sign("secret", body);
    let digits = good.strip_prefix("sha256=").unwrap();
    assert_eq!(check(&["secret"], None, body), MISSING);
    assert_eq!(check(&["secret"], Some(" "), body), MISSING);
    assert_eq!(check(&["secret"], Some(&format!(" {good} ")), body), Ok(()));
    for wrong in [
        digits.to_owned(),
        format!("sha1={digits}"),
        format!("SHA256={digits}"),
        format!("sha256={}", &digits[..62]),
        format!("sha256={digits}00"),
        format!("sha256= {digits}"),
        format!("{good},{good}"),
        format!("{good}, {good}"),
        "sha256=".to_owned(),
        "sha256=é".to_owned(),
        format!("sha256={}", "0".repeat(64)),
    ] {
        assert_eq!(check(&["secret"], Some(&wrong), body), MISMATCH, "{wrong}");
    }
}

#[test]
fn a_changed_digit_anywhere_is_another_signature() {
    let body = b"{\"object\":\"page\"}";
    let good = sign("secret", body);
    for at in "sha256=".len()..good.len() {
        let mut wrong = good.clone().into_bytes();
        wrong[at] = if wrong[at] == b'0' { b'1' } else { b'0' };
        let wrong = String::from_utf8(wrong).unwrap();
        assert_eq!(check(&["secret"], Some(&wrong), body), MISMATCH, "{at}");
    }
}
