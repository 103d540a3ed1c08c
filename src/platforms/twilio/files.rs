//! Files of consumers: what they are called, and how they are read.
//! <https://www.twilio.com/docs/messaging/api/media-resource>

use super::{API, Twilio};
use crate::http::web_address::authority;
use crate::http::{HttpRequest, Method};
use crate::message::{File, FilePlace};

/// Where Twilio keeps files: its API redirects there, with an address that needs no credentials. The documents do not
/// name the host; people who read the redirects do, for example <https://github.com/Abilityai/trinity/pull/1937>.
const CDN: &str = "*.twiliocdn.com";

/// The media types that people send, with the name that a file of that type is given: Twilio passes on none.
/// <https://www.twilio.com/docs/messaging/guides/accepted-mime-types>
const NAMES: [(&str, &str); 33] = [
    ("image/jpeg", "picture.jpg"),
    ("image/jpg", "picture.jpg"),
    ("image/png", "picture.png"),
    ("image/gif", "picture.gif"),
    ("image/webp", "picture.webp"),
    ("image/heic", "picture.heic"),
    ("image/heif", "picture.heif"),
    ("image/tiff", "picture.tiff"),
    ("image/bmp", "picture.bmp"),
    ("audio/ogg", "audio.ogg"),
    ("audio/mpeg", "audio.mp3"),
    ("audio/mp4", "audio.m4a"),
    ("audio/aac", "audio.aac"),
    ("audio/amr", "audio.amr"),
    ("audio/3gpp", "audio.3gp"),
    ("audio/wav", "audio.wav"),
    ("audio/webm", "audio.webm"),
    ("video/mp4", "video.mp4"),
    ("video/3gpp", "video.3gp"),
    ("video/quicktime", "video.mov"),
    ("video/webm", "video.webm"),
    ("application/pdf", "document.pdf"),
    ("application/msword", "document.doc"),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "document.docx",
    ),
    ("application/vnd.ms-excel", "document.xls"),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "document.xlsx",
    ),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "document.pptx",
    ),
    ("text/plain", "document.txt"),
    ("text/csv", "document.csv"),
    ("text/calendar", "event.ics"),
    ("text/vcard", "contact.vcf"),
    ("text/x-vcard", "contact.vcf"),
    ("text/directory", "contact.vcf"),
];

/// A file of a message, by its address and by the media type as Twilio wrote it.
pub(super) fn file(url: String, media_type: Option<&str>) -> File {
    let media_type = media_type.and_then(plain);
    File {
        at: FilePlace::Platform { reference: url },
        name: Some(name(media_type.as_deref())),
        media_type,
        size: None,
        caption: None,
        link: None,
    }
}

/// A line for a file of which no address is told.
pub(super) fn line(media_type: Option<&str>) -> String {
    match media_type.and_then(plain) {
        Some(media_type) => format!("[{}: {media_type}]", what(&media_type)),
        None => "[file]".to_owned(),
    }
}

/// A media type in lower case and without parameters, if it is one.
fn plain(media_type: &str) -> Option<String> {
    let essence = media_type.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    let usable = essence.len() <= 100
        && essence.contains('/')
        && essence
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"/.+-_".contains(&b));
    usable.then_some(essence)
}

fn what(media_type: &str) -> &'static str {
    match media_type.split('/').next() {
        Some("image") => "picture",
        Some("audio") => "audio",
        Some("video") => "video",
        _ => "file",
    }
}

fn name(media_type: Option<&str>) -> String {
    let Some(media_type) = media_type else {
        return "file".to_owned();
    };
    let known = NAMES.iter().find(|(known, _)| *known == media_type);
    match known {
        Some((_, name)) => (*name).to_owned(),
        None => what(media_type).to_owned(),
    }
}

/// The request that reads a file: only from the channel's own account, since the address stands in a callback and our
/// credentials go with the request.
pub(super) fn request(twilio: &Twilio, file: &File) -> Option<HttpRequest> {
    let FilePlace::Platform { reference } = &file.at else {
        return None;
    };
    let Twilio {
        api_url,
        account_sid,
        ..
    } = twilio;
    let own = format!("{api_url}/2010-04-01/Accounts/{account_sid}/");
    let path = reference.strip_prefix(&own)?;
    let plain = |segment: &str| {
        !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if !path.split('/').all(plain) {
        return None;
    }
    let mut request = HttpRequest::new(Method::Get, reference.clone());
    request.redirects.push(CDN.to_owned());
    if api_url != API {
        request
            .redirects
            .extend(authority(api_url).map(str::to_owned));
    }
    Some(twilio.authorized(request))
}
