//! Callbacks, as LINE posts them: what people do, in its words, and the signature.
//! <https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects>

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::clock;
use crate::ids;
use crate::options::Options;
use crate::people::{self, File, Said, Told, Writing};

/// `x-line-signature`.
pub(super) fn sign(secret: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    mac.map_or_else(
        |_| String::new(),
        |mac| BASE64_STANDARD.encode(mac.chain_update(body).finalize().into_bytes()),
    )
}

pub(super) fn body(options: &Options, events: &[Value]) -> String {
    json!({ "destination": options.line_bot, "events": events }).to_string()
}

/// The same for the same id: a ULID in LINE's letters.
fn webhook_event_id(id: &str) -> String {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let digest = Sha256::digest(format!("event\n{id}").as_bytes());
    let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).copied();
    let letters = digest.iter().filter_map(letter).map(char::from);
    format!("01KAM{}", letters.take(21).collect::<String>())
}

fn derived(what: &str, id: &str) -> String {
    ids::hex(&Sha256::digest(format!("{what}\n{id}").as_bytes()))
        .chars()
        .take(32)
        .collect()
}

/// What a person does.
pub(super) fn tell(writing: &mut Writing<'_>, deed: &Value) -> Result<Told, String> {
    let kind = deed["kind"].as_str().unwrap_or_default();
    let number = writing.book().count();
    let id = writing.id.clone();
    // The connector remembers ids for longer than this run lasts: the time makes those of the next one others.
    let fresh = || 560_000_000_000_000_000 + clock::now_ms() * 1000 + number % 1000;
    let id = id.unwrap_or_else(|| fresh().to_string());
    let mut said = Said {
        kind: kind.to_owned(),
        deed: true,
        ..Said::default()
    };
    let mut event = envelope(writing, deed, &id);
    let (name, content) = match kind {
        "postback" => ("postback", Some(postback(deed, &mut said)?)),
        "follow" => {
            let again = std::mem::replace(&mut writing.person().blocked, false);
            ("follow", Some(json!({ "isUnblocked": again })))
        }
        "unfollow" => {
            writing.person().blocked = true;
            ("unfollow", None)
        }
        "unsend" => {
            let meant = writing.meant(deed, true)?.id;
            let book = writing.book();
            if let Some(message) = book.message(&meant) {
                message.unsent = true;
            }
            if book.media.remove(&meant).is_some() {
                writing.world.line.gone.insert(meant.clone());
            }
            ("unsend", Some(json!({ "messageId": meant })))
        }
        "unknown" => (deed["type"].as_str().unwrap_or("somethingNew"), None),
        "edit" => {
            let meant = writing.meant(deed, true)?.id;
            let text = deed["text"].as_str().ok_or("text is missing")?;
            if let Some(message) = writing.book().message(&meant) {
                text.clone_into(&mut message.text);
                message.edited = true;
            }
            let message = json!({
                "id": meant, "type": "text", "text": text, "quoteToken": derived("quote", &meant),
            });
            event["message"] = message;
            ("messageEdited", None)
        }
        _ => {
            said.deed = false;
            event["message"] = message(writing, deed, &id, &mut said)?;
            ("message", None)
        }
    };
    event["type"] = json!(name);
    if let Some(content) = content {
        event[name] = content;
    }
    for silent in ["unfollow", "unsend"] {
        if name == silent
            && let Some(event) = event.as_object_mut()
        {
            event.remove("replyToken");
        }
    }
    let source = &event["source"];
    let chat = source["groupId"].as_str().or(source["roomId"].as_str());
    let line = &mut writing.world.line;
    if let Some(chat) = chat {
        line.joined(chat, &writing.person);
    }
    if let Some(token) = event["replyToken"].as_str() {
        let chat = chat.unwrap_or(&writing.person);
        line.give(token, &writing.person, chat);
    }
    Ok(Told {
        id,
        event,
        said: Some(said),
    })
}

fn envelope(writing: &Writing<'_>, deed: &Value, id: &str) -> Value {
    let text = |name: &str| deed[name].as_str();
    let person = &writing.person;
    let source = match (text("group"), text("room")) {
        (Some(group), _) => json!({ "type": "group", "groupId": group, "userId": person }),
        (_, Some(room)) => json!({ "type": "room", "roomId": room, "userId": person }),
        _ => json!({ "type": "user", "userId": person }),
    };
    let mode = text("mode").unwrap_or("active");
    let mut event = json!({
        "mode": mode, "timestamp": deed["timestamp"].as_u64().unwrap_or_else(clock::now_ms),
        "source": source, "webhookEventId": webhook_event_id(id),
        "deliveryContext": { "isRedelivery": deed["redelivery"].as_bool().unwrap_or(false) },
    });
    // Where somebody else has the chat, nobody here may answer.
    if mode == "active" {
        event["replyToken"] = json!(derived("reply", id));
    }
    event
}

fn postback(deed: &Value, said: &mut Said) -> Result<Value, String> {
    let data = deed["data"].as_str().ok_or("data is missing")?;
    let mut postback = json!({ "data": data });
    if !deed["params"].is_null() {
        postback["params"] = deed["params"].clone();
    }
    let shown = deed["text"].as_str();
    shown.unwrap_or(data).clone_into(&mut said.text);
    // What the button says for the person stands in the chat as if it had been typed.
    said.deed = shown.is_none();
    Ok(postback)
}

