use serde::Deserialize;

use super::*;
use crate::crypto::base64;
use crate::http::Method;
use crate::secret::Secret;

const VECTORS: &str = include_str!("../../../../tests/fixtures/vectors/line.json");
const BODY: &[u8] = "{\"events\":[],\"text\":\"😀 é\"}\n".as_bytes();

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
pub(in crate::platforms::line) struct Vector {
    pub(in crate::platforms::line) id: String,
    pub(in crate::platforms::line) secret: String,
    pub(in crate::platforms::line) body: String,
    pub(in crate::platforms::line) signature: String,
    pub(in crate::platforms::line) expect: bool,
}

pub(in crate::platforms::line) fn vectors() -> Vec<Vector> {
    let Vectors { vectors } = serde_json::from_str(VECTORS).unwrap();
    assert!(vectors.len() >= 8);
    vectors
}

/// Signs as LINE does.
pub(in crate::platforms::line) fn sign(secret: &str, body: &[u8]) -> String {
    base64(&hmac_sha256(secret.as_bytes(), &[body]))
}

fn check(secrets: &Rotating, header: Option<&str>, body: &[u8]) -> Result<(), Forgery> {
    let headers: Vec<(String, String)> = header
        .map(|header| (SIGNATURE.to_owned(), header.to_owned()))
        .into_iter()
        .collect();
    let callback = Callback {
        method: Method::Post,
        query: None,
        headers: &headers,
        body,
        public_url: "https://connector.example.com/channels/line",
        now: 0,
    };
    verify(secrets, &callback)
}

fn only(secret: &str) -> Rotating {
    Rotating::new(Secret::new(secret), None)
}

#[test]
fn every_vector_gets_its_verdict() {
    for vector in vectors() {
        let body = vector.body.as_bytes();
        let verdict = |secret: &str, header| check(&only(secret), header, body);
        let given = verdict(&vector.secret, Some(&vector.signature));
        assert_eq!(given.is_ok(), vector.expect, "{}", vector.id);
        assert_eq!(verdict(&vector.secret, None), Err(MISSING), "{}", vector.id);
        let other = verdict("another secret", Some(&vector.signature));
        assert_eq!(other, Err(MISMATCH), "{}", vector.id);
    }
}

#[test]
fn an_altered_byte_or_signature_does_not_match() {
    let header = sign("secret", BODY);
    let secret = only("secret");
    assert_eq!(check(&secret, Some(&header), BODY), Ok(()));
    for at in 0..BODY.len() {
        let mut altered = BODY.to_vec();
        altered[at] ^= 1;
        assert_eq!(
            check(&secret, Some(&header), &altered),
            Err(MISMATCH),
            "{at}"
        );
    }
    let escaped = String::from_utf8(BODY.to_vec())
        .unwrap()
        .replace('é', "\\u00e9");
    for altered in [&BODY[1..], &BODY[..BODY.len() - 1], escaped.as_bytes(), b""] {
        assert_eq!(check(&secret, Some(&header), altered), Err(MISMATCH));
    }
    for missing in ["", " ", "\t"] {
        assert_eq!(check(&secret, Some(missing), BODY), Err(MISSING));
    }
    for wrong in [
        &header[..8],
        &header[1..],
        &header.to_lowercase(),
        &format!("{header}{header}"),
        &format!("sha256={header}"),
        &header.replace('=', "-"),
        "AAAA",
        "====",
        "é",
        "\u{0}",
    ] {
        assert_eq!(check(&secret, Some(wrong), BODY), Err(MISMATCH), "{wrong}");
    }
}

#[test]
fn the_bytes_of_a_signature_count_and_not_their_padding() {
    let header = sign("secret", BODY);
    for same in [
        header.trim_end_matches('='),
        &format!(" {header} "),
        &format!("{header}=="),
    ] {
        assert_eq!(check(&only("secret"), Some(same), BODY), Ok(()), "{same}");
    }
}

#[test]
fn both_active_secrets_count_during_a_rotation_and_a_blank_one_never() {
    let secrets = Rotating::new(Secret::new("new"), Some(Secret::new("old")));
    for (secret, expected) in [("new", Ok(())), ("old", Ok(())), ("older", Err(MISMATCH))] {
        let header = sign(secret, BODY);
        assert_eq!(check(&secrets, Some(&header), BODY), expected, "{secret}");
    }
    let blank = check(&only(""), Some(&sign("", BODY)), BODY);
    assert_eq!(blank, Err(MISMATCH));
}
