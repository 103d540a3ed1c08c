//! Cutting a text that is too long for one message.
//!
//! White space at a cut is dropped; every other character is kept, once and in order. A text that fits is never changed.

use unicode_segmentation::UnicodeSegmentation;

/// How far past the longest fitting prefix clusters are looked at, in bytes: enough to see whether one crosses its end.
const LOOK_AHEAD: usize = 256;

/// Cuts `text` into pieces for which `fits` holds.
///
/// Each piece takes as much as fits and then gives back a little for a natural end: a blank line, a line break or the end
/// of a sentence in its second half, else the last word that fits whole, else the last whole character as readers see it
/// (a grapheme cluster), else the last code point. A single code point that does not fit stands alone.
///
/// `fits` must be monotone: what holds for a text holds for each of its prefixes. The empty text has no pieces, and a
/// text of white space has one.
pub fn split(text: &str, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut rest = text;
    let mut guess = LOOK_AHEAD;
    while !rest.is_empty() {
        let longest = longest_prefix(rest, guess, &fits);
        let (end, next) = cut(rest, longest);
        let (piece, tail) = (head(rest, end), rest.get(next..).unwrap_or_default());
        if longest == text.len() || !is_space(piece) {
            pieces.push(piece.to_owned());
        }
        rest = tail;
        guess = longest;
    }
    if pieces.is_empty() && !text.is_empty() {
        let first = longest_prefix(text, LOOK_AHEAD, &fits);
        pieces.push(head(text, first).to_owned());
    }
    pieces
}

