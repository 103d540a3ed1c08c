//! `application/x-www-form-urlencoded` as bytes: a signature covers what the escapes stand for, UTF-8 or not.

/// The decoded pairs in their order on the wire. Empty pairs between two `&` are none.
pub(super) fn pairs(text: &[u8]) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    text.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let key = halves.next().unwrap_or_default();
            (decode(key), decode(halves.next().unwrap_or_default()))
        })
}

/// `+` is a space, `%XX` a byte; an escape that is none stays as it is.
fn decode(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        decoded.push(match first {
            b'+' => b' ',
            b'%' => match escape(tail) {
                Some((byte, tail)) => {
                    rest = tail;
                    byte
                }
                None => b'%',
            },
            other => *other,
        });
    }
    decoded
}

fn escape(tail: &[u8]) -> Option<(u8, &[u8])> {
    let ([high, low], tail) = tail.split_first_chunk::<2>()?;
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let byte = u8::try_from(digit(high)? << 4 | digit(low)?).ok()?;
    Some((byte, tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_decoded_to_bytes() {
        let cases = [
            ("", ""),
            ("&&", ""),
            ("a=1&b=2", "a:1 b:2"),
            ("a", "a:"),
            ("=x", ":x"),
            ("a=b=c", "a:b=c"),
            ("a+b=%2B+%26%3D", "a\\x20b:+\\x20&="),
            ("a=%F0%9F%98%80", "a:\\xf0\\x9f\\x98\\x80"),
            ("a=%ff%Fe", "a:\\xff\\xfe"),
            ("a=%&b=%4&c=%zz", "a:% b:%4 c:%zz"),
        ];
        for (text, expected) in cases {
            let show = |half: &[u8]| half.escape_ascii().to_string().replace(' ', "\\x20");
            let found: Vec<String> = pairs(text.as_bytes())
                .map(|(key, value)| format!("{}:{}", show(&key), show(&value)))
                .collect();
            assert_eq!(found.join(" "), expected, "{text}");
        }
    }
}
