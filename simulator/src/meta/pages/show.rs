//! What a phone shows of a message to it.

use serde_json::Value;

use crate::people::{Button, Card, File, Seen};

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn optional(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A well-formed message. Files are shown from where they were fetched to.
pub(super) fn seen(id: &str, body: &Value, files: &[File]) -> Seen {
    let message = &body["message"];
    let mut seen = Seen {
        id: id.to_owned(),
        kind: "text".to_owned(),
        text: text(&message["text"]),
        reply_to: optional(&body["reply_to"]["mid"]),
        content: body.clone(),
        ..Seen::default()
    };
    let attachment = &message["attachment"];
    match attachment["type"].as_str() {
        Some("template") => template(&attachment["payload"], &mut seen),
        Some("like_heart") => {
            seen.kind = "sticker".to_owned();
            seen.text = "❤".to_owned();
        }
        Some("image") => seen.kind = "picture".to_owned(),
        Some(kind) => seen.kind = kind.to_owned(),
        None if message["attachments"].is_array() => seen.kind = "picture".to_owned(),
        None => {}
    }
    pictures(files, &mut seen);
    for reply in message["quick_replies"].as_array().into_iter().flatten() {
        let kind = text(&reply["content_type"]);
        let title = match kind.as_str() {
            "user_email" => "ann@mail.example".to_owned(),
            "user_phone_number" => "+15550100001".to_owned(),
            _ => text(&reply["title"]),
        };
        seen.buttons.push(Button {
            payload: optional(&reply["payload"]).or_else(|| Some(title.clone())),
            title,
            kind: "quick_reply".to_owned(),
            quick: true,
            content: reply.clone(),
            ..Button::default()
        });
    }
    seen
}

/// One picture stands alone, several are cards.
fn pictures(files: &[File], seen: &mut Seen) {
    if let [file] = files {
        if seen.kind == "picture" {
            seen.picture = Some(file.url.clone());
        } else {
            seen.file = Some(file.clone());
        }
        return;
    }
    seen.cards.extend(files.iter().map(|file| Card {
        picture: Some(file.url.clone()),
        ..Card::default()
    }));
}

fn template(payload: &Value, seen: &mut Seen) {
    seen.kind = text(&payload["template_type"]);
    if seen.kind == "button" {
        seen.text = text(&payload["text"]);
        buttons(payload, None, seen);
        return;
    }
    let elements = payload["elements"].as_array().into_iter().flatten();
    for (n, element) in elements.enumerate() {
        if n == 0 {
            seen.text = text(&element["title"]);
        }
        seen.cards.push(Card {
            title: text(&element["title"]),
            text: text(&element["subtitle"]),
            picture: optional(&element["image_url"]),
        });
        buttons(element, Some(n), seen);
    }
}

fn buttons(holder: &Value, card: Option<usize>, seen: &mut Seen) {
    let buttons = holder["buttons"].as_array().into_iter().flatten();
    seen.buttons.extend(buttons.map(|button| Button {
        title: text(&button["title"]),
        kind: text(&button["type"]),
        payload: optional(&button["payload"]),
        url: optional(&button["url"]),
        quick: false,
        card,
        content: button.clone(),
    }));
}
