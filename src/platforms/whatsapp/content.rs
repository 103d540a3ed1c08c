//! What a message says, by its `type`.
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages>

use serde_json::{Map, Value};

use super::files;
use super::interactive::{self, choice};
use crate::message::{Content, Location};
use crate::platforms::Unreadable;
use crate::platforms::meta::envelope::list;
use crate::platforms::reading::{degrees, hint, plain_word, required_text, unreadable};

type Fields = Map<String, Value>;

/// What a message is.
pub(super) enum Read {
    /// Something for the conversation.
    Said(Content),
    /// Nothing for it; the word to count.
    Ignored(String),
}

pub(super) fn read(message: &Fields) -> Result<Read, Unreadable> {
    let kind = hint(message, "type").ok_or_else(|| unreadable("type is missing"))?;
    let content = match kind.as_str() {
        "text" => Content::Text {
            text: required_text(part(message, "text")?, "body")?,
        },
        "image" | "document" | "audio" | "video" | "sticker" => files::read(message, &kind)?,
        "location" => location(part(message, "location")?)?,
        "contacts" => text(contacts(message)?),
        "interactive" => interactive::read(message)?,
        "button" => {
            let button = part(message, "button")?;
            choice(required_text(button, "text")?, button.get("payload"))
        }
        "order" => text(order(part(message, "order")?)),
        "reaction" => aside(reaction(part(message, "reaction")?)),
        "revoke" => aside("[took a message back]".to_owned()),
        "edit" => aside(edit(part(message, "edit")?)),
        "system" => return system(part(message, "system")?),
        // The person has opened the chat for the first time, and said nothing.
        "request_welcome" => return Ok(Read::Ignored(format!("type={kind}"))),
        _ => unsupported(message, &kind),
    };
    Ok(Read::Said(content))
}

/// What is told beside a message, each with a word for it.
pub(super) fn beside(message: &Fields) -> Vec<(&'static str, String)> {
    let object = |fields: &Fields, name: &str| fields.get(name).and_then(Value::as_object).cloned();
    let context = object(message, "context").unwrap_or_default();
    let mut told = Vec::new();
    if let Some(referral) = object(message, "referral") {
        let told_by = ["headline", "source_url"].map(|name| hint(&referral, name));
        let told_by = joined(told_by.into_iter().flatten(), " ");
        let from = match hint(&referral, "source_type").as_deref() {
            Some("post") => "a post",
            _ => "an ad",
        };
        told.push((
            "referral",
            bracketed(&format!("came from {from}"), &told_by),
        ));
    }
    if let Some(product) = object(&context, "referred_product") {
        let id = hint(&product, "product_retailer_id").unwrap_or_default();
        told.push(("product", bracketed("asks about the product", &id)));
    }
    let is = |name: &str| context.get(name) == Some(&Value::Bool(true));
    if is("forwarded") || is("frequently_forwarded") {
        told.push(("forwarded", "[forwarded]".to_owned()));
    }
    told
}

/// The object that is named like the kind.
pub(super) fn part<'a>(fields: &'a Fields, name: &str) -> Result<&'a Fields, Unreadable> {
    let part = fields.get(name).and_then(Value::as_object);
    part.ok_or_else(|| unreadable(format!("{name} is not an object")))
}

/// A message that can be shown by its name only.
pub(super) fn unsupported(message: &Fields, name: &str) -> Content {
    let told = message.get("unsupported").and_then(Value::as_object);
    let told = told.and_then(|unsupported| hint(unsupported, "type"));
    let name = plain_word(told.as_deref().unwrap_or(name));
    Content::Unsupported {
        name: match name {
            "unsupported" | "unknown" | "other" => {
                "message of a kind that WhatsApp does not pass on"
            }
            name => name,
        }
        .to_owned(),
        raw: Value::Object(message.clone()),
    }
}

pub(super) fn text(text: String) -> Content {
    Content::Text { text }
}

fn aside(text: String) -> Content {
    Content::Aside { text }
}

fn joined(texts: impl IntoIterator<Item = String>, between: &str) -> String {
    texts.into_iter().collect::<Vec<_>>().join(between)
}

