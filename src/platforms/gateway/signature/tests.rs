use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::http::Method;

const VECTORS: &str = include_str!("../../../../tests/fixtures/vectors/standard-webhooks.json");
const NOW: Millis = 1_767_225_600_000;
const CURRENT: &str = "whsec_Y3VycmVudC1zZWNyZXQtb2YtdGhlLXRlc3Rz";
const PREVIOUS: &str = "whsec_cHJldmlvdXMtc2VjcmV0LW9mLXRoZS10ZXN0";
const FOREIGN: &str = "whsec_Zm9yZWlnbi1zZWNyZXQtb2YtdGhlLXRlc3Rz";

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    secret: String,
    msg_id: String,
    timestamp: String,
    header: String,
    valid: bool,
    body: Option<String>,
    body_repeat: Option<(String, usize)>,
}

fn only(secret: &str) -> Rotating {
    Rotating::new(Secret::new(secret), None)
}

fn both() -> Rotating {
    Rotating::new(Secret::new(CURRENT), Some(Secret::new(PREVIOUS)))
}

/// `id`, `timestamp` and `signature`; an empty one is left out.
fn check(secrets: &Rotating, parts: [&str; 3], body: &[u8], now: Millis) -> Result<(), Forgery> {
    let headers: Vec<(String, String)> = [ID, TIMESTAMP, SIGNATURE]
        .into_iter()
        .zip(parts)
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let callback = Callback {
        method: Method::Post,
        query: None,
        headers: &headers,
        body,
        public_url: "https://connector.example.com/channels/app",
        now,
    };
    verify(secrets, &callback)
}

fn signed(secrets: &Rotating, body: &[u8], now: Millis) -> [String; 3] {
    headers(secrets, "msg_1", body, now).map(|(_, value)| value)
}

fn borrowed(parts: &[String; 3]) -> [&str; 3] {
    parts.each_ref().map(String::as_str)
}

#[test]
fn every_vector_gets_its_verdict() {
    let Vectors { vectors } = serde_json::from_str(VECTORS).unwrap();
    assert!(vectors.len() >= 4);
    for vector in vectors {
        let repeated = vector.body_repeat.map(|(text, count)| text.repeat(count));
        let body = vector.body.or(repeated).unwrap();
        let now = vector.timestamp.parse::<u64>().unwrap() * 1000;
        let parts = [&*vector.msg_id, &*vector.timestamp, &*vector.header];
        let verdict = check(&only(&vector.secret), parts, body.as_bytes(), now);
        let expected = if vector.valid { Ok(()) } else { Err(MISMATCH) };
        assert_eq!(verdict, expected, "{}", vector.id);
        if vector.valid {
            let later = now + 3_600_000;
            let verdict = check(&only(&vector.secret), parts, body.as_bytes(), later);
            assert_eq!(verdict, Err(MISMATCH), "{} an hour later", vector.id);
            let verdict = check(&only(FOREIGN), parts, body.as_bytes(), now);
            assert_eq!(verdict, Err(MISMATCH), "{} with another secret", vector.id);
            let again = headers(&only(&vector.secret), &vector.msg_id, body.as_bytes(), now);
            assert_eq!(again[1].1, vector.timestamp);
            let sent = vector.header.split(' ').any(|entry| entry == again[2].1);
            assert!(sent, "{} is signed alike", vector.id);
        }
    }
}

#[test]
fn an_altered_callback_is_refused() {
    let body = "{\"text\":\"Hi 😀\"}".as_bytes();
    let parts = signed(&only(CURRENT), body, NOW);
    let [id, timestamp, signature] = borrowed(&parts);
    let with = |parts, body: &[u8]| check(&only(CURRENT), parts, body, NOW);
    assert_eq!(with([id, timestamp, signature], body), Ok(()));
    assert_eq!(
        with([id, timestamp, signature], b"{\"text\":\"Hi\"}"),
        Err(MISMATCH)
    );
    assert_eq!(with([id, timestamp, signature], b""), Err(MISMATCH));
    assert_eq!(with(["msg_2", timestamp, signature], body), Err(MISMATCH));
    assert_eq!(with([id, "1767225601", signature], body), Err(MISMATCH));
    for missing in [
        ["", timestamp, signature],
        [id, "", signature],
        [id, timestamp, ""],
        [id, timestamp, " "],
        ["", "", ""],
    ] {
        assert_eq!(with(missing, body), Err(MISSING), "{missing:?}");
    }
}

