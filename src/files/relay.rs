//! What is asked of the place where a file lies, and what its answer becomes for the consumer.
//!
//! A file of an agent is shown or saved, never executed: a browser gets a media type of a short list or none that means anything, is
//! told not to guess, and gives the page no rights.

use crate::http::body::announced;
use crate::http::{HttpRequest, Method, Millis};

/// The longest `Range` and `If-Range` that are passed on (bytes).
const LONGEST_RANGE: usize = 256;
/// The longest file name that is passed on (characters).
const LONGEST_NAME: usize = 100;
/// The longest span that a place may ask a consumer to wait (ms).
const LONGEST_WAIT: Millis = 300_000;

/// The answer to a consumer, but for its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    /// 200, 206 or 416.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Whether the place's body is the answer's body.
    pub with_body: bool,
}

/// Why there is no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayFault {
    /// Its place does not have it, or not for us.
    Gone,
    /// Its place does not serve it now.
    Unavailable {
        /// How long it wants to be left alone (ms).
        retry_after: Option<Millis>,
    },
}

/// The request for a file at `url`. Of the consumer's headers it takes what says that only a part is wanted, and nothing else.
pub fn request(url: String, headers: &[(String, String)]) -> HttpRequest {
    // A part of a compressed file is of no use, and its length would not be the one that the consumer sees.
    let request = HttpRequest::new(Method::Get, url).header("accept-encoding", "identity");
    let Some(range) = find(headers, "range").filter(|range| is_one_range(range)) else {
        return request;
    };
    match find(headers, "if-range") {
        None => request.header("range", range),
        Some(condition) if is_plain(condition) => {
            request.header("range", range).header("if-range", condition)
        }
        // A part under a condition that cannot be asked: the whole is always right.
        Some(_) => request,
    }
}

/// What the answer of a file's place becomes; `asked` is the request that it answers. `name` and `media_type` are LiveEngage's.
///
/// # Errors
///
/// Why there is no file.
pub fn relay(
    asked: &HttpRequest,
    status: u16,
    headers: &[(String, String)],
    name: Option<&str>,
    media_type: Option<&str>,
) -> Result<Relay, RelayFault> {
    let part_asked = asked.headers.iter().any(|(name, _)| *name == "range");
    let range = find(headers, "content-range");
    let encoded = find(headers, "content-encoding").is_some_and(|coding| coding != "identity");
    match status {
        200 => {}
        206 if part_asked && range.is_some() && !encoded => {}
        416 if part_asked => {}
        401 | 403 | 404 | 410 => return Err(RelayFault::Gone),
        _ => {
            let retry_after = find(headers, "retry-after")
                .and_then(|seconds| seconds.trim().parse::<u64>().ok())
                .map(|seconds| seconds.saturating_mul(1000).min(LONGEST_WAIT));
            return Err(RelayFault::Unavailable { retry_after });
        }
    }
    let mut answer: Vec<(&'static str, String)> = FIXED
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect();
    let with_body = status != 416;
    if with_body {
        let kind = Kind::of(media_type.unwrap_or_default());
        let place = if kind.shown { "inline" } else { "attachment" };
        let name = encode(&file_name(name.unwrap_or_default()));
        answer.push(("content-type", kind.name.to_owned()));
        answer.push((
            "content-disposition",
            format!("{place}; filename*=UTF-8''{name}"),
        ));
        if let Some(length) = announced(headers) {
            answer.push(("content-length", length.to_string()));
        }
        for name in ["etag", "last-modified"] {
            if let Some(value) = find(headers, name) {
                answer.push((name, value.to_owned()));
            }
        }
    }
    if let Some(range) = range.filter(|_| status != 200) {
        answer.push(("content-range", range.to_owned()));
    }
    Ok(Relay {
        status,
        headers: answer,
        with_body,
    })
}

/// Headers of every answer with a file.
const FIXED: [(&str, &str); 5] = [
    ("accept-ranges", "bytes"),
    ("cache-control", "private, no-store"),
    ("content-security-policy", "default-src 'none'; sandbox"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];

/// A media type that a browser may hear.
struct Kind {
    name: &'static str,
    /// Whether it is shown; everything else is saved.
    shown: bool,
}

impl Kind {
    /// What of it is said: pictures that hold no script, PDF, office documents and plain text are called what they are.
    fn of(media_type: &str) -> Self {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let essence = match &*essence.to_ascii_lowercase() {
            "image/jpg" => "image/jpeg".to_owned(),
            other => other.to_owned(),
        };
        if let Some(name) = SHOWN.iter().find(|name| **name == essence) {
            return Self { name, shown: true };
        }
        let saved = SAVED.iter().find(|name| **name == essence);
        Self {
            name: saved.copied().unwrap_or("application/octet-stream"),
            shown: false,
        }
    }
}

const SHOWN: [&str; 5] = [
    "application/pdf",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
];

const SAVED: [&str; 7] = [
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "text/plain",
];

/// A name without folders and without characters that hide what it is. Long ones keep their extension.
fn file_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = name.chars().filter(|c| !is_hidden(*c)).collect();
    let clean = clean.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if clean.is_empty() {
        return "file".to_owned();
    }
    let (stem, extension) = match clean.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 10 => (stem, format!(".{extension}")),
        _ => (clean, String::new()),
    };
    let room = LONGEST_NAME - extension.chars().count().min(LONGEST_NAME);
    let stem: String = stem.chars().take(room).collect();
    format!("{stem}{extension}")
}

/// Control characters, and those that turn the direction of a text or have no width: with them `fdp.exe` reads as `exe.pdf`.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Percent-encoding of a header's extended value (RFC 8187, `attr-char`).
fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// `bytes=` and one range. Several would come back in one body with a media type of its own.
fn is_one_range(text: &str) -> bool {
    let Some((from, to)) = text
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
    else {
        return false;
    };
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= LONGEST_RANGE && number(from) && number(to) && !(from.is_empty() && to.is_empty())
}

fn is_plain(text: &str) -> bool {
    text.len() <= LONGEST_RANGE && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests;
