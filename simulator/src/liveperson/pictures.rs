//! Small pictures that are made on the spot: portraits of agents, samples of files.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// `GET /pictures/{name}` and `/pictures/agents/{id}.png`: a PNG whose colours follow from the name.
pub(super) async fn handle(Path(name): Path<String>) -> Response {
    ([("content-type", "image/png")], png(&name, 96)).into_response()
}

/// A square PNG: a pattern that is the same for the same name.
pub(crate) fn png(name: &str, side: u32) -> Vec<u8> {
    let seed = Sha256::digest(name.as_bytes());
    let side = side.clamp(8, 512);
    let mut pixels = Vec::new();
    for y in 0..side {
        pixels.push(0); // this row is not filtered
        for x in 0..side {
            // Five columns, mirrored, as avatars are drawn.
            let column = (x * 5 / side).min(4);
            let column = column.min(4 - column);
            let cell = usize::try_from(y * 5 / side * 3 + column).unwrap_or_default();
            let on = seed.get(4 + cell).is_some_and(|byte| byte % 2 == 0);
            let colour = |at: usize| seed.get(at).copied().unwrap_or_default() / 2;
            for at in 0..3 {
                pixels.push(if on { colour(at) } else { 0xee });
            }
        }
    }
    let mut header = Vec::new();
    header.extend(side.to_be_bytes());
    header.extend(side.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]); // eight bits, RGB
    let mut png = vec![0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];
    chunk(&mut png, *b"IHDR", &header);
    chunk(&mut png, *b"IDAT", &zlib(&pixels));
    chunk(&mut png, *b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).unwrap_or_default();
    png.extend(length.to_be_bytes());
    let mut sum = u32::MAX;
    for byte in kind.iter().chain(data) {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(sum & 1));
        }
    }
    png.extend(kind);
    png.extend(data);
    png.extend((!sum).to_be_bytes());
}

/// Stored blocks: large, but no compressor is needed.
fn zlib(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = data.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        out.push(u8::from(blocks.peek().is_none()));
        let length = u16::try_from(block.len()).unwrap_or_default();
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in data {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    out.extend(((high << 16) | low).to_be_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::png;

    #[test]
    fn a_picture_is_the_same_for_the_same_name_only() {
        assert_eq!(png("a", 16), png("a", 16));
        assert_ne!(png("a", 16), png("b", 16));
    }

    #[test]
    fn a_picture_has_the_known_end_and_checksum() {
        let bytes = png("a", 8);
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
        // The checksum of an empty IEND is a known constant: it checks the CRC.
        assert!(bytes.ends_with(b"IEND\xae\x42\x60\x82"));
    }
}
