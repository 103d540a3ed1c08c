//! Files that an agent can send without having one.

use super::super::pictures;

/// The smallest GIF: one pixel.
const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x21\x60\xb0\xff\xff\xff\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b";

/// Bytes of this type. Other types than those made here start as their readers expect and hold nothing. `size` is
/// reached by adding bytes to the end, where readers of pictures do not look.
pub(crate) fn make(name: &str, kind: &str, size: Option<usize>) -> Vec<u8> {
    let mut bytes = match kind {
        "PNG" | "IMG" => pictures::png(name, 96),
        "JPG" | "JPEG" => jpeg(),
        "GIF" => GIF.to_vec(),
        "PDF" => pdf(name),
        "DOCX" | "XLSX" | "PPTX" => {
            b"PK\x05\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                .to_vec()
        }
        _ => format!("A sample file: {name}\n").into_bytes(),
    };
    if let Some(size) = size.filter(|size| *size > bytes.len()) {
        let filler = if kind == "TXT" { b'.' } else { 0 };
        bytes.resize(size, filler);
    }
    bytes
}

/// A small grey square: one quantizer, the shortest Huffman tables, one block.
fn jpeg() -> Vec<u8> {
    let mut bytes =
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00".to_vec();
    bytes.extend(b"\xff\xdb\x00\x43\x00");
    bytes.extend([1; 64]);
    bytes.extend(b"\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00");
    // One code each: the difference of DC is zero, and AC ends at once.
    for class in [0x00, 0x10] {
        bytes.extend([0xff, 0xc4, 0x00, 0x14, class, 1]);
        bytes.extend([0; 15]);
        bytes.push(0);
    }
    bytes.extend(b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00");
    // Two codes of one bit each, filled up with ones.
    bytes.extend([0x3f, 0xff, 0xd9]);
    bytes
}

fn pdf(name: &str) -> Vec<u8> {
    let title: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let content = format!("BT /F1 24 Tf 72 720 Td (Sample {title}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!(
            "<< /Length {} >>\nstream\n{content}\nendstream",
            content.len()
        ),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut text = "%PDF-1.4\n".to_owned();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (n, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", text.len());
        text += &format!("{} 0 obj\n{object}\nendobj\n", n + 1);
    }
    let start = text.len();
    text += &format!(
        "xref\n0 6\n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::make;

    #[test]
    fn samples_begin_as_their_types_do_and_have_the_size_asked_for() {
        for (kind, start) in [
            ("PNG", &b"\x89PNG"[..]),
            ("JPEG", b"\xff\xd8\xff"),
            ("GIF", b"GIF89a"),
            ("PDF", b"%PDF-"),
            ("DOCX", b"PK"),
            ("TXT", b"A sample"),
        ] {
            assert!(make("a", kind, None).starts_with(start), "{kind}");
            assert_eq!(make("a", kind, Some(70_000)).len(), 70_000, "{kind}");
        }
    }
}
