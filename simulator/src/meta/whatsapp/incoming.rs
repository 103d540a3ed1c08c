//! The kinds of messages from people.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::people::{self, File, Said, Writing};

/// The type of the message that a deed is, and the object that is named like it.
pub(super) fn content(
    writing: &mut Writing<'_>,
    id: &str,
    deed: &Value,
    said: &mut Said,
) -> Result<(String, Value), String> {
    let text = |name: &str| deed[name].as_str();
    let own = |name: &str| text(name).ok_or_else(|| format!("{name} is missing"));
    let kind = text("kind").unwrap_or_default();
    let (name, content) = match kind {
        "text" => {
            own("text")?.clone_into(&mut said.text);
            ("text", json!({ "body": said.text }))
        }
        "picture" => ("image", file(writing, "picture", deed, said)?),
        // A moving picture is a video there.
        "video" | "gif" => ("video", file(writing, "video", deed, said)?),
        "audio" | "voice" => ("audio", file(writing, kind, deed, said)?),
        "file" => ("document", file(writing, "file", deed, said)?),
        "sticker" => ("sticker", file(writing, "sticker", deed, said)?),
        "location" => ("location", location(deed, said)),
        "contact" => ("contacts", contacts(deed, said)),
        "button_reply" | "list_reply" => {
            own("title")?.clone_into(&mut said.text);
            let mut reply = json!({ "id": own("payload")?, "title": said.text });
            if let Some(description) = text("description").filter(|_| kind == "list_reply") {
                reply["description"] = json!(description);
            }
            ("interactive", json!({ "type": kind, kind: reply }))
        }
        "flow_reply" => {
            let response = deed["response"].clone();
            let response = if response.is_null() {
                json!({ "flow_token": "t", "size": "M" })
            } else {
                response
            };
            "Sent".clone_into(&mut said.text);
            let reply =
                json!({ "name": "flow", "body": "Sent", "response_json": response.to_string() });
            (
                "interactive",
                json!({ "type": "nfm_reply", "nfm_reply": reply }),
            )
        }
        "button" => {
            own("text")?.clone_into(&mut said.text);
            (
                "button",
                json!({ "text": said.text, "payload": own("payload")? }),
            )
        }
        "reaction" => ("reaction", reaction(writing, deed, said)?),
        "order" => ("order", order(deed, said)),
        "system" => {
            let number = text("number").unwrap_or("15550109999");
            said.deed = true;
            let body = format!(
                "User {} changed from {} to {number}",
                writing.person, writing.person
            );
            let content = json!({ "type": "user_changed_number", "body": body, "wa_id": number });
            ("system", content)
        }
        "unsupported" => {
            let code = deed["code"].as_u64().unwrap_or(131_051);
            let details = json!({ "details": "Message type is currently not supported." });
            let error = json!({
                "code": code, "title": "Message type unknown", "message": "Message type unknown",
                "error_data": details,
            });
            ("unsupported", json!([error]))
        }
        "edit" => {
            let meant = writing.meant(deed, true)?.id;
            own("text")?.clone_into(&mut said.text);
            said.deed = true;
            if let Some(message) = writing.book().message(&meant) {
                message.text.clone_from(&said.text);
                message.edited = true;
            }
            let message = json!({ "type": "text", "text": { "body": said.text } });
            (
                "edit",
                json!({ "original_message_id": meant, "message": message }),
            )
        }
        "unsend" => {
            let meant = writing.meant(deed, true)?.id;
            said.deed = true;
            if let Some(message) = writing.book().message(&meant) {
                message.unsent = true;
            }
            ("revoke", json!({ "original_message_id": meant }))
        }
        "unknown" | "unknown_message" => {
            let name = text("type").unwrap_or("something_new");
            let content = deed["content"].clone();
            let content = if content.is_null() {
                json!({ "a": 1 })
            } else {
                content
            };
            return Ok((name.to_owned(), content));
        }
        _ => return Err(format!("WhatsApp has no message of kind \"{kind}\", {id}")),
    };
    Ok((name.to_owned(), content))
}

