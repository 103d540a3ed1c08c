//! What a phone shows of a message to it.

use serde_json::Value;

use super::request::Outgoing;
use super::templates::Filled;
use crate::people::{Button, File, Seen};

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn optional(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A well-formed message. Its file is shown from where it was fetched to.
pub(super) fn seen(
    id: &str,
    body: &Value,
    outgoing: &Outgoing,
    filled: Option<&Filled>,
    file: Option<&File>,
) -> Seen {
    let content = &outgoing.content;
    let mut seen = Seen {
        id: id.to_owned(),
        kind: outgoing.kind.clone(),
        reply_to: outgoing.context.clone(),
        content: body.clone(),
        text: text(&content["caption"]),
        ..Seen::default()
    };
    match outgoing.kind.as_str() {
        "text" => seen.text = text(&content["body"]),
        "image" => "picture".clone_into(&mut seen.kind),
        "document" => "file".clone_into(&mut seen.kind),
        "location" => seen.text = place(content),
        "contacts" => {
            "contact".clone_into(&mut seen.kind);
            seen.text = text(&content[0]["name"]["formatted_name"]);
        }
        "interactive" => interactive(content, &mut seen),
        _ => {}
    }
    if let Some(filled) = filled {
        seen.text.clone_from(&filled.text);
        seen.buttons
            .extend(filled.buttons.iter().map(|(title, payload)| Button {
                title: title.clone(),
                kind: "template_reply".to_owned(),
                payload: Some(payload.clone()),
                ..Button::default()
            }));
    }
    if let Some(file) = file {
        let picture = file
            .media_type
            .as_ref()
            .is_some_and(|kind| kind.starts_with("image/"));
        if picture && seen.kind != "file" {
            seen.picture = Some(file.url.clone());
        } else {
            let name = optional(&content["filename"]).or_else(|| file.name.clone());
            seen.file = Some(File {
                name,
                ..file.clone()
            });
        }
    }
    seen
}

fn place(content: &Value) -> String {
    let named = ["name", "address"].map(|name| content[name].as_str());
    let named: Vec<&str> = named.into_iter().flatten().collect();
    if named.is_empty() {
        format!("{}, {}", content["latitude"], content["longitude"])
    } else {
        named.join(", ")
    }
}

fn interactive(content: &Value, seen: &mut Seen) {
    seen.kind = text(&content["type"]);
    let header = content["header"]["text"].as_str();
    let texts = [
        header,
        content["body"]["text"].as_str(),
        content["footer"]["text"].as_str(),
    ];
    let texts: Vec<&str> = texts.into_iter().flatten().collect();
    seen.text = texts.join("\n");
    let action = &content["action"];
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let button = |kind: &str, object: &Value| Button {
        title: text(&object["title"]),
        kind: kind.to_owned(),
        payload: optional(&object["id"]),
        content: object.clone(),
        ..Button::default()
    };
    match seen.kind.as_str() {
        "button" => {
            let buttons = list(&action["buttons"]);
            let replies = buttons
                .iter()
                .map(|own| button("button_reply", &own["reply"]));
            seen.buttons.extend(replies);
        }
        "list" => {
            let sections = list(&action["sections"]);
            let rows = sections.iter().flat_map(|section| list(&section["rows"]));
            seen.buttons
                .extend(rows.map(|row| button("list_reply", &row)));
        }
        "cta_url" => seen.buttons.push(Button {
            title: text(&action["parameters"]["display_text"]),
            kind: "url".to_owned(),
            url: optional(&action["parameters"]["url"]),
            content: action.clone(),
            ..Button::default()
        }),
        _ => seen.buttons.push(Button {
            title: "Send location".to_owned(),
            kind: "send_location".to_owned(),
            ..Button::default()
        }),
    }
}
