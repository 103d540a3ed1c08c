//! Several values in one input: parts with a zero byte between them, the last one taking all that is left.

/// The parts of an input; those that are missing are empty.
pub fn parts<const N: usize>(data: &[u8]) -> [&[u8]; N] {
    let mut split = data.splitn(N, |byte| *byte == 0);
    std::array::from_fn(|_| split.next().unwrap_or_default())
}

/// An input of these parts.
pub fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.join(&0)
}

/// A part as text; bytes that are not UTF-8 are replaced.
pub fn text(part: &[u8]) -> String {
    String::from_utf8_lossy(part).into_owned()
}

/// A part as a number, whatever it is.
pub fn number(part: &[u8]) -> u64 {
    let digits = std::str::from_utf8(part).ok();
    let written = digits.and_then(|digits| digits.parse().ok());
    written.unwrap_or_else(|| {
        part.iter().fold(0, |number: u64, byte| {
            number.wrapping_mul(31).wrapping_add(u64::from(*byte))
        })
    })
}

/// Headers, one a line as `name: value`, as HTTP can carry them: names in lower case, values without control characters.
pub fn headers(part: &[u8]) -> Vec<(String, String)> {
    let plain = |text: &str| -> String { text.chars().filter(|c| !c.is_control()).collect() };
    text(part)
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), plain(value.trim())))
        .collect()
}

/// The same bytes with one of them changed, at a place and in a way that `choice` says. `None` for no bytes.
pub fn changed(bytes: &[u8], choice: u64) -> Option<Vec<u8>> {
    let length = bytes.len() as u64;
    let place = choice.checked_rem(length)?;
    let mut changed = bytes.to_vec();
    let difference = 1 + (choice / length) % 255;
    changed[usize::try_from(place).unwrap()] ^= u8::try_from(difference).unwrap();
    Some(changed)
}
