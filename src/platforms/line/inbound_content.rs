//! What a message says, and what a tap means.
//! <https://developers.line.biz/en/reference/messaging-api/#message-event>

use serde_json::{Map, Value};

use super::is_message_id;
use crate::http::web_address::WebAddress;
use crate::message::{Content, File, FilePlace, Location, Offer};
use crate::platforms::Unreadable;
use crate::platforms::reading::{
    degrees, hint, identifier, plain_word, required_id, required_text, unreadable, whole_number,
};

/// A sticker's keywords that are told.
const KEYWORDS: usize = 15;

/// The content of a message.
pub(super) fn content(message: &Map<String, Value>) -> Result<Content, Unreadable> {
    let kind = required_text(message, "type")?;
    Ok(match &*kind {
        "text" => Content::Text {
            text: required_text(message, "text")?,
        },
        "image" => file(message, "picture", Some("image/*"))?,
        "video" | "audio" => {
            let seconds = message.get("duration").and_then(whole_number);
            let name = match seconds.map(|milliseconds| milliseconds.div_ceil(1000)) {
                Some(seconds) => format!("{kind} of {seconds} s"),
                None => kind,
            };
            file(message, &name, None)?
        }
        "file" => {
            let name = hint(message, "fileName");
            file(message, name.as_deref().unwrap_or("file"), None)?
        }
        "location" => Content::Location {
            location: Location {
                latitude: degrees(message, "latitude", 90.0)?,
                longitude: degrees(message, "longitude", 180.0)?,
                name: hint(message, "title"),
                address: hint(message, "address"),
            },
        },
        "sticker" => Content::Text {
            text: sticker(message),
        },
        _ => Content::Unsupported {
            name: plain_word(&kind).to_owned(),
            raw: Value::Object(message.clone()),
        },
    })
}

/// A file that LINE keeps for a while, or one that lies elsewhere: then the agent gets its address.
fn file(
    message: &Map<String, Value>,
    name: &str,
    media_type: Option<&str>,
) -> Result<Content, Unreadable> {
    let id = required_id(message, "id")?;
    if !is_message_id(&id) {
        return Err(unreadable("id is not an id of a message with a file"));
    }
    let at = elsewhere(message).unwrap_or(FilePlace::Platform { reference: id });
    Ok(Content::File {
        file: File {
            at,
            name: Some(name.to_owned()),
            media_type: media_type.map(str::to_owned),
            size: message.get("fileSize").and_then(whole_number),
            caption: None,
            link: None,
        },
    })
}

fn elsewhere(message: &Map<String, Value>) -> Option<FilePlace> {
    let provider = message.get("contentProvider")?.as_object()?;
    if provider.get("type")?.as_str()? != "external" {
        return None;
    }
    let url = hint(provider, "originalContentUrl")?;
    WebAddress::parse(&url).map(|_| FilePlace::Url { url })
}

/// A sticker in words: which one it is, what is written on it, and what LINE says that it is about.
fn sticker(message: &Map<String, Value>) -> String {
    let id = |name: &str| message.get(name).and_then(identifier);
    let mut name = String::from("sticker");
    if let (Some(package), Some(sticker)) = (id("packageId"), id("stickerId")) {
        name = format!("sticker {package}/{sticker}");
    }
    let keywords = message.get("keywords").and_then(Value::as_array);
    let keywords = keywords.into_iter().flatten().filter_map(Value::as_str);
    let about: Vec<String> = hint(message, "text")
        .into_iter()
        .chain(keywords.take(KEYWORDS).map(str::to_owned))
        .collect();
    if about.is_empty() {
        format!("[{name}]")
    } else {
        format!("[{name}: {}]", about.join(", "))
    }
}

/// A tapped button or quick reply, or a picked time. `None`: a tap that only changes the menu below the chat.
pub(super) fn tapped(postback: &Map<String, Value>) -> Result<Option<Content>, Unreadable> {
    let data = required_text(postback, "data")?;
    let params = postback.get("params").and_then(Value::as_object);
    if params.is_some_and(|params| params.contains_key("newRichMenuAliasId")) {
        return Ok(None);
    }
    let picked = ["datetime", "date", "time"]
        .into_iter()
        .find_map(|name| hint(params?, name));
    Ok(Some(match picked {
        None if Offer::is_reference(&data) => Content::Choice {
            // Only where nobody knows any more what was offered: LINE does not tell what the button says.
            text: "[tapped a button]".to_owned(),
            reference: Some(data),
            metadata: Vec::new(),
            offered_in: None,
        },
        None => Content::Text {
            text: format!("[tapped: {data}]"),
        },
        Some(picked) => Content::Text {
            text: format!("[tapped: {data}, {picked}]"),
        },
    }))
}
