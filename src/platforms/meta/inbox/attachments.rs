//! What hangs on a message. Kinds that are not known, or that Meta does not hand over, are lines of text: never a reason to lose one.

use serde_json::{Map, Value};

use super::Inbox;
use super::events::NOT_SHOWN;
use crate::http::web_address::WebAddress;
use crate::message::{Content, File, FilePlace, Location};
use crate::platforms::fitting::{characters, cut};
use crate::platforms::reading::{degrees, hint, identifier, plain_word};

/// Longer addresses than Meta's signed ones.
const MAX_LINK: usize = 4096;
const MAX_TITLE: usize = 200;
/// Messenger's thumb, in its three sizes.
const THUMBS: [&str; 3] = ["369239263222822", "369239343222814", "369239383222810"];

/// The content of an attachment, if it says anything that `text` does not.
pub(super) fn content(inbox: &Inbox, attachment: &Value, text: Option<&str>) -> Option<Content> {
    let none = Map::new();
    let fields = attachment.as_object().unwrap_or(&none);
    let attached = Attachment {
        fields,
        payload: fields
            .get("payload")
            .and_then(Value::as_object)
            .unwrap_or(&none),
    };
    let kind = hint(fields, "type").unwrap_or_default();
    let line = |text: String| Some(Content::Text { text });
    match kind.as_str() {
        "image" | "sticker" => match attached.sticker() {
            Some(id) if THUMBS.contains(&&*id) => line("👍".to_owned()),
            sticker if sticker.is_some() || kind == "sticker" => {
                Some(attached.file(inbox, "sticker", "image"))
            }
            _ => Some(attached.file(inbox, "picture", "image")),
        },
        "audio" | "video" => Some(attached.file(inbox, &kind, &kind)),
        "file" => Some(attached.file(inbox, "file", "")),
        "location" => Some(attached.place()),
        // A link in a text comes with what is known of its page.
        "fallback" => {
            let known = attached
                .link()
                .is_some_and(|url| text.is_some_and(|text| text.contains(&url)));
            (!known).then(|| attached.named("link"))
        }
        "share" | "post" | "ig_post" => Some(attached.named("shared post")),
        "reel" | "ig_reel" => Some(attached.named("shared reel")),
        "story" | "ig_story" => Some(attached.named("shared story")),
        "story_mention" => Some(attached.named("mentioned you in a story")),
        "template" => Some(attached.named("template")),
        "like_heart" => line("❤️".to_owned()),
        "ephemeral" => line("[a picture or film that can be seen once only]".to_owned()),
        "appointment_booking" => Some(attached.named("appointment booking")),
        "" | "unsupported_type" => line(NOT_SHOWN.to_owned()),
        other => Some(attached.named(&plain_word(other).replace('_', " "))),
    }
}

struct Attachment<'a> {
    fields: &'a Map<String, Value>,
    payload: &'a Map<String, Value>,
}

impl Attachment<'_> {
    fn sticker(&self) -> Option<String> {
        self.payload.get("sticker_id").and_then(identifier)
    }

    /// Its address, where it is one.
    fn link(&self) -> Option<String> {
        let url = hint(self.payload, "url").or_else(|| hint(self.fields, "url"));
        url.filter(|url| is_link(url))
    }

    fn title(&self) -> Option<String> {
        let title = hint(self.payload, "title").or_else(|| hint(self.fields, "title"));
        title.map(|title| cut(&title, MAX_TITLE, characters))
    }

    /// `[what: title address]`
    fn named(&self, what: &str) -> Content {
        let parts: Vec<String> = self.title().into_iter().chain(self.link()).collect();
        let text = match parts.as_slice() {
            [] => format!("[{what}]"),
            parts => format!("[{what}: {}]", parts.join(" ")),
        };
        Content::Text { text }
    }

    /// A file at one of Meta's hosts; elsewhere it is a link.
    fn file(&self, inbox: &Inbox, what: &str, family: &str) -> Content {
        let link = self.link();
        let url = link.filter(|url| {
            WebAddress::parse(url).is_some_and(|address| address.is_at(&inbox.file_hosts))
        });
        let Some(url) = url else {
            return self.named(what);
        };
        let own = file_name(&url);
        let extension = own.as_deref().and_then(|name| name.rsplit_once('.'));
        let extension = extension.map(|(_, extension)| extension.to_ascii_lowercase());
        let media_type = extension.as_deref().and_then(media_type);
        let media_type = media_type.filter(|found| found.starts_with(family));
        let name = match (family, extension) {
            // Pictures and sounds are called by a number there.
            ("", _) => own.unwrap_or_else(|| what.to_owned()),
            (_, Some(extension)) if media_type.is_some() => format!("{what}.{extension}"),
            _ => what.to_owned(),
        };
        let any = (!family.is_empty()).then(|| format!("{family}/*"));
        Content::File {
            file: File {
                at: FilePlace::Platform {
                    reference: url.clone(),
                },
                name: Some(name),
                media_type: media_type.map(str::to_owned).or(any),
                size: None,
                caption: None,
                link: Some(url),
            },
        }
    }

    fn place(&self) -> Content {
        let none = Map::new();
        let coordinates = self.payload.get("coordinates").and_then(Value::as_object);
        let coordinates = coordinates.unwrap_or(&none);
        let latitude = degrees(coordinates, "lat", 90.0);
        let longitude = degrees(coordinates, "long", 180.0);
        match (latitude, longitude) {
            (Ok(latitude), Ok(longitude)) => Content::Location {
                location: Location {
                    latitude,
                    longitude,
                    name: self.title(),
                    address: None,
                },
            },
            _ => self.named("location"),
        }
    }
}

/// Whether a text is a web address that an agent can be shown.
pub(super) fn is_link(url: &str) -> bool {
    url.len() <= MAX_LINK && WebAddress::parse(url).is_some()
}

/// The last part of an address's path, if it is a name with an extension.
fn file_name(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    let (_, path) = path.split_once("://")?;
    let (_, name) = path.rsplit_once('/')?;
    let escaped = format!("name={}", name.replace('+', "%2B").replace('&', "%26"));
    let (_, name) = form_urlencoded::parse(escaped.as_bytes()).next()?;
    let (stem, extension) = name.rsplit_once('.')?;
    let plain = (1..=5).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !stem.trim().is_empty()
        && name.len() <= 150
        && !name.contains(|c: char| c.is_control() || matches!(c, '/' | '\\'));
    plain.then(|| name.into_owned())
}

fn media_type(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "aac" => "audio/aac",
        "wav" => "audio/wav",
        "mp4" => "video/mp4",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        "pdf" => "application/pdf",
        "txt" => "text/plain",
        "csv" => "text/csv",
        "zip" => "application/zip",
        _ => return None,
    })
}
