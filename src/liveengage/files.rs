//! Files, in both directions: `ms.GenerateURLForUploadFile` and `ms.GenerateURLForDownloadFile` by SEND, then
//! `PUT` or `GET https://{swift}{relativePath}?temp_url_sig=…&temp_url_expires=…`
//!
//! A signed URL lasts about a minute and opens its file for anybody: it is used at once and never stored or printed.
//! <https://developers.liveperson.com/connector-api-send-api-examples.html>

mod kind;

pub use kind::{HostedFileType, LONGEST_FILE, media_type_of};

use serde_json::json;

use super::answers::{Answer, Item, destination_cause, pause, repeatable};
use super::call::{Call, envelope};
use super::{Domains, json as read};
use crate::http::{HttpAnswer, HttpRequest, Method, Millis, Upload};
use crate::outcome::Cause;
use crate::secret::Secret;

/// The longest path of a file, in bytes. LivePerson's have about 200.
const LONGEST_PATH: usize = 1024;

/// The longest query of a signed URL, in bytes. LivePerson's have about 100.
const LONGEST_QUERY: usize = 4096;

/// Where LiveEngage's storage has a file, below its host. It cannot lead anywhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelativePath(String);

impl RelativePath {
    /// Takes a path that begins with one slash, has no empty and no dot segments (plain or escaped), no backslashes and no
    /// control characters: what URL parsers would read as another host or another path is none.
    pub fn parse(path: &str) -> Option<Self> {
        let lower = path.to_ascii_lowercase();
        let plain = path.len() <= LONGEST_PATH
            && !path.chars().any(|c| c.is_control() || c == '\\')
            && !["%2f", "%5c", "%00"]
                .iter()
                .any(|code| lower.contains(code));
        let names = lower.strip_prefix('/')?;
        let safe = names.split('/').all(|name| {
            let name = name.replace("%2e", ".");
            !name.is_empty() && name != "." && name != ".."
        });
        (plain && safe).then(|| Self(path.to_owned()))
    }

    /// The path as LiveEngage wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path as it stands in a URL. Escapes that it has already stay.
    fn encoded(&self) -> String {
        let mut text = String::new();
        let mut rest = self.0.as_bytes();
        while let Some((&byte, tail)) = rest.split_first() {
            let escape = byte == b'%'
                && matches!(tail, [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
            if escape || byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=:@".contains(&byte) {
                text.push(char::from(byte));
            } else {
                text.push_str(&format!("%{byte:02X}"));
            }
            rest = tail;
        }
        text
    }
}

/// A URL that opens one file for about a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedUrl {
    /// Which file. After an upload the event that publishes it names this path.
    pub path: RelativePath,
    /// The signature and its end, as an encoded query.
    pub query: Secret,
}

impl SignedUrl {
    /// The whole URL; none where the account has no file service.
    pub fn url(&self, domains: &Domains) -> Option<String> {
        let host = domains.files.as_deref()?;
        let path = self.path.encoded();
        Some(format!("{host}{path}?{}", self.query.expose()))
    }
}

/// Asks where a file of that many bytes can be put.
pub fn upload_url_request(
    call: &Call<'_>,
    request_id: &str,
    size: u64,
    file_type: HostedFileType,
) -> HttpRequest {
    let body = json!({ "fileSize": size.to_string(), "fileType": file_type.as_str() });
    call.send(&envelope(request_id, "ms.GenerateURLForUploadFile", body))
}

/// Asks where an agent's file can be had.
pub fn download_url_request(call: &Call<'_>, request_id: &str, path: &RelativePath) -> HttpRequest {
    let body = json!({ "relativePath": path.as_str() });
    call.send(&envelope(request_id, "ms.GenerateURLForDownloadFile", body))
}

/// Reads the answer to either question. Asking has no effect, so it may be repeated.
pub fn url_answer(answer: &HttpAnswer) -> Answer<SignedUrl> {
    repeatable(answer, signed_url)
}

fn signed_url(item: &Item) -> Option<SignedUrl> {
    let body = item.body();
    let path = RelativePath::parse(body.get("relativePath")?.as_str()?)?;
    let given = body.get("queryParams")?.as_object()?;
    let known = ["temp_url_sig", "temp_url_expires"];
    let mut pairs = Vec::new();
    for name in known {
        pairs.push((name, read::id(given.get(name))?));
    }
    let more = given
        .iter()
        .filter(|(name, _)| !known.contains(&name.as_str()));
    pairs.extend(more.filter_map(|(name, value)| Some((name.as_str(), read::id(Some(value))?))));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    (query.len() <= LONGEST_QUERY).then(|| SignedUrl {
        path,
        query: Secret::new(query),
    })
}

/// Pipes a file there, from where `from` reads it. The signed URL is all the authentication there is.
pub fn put_request(
    domains: &Domains,
    signed: &SignedUrl,
    file_type: HostedFileType,
    from: HttpRequest,
    length: u64,
) -> Option<HttpRequest> {
    let mut put = HttpRequest::new(Method::Put, signed.url(domains)?)
        .header("content-type", file_type.media_type());
    put.upload = Some(Box::new(Upload { from, length }));
    Some(put)
}

/// What came of a `PUT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferAnswer {
    /// The storage has the file.
    Done,
    /// The URL has expired: ask for a new one.
    Expired,
    /// Try again later, with a new URL. The same file may be put twice.
    Destination {
        /// Whose failure.
        cause: Cause,
        /// The least pause that was asked for (ms).
        after: Option<Millis>,
    },
    /// The storage refuses this file.
    Refused {
        /// HTTP status.
        code: String,
    },
}

/// Reads the answer to a `PUT`.
pub fn put_answer(answer: &HttpAnswer) -> TransferAnswer {
    let after = pause(answer);
    if let Some(cause) = destination_cause(answer) {
        return TransferAnswer::Destination { cause, after };
    }
    let status = answer.as_ref().map_or(0, |response| response.status);
    match status {
        200 | 201 => TransferAnswer::Done,
        401 | 403 | 404 => TransferAnswer::Expired,
        400 | 411 | 413 | 415 | 422 => TransferAnswer::Refused {
            code: status.to_string(),
        },
        _ => TransferAnswer::Destination {
            cause: Cause::Unexpected { status },
            after,
        },
    }
}

#[cfg(test)]
mod tests;
