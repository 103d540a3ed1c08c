//! Identifiers in the shapes that LiveEngage and Twilio use.

use sha2::{Digest, Sha256};

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// `2 * bytes` random hex digits.
pub(crate) fn random_hex(bytes: usize) -> String {
    let mut buffer = vec![0_u8; bytes];
    // Ids only have to differ; a system without randomness gives a visible run of zeros.
    let _ = getrandom::fill(&mut buffer);
    hex(&buffer)
}

fn dashed(hex: &str, version: char) -> String {
    format!(
        "{}-{}-{version}{}-8{}-{}",
        &hex[0..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..32]
    )
}

/// A random version 4 UUID: conversations, agents, requests.
pub(crate) fn uuid() -> String {
    dashed(&random_hex(16), '4')
}

/// Whether a text has a UUID's shape.
pub(crate) fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

/// The same UUID each time for the same name: agents keep their id.
pub(crate) fn uuid_of(name: &str) -> String {
    dashed(&hex(&Sha256::digest(name.as_bytes())), '5')
}

/// The id under which a consumer appears inside LiveEngage: always the same for one outside id.
pub(crate) fn lp_consumer_id(account: &str, ext_consumer_id: &str) -> String {
    hex(&Sha256::digest(
        format!("consumer\n{account}\n{ext_consumer_id}").as_bytes(),
    ))
}
