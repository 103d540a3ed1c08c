use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::*;
use crate::crypto::{base64, sha256_hex};

const VECTORS: &str = include_str!("../../../../tests/fixtures/vectors/twilio.json");
const URL: &str = "https://connector.example.com/channels/support-sms";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

/// A case of the shared vectors: exactly one of `params`, `form` and `body` says what the request carried.
#[derive(Deserialize)]
pub(in crate::platforms::twilio) struct Vector {
    pub(in crate::platforms::twilio) id: String,
    pub(in crate::platforms::twilio) token: String,
    pub(in crate::platforms::twilio) url: String,
    pub(in crate::platforms::twilio) signature: String,
    pub(in crate::platforms::twilio) expect: bool,
    params: Option<Vec<(String, String)>>,
    form: Option<String>,
    body: Option<String>,
}

impl Vector {
    pub(in crate::platforms::twilio) fn is_form(&self) -> bool {
        self.body.is_none()
    }

    pub(in crate::platforms::twilio) fn bytes(&self) -> Vec<u8> {
        let encoded = self.params.as_ref().map(|params| encode(params));
        let body = encoded.or(self.form.clone()).or(self.body.clone());
        body.unwrap().into_bytes()
    }
}

pub(in crate::platforms::twilio) fn vectors() -> Vec<Vector> {
    let Vectors { vectors } = serde_json::from_str(VECTORS).unwrap();
    assert!(vectors.len() >= 20);
    vectors
}

