//! Files: those of consumers, that lie with Meta under an id, and those that agents send, that Meta fetches from a link.
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media>

use serde_json::{Map, Value};

use super::WhatsApp;
use super::content::{part, unsupported};
use crate::http::{HttpRequest, Method, Pointer};
use crate::message::{Content, File, FilePlace};
use crate::platforms::Unreadable;
use crate::platforms::meta::{self, envelope::list};
use crate::platforms::reading::{hint, required_id, unreadable};

/// Some have seen the files' host refuse requests that name no program.
const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
/// The longest id of a file: real ones have about 16 digits.
const MAX_ID: usize = 64;
const MEGABYTE: u64 = 1024 * 1024;

/// A consumer's file.
pub(super) fn read(message: &Map<String, Value>, kind: &str) -> Result<Content, Unreadable> {
    let told = part(message, kind);
    let media = match told {
        Ok(media) if media.contains_key("id") => media,
        // WhatsApp could not take it itself (code 131052, larger than 100 MB).
        _ if !list(message, "errors").is_empty() => return Ok(unsupported(message, kind)),
        told => told?,
    };
    let id = required_id(media, "id")?;
    if !is_id(&id) {
        return Err(unreadable("id is not the id of a file"));
    }
    let is_voice = media.get("voice") == Some(&Value::Bool(true));
    let called = match kind {
        "audio" if is_voice => Some("voice message"),
        "audio" => Some("sound"),
        "video" | "sticker" => Some(kind),
        _ => None,
    };
    let media_type = hint(media, "mime_type").map(|media_type| {
        let essence = media_type.split(';').next().unwrap_or_default();
        essence.trim().to_ascii_lowercase()
    });
    Ok(Content::File {
        file: File {
            at: FilePlace::Platform { reference: id },
            name: hint(media, "filename").or_else(|| called.map(str::to_owned)),
            media_type: media_type.filter(|media_type| !media_type.is_empty()),
            size: None,
            caption: hint(media, "caption"),
            link: None,
        },
    })
}

/// The request that asks where a consumer's file is; it is there for five minutes, and with the same token.
pub(super) fn request(whatsapp: &WhatsApp, file: &File) -> Option<HttpRequest> {
    let FilePlace::Platform { reference } = &file.at else {
        return None;
    };
    if !is_id(reference) {
        return None;
    }
    let WhatsApp {
        app,
        phone_number_id,
        ..
    } = whatsapp;
    let path = format!("{reference}?phone_number_id={phone_number_id}");
    let request = app.request(Method::Get, &path);
    Some(HttpRequest {
        pointer: Some(Pointer {
            field: "url",
            hosts: meta::file_hosts(&app.api_url),
        }),
        ..request.header("user-agent", USER_AGENT)
    })
}

/// It becomes part of a path.
fn is_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// As what kind of message WhatsApp shows a file. `None`: it takes no such file.
pub(super) fn shown_as(media_type: &str, size: Option<u64>) -> Option<&'static str> {
    let (kind, most) = match media_type {
        "image/jpeg" | "image/png" => ("image", 5 * MEGABYTE),
        "audio/aac" | "audio/amr" | "audio/mpeg" | "audio/mp4" | "audio/ogg" => {
            ("audio", 16 * MEGABYTE)
        }
        "video/mp4" | "video/3gpp" => ("video", 16 * MEGABYTE),
        "application/pdf"
        | "text/plain"
        | "application/msword"
        | "application/vnd.ms-excel"
        | "application/vnd.ms-powerpoint"
        | "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        | "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        | "application/vnd.openxmlformats-officedocument.presentationml.presentation" => {
            ("document", 100 * MEGABYTE)
        }
        _ => return None,
    };
    size.is_none_or(|size| size <= most).then_some(kind)
}

/// Whether WhatsApp can show a picture with that address: it takes two kinds, and tells them by what it finds there.
pub(super) fn is_picture(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let ending = ending.map(str::to_ascii_lowercase);
    let others = [
        "gif", "webp", "svg", "bmp", "tif", "tiff", "avif", "heic", "ico",
    ];
    is_page(url) && ending.is_none_or(|ending| !others.contains(&ending.as_str()))
}

/// Whether a link can lead there.
pub(super) fn is_page(url: &str) -> bool {
    let start = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    start.starts_with("https://") || start.starts_with("http://")
}
