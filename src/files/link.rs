//! The link: `{PUBLIC_URL}/files/{consumer key}.{file id}.{expiry}.{signature}`. It travels in SMS, so it is short.

use crate::crypto;
use crate::http::Millis;
use crate::identity::ConsumerKey;
use crate::secret::Secret;

/// Separates the signing key from every other use of the identity key.
const LABEL: &str = "file link";
/// A consumer key is so long.
const CONSUMER: usize = 43;
/// A file id is so long: 64 bits in hexadecimal. It only has to tell the files of one consumer apart.
const FILE: usize = 16;
/// The expiry has at most so many digits of base 36.
const EXPIRY: usize = 12;
/// The signature has so many bytes: half of an HMAC-SHA256, as RFC 2104 allows.
const SIGNATURE_BYTES: usize = 16;
/// And so many characters of base64url.
const SIGNATURE: usize = 22;
/// No token is longer.
const LONGEST: usize = CONSUMER + FILE + EXPIRY + SIGNATURE + 3;

/// What a link allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Whose conversation the file is in.
    pub consumer: ConsumerKey,
    /// Which file: [`file_id`] of its message.
    pub file_id: String,
}

/// Why a link opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkFault {
    /// It never was a link of this connector.
    Malformed,
    /// It was not signed by this deployment, or was changed.
    Forged,
    /// Its time is over.
    Expired,
}

/// Names the file of a message in links: 16 hexadecimal digits, made from the message's deduplication key.
pub fn file_id(message_key: &str) -> String {
    let mut id = crypto::sha256_hex(message_key.as_bytes());
    id.truncate(FILE);
    id
}

/// The link under which a consumer opens a file. It holds until `expires_at`, rounded up to a second.
pub fn link(
    public_url: &str,
    identity: &Secret,
    consumer: &ConsumerKey,
    file_id: &str,
    expires_at: Millis,
) -> String {
    let expiry = base36(expires_at.div_ceil(1000));
    let signature = signature(identity, consumer.as_str(), file_id, &expiry);
    format!("{public_url}/files/{consumer}.{file_id}.{expiry}.{signature}")
}

/// What a link's token allows now.
///
/// # Errors
///
/// Why it allows nothing.
pub fn open(identity: &Secret, token: &str, now: Millis) -> Result<Ticket, LinkFault> {
    if token.len() > LONGEST {
        return Err(LinkFault::Malformed);
    }
    let mut parts = token.split('.');
    let mut part = || parts.next().unwrap_or_default();
    let (consumer, file_id, expiry, signed) = (part(), part(), part(), part());
    let well_formed = parts.next().is_none()
        && consumer.len() == CONSUMER
        && consumer.bytes().all(is_base64_url)
        && file_id.len() == FILE
        && file_id.bytes().all(is_hex)
        && (1..=EXPIRY).contains(&expiry.len())
        && expiry.bytes().all(is_base36)
        && signed.len() == SIGNATURE
        && signed.bytes().all(is_base64_url);
    if !well_formed {
        return Err(LinkFault::Malformed);
    }
    let expected = signature(identity, consumer, file_id, expiry);
    // The texts are compared and not the bytes: of some bytes there are several texts.
    if !crypto::same(expected.as_bytes(), signed.as_bytes()) {
        return Err(LinkFault::Forged);
    }
    let seconds = u64::from_str_radix(expiry, 36).map_err(|_| LinkFault::Malformed)?;
    if now > seconds.saturating_mul(1000) {
        return Err(LinkFault::Expired);
    }
    Ok(Ticket {
        consumer: ConsumerKey::from_stored(consumer.to_owned()),
        file_id: file_id.to_owned(),
    })
}

fn signature(identity: &Secret, consumer: &str, file_id: &str, expiry: &str) -> String {
    let key = keyed(identity.expose().as_bytes(), &[LABEL]);
    let whole = keyed(&key, &[consumer, file_id, expiry]);
    let short: Vec<u8> = whole.into_iter().take(SIGNATURE_BYTES).collect();
    crypto::base64_url(&short)
}

