//! Attachments of what people say: files, places, stickers, and what an app shares.

use serde_json::{Value, json};

use super::Network;
use crate::people::{self, File, Platform, Said, Writing};

/// The thumb at the right of the text field.
const THUMB: u64 = 369_239_263_222_822;

/// The attachment that a deed is. Its file is kept, and shown on the phone.
pub(super) fn make(
    network: Network,
    writing: &mut Writing<'_>,
    mid: &str,
    deed: &Value,
    said: &mut Said,
) -> Result<Value, String> {
    let text = |name: &str| deed[name].as_str();
    let kind = text("kind").unwrap_or_default();
    if network == Network::Instagram && ["sticker", "gif"].contains(&kind) {
        return Err(format!("Instagram tells nothing of a {kind}"));
    }
    let shared = |name: &str, url: &str| json!({ "type": name, "payload": { "url": url } });
    let made = match kind {
        "picture" | "gif" => file("image", writing, mid, deed, said)?,
        "video" => file("video", writing, mid, deed, said)?,
        "audio" | "voice" => file("audio", writing, mid, deed, said)?,
        "file" => file("file", writing, mid, deed, said)?,
        "sticker" => {
            let mut made = file("sticker", writing, mid, deed, said)?;
            let id = deed["sticker_id"].as_u64();
            made["payload"]["sticker_id"] = json!(id.unwrap_or(144_884_852_352_448));
            made
        }
        "like" if network == Network::Instagram => json!({ "type": "like_heart" }),
        "like" => {
            let mut made = shared("sticker", &cdn(writing, "like"));
            made["payload"]["sticker_id"] = json!(THUMB);
            made
        }
        "location" => {
            let latitude = deed["latitude"].as_f64().unwrap_or(52.3702);
            let longitude = deed["longitude"].as_f64().unwrap_or(4.8952);
            said.text = format!("{latitude}, {longitude}");
            let coordinates = json!({ "lat": latitude, "long": longitude });
            json!({ "type": "location", "payload": { "coordinates": coordinates } })
        }
        "link" => {
            let url = text("url").unwrap_or("https://shop.example/shoes");
            let title = text("title").unwrap_or("Shoes");
            url.clone_into(&mut said.text);
            json!({ "type": "fallback", "payload": { "url": url, "title": title } })
        }
        "reel" => {
            let name = if network == Network::Instagram {
                "ig_reel"
            } else {
                "reel"
            };
            let mut made = shared(name, &cdn(writing, "reel"));
            made["payload"]["reel_video_id"] = json!("17900000000000002");
            made
        }
        "share" => shared("share", &cdn(writing, "share")),
        "story_mention" => shared("story_mention", &cdn(writing, "story")),
        // It can be seen once, and not from here.
        "ephemeral" => json!({ "type": "ephemeral" }),
        "unknown_message" => {
            let name = text("type").unwrap_or("something_new");
            json!({ "type": name, "payload": deed["content"] })
        }
        _ => {
            let title = network.title();
            return Err(format!("{title} has no event of kind \"{kind}\""));
        }
    };
    Ok(made)
}

/// An address of Meta's files. Each is as good as its signature, and wants no token.
fn cdn(writing: &Writing<'_>, id: &str) -> String {
    let (host, platform) = (&writing.sim.host, writing.platform.name());
    format!("http://{host}/graph-cdn/{platform}/{id}?oh=00_AfA&oe=6A000000")
}

fn file(
    name: &str,
    writing: &mut Writing<'_>,
    mid: &str,
    deed: &Value,
    said: &mut Said,
) -> Result<Value, String> {
    let number = writing.book().count();
    let media = people::sampled(deed)?.ok_or("there is no such file")?;
    // Ids are the caller's, and a path wants letters.
    let plain = mid
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    let id = if plain {
        format!("{mid}.{number}")
    } else {
        format!("file.{number}")
    };
    let url = deed["external"]
        .as_str()
        .map_or_else(|| cdn(writing, &id), str::to_owned);
    let shown = people::media_url(writing.sim, writing.platform, &id);
    if media.media_type.starts_with("image/") {
        said.picture = Some(shown);
    } else {
        said.file = Some(File {
            url: shown,
            name: Some(media.name.clone()),
            media_type: Some(media.media_type.clone()),
        });
    }
    if let Some(text) = deed["text"].as_str() {
        text.clone_into(&mut said.text);
    }
    writing.book().media.insert(id, media);
    Ok(json!({ "type": name, "payload": { "url": url } }))
}