/// The length of the longest prefix that fits, at least one code point. It probes near `guess` first and doubles from
/// there, so that the cost depends on the piece and not on all that follows it.
fn longest_prefix(text: &str, guess: usize, fits: &impl Fn(&str) -> bool) -> usize {
    let one = text.chars().next().map_or(0, char::len_utf8);
    let mut low = one;
    let mut high = text.ceil_char_boundary(guess.clamp(one, text.len()));
    while fits(head(text, high)) {
        if high == text.len() {
            return high;
        }
        low = high;
        high = text.ceil_char_boundary(high.saturating_mul(2).min(text.len()));
    }
    // `low` fits (or is one code point), `high` does not.
    loop {
        let mut middle = text.floor_char_boundary(low.midpoint(high));
        if middle <= low {
            middle = text.ceil_char_boundary(low.saturating_add(1));
        }
        if middle >= high {
            return low;
        }
        if fits(head(text, middle)) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// Where a piece of at most `longest` bytes ends and where the next one starts.
fn cut(text: &str, longest: usize) -> (usize, usize) {
    if longest >= text.len() {
        return (text.len(), text.len());
    }
    let window = text.floor_char_boundary(longest.saturating_add(LOOK_AHEAD));
    let mut best = (Rank::CodePoint, longest, longest);
    let mut offer = |rank: Rank, end: usize, next: usize| {
        // Too early to be worth a short piece; still where a word ends, or (`end == next`) where a cluster does.
        let early = rank > Rank::Word && end < longest / 2;
        let rank = match early {
            true if end == next => Rank::Cluster,
            true => Rank::Word,
            false => rank,
        };
        if rank >= best.0 {
            best = (rank, end, next);
        }
    };
    let mut ended = Sentence::Open;
    let mut next = 0;
    for (at, grapheme) in head(text, window).grapheme_indices(true) {
        if at > longest {
            break;
        }
        if at < next {
            continue;
        }
        if is_space(grapheme) {
            let run = space(text.get(at..).unwrap_or_default());
            next = at + run.len();
            match (at, run.matches('\n').count()) {
                (0, _) if next > longest => return (next, next),
                (0, _) => {}
                (_, 0) if ended == Sentence::Open => offer(Rank::Word, at, next),
                (_, 0) => offer(Rank::Sentence, at, next),
                (_, 1) => offer(Rank::Line, at, next),
                _ => offer(Rank::BlankLine, at, next),
            }
            ended = Sentence::Open;
        } else {
            let now = ended.after(grapheme);
            match (at, ended, now) {
                (0, ..) => {}
                (_, Sentence::WideEnd, Sentence::Open) => offer(Rank::Sentence, at, at),
                _ => offer(Rank::Cluster, at, at),
            }
            ended = now;
        }
    }
    (best.1, best.2)
}

/// How natural a cut is, the least first.
#[derive(Clone, Copy, PartialEq, PartialOrd, Eq, Ord)]
enum Rank {
    CodePoint,
    Cluster,
    Word,
    Sentence,
    Line,
    BlankLine,
}

/// Whether the text up to here ends a sentence.
#[derive(Clone, Copy, PartialEq)]
enum Sentence {
    Open,
    /// Ended, if white space follows.
    End,
    /// Ended by a mark of a script that puts no space between sentences.
    WideEnd,
}

impl Sentence {
    fn after(self, grapheme: &str) -> Self {
        match grapheme {
            "." | "!" | "?" | "…" | "؟" | "۔" | "।" => Self::End,
            "。" | "！" | "？" | "｡" => Self::WideEnd,
            ")" | "]" | "\"" | "'" | "»" | "”" | "’" | "」" | "』" | "）" | "】" => self,
            _ => Self::Open,
        }
    }
}

/// White space that a cut may replace: all but the non-breaking kinds.
fn is_space(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}'))
}

/// The white space at the start of a text.
fn space(text: &str) -> &str {
    let end = text
        .grapheme_indices(true)
        .find(|(_, grapheme)| !is_space(grapheme))
        .map_or(text.len(), |(at, _)| at);
    head(text, end)
}

fn head(text: &str, end: usize) -> &str {
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cell::Cell;

    fn at_most(limit: usize) -> impl Fn(&str) -> bool {
        move |text| text.chars().count() <= limit
    }

    #[test]
    fn cuts_where_a_reader_would() {
        let cases: &[(&str, usize, &[&str])] = &[
            ("", 5, &[]),
            ("fits", 4, &["fits"]),
            (" fits ", 6, &[" fits "]),
            ("word word", 4, &["word", "word"]),
            ("word   word", 5, &["word", "word"]),
            (
                "One two three.\n\nFour.\nfive six",
                22,
                &["One two three.", "Four.\nfive six"],
            ),
            (
                "one two\nthree. four five",
                20,
                &["one two\nthree.", "four five"],
            ),
            (
                "one two three\nfour five",
                20,
                &["one two three", "four five"],
            ),
            (
                "One two. Three four five",
                15,
                &["One two.", "Three four five"],
            ),
            (
                "He said \"no.\" Then he left",
                20,
                &["He said \"no.\"", "Then he left"],
            ),
            (
                "今日は。明日はどうですか",
                8,
                &["今日は。", "明日はどうですか"],
            ),
            ("「今日は。」明日はどう", 9, &["「今日は。」", "明日はどう"]),
            (
                "see https://example.com/a/b",
                25,
                &["see", "https://example.com/a/b"],
            ),
            ("abcdefgh", 3, &["abc", "def", "gh"]),
            ("10\u{a0}000 x", 4, &["10\u{a0}0", "00 x"]),
            ("aé\u{301}b", 2, &["a", "é\u{301}", "b"]),
            ("🇩🇪🇫🇷", 3, &["🇩🇪", "🇫🇷"]),
            ("👩‍👩‍👧", 2, &["👩\u{200d}", "👩\u{200d}", "👧"]),
            ("a\r\nb", 2, &["a", "b"]),
            ("    a", 3, &["a"]),
            ("     ", 3, &["   "]),
            ("a     ", 3, &["a"]),
        ];
        for (text, limit, expected) in cases {
            assert_eq!(
                split(text, at_most(*limit)),
                *expected,
                "{text:?} at {limit}"
            );
        }
    }

    #[test]
    fn a_code_point_that_never_fits_stands_alone() {
        assert_eq!(split("a😀b", |text| text.len() < 2), ["a", "😀", "b"]);
        assert_eq!(split("ab", |_| false), ["a", "b"]);
        assert_eq!(split("  ", |_| false), [" "]);
    }

    #[test]
    fn a_long_text_costs_little_more_than_its_length() {
        let long_cluster = format!("a{}", "\u{301}".repeat(250_000));
        for text in [
            "words and words. ".repeat(30_000),
            "x".repeat(500_000),
            long_cluster,
            " ".repeat(500_000),
        ] {
            let looked_at = Cell::new(0);
            let pieces = split(&text, |piece| {
                looked_at.set(looked_at.get() + piece.len());
                piece.len() <= 1600
            });
            assert!(looked_at.get() < text.len() * 40);
            assert!(pieces.iter().all(|piece| piece.len() <= 1600));
        }
    }

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[a-c .!?\n\r。「」é\u{301}\u{200d}\u{a0}👩🇩🇪]{0,80}",
            "( {0,9}[a-z]{1,9}[.]?\n{0,2}){0,20}",
        ]
    }

    /// Takes `piece` off `rest`, over white space where need be.
    fn take<'a>(rest: &'a str, piece: &str) -> Option<&'a str> {
        rest.strip_prefix(piece).or_else(|| {
            let first = rest.chars().next()?;
            let (space, over) = rest.split_at(first.len_utf8());
            take(over, piece).filter(|_| is_space(space))
        })
    }

    proptest! {
        #[test]
        fn nothing_but_white_space_at_cuts_is_lost(text in texts(), limit in 1_usize..30) {
            let pieces = split(&text, at_most(limit));
            let mut rest = text.as_str();
            for piece in &pieces {
                let taken = take(rest, piece);
                prop_assert!(taken.is_some(), "{:?} is not next in {:?}", piece, rest);
                rest = taken.unwrap();
            }
            prop_assert!(is_space(rest));
        }

        #[test]
        fn every_piece_fits_and_none_is_empty(text in texts(), limit in 0_usize..30) {
            let fits = |piece: &str| piece.encode_utf16().count() <= limit;
            for piece in split(&text, fits) {
                prop_assert!(!piece.is_empty());
                prop_assert!(fits(&piece) || piece.chars().count() == 1);
            }
        }

        #[test]
        fn a_text_that_fits_is_left_alone(text in texts()) {
            let expected: Vec<String> = Some(text.clone()).into_iter().filter(|t| !t.is_empty()).collect();
            prop_assert_eq!(split(&text, |_| true), expected);
        }

        #[test]
        fn clusters_that_fit_are_not_cut(text in texts()) {
            let limit = text.graphemes(true).map(str::len).max().unwrap_or(1);
            let pieces = split(&text, |piece| piece.len() <= limit);
            let all: Vec<&str> = text.graphemes(true).filter(|g| !is_space(g)).collect();
            let kept: Vec<&str> = pieces.iter().flat_map(|p| p.graphemes(true)).filter(|g| !is_space(g)).collect();
            prop_assert_eq!(kept, all);
        }
    }
}