fn message(
    writing: &mut Writing<'_>,
    deed: &Value,
    id: &str,
    said: &mut Said,
) -> Result<Value, String> {
    let text = |name: &str| deed[name].as_str();
    let mut message = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            message.insert(name.to_owned(), value);
        }
    };
    put("id", json!(id));
    put("markAsReadToken", json!(derived("read", id)));
    let person = writing.person.clone();
    let read = derived("read", id);
    writing
        .world
        .line
        .read_tokens
        .insert(read, (person, id.to_owned()));
    if let Some(quoted) = text("quote") {
        put("quotedMessageId", json!(quoted));
        said.reply_to = Some(quoted.to_owned());
    }
    let kind = deed["kind"].as_str().unwrap_or_default();
    let (name, quotable) = match kind {
        "text" => {
            text("text")
                .ok_or("text is missing")?
                .clone_into(&mut said.text);
            put("text", json!(said.text));
            put("emojis", deed["emojis"].clone());
            put("mention", deed["mention"].clone());
            ("text", true)
        }
        "picture" | "gif" => ("image", true),
        "video" => ("video", true),
        "audio" | "voice" => ("audio", false),
        "file" => ("file", false),
        "location" => {
            let title = text("title").unwrap_or("Dam Square");
            title.clone_into(&mut said.text);
            put("title", json!(title));
            put(
                "address",
                json!(text("address").unwrap_or("Dam, Amsterdam")),
            );
            put(
                "latitude",
                json!(deed["latitude"].as_f64().unwrap_or(52.3702)),
            );
            put(
                "longitude",
                json!(deed["longitude"].as_f64().unwrap_or(4.8952)),
            );
            ("location", false)
        }
        "sticker" => {
            put("packageId", json!(text("package").unwrap_or("446")));
            put("stickerId", json!(text("sticker").unwrap_or("1988")));
            put("stickerResourceType", json!("ANIMATION"));
            let keywords = deed["keywords"].as_array().cloned();
            put(
                "keywords",
                json!(keywords.unwrap_or_else(|| vec![json!("hello")])),
            );
            put("text", deed["text"].clone());
            text("text").unwrap_or_default().clone_into(&mut said.text);
            ("sticker", true)
        }
        "unknown_message" => (text("type").unwrap_or("somethingNew"), false),
        _ => return Err(format!("LINE has no event of kind \"{kind}\"")),
    };
    put("type", json!(name));
    if quotable {
        put("quoteToken", json!(derived("quote", id)));
    }
    if kind != "sticker"
        && let Some(media) = people::sampled(deed)?
    {
        match name {
            "file" => {
                put("fileName", json!(media.name));
                put("fileSize", json!(media.bytes.len()));
            }
            "video" | "audio" => put(
                "duration",
                json!(deed["duration"].as_u64().unwrap_or(2_000)),
            ),
            _ => put("imageSet", deed["image_set"].clone()),
        }
        let outside = text("external");
        if name != "file" {
            put(
                "contentProvider",
                match outside {
                    Some(url) => json!({
                        "type": "external", "originalContentUrl": url,
                        "previewImageUrl": text("preview").unwrap_or(url),
                    }),
                    None => json!({ "type": "line" }),
                },
            );
        }
        let url = outside.map_or_else(
            || people::media_url(writing.sim, writing.platform, id),
            str::to_owned,
        );
        if media.media_type.starts_with("image/") {
            said.picture = Some(url);
        } else {
            said.file = Some(File {
                url,
                name: Some(media.name.clone()),
                media_type: Some(media.media_type.clone()),
            });
        }
        if outside.is_none() {
            let preparing = deed["preparing"].as_u64().unwrap_or_default();
            writing
                .world
                .line
                .preparing
                .insert(id.to_owned(), preparing);
            writing.book().media.insert(id.to_owned(), media);
        }
    }
    let more = deed["fields"].as_object().cloned().unwrap_or_default();
    message.extend(more);
    Ok(Value::Object(message))
}

/// What a tap on a button is.
pub(super) fn tap(button: &people::Button) -> Result<Value, String> {
    let action = &button.content;
    let text = |name: &str| action[name].as_str();
    match button.kind.as_str() {
        "postback" => {
            let mut deed = json!({ "kind": "postback", "data": action["data"] });
            if let Some(shown) = text("displayText").or(text("text")) {
                deed["text"] = json!(shown);
            }
            Ok(deed)
        }
        "datetimepicker" => {
            let (name, value) = match text("mode") {
                Some("date") => ("date", "2026-11-22"),
                Some("time") => ("time", "18:00"),
                _ => ("datetime", "2026-11-22T18:00"),
            };
            let value = text("initial").unwrap_or(value);
            Ok(json!({ "kind": "postback", "data": action["data"], "params": { name: value } }))
        }
        "message" => Ok(json!({ "kind": "text", "text": action["text"] })),
        "location" => Ok(json!({ "kind": "location" })),
        "camera" | "cameraRoll" => Ok(json!({ "kind": "picture" })),
        other => Err(format!(
            "a tap on a button of kind \"{other}\" tells the bot nothing"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::sign;

    #[test]
    fn signatures_are_those_of_the_known_answers() {
        let body = r#"{"hello":"world"}"#.as_bytes();
        let known = "t7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tM=";
        assert_eq!(sign("test_secret", body), known);
        let body = "{\"destination\":\"U00000000000000000000000000000001\",\"events\":[]}";
        let known = "wPCv6Kr/l7/RiiNE3BZYICpNIk+CEj6GpxQaWxc8uvw=";
        assert_eq!(sign("line-secret-1", body.as_bytes()), known);
    }
}
