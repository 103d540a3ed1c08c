//! Messages, as a phone shows them.

use serde_json::{Value, json};

use crate::people::{Button, Card, File, Seen};

/// A message. Quick replies are shown with the last one of a request.
pub(super) fn seen(message: &Value, id: &str, last: bool) -> Seen {
    let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
    let kind = message["type"].as_str().unwrap_or_default();
    let mut seen = Seen {
        id: id.to_owned(),
        kind: kind.to_owned(),
        content: message.clone(),
        ..Seen::default()
    };
    let address = || message["originalContentUrl"].as_str().map(str::to_owned);
    match kind {
        "text" | "textV2" => {
            "text".clone_into(&mut seen.kind);
            seen.text = text("text");
        }
        "image" => {
            "picture".clone_into(&mut seen.kind);
            seen.picture = address();
        }
        "video" | "audio" => {
            seen.picture = message["previewImageUrl"].as_str().map(str::to_owned);
            seen.file = address().map(|url| File {
                url,
                ..File::default()
            });
        }
        "location" => seen.text = format!("{}, {}", text("title"), text("address")),
        "sticker" => seen.text = format!("sticker {}/{}", text("packageId"), text("stickerId")),
        "template" => template(&message["template"], &mut seen),
        "flex" => flex(&message["contents"], &mut seen),
        _ => {}
    }
    if message["sender"].is_object() {
        let sender = &message["sender"];
        seen.agent = json!({ "name": sender["name"], "picture": sender["iconUrl"] });
    }
    if last {
        let items = message["quickReply"]["items"].as_array();
        let items = items.into_iter().flatten();
        seen.buttons.extend(items.map(|item| Button {
            quick: true,
            ..button(&item["action"], None)
        }));
    }
    seen
}

fn button(action: &Value, card: Option<usize>) -> Button {
    let text = |name: &str| action[name].as_str().map(str::to_owned);
    Button {
        title: text("label").unwrap_or_default(),
        kind: text("type").unwrap_or_default(),
        payload: text("data").or_else(|| text("text")),
        url: text("uri"),
        quick: false,
        card,
        content: action.clone(),
    }
}

fn buttons(list: &Value, card: Option<usize>) -> impl Iterator<Item = Button> {
    let list = list.as_array().into_iter().flatten();
    list.map(move |action| button(action, card))
}

fn template(template: &Value, seen: &mut Seen) {
    let text = |object: &Value, name: &str| object[name].as_str().unwrap_or_default().to_owned();
    let kind = text(template, "type");
    seen.kind.clone_from(&kind);
    seen.picture = template["thumbnailImageUrl"].as_str().map(str::to_owned);
    let words = [text(template, "title"), text(template, "text")];
    let words: Vec<String> = words
        .into_iter()
        .filter(|words| !words.is_empty())
        .collect();
    seen.text = words.join("\n");
    seen.buttons.extend(buttons(&template["actions"], None));
    let columns = template["columns"].as_array();
    for (n, column) in columns.into_iter().flatten().enumerate() {
        let picture = column["thumbnailImageUrl"]
            .as_str()
            .or(column["imageUrl"].as_str());
        seen.cards.push(Card {
            title: text(column, "title"),
            text: text(column, "text"),
            picture: picture.map(str::to_owned),
        });
        seen.buttons.extend(buttons(&column["actions"], Some(n)));
        if column["action"].is_object() {
            seen.buttons.push(button(&column["action"], Some(n)));
        }
    }
}

fn flex(contents: &Value, seen: &mut Seen) {
    if let Some(bubbles) = contents["contents"].as_array()
        && contents["type"] == "carousel"
    {
        for (n, bubble) in bubbles.iter().enumerate() {
            let mut found = Found::default();
            found.look(bubble);
            seen.cards.push(Card {
                title: String::new(),
                text: found.texts.join("\n"),
                picture: found.picture,
            });
            let actions = found.actions.iter();
            seen.buttons
                .extend(actions.map(|action| button(action, Some(n))));
        }
        return;
    }
    let mut found = Found::default();
    found.look(contents);
    seen.text = found.texts.join("\n");
    seen.picture = found.picture;
    let actions = found.actions.iter();
    seen.buttons
        .extend(actions.map(|action| button(action, None)));
}

/// What is in a bubble, in reading order.
#[derive(Default)]
struct Found {
    texts: Vec<String>,
    picture: Option<String>,
    actions: Vec<Value>,
}

impl Found {
    fn look(&mut self, component: &Value) {
        let text = |name: &str| component[name].as_str().map(str::to_owned);
        match component["type"].as_str() {
            Some("text") => self.texts.extend(text("text")),
            Some("span") => self.texts.extend(text("text")),
            Some("image") => self.picture = self.picture.take().or(text("url")),
            _ => {}
        }
        for block in ["header", "hero", "body", "footer"] {
            if component[block].is_object() {
                self.look(&component[block]);
            }
        }
        for inner in component["contents"].as_array().into_iter().flatten() {
            self.look(inner);
        }
        if component["action"].is_object() {
            self.actions.push(component["action"].clone());
        }
    }
}
