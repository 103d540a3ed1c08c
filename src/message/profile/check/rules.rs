//! What single fields of a profile have to be.

use super::super::{Age, Date};

/// What becomes of a text that is not blank; `None` where it is wrong.
pub(super) type Rule = fn(&str) -> Option<String>;

/// The longest text, in characters.
const LONGEST_TEXT: usize = 256;
const LONGEST_DESCRIPTION: usize = 1000;
const LONGEST_URL: usize = 2048;
const LONGEST_PUSH_TOKEN: usize = 2048;
const LONGEST_PHONE: usize = 40;
const LONGEST_LANGUAGE: usize = 35;
const LONGEST_ID: usize = 64;

fn bounded(text: &str, longest: usize) -> Option<String> {
    (text.chars().count() <= longest).then(|| text.to_owned())
}

pub(super) fn plain(text: &str) -> Option<String> {
    if text.chars().any(char::is_control) {
        return None;
    }
    bounded(text, LONGEST_TEXT)
}

/// Lines are part of a description.
pub(super) fn description(text: &str) -> Option<String> {
    if text
        .chars()
        .any(|c| c.is_control() && !"\r\n\t".contains(c))
    {
        return None;
    }
    bounded(text, LONGEST_DESCRIPTION)
}

pub(super) fn push_token(text: &str) -> Option<String> {
    if text.chars().any(char::is_control) {
        return None;
    }
    bounded(text, LONGEST_PUSH_TOKEN)
}

pub(super) fn email(text: &str) -> Option<String> {
    let parts = text.rsplit_once('@');
    let valid = parts.is_some_and(|(local, domain)| {
        let named = domain.split('.').count() > 1 && domain.split('.').all(|part| !part.is_empty());
        !local.is_empty() && !local.contains('@') && named
    });
    let plain = !text.chars().any(|c| c.is_control() || c.is_whitespace());
    if valid && plain {
        bounded(text, LONGEST_TEXT)
    } else {
        None
    }
}

/// People write numbers in many ways: some digits, and what may stand between them.
pub(super) fn phone(text: &str) -> Option<String> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-()/.# ,;x".contains(&byte));
    if digits >= 2 && plain {
        bounded(text, LONGEST_PHONE)
    } else {
        None
    }
}

pub(super) fn url(text: &str) -> Option<String> {
    let scheme = text
        .get(..8)
        .filter(|scheme| scheme.eq_ignore_ascii_case("https://"));
    let rest = scheme.and_then(|_| text.get(8..)).unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = text
        .chars()
        .all(|c| !c.is_control() && !c.is_whitespace() && !"\\\"<>".contains(c));
    if plain && !authority.is_empty() && !authority.starts_with(':') && !authority.contains('@') {
        bounded(text, LONGEST_URL)
    } else {
        None
    }
}

pub(super) fn language(text: &str) -> Option<String> {
    let tag = text.replace('_', "-");
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    let named =
        (2..=8).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphabetic());
    let rest = parts.all(|part| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    if named && rest && tag.len() <= LONGEST_LANGUAGE {
        Some(tag)
    } else {
        None
    }
}

/// LivePerson takes numbers for genders as well.
pub(super) fn gender(text: &str) -> Option<String> {
    let name = match text.to_ascii_uppercase().as_str() {
        "MALE" | "0" => "MALE",
        "FEMALE" | "1" => "FEMALE",
        "OTHER" | "2" => "OTHER",
        _ => return None,
    };
    Some(name.to_owned())
}

pub(super) fn phone_type(text: &str) -> Option<String> {
    const KNOWN: [&str; 9] = [
        "HOME", "MOBILE", "WORK", "FAX", "MAIN", "HOME_FAX", "WORK_FAX", "PAGER", "OTHER",
    ];
    let name = text.to_ascii_uppercase().replace(['-', ' '], "_");
    if KNOWN.contains(&name.as_str()) {
        Some(name)
    } else {
        None
    }
}

pub(super) fn id(text: &str) -> Option<String> {
    if text.len() <= LONGEST_ID
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    {
        Some(text.to_owned())
    } else {
        None
    }
}

pub(super) fn is_day(date: Date) -> bool {
    let leap = date.year.is_multiple_of(4)
        && (!date.year.is_multiple_of(100) || date.year.is_multiple_of(400));
    let days = match date.month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&date.day) && (1800..=9999).contains(&date.year)
}

/// Of a date of birth any part may be missing; what is there has to be possible.
pub(super) fn is_age(age: Age) -> bool {
    let born = Date {
        day: age.day.unwrap_or(1),
        month: age.month.unwrap_or(1),
        year: age.year.unwrap_or(2000),
    };
    age.age.is_none_or(|years| years <= 150) && is_day(born)
}
