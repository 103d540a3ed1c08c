//! Pictures, places and senders, and which addresses LINE opens.

use serde_json::{Value, json};

use super::render::{set, texts};
use crate::http::web_address::WebAddress;
use crate::message::{Agent, File, Location};
use crate::platforms::Outgoing;
use crate::platforms::fitting::{cut, utf16_units};
use crate::rich::outline::{Picture, Place};

/// The longest name and address of a place (UTF-16 units).
const LONGEST_PLACE: usize = 100;
/// The longest name of a sender (UTF-16 units).
const LONGEST_NAME: usize = 20;
/// The longest address of a picture and of a page (bytes; they are plain ASCII).
const LONGEST_PICTURE_URL: usize = 2000;
const LONGEST_PAGE_URL: usize = 1000;
/// The largest picture (bytes).
const LARGEST_PICTURE: u64 = 10_000_000;

fn picture(url: &str) -> Value {
    // There is one address: LINE makes no preview of its own.
    json!({ "type": "image", "originalContentUrl": url, "previewImageUrl": url })
}

pub(super) fn picture_of(shown: &Picture) -> Vec<Value> {
    let caption = shown.caption.as_deref().map(texts);
    let mut objects = vec![picture(&shown.url)];
    objects.extend(caption.into_iter().flatten());
    objects
}

/// A picture of LiveEngage's, or at an address. Other files have no message: they go as text.
pub(super) fn picture_file(message: &Outgoing<'_>, file: &File) -> Option<Vec<Value>> {
    let url = message.address_of(file)?;
    let media_type = file.media_type.as_deref()?.trim().to_ascii_lowercase();
    let kind = matches!(&*media_type, "image/jpeg" | "image/jpg" | "image/png");
    let size = file.size.is_none_or(|size| size <= LARGEST_PICTURE);
    if !(kind && size && is_address(url, LONGEST_PICTURE_URL)) {
        return None;
    }
    let named = |caption: &&String| file.name.as_ref() == Some(caption);
    let caption = file.caption.as_ref().filter(|caption| !named(caption));
    let mut objects = vec![picture(url)];
    objects.extend(caption.map(|caption| texts(caption)).into_iter().flatten());
    Some(objects)
}

pub(super) fn place_of(place: &Place) -> Value {
    let Place {
        latitude,
        longitude,
        title,
        ..
    } = place;
    position(*latitude, *longitude, title.as_deref(), None)
}

pub(super) fn location_of(location: &Location) -> Value {
    let Location {
        latitude,
        longitude,
        name,
        address,
    } = location;
    position(*latitude, *longitude, name.as_deref(), address.as_deref())
}

/// LINE wants a name and an address: what is missing is the other one, or the degrees.
fn position(latitude: f64, longitude: f64, name: Option<&str>, address: Option<&str>) -> Value {
    let degrees = format!("{latitude}, {longitude}");
    let given = |text: Option<&str>| {
        let text = text.map(str::trim).filter(|text| !text.is_empty())?;
        Some(cut(text, LONGEST_PLACE, utf16_units))
    };
    let (name, address) = (given(name), given(address));
    let title = name.as_ref().or(address.as_ref()).unwrap_or(&degrees);
    let address = address.as_ref().unwrap_or(&degrees);
    json!({ "type": "location", "title": title, "address": address, "latitude": latitude, "longitude": longitude })
}

/// The agent's name and picture beside a message. LINE refuses names with its own in them.
/// <https://developers.line.biz/en/docs/messaging-api/icon-nickname-switch/>
pub(super) fn sender(agent: &Agent) -> Option<Value> {
    let name = agent.name.as_deref().map(str::trim);
    let name = name.filter(|name| !name.is_empty() && !says_line(name));
    let picture = agent.picture.as_deref();
    let picture = picture.filter(|url| is_address(url, LONGEST_PICTURE_URL));
    let mut sender = json!({});
    if let Some(name) = name {
        set(
            &mut sender,
            "name",
            cut(name, LONGEST_NAME, utf16_units).into(),
        );
    }
    // A picture without its name would be somebody else's.
    if let (Some(_), Some(picture)) = (name, picture) {
        set(&mut sender, "iconUrl", picture.into());
    }
    name.map(|_| sender)
}

fn says_line(name: &str) -> bool {
    let mut words = name.split(|c: char| !c.is_alphanumeric());
    name.contains("LINE") || words.any(|word| word.eq_ignore_ascii_case("line"))
}

/// An address that LINE opens: plain ASCII, and `https` (`http` on this machine, where everything is tried out).
fn is_address(url: &str, longest: usize) -> bool {
    url.len() <= longest && WebAddress::parse(url).is_some_and(|address| address.is_private())
}

/// A picture that may be a JPEG or PNG: nothing else is shown, so that a name that says otherwise decides.
pub(super) fn is_picture(url: &str) -> bool {
    const OTHERS: [&str; 9] = [
        "gif", "webp", "svg", "bmp", "tif", "tiff", "avif", "heic", "pdf",
    ];
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default();
    let extension = file
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    let other = extension.is_some_and(|extension| OTHERS.contains(&&*extension));
    !other && is_address(url, LONGEST_PICTURE_URL)
}

/// <https://developers.line.biz/en/reference/messaging-api/#uri-action>
pub(super) fn is_page(url: &str) -> bool {
    let schemes = ["http://", "https://", "line://", "tel:"];
    url.len() <= LONGEST_PAGE_URL
        && url.bytes().all(|byte| byte.is_ascii_graphic())
        && schemes.iter().any(|scheme| url.starts_with(scheme))
}
