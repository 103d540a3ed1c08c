//! Cutting texts. Input: the limit, then the text.

use liveengage_connector::split::split;

use crate::channels::LONGEST_SMS;
use crate::input::{joined, number, parts, text};

pub(super) fn run(data: &[u8]) {
    let [limit, said] = parts(data);
    let limit = usize::try_from(number(limit) % (LONGEST_SMS as u64 + 1))
        .unwrap()
        .max(1);
    let said = text(said);
    let length = |text: &str| text.encode_utf16().count();
    let pieces = split(&said, |piece| length(piece) <= limit);
    for piece in &pieces {
        assert!(
            length(piece) <= limit || piece.chars().count() == 1,
            "a piece does not fit"
        );
        assert!(!piece.is_empty());
    }
    let bare = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
    assert_eq!(
        bare(&pieces.concat()),
        bare(&said),
        "something is lost or doubled"
    );
    assert_eq!(pieces.is_empty(), said.is_empty());
    if length(&said) <= limit && !said.is_empty() {
        assert_eq!(pieces, [said.as_str()], "a text that fits is changed");
    }
    // What has been cut is not cut again.
    for piece in &pieces {
        assert_eq!(
            split(piece, |piece| length(piece) <= limit),
            [piece.as_str()]
        );
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "One sentence. Another one! A third?\n\nA paragraph\nof two lines, with a word that is quite incomprehensibilities-long.".to_owned(),
        "👩‍💻👨‍👩‍👧‍👦 e\u{301}e\u{301}\u{302} 日本語の文。次の文。\u{a0}\u{2007} end".to_owned(),
        format!("a{}", "\u{301}".repeat(40)),
        " \n\t ".repeat(9),
        "x".repeat(50),
        String::new(),
    ];
    let limits = ["1", "2", "7", "20", "160"];
    texts
        .iter()
        .flat_map(|text| limits.map(|limit| joined(&[limit.as_bytes(), text.as_bytes()])))
        .collect()
}