#[test]
fn one_good_signature_of_the_first_version_is_enough() {
    let parts = signed(&only(CURRENT), b"{}", NOW);
    let [id, timestamp, signature] = borrowed(&parts);
    let base = signature.strip_prefix("v1,").unwrap();
    let other = base64(&[7; 32]);
    let many = "v1,AAAA ".repeat(500);
    for good in [
        signature,
        &format!("v1,{other} {signature}"),
        &format!("v2,{base} v1a,{base} {signature}"),
        &format!("{signature} nonsense ,, v1, v1"),
        &format!("  {signature}  "),
        &format!("v1,{}", base.trim_end_matches('=')),
        &format!("{many}{signature}"),
    ] {
        assert_eq!(
            check(&only(CURRENT), [id, timestamp, good], b"{}", NOW),
            Ok(()),
            "{good}"
        );
    }
    for bad in [
        base,
        &format!("v2,{base}"),
        &format!("v1a,{base}"),
        &format!("V1,{base}"),
        &format!("v1={base}"),
        &format!("v1,,{base}"),
        &format!("v1, {base}"),
        &format!("v1,{other}"),
        &format!("v1,{}", &base[..40]),
        &format!("v1,{base}{base}"),
        "v1,",
        "v1",
        ",",
        "é",
    ] {
        assert_eq!(
            check(&only(CURRENT), [id, timestamp, bad], b"{}", NOW),
            Err(MISMATCH),
            "{bad}"
        );
    }
}

#[test]
fn a_callback_may_be_five_minutes_off_and_no_more() {
    let parts = signed(&only(CURRENT), b"{}", NOW);
    let at = |now| check(&only(CURRENT), borrowed(&parts), b"{}", now);
    for near in [NOW - 300_000, NOW - 1, NOW, NOW + 300_000, NOW + 300_999] {
        assert_eq!(at(near), Ok(()), "{near}");
    }
    for far in [0, NOW - 300_001, NOW + 301_000, u64::MAX] {
        assert_eq!(at(far), Err(MISMATCH), "{far}");
    }
    // What is signed is a time in seconds and nothing that could be read as one.
    let key = key(&Secret::new(CURRENT)).unwrap();
    let odd = |timestamp: &str| {
        let signature = format!("v1,{}", base64(&mac(&key, "msg_1", timestamp, b"{}")));
        check(&only(CURRENT), ["msg_1", timestamp, &signature], b"{}", NOW)
    };
    assert_eq!(odd("1767225600"), Ok(()));
    for timestamp in [
        "1767225600.0",
        "+1767225600",
        "-1767225600",
        "1767225600000",
        "99999999999999999999999",
        "now",
        "2026-01-01T00:00:00Z",
    ] {
        assert_eq!(odd(timestamp), Err(MISMATCH), "{timestamp}");
    }
}

#[test]
fn both_active_secrets_count_and_both_sign() {
    for (secret, expected) in [
        (CURRENT, Ok(())),
        (PREVIOUS, Ok(())),
        (FOREIGN, Err(MISMATCH)),
    ] {
        let parts = signed(&only(secret), b"{}", NOW);
        let verdict = check(&both(), borrowed(&parts), b"{}", NOW);
        assert_eq!(verdict, expected, "{secret}");
    }
    let parts = signed(&both(), b"{}", NOW);
    assert_eq!(parts[2].split(' ').count(), 2);
    for secret in [CURRENT, PREVIOUS] {
        let verdict = check(&only(secret), borrowed(&parts), b"{}", NOW);
        assert_eq!(verdict, Ok(()), "{secret}");
    }
}

#[test]
fn a_secret_is_a_prefix_and_24_to_64_bytes() {
    let of = |bytes: usize| format!("whsec_{}", base64(&vec![b'k'; bytes]));
    for bytes in [24, 25, 32, 64] {
        let text = of(bytes);
        let expected = Some(vec![b'k'; bytes]);
        assert_eq!(key(&Secret::new(&*text)), expected, "{text}");
        let bare = text.trim_end_matches('=');
        assert_eq!(key(&Secret::new(bare)), expected, "{bare}");
    }
    let plain = base64(&[b'k'; 32]);
    for text in [
        &of(0),
        &of(23),
        &of(65),
        &plain,
        &format!("whsk_{plain}"),
        &format!("WHSEC_{plain}"),
        "whsec_ not base64 at all, but long enough",
        "whsec_",
        "",
    ] {
        assert_eq!(key(&Secret::new(text)), None, "{text}");
    }
}

proptest! {
    #[test]
    fn whatever_is_in_the_headers_only_a_signature_passes(
        id in "\\PC{0,40}",
        timestamp in prop_oneof!["\\PC{0,20}", "17672256[0-9]{2}"],
        signature in prop_oneof!["\\PC{0,80}", "v1,[A-Za-z0-9+/]{43}=", "(v1,[A-Za-z0-9+/=]{0,50} ?){0,4}"],
        secret in "\\PC{0,60}",
        body in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let parts = [&*id, &*timestamp, &*signature];
        prop_assert!(check(&both(), parts, &body, NOW).is_err());
        prop_assert!(check(&only(&secret), parts, &body, NOW).is_err());
        let signed = signed(&both(), &body, NOW);
        prop_assert_eq!(check(&both(), borrowed(&signed), &body, NOW), Ok(()));
    }
}