/// `[what: more]`, or without more `[what]`.
fn bracketed(what: &str, more: &str) -> String {
    match more {
        "" => format!("[{what}]"),
        more => format!("[{what}: {more}]"),
    }
}

fn location(location: &Fields) -> Result<Content, Unreadable> {
    Ok(Content::Location {
        location: Location {
            latitude: degrees(location, "latitude", 90.0)?,
            longitude: degrees(location, "longitude", 180.0)?,
            name: hint(location, "name"),
            address: hint(location, "address"),
        },
    })
}

/// A line for each contact: name, company, numbers and addresses.
fn contacts(message: &Fields) -> Result<String, Unreadable> {
    let contacts = list(message, "contacts").iter();
    let lines = contacts.filter_map(Value::as_object).map(|contact| {
        let object = |name: &str| contact.get(name).and_then(Value::as_object);
        let name = object("name").and_then(|name| hint(name, "formatted_name"));
        let company = object("org").and_then(|org| hint(org, "company"));
        let all = |part: &str, field: &'static str| -> Vec<String> {
            let parts = list(contact, part).iter().filter_map(Value::as_object);
            parts.filter_map(|part| hint(part, field)).collect()
        };
        let who = joined(name.into_iter().chain(company), ", ");
        let reached = joined(
            [("phones", "phone"), ("emails", "email"), ("urls", "url")]
                .into_iter()
                .flat_map(|(part, field)| all(part, field)),
            ", ",
        );
        let told = [who, reached].into_iter().filter(|text| !text.is_empty());
        format!("[contact] {}", joined(told, ": "))
            .trim_end()
            .to_owned()
    });
    let text = joined(lines, "\n");
    if text.is_empty() {
        return Err(unreadable("contacts has no contact"));
    }
    Ok(text)
}

/// What was ordered from the catalogue, a line for each product, and what was written with it.
fn order(order: &Fields) -> String {
    let products = list(order, "product_items").iter();
    let products = products.filter_map(Value::as_object).map(|item| {
        let plain = |name: &str| item.get(name).map(plain_value).unwrap_or_default();
        let product = plain("product_retailer_id");
        let price = format!("{} {}", plain("item_price"), plain("currency"));
        format!("{} × {product} ({})", plain("quantity"), price.trim())
    });
    let note = hint(order, "text");
    let lines = ["[order]".to_owned()]
        .into_iter()
        .chain(products)
        .chain(note);
    joined(lines, "\n")
}

/// A text as it is, anything else as JSON.
pub(super) fn plain_value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn reaction(reaction: &Fields) -> String {
    match hint(reaction, "emoji") {
        Some(emoji) => format!("[reacted with {emoji}]"),
        None => "[took a reaction back]".to_owned(),
    }
}

/// The new words, of a text or below a file.
fn edit(edit: &Fields) -> String {
    let message = edit.get("message").and_then(Value::as_object);
    let words = message.and_then(|message| {
        let kind = hint(message, "type").unwrap_or_else(|| "text".to_owned());
        let content = message.get(&kind)?.as_object()?;
        hint(content, if kind == "text" { "body" } else { "caption" })
    });
    match words {
        Some(words) => format!("[edited] {words}"),
        None => "[edited a message]".to_owned(),
    }
}

/// The person has another number, and writes from it as somebody new: the user id changes with the number.
fn system(system: &Fields) -> Result<Read, Unreadable> {
    let kind = required_text(system, "type")?;
    let text = match kind.as_str() {
        "user_changed_number" | "customer_changed_number" => {
            let number = ["wa_id", "new_wa_id"]
                .into_iter()
                .find_map(|name| hint(system, name));
            let number = number.map(|number| format!("+{}", number.trim_start_matches('+')));
            bracketed("changed the telephone number", &number.unwrap_or_default())
        }
        "user_changed_user_id" => "[changed the WhatsApp account]".to_owned(),
        _ => return Ok(Read::Ignored(format!("system={}", plain_word(&kind)))),
    };
    Ok(Read::Said(aside(text)))
}