fn location(deed: &Value, said: &mut Said) -> Value {
    let mut place = json!({
        "latitude": deed["latitude"].as_f64().unwrap_or(52.3702),
        "longitude": deed["longitude"].as_f64().unwrap_or(4.8952),
    });
    for name in ["name", "address", "url"] {
        if let Some(text) = deed[name].as_str() {
            place[name] = json!(text);
        }
    }
    let name = deed["name"].as_str().map(str::to_owned);
    said.text = name.unwrap_or_else(|| format!("{}, {}", place["latitude"], place["longitude"]));
    place
}

fn contacts(deed: &Value, said: &mut Said) -> Value {
    if deed["contacts"].is_array() {
        return deed["contacts"].clone();
    }
    let name = deed["name"].as_str().unwrap_or("Bob Stone");
    let phone = deed["phone"].as_str().unwrap_or("+1 555 010 0009");
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let first = name.split(' ').next().unwrap_or(name);
    name.clone_into(&mut said.text);
    json!([{
        "name": { "formatted_name": name, "first_name": first },
        "phones": [{ "phone": phone, "wa_id": digits, "type": "CELL" }],
    }])
}

fn reaction(writing: &mut Writing<'_>, deed: &Value, said: &mut Said) -> Result<Value, String> {
    let meant = writing.meant(deed, deed["own"] == true)?.id;
    let emoji = if deed["remove"] == true {
        ""
    } else {
        deed["emoji"].as_str().unwrap_or("👍")
    };
    emoji.clone_into(&mut said.text);
    said.reply_to = Some(meant.clone());
    said.deed = true;
    let mut reaction = json!({ "message_id": meant });
    if !emoji.is_empty() {
        reaction["emoji"] = json!(emoji);
    }
    Ok(reaction)
}

fn order(deed: &Value, said: &mut Said) -> Value {
    let text = deed["text"].as_str().unwrap_or_default();
    let items = deed["items"].clone();
    let items = if items.is_null() {
        json!([{ "product_retailer_id": "shoe-42", "quantity": 2, "item_price": 49.5, "currency": "USD" }])
    } else {
        items
    };
    text.clone_into(&mut said.text);
    json!({ "catalog_id": "700000000000001", "text": text, "product_items": items })
}

/// A file that is kept under an id, and what is told of it.
fn file(
    writing: &mut Writing<'_>,
    sample: &str,
    deed: &Value,
    said: &mut Said,
) -> Result<Value, String> {
    let mut wanted = deed.clone();
    wanted["kind"] = json!(sample);
    let media = people::sampled(&wanted)?.ok_or("there is no such file")?;
    let id = format!("{}", 900_000_000_000_000 + writing.book().count());
    let voice = sample == "voice";
    let media_type = if voice {
        "audio/ogg; codecs=opus"
    } else {
        &media.media_type
    };
    let mut content = json!({
        "id": id, "mime_type": media_type,
        "sha256": BASE64_STANDARD.encode(Sha256::digest(&media.bytes)),
    });
    match sample {
        "file" => content["filename"] = json!(media.name),
        "audio" | "voice" => content["voice"] = json!(voice),
        "sticker" => content["animated"] = json!(deed["animated"] == true),
        _ => {}
    }
    if let Some(caption) = deed["text"].as_str() {
        content["caption"] = json!(caption);
        caption.clone_into(&mut said.text);
    }
    let url = people::media_url(writing.sim, writing.platform, &id);
    if media.media_type.starts_with("image/") {
        said.picture = Some(url);
    } else {
        said.file = Some(File {
            url,
            name: Some(media.name.clone()),
            media_type: Some(media.media_type.clone()),
        });
    }
    writing.book().media.insert(id, media);
    Ok(content)
}
