//! Hashes, message authentication and text encodings, in the few shapes that this connector needs.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The block length of SHA-1 and of SHA-256, in bytes.
const BLOCK: usize = 64;

/// HMAC-SHA1 over the concatenation of `parts`.
pub fn hmac_sha1(key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
    let mut mac = Hmac::<Sha1>::new(&block_key(key, |long| Sha1::digest(long).to_vec()).into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// HMAC-SHA256 over the concatenation of `parts`. Parts of variable length need a separator between them, which is the
/// caller's to choose.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new(&block_key(key, |long| Sha256::digest(long).to_vec()).into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The key as HMAC itself prepares it (RFC 2104): hashed when it is longer than a block, then padded with zeros. Done here
/// because the constructor for such a key cannot fail.
fn block_key(key: &[u8], hash: impl Fn(&[u8]) -> Vec<u8>) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let key = if key.len() > BLOCK {
        hash(key)
    } else {
        key.to_vec()
    };
    for (to, from) in block.iter_mut().zip(key) {
        *to = from;
    }
    block
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&sha256(bytes))
}

/// Base64 in the standard alphabet, with padding.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Base64 in the alphabet for URLs and file names, without padding.
pub fn base64_url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads [`base64`]. Missing padding is an error.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Reads [`base64_url`]; padding is taken when it is there.
pub fn decode_base64_url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// Reads hexadecimal in either case.
pub fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    pairs
        .iter()
        .map(|[high, low]| u8::try_from(digit(high)? << 4 | digit(low)?).ok())
        .collect()
}

/// Whether both are equal, in a time that depends on their lengths only.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Key, parts, HMAC-SHA1, HMAC-SHA256.
    type Case<'a> = (&'a [u8], &'a [&'a [u8]], &'a str, &'a str);

    /// RFC 2202, cases 1 to 3 and 6 (a key longer than a block); RFC 4231, the same cases.
    #[test]
    fn hmac_gives_the_known_answers() {
        let long = [0xaa_u8; 131];
        let cases: [Case<'_>; 4] = [
            (
                &[0x0b; 20],
                &[b"Hi There"],
                "b617318655057264e28bc0b6fb378c8ef146be00",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                &[b"what do ya want ", b"", b"for nothing?"],
                "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 20],
                &[&[0xdd; 50]],
                "125d7342b9ac11cd91a39af48aa17b4f63f175d3",
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            ),
            (
                &long,
                &[b"Test Using Larger Than Block-Size Key - Hash Key First"],
                "90d0dace1c1bdc957339307803160335bde6df2b",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ];
        for (key, parts, sha1, sha256) in cases {
            assert_eq!(hex(&hmac_sha1(key, parts)), sha1);
            assert_eq!(hex(&hmac_sha256(key, parts)), sha256);
        }
    }

    #[test]
    fn sha256_gives_the_known_answers() {
        assert_eq!(
            sha256_hex(b""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn base64_keeps_its_alphabets_apart() {
        let bytes = [0xfb, 0xff, 0xfe, 0x01];
        assert_eq!(base64(&bytes), "+//+AQ==");
        assert_eq!(base64_url(&bytes), "-__-AQ");
        assert_eq!(decode_base64("+//+AQ==").as_deref(), Some(&bytes[..]));
        assert_eq!(decode_base64_url("-__-AQ").as_deref(), Some(&bytes[..]));
        assert_eq!(decode_base64_url("-__-AQ==").as_deref(), Some(&bytes[..]));
        for wrong in ["-__-AQ==", "+//+AQ", "+//+AQ=", " +//+AQ==", "+//+AQ==\n"] {
            assert_eq!(decode_base64(wrong), None, "{wrong:?}");
        }
        assert_eq!(decode_base64_url("+//+AQ"), None);
    }

    #[test]
    fn hexadecimal_is_read_in_either_case() {
        assert_eq!(hex(&[0x00, 0x9f, 0xff]), "009fff");
        assert_eq!(decode_hex("009FfF"), Some(vec![0x00, 0x9f, 0xff]));
        assert_eq!(decode_hex(""), Some(vec![]));
        for wrong in ["0", "0g", "00 ", "é0", "+1"] {
            assert_eq!(decode_hex(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn sameness_needs_equal_length() {
        assert!(same(b"abc", b"abc"));
        assert!(same(b"", b""));
        assert!(!same(b"abc", b"abd"));
        assert!(!same(b"abc", b"ab"));
        assert!(!same(b"", b"a"));
    }
}
