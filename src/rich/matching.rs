//! Which choice somebody means who typed an answer.

use super::plain::Choice;
use super::words::collapsed;

/// Which choice a typed text means, counted from 0: its number as [`super::plain_text`] shows it (`2`, `2.`, `2)`, `#2`, `(2)`),
/// its title, or what it publishes, whatever the case and the space between words. `choices` are all choices of the message.
///
/// A text that fits several choices means none of them. Where titles are numbers themselves, a number means a title.
pub fn matched(typed: &str, choices: &[Choice]) -> Option<usize> {
    let Some(typed_number) = number(typed) else {
        let typed = folded(typed);
        let by_title = only(choices, |choice| folded(&choice.title) == typed);
        return match by_title {
            Found::None => only(choices, |choice| folded(&choice.text) == typed).index(),
            found => found.index(),
        };
    };
    if by_number(choices) {
        let index = typed_number.parse::<usize>().ok()?.checked_sub(1)?;
        return choices.get(index).map(|_| index);
    }
    only(choices, |choice| {
        number(&choice.title) == Some(typed_number)
    })
    .index()
}

/// Whether choices are numbered: not if one of them has a number for its title.
pub(super) fn by_number(choices: &[Choice]) -> bool {
    choices.iter().all(|choice| number(&choice.title).is_none())
}

/// The digits of a number, as people write it when they choose from a list, without leading zeros.
fn number(text: &str) -> Option<&str> {
    let text = text.trim();
    let inner = match text.strip_prefix(['#', '(']) {
        Some(rest) if text.starts_with('(') => rest.strip_suffix(')')?,
        Some(rest) => rest,
        None => text.strip_suffix(['.', ')']).unwrap_or(text),
    };
    let digits = inner.trim();
    let only_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    only_digits.then(|| digits.trim_start_matches('0'))
}

fn folded(text: &str) -> String {
    collapsed(text).to_lowercase()
}

enum Found {
    None,
    One(usize),
    Several,
}

impl Found {
    fn index(self) -> Option<usize> {
        match self {
            Self::One(index) => Some(index),
            Self::None | Self::Several => None,
        }
    }
}

fn only(choices: &[Choice], fits: impl Fn(&Choice) -> bool) -> Found {
    let mut found = choices
        .iter()
        .enumerate()
        .filter(|(_, choice)| fits(choice))
        .map(|(index, _)| index);
    match (found.next(), found.next()) {
        (None, _) => Found::None,
        (Some(index), None) => Found::One(index),
        _ => Found::Several,
    }
}
