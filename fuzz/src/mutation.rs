//! Seeded changes of inputs, for the short form that needs no libFuzzer.

/// A generator of numbers that are not random at all: the same seed gives the same ones (xorshift64*).
#[derive(Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next one.
    pub fn draw(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// One below `end`; 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        let drawn = self.draw() >> 11;
        usize::try_from(drawn.checked_rem(end as u64).unwrap_or(0)).unwrap()
    }
}

/// Texts that readers trip over.
const AWKWARD: [&[u8]; 36] = [
    b"",
    b"\0",
    b"\xff",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
    b"\xe2\x80\xae",
    b"\r\n",
    b"null",
    b"true",
    b"-1",
    b"0",
    b"1e999",
    b"18446744073709551615",
    b"9007199254740993",
    b"-0.0",
    b"\"\"",
    b"[]",
    b"{}",
    b"[[[[[[[[",
    b"{\"a\":",
    b"\\u0000",
    b"\\ud800",
    b"ALL",
    b"AGENTS_AND_MANAGERS",
    b"CONSUMER",
    b"%2e%2e%2f",
    b"../",
    b"//",
    b"\\\\",
    b"@",
    b"://",
    b"#",
    b"?",
    b"&",
    b"=",
];

/// The longest input that is made (bytes).
const LONGEST: usize = 16 * 1024;

/// One of the `corpus`, changed in a few places.
pub fn changed(corpus: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    let mut input = corpus[numbers.below(corpus.len())].clone();
    for _ in 0..=numbers.below(4) {
        change(&mut input, corpus, numbers);
    }
    input.truncate(LONGEST);
    input
}

fn change(input: &mut Vec<u8>, corpus: &[Vec<u8>], numbers: &mut Numbers) {
    let at = numbers.below(input.len() + 1);
    let end = at + numbers.below((input.len() - at).min(64) + 1);
    match numbers.below(7) {
        0 if at < input.len() => input[at] ^= 1 << numbers.below(8),
        1 => {
            let awkward = AWKWARD[numbers.below(AWKWARD.len())];
            input.splice(at..at, awkward.iter().copied());
        }
        2 => {
            let awkward = AWKWARD[numbers.below(AWKWARD.len())];
            input.splice(at..end, awkward.iter().copied());
        }
        3 => drop(input.drain(at..end)),
        4 => {
            let again = input[at..end].repeat(1 + numbers.below(8));
            input.splice(at..at, again);
        }
        5 => {
            // The start of this one and the end of another.
            let other = &corpus[numbers.below(corpus.len())];
            let from = numbers.below(other.len() + 1);
            input.truncate(at);
            input.extend_from_slice(&other[from..]);
        }
        _ => {
            // A value in place of another of the same input, as JSON and forms are full of.
            let from = numbers.below(input.len() + 1);
            let to = from + numbers.below((input.len() - from).min(64) + 1);
            let moved = input[from..to].to_vec();
            input.splice(at..end, moved);
        }
    }
}