/// HMAC-SHA256 over length-prefixed parts, so that no two lists of parts are signed alike. Consumer keys are made in the same way,
/// from lists that begin with other words.
fn keyed(key: &[u8], parts: &[&str]) -> [u8; 32] {
    let lengths: Vec<[u8; 8]> = parts
        .iter()
        .map(|part| (part.len() as u64).to_be_bytes())
        .collect();
    let message: Vec<&[u8]> = lengths
        .iter()
        .zip(parts)
        .flat_map(|(length, part)| [length.as_slice(), part.as_bytes()])
        .collect();
    crypto::hmac_sha256(key, &message)
}

fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(number % 36).unwrap_or_default();
        digits.push(char::from_digit(digit, 36).unwrap_or_default());
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

fn is_base64_url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn is_base36(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'z')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const URL: &str = "https://c.example.com";
    /// 2026-08-01.
    const EXPIRES: Millis = 1_785_542_400_000;

    fn identity() -> Secret {
        Secret::new("an identity key for tests, 32 bytes or more")
    }

    fn consumer() -> ConsumerKey {
        ConsumerKey::derive(&identity(), "12345678", "support-sms", "+15550100001")
    }

    fn token(expires_at: Millis) -> String {
        let link = link(URL, &identity(), &consumer(), &file_id("l:d:5"), expires_at);
        link.strip_prefix("https://c.example.com/files/")
            .unwrap()
            .to_owned()
    }

    #[test]
    fn a_link_is_pinned_since_people_hold_it_for_long() {
        assert_eq!(
            token(EXPIRES),
            "OaBpB976NGRM7bh4xdqpwoyCEeNU4XJzgw3MK9OV2_I.952a4b60108ad1d2.tj2dc0.OdJoXKypnGHC9tiOYyP3Ng"
        );
    }

    #[test]
    fn a_link_opens_what_it_was_made_for() {
        let ticket = open(&identity(), &token(EXPIRES), EXPIRES).unwrap();
        assert_eq!(ticket.consumer, consumer());
        assert_eq!(ticket.file_id, file_id("l:d:5"));
        assert_ne!(ticket.file_id, file_id("l:d:6"));
    }

    #[test]
    fn a_link_expires_to_the_millisecond_and_never_early() {
        let expired = |expires_at, now| open(&identity(), &token(expires_at), now).err();
        assert_eq!(expired(EXPIRES, 0), None);
        assert_eq!(expired(EXPIRES, EXPIRES), None);
        assert_eq!(expired(EXPIRES, EXPIRES + 1), Some(LinkFault::Expired));
        assert_eq!(expired(EXPIRES - 999, EXPIRES), None);
        assert_eq!(
            expired(EXPIRES - 999, EXPIRES + 1),
            Some(LinkFault::Expired)
        );
        assert_eq!(expired(0, 0), None);
        assert_eq!(expired(0, 1), Some(LinkFault::Expired));
        assert_eq!(expired(u64::MAX, u64::MAX - 1), None);
    }

    #[test]
    fn a_link_changed_at_any_place_opens_nothing() {
        let token = token(EXPIRES);
        for (at, original) in token.char_indices() {
            for other in ['0', 'a', 'b', 'A', '_', '.', '/', '%', '\u{0}', 'é'] {
                if other == original {
                    continue;
                }
                let mut changed = token.clone();
                changed.replace_range(at..=at, &other.to_string());
                let fault = open(&identity(), &changed, EXPIRES).unwrap_err();
                assert_ne!(fault, LinkFault::Expired, "{changed}");
            }
            let cut = &token[..at];
            let fault = open(&identity(), cut, EXPIRES);
            assert_eq!(fault, Err(LinkFault::Malformed), "{cut}");
        }
        for added in ["A", ".", ".A", "=", "==", " ", "\n"] {
            let longer = format!("{token}{added}");
            assert_eq!(
                open(&identity(), &longer, EXPIRES),
                Err(LinkFault::Malformed)
            );
        }
    }

    /// The last character of 16 bytes in base64url carries two bits: 16 texts stand for the same bytes.
    #[test]
    fn a_signature_has_one_spelling() {
        let token = token(EXPIRES);
        let (head, last) = token.split_at(token.len() - 1);
        let opened = (b'!'..=b'~')
            .map(char::from)
            .filter(|other| open(&identity(), &format!("{head}{other}"), EXPIRES).is_ok());
        assert_eq!(opened.collect::<String>(), last);
    }

    #[test]
    fn an_expired_link_with_a_wrong_signature_is_forged() {
        let mut token = token(EXPIRES);
        let last = token.pop();
        token.push(if last == Some('A') { 'Q' } else { 'A' });
        assert_eq!(
            open(&identity(), &token, EXPIRES + 1),
            Err(LinkFault::Forged)
        );
    }

    #[test]
    fn links_of_another_deployment_open_nothing() {
        let other = Secret::new("another identity key for tests, 32 bytes or more");
        assert_eq!(open(&other, &token(EXPIRES), 0), Err(LinkFault::Forged));
    }

    #[test]
    fn parts_of_two_links_do_not_make_a_third() {
        let (one, later) = (token(EXPIRES), token(EXPIRES + 1000));
        let one: Vec<&str> = one.split('.').collect();
        let later: Vec<&str> = later.split('.').collect();
        let mixed = [one[0], one[1], later[2], one[3]].join(".");
        assert_eq!(open(&identity(), &mixed, 0), Err(LinkFault::Forged));
    }

    #[test]
    fn a_signature_is_no_consumer_key_nor_made_with_the_identity_key_itself() {
        let parts = [consumer().as_str().to_owned(), file_id("l:d:5")];
        let token = token(EXPIRES);
        let (unsigned, signed) = token.rsplit_once('.').unwrap();
        let expiry = unsigned.rsplit_once('.').unwrap().1;
        let plain = keyed(
            identity().expose().as_bytes(),
            &[&parts[0], &parts[1], expiry],
        );
        assert_ne!(crypto::base64_url(&plain[..SIGNATURE_BYTES]), signed);
    }

    #[test]
    fn what_is_no_token_is_malformed() {
        let huge = "a".repeat(1 << 20);
        let dots = ".".repeat(1 << 20);
        let upper = token(EXPIRES).to_uppercase();
        for text in [
            "",
            ".",
            "...",
            "é.é.é.é",
            "../../etc/passwd",
            &huge,
            &dots,
            &upper,
        ] {
            assert_eq!(open(&identity(), text, 0), Err(LinkFault::Malformed));
        }
    }

    #[test]
    fn numbers_are_written_in_base_36() {
        for (number, text) in [(0, "0"), (35, "z"), (36, "10"), (u64::MAX, "3w5e11264sgsf")] {
            assert_eq!(base36(number), text);
        }
        assert!(base36(u64::MAX.div_ceil(1000)).len() <= EXPIRY);
    }

    proptest! {
        #[test]
        fn every_link_opens_until_it_expires(key in ".{0,80}", expires_at: u64, early: u64) {
            let id = file_id(&key);
            let link = link(URL, &identity(), &consumer(), &id, expires_at);
            prop_assert!(link.len() <= URL.len() + 7 + LONGEST);
            let token = link.rsplit('/').next().unwrap();
            let ticket = open(&identity(), token, expires_at.saturating_sub(early));
            prop_assert_eq!(ticket.map(|ticket| ticket.file_id), Ok(id));
        }

        #[test]
        fn no_text_opens_anything_or_panics(text in ".{0,120}", now: u64) {
            prop_assert!(open(&identity(), &text, now).is_err());
        }

        #[test]
        fn nothing_of_the_right_shape_opens_anything(
            text in "[A-Za-z0-9_-]{43}\\.[0-9a-f]{16}\\.[0-9a-z]{1,13}\\.[A-Za-z0-9_-]{22}",
            now: u64,
        ) {
            let fault = open(&identity(), &text, now).unwrap_err();
            prop_assert_ne!(fault, LinkFault::Expired);
        }
    }
}
