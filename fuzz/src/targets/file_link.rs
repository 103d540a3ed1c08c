//! Links to agents' files. Input: a token; when it is opened; when one of ours ends.

use liveengage_connector::files::{self, LinkFault};
use liveengage_connector::identity::ConsumerKey;
use liveengage_connector::secret::Secret;

use crate::independent::{base64_url, hmac_sha256};
use crate::input::{changed, joined, number, parts, text};

const KEY: &str = "planted-secret-identity-key-of-32-characters";

pub(super) fn run(data: &[u8]) {
    let [token, now, end] = parts(data);
    let (token, now, end) = (text(token), number(now), number(end));
    let identity = Secret::new(KEY);
    let opened = files::open(&identity, &token, now);
    if let Ok(ticket) = &opened {
        let [consumer, file, expiry, signature] = token.split('.').collect::<Vec<_>>()[..] else {
            panic!("{token} has other parts");
        };
        assert_eq!(
            signature,
            sign(consumer, file, expiry),
            "it was not made with our key"
        );
        assert_eq!(
            (ticket.consumer.as_str(), ticket.file_id.as_str()),
            (consumer, file)
        );
        assert!(
            u64::from_str_radix(expiry, 36)
                .unwrap()
                .saturating_mul(1000)
                >= now,
            "its time is over"
        );
    }

    // One of ours: it opens in its time, and with any byte changed it does not.
    let consumer = ConsumerKey::derive(&identity, "1", "sms", &token);
    let file = files::file_id(&token);
    let link = files::link("https://c.example", &identity, &consumer, &file, end);
    let ours = link.strip_prefix("https://c.example/files/").unwrap();
    let [_, _, expiry, signature] = ours.split('.').collect::<Vec<_>>()[..] else {
        panic!("{ours} has other parts");
    };
    if expiry.len() > 12 {
        return;
    }
    assert_eq!(signature, sign(consumer.as_str(), &file, expiry));
    let ticket = files::open(&identity, ours, end).expect("a link of ours, in its time");
    assert_eq!((&ticket.consumer, &ticket.file_id), (&consumer, &file));
    let late = end.saturating_add(2000);
    assert!(late < end + 1000 || files::open(&identity, ours, late) == Err(LinkFault::Expired));
    let other = text(&changed(ours.as_bytes(), now).unwrap());
    assert!(files::open(&identity, &other, 0).is_err(), "{other} opens");
    assert!(
        files::open(
            &Secret::new("another key of 32 characters or more"),
            ours,
            0
        )
        .is_err()
    );
}

/// The signature, as `src/files/link.rs` describes it.
fn sign(consumer: &str, file: &str, expiry: &str) -> String {
    let list = |parts: &[&str]| -> Vec<u8> {
        let part = |part: &&str| [&(part.len() as u64).to_be_bytes()[..], part.as_bytes()].concat();
        parts.iter().flat_map(part).collect()
    };
    let key = hmac_sha256(KEY.as_bytes(), &list(&["file link"]));
    base64_url(&hmac_sha256(&key, &list(&[consumer, file, expiry]))[..16])
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let identity = Secret::new(KEY);
    let consumer = ConsumerKey::derive(&identity, "1", "sms", "+15550100001");
    let link = files::link(
        "",
        &identity,
        &consumer,
        "0123456789abcdef",
        1_700_000_000_000,
    );
    let ours = link.trim_start_matches("/files/").to_owned();
    [
        ours.as_str(),
        "",
        "....",
        "a.b.c.d",
        &format!("{ours}.x"),
        &ours.to_uppercase(),
    ]
    .into_iter()
    .map(|token| joined(&[token.as_bytes(), b"1600000000000", b"1700000000000"]))
    .collect()
}