pub(in crate::platforms::twilio) fn encode<T: AsRef<str>>(pairs: &[(T, T)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// Signs as Twilio does, written on its own: from the pairs, not from their encoded form.
pub(in crate::platforms::twilio) fn sign(token: &str, url: &str, pairs: &[(&str, &str)]) -> String {
    let mut sorted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (key, value) in pairs {
        sorted.entry(key).or_default().insert(value);
    }
    let mut text = url.to_owned();
    for (key, values) in sorted {
        for value in values {
            text.push_str(key);
            text.push_str(value);
        }
    }
    base64(&hmac_sha1(token.as_bytes(), &[text.as_bytes()]))
}

fn check(url: &str, payload: Payload<'_>, header: Option<&str>) -> Result<(), Forgery> {
    verify([&Secret::new(TOKEN)], url, payload, header)
}

#[test]
fn every_vector_gets_its_verdict() {
    for vector in vectors() {
        let bytes = vector.bytes();
        let payload = if vector.is_form() {
            Payload::Form(&bytes)
        } else {
            Payload::Other(&bytes)
        };
        let token = Secret::new(vector.token.as_str());
        let verdict = verify([&token], &vector.url, payload, Some(&vector.signature));
        assert_eq!(verdict.is_ok(), vector.expect, "{}", vector.id);
        if vector.expect {
            let empty_header = verify([&token], &vector.url, payload, None);
            assert_eq!(empty_header, Err(MISSING), "{}", vector.id);
            let wrong = Secret::new("another token");
            let other = verify([&wrong], &vector.url, payload, Some(&vector.signature));
            assert_eq!(other, Err(MISMATCH), "{}", vector.id);
        }
    }
}

#[test]
fn an_altered_callback_is_refused() {
    let pairs = [
        ("Body", "Hi 😀 + more"),
        ("From", "+15550100001"),
        ("MessageSid", "SM1"),
    ];
    let body = encode(&pairs);
    let header = sign(TOKEN, URL, &pairs);
    let form = |body: &str, url: &str| check(url, Payload::Form(body.as_bytes()), Some(&header));
    assert_eq!(form(&body, URL), Ok(()));
    assert_eq!(
        form(&body, URL),
        Ok(()),
        "the same callback again is still authentic"
    );
    let moved = encode(&[pairs[2], pairs[0], pairs[1], pairs[0]]);
    assert_eq!(
        form(&moved, URL),
        Ok(()),
        "order and repetition are not signed"
    );

    let altered = [
        body.replace("Hi", "Ho"),
        body.replace("5550100001", "5550100009"),
        body.replace("Body=", "Bode="),
        format!("{body}&NumMedia=0"),
        format!("{body}&Body=another"),
        body.rsplit_once('&').unwrap().0.to_owned(),
        body.replace("%2B", "+"),
        String::new(),
    ];
    for altered in altered {
        assert_eq!(form(&altered, URL), Err(MISMATCH), "{altered}");
    }
    for url in [
        "https://connector.example.com/channels/support-sms/",
        "https://connector.example.com/channels/other",
        "https://connector.example.org/channels/support-sms",
        "http://connector.example.com/channels/support-sms",
        "https://connector.example.com/channels/support-sms?",
        "https://connector.example.com/channels/support-sms?site=42",
        "",
    ] {
        assert_eq!(form(&body, url), Err(MISMATCH), "{url}");
    }
}

#[test]
fn only_a_whole_signature_counts() {
    let header = sign(TOKEN, URL, &[]);
    let with = |header: &str| check(URL, Payload::Form(b""), Some(header));
    assert_eq!(with(&header), Ok(()));
    for missing in ["", " ", "\t"] {
        assert_eq!(with(missing), Err(MISSING), "{missing:?}");
    }
    let flipped = header.replace(
        &header[..1],
        if header.starts_with('A') { "B" } else { "A" },
    );
    for wrong in [
        &header[..header.len() - 1],
        &header[..8],
        flipped.as_str(),
        &format!("{header}{header}"),
        &format!("{header}, {header}"),
        &header.to_lowercase(),
        "AAAA",
        "====",
        "é",
        "\u{0}",
    ] {
        assert_eq!(with(wrong), Err(MISMATCH), "{wrong:?}");
    }
}

#[test]
fn both_active_tokens_count_during_a_rotation() {
    let tokens = [Secret::new("new"), Secret::new("old")];
    for (token, expected) in [("new", Ok(())), ("old", Ok(())), ("older", Err(MISMATCH))] {
        let header = sign(token, URL, &[("A", "1")]);
        let verdict = verify(&tokens, URL, Payload::Form(b"A=1"), Some(&header));
        assert_eq!(verdict, expected, "{token}");
    }
    let header = sign("", URL, &[]);
    for tokens in [vec![], vec![Secret::new("")]] {
        let verdict = verify(&tokens, URL, Payload::None, Some(&header));
        assert_eq!(verdict, Err(MISMATCH), "no token, no trust");
    }
}

#[test]
fn the_bytes_behind_the_escapes_are_signed() {
    let signed = [URL.as_bytes(), b"Body", b"\xff\xfe", b"From", b"+1"].concat();
    let header = base64(&hmac_sha1(TOKEN.as_bytes(), &[&signed]));
    let form = |body: &str| check(URL, Payload::Form(body.as_bytes()), Some(&header));
    assert_eq!(form("Body=%FF%fe&From=%2B1"), Ok(()));
    // A reader that replaces what is not UTF-8 would take each of these for the same text.
    assert_eq!(form("Body=%FF%FF&From=%2B1"), Err(MISMATCH));
    assert_eq!(form("Body=%EF%BF%BD%EF%BF%BD&From=%2B1"), Err(MISMATCH));
}

#[test]
fn a_body_that_is_no_form_needs_its_hash() {
    let body = br#"{"Body":"Hi"}"#;
    let hashed = format!("{URL}?bodySHA256={}", sha256_hex(body));
    let other =
        |url: &str, body: &[u8]| check(url, Payload::Other(body), Some(&sign(TOKEN, url, &[])));
    assert_eq!(other(&hashed, body), Ok(()));
    assert_eq!(
        other(&format!("{URL}?x=1&bodySHA256={}", sha256_hex(b"")), b""),
        Ok(())
    );
    assert_eq!(other(&hashed, b"{}"), Err(MISMATCH));
    assert_eq!(other(&hashed, b""), Err(MISMATCH));
    assert_eq!(other(URL, body), Err(MISMATCH));
    assert_eq!(other(URL, b""), Err(MISMATCH));
    assert_eq!(other(&format!("{URL}?bodySHA256="), body), Err(MISMATCH));
    assert_eq!(
        other(&hashed.replace("bodySHA256", "bodysha256"), body),
        Err(MISMATCH)
    );
    assert_eq!(
        other(&hashed.replace('?', "#"), body),
        Err(MISMATCH),
        "a fragment is not signed"
    );
    // The signature of a JSON callback covers its URL only: it must not sign an empty form or a GET.
    let header = sign(TOKEN, &hashed, &[]);
    for payload in [Payload::Form(b""), Payload::None] {
        assert_eq!(check(&hashed, payload, Some(&header)), Err(MISMATCH));
    }
}

#[test]
fn the_work_is_bounded() {
    let pairs: Vec<(String, String)> = (0..=MAX_PAIRS)
        .map(|n| (format!("K{n}"), "v".to_owned()))
        .collect();
    let borrowed: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    for (count, expected) in [(MAX_PAIRS, Ok(())), (MAX_PAIRS + 1, Err(MISMATCH))] {
        let header = sign(TOKEN, URL, &borrowed[..count]);
        let body = encode(&pairs[..count]);
        let verdict = check(URL, Payload::Form(body.as_bytes()), Some(&header));
        assert_eq!(verdict, expected, "{count} pairs");
    }
    for url in [
        "https://u:p@h:1/p?a='&b=%27",
        "https://h?a='",
        "h",
        "",
        "://",
        "ftp://h:1?'",
    ] {
        assert!(spellings(url).len() <= 4, "{url}");
    }
}

#[test]
fn a_url_has_few_spellings() {
    let cases: &[(&str, &[&str])] = &[
        ("https://h/p", &["https://h/p", "https://h:443/p"]),
        ("http://h", &["http://h", "http://h:80"]),
        ("https://h:8443/p", &["https://h:8443/p", "https://h/p"]),
        ("https://H/P/", &["https://H/P/", "https://H:443/P/"]),
        (
            "https://u:1@h/p",
            &["https://u:1@h/p", "https://u:1@h:443/p"],
        ),
        (
            "https://u:p@h:1/p",
            &["https://u:p@h:1/p", "https://u:p@h/p"],
        ),
        (
            "https://[::1]/p",
            &["https://[::1]/p", "https://[::1]:443/p"],
        ),
        (
            "https://[::1]:5/p",
            &["https://[::1]:5/p", "https://[::1]/p"],
        ),
        (
            "https://h/o'hara",
            &["https://h/o'hara", "https://h:443/o'hara"],
        ),
        (
            "https://h/p?a=it's",
            &[
                "https://h/p?a=it's",
                "https://h/p?a=it%27s",
                "https://h:443/p?a=it's",
                "https://h:443/p?a=it%27s",
            ],
        ),
        (
            "https://h?a=it%27s",
            &[
                "https://h?a=it%27s",
                "https://h?a=it's",
                "https://h:443?a=it%27s",
                "https://h:443?a=it's",
            ],
        ),
        ("no url", &["no url"]),
    ];
    for (url, expected) in cases {
        assert_eq!(spellings(url), *expected, "{url}");
    }
}
