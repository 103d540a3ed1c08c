//! The kinds of messages, and what each may hold.

use serde_json::Value;

use super::request::{File, Source, refused};
use super::{interactive, templates};
use crate::meta::fields::{Fields, Wrong, is_address};
use crate::meta::graph::GraphError;

/// What `type` may be.
pub(super) const KINDS: [&str; 11] = [
    "text",
    "image",
    "document",
    "audio",
    "video",
    "sticker",
    "location",
    "contacts",
    "interactive",
    "reaction",
    "template",
];
const TEXT: usize = 4_096;
const CAPTION: usize = 1_024;

/// Whether the object is what this kind wants, and the files in it.
pub(super) fn check(kind: &str, content: &Value) -> Result<Vec<File>, GraphError> {
    let own_codes = ["interactive", "template"].contains(&kind);
    checked(kind, content).map_err(|wrong| refused(own_codes, &wrong))
}

fn checked(kind: &str, content: &Value) -> Result<Vec<File>, Wrong> {
    if kind == "contacts" {
        return contacts(content);
    }
    let mut fields = Fields::of(content, kind)?;
    let mut files = Vec::new();
    match kind {
        "text" => {
            fields.limited("body", TEXT)?;
            fields.flag("preview_url")?;
        }
        "location" => location(&mut fields)?,
        "reaction" => {
            fields.text("message_id")?;
            let emoji = fields.need("emoji")?.as_str();
            // An empty one takes the reaction back.
            if emoji.is_none_or(|emoji| emoji.chars().count() > 10) {
                return Err(fields.wrong("emoji", "must be an emoji"));
            }
        }
        "interactive" => files.extend(interactive::check(&mut fields)?),
        "template" => templates::check(&mut fields)?,
        _ => files.push(media(kind, &mut fields)?),
    }
    fields.end()?;
    Ok(files)
}

/// A file, by a link or by the id of an upload.
pub(super) fn media(kind: &str, fields: &mut Fields<'_>) -> Result<File, Wrong> {
    let source = match (fields.has("link"), fields.has("id")) {
        (true, false) => {
            let link = fields.text("link")?;
            if !is_address(link, &["https://", "http://"]) {
                return Err(fields.wrong("link", "is not a valid URL"));
            }
            Source::Link(link.to_owned())
        }
        (false, true) => Source::Id(fields.text("id")?.to_owned()),
        (true, true) => return Err(fields.wrong("id", "cannot stand beside a link")),
        (false, false) => return Err(fields.missing("link")),
    };
    if ["image", "video", "document"].contains(&kind) {
        fields.optional_limited("caption", CAPTION)?;
    }
    match kind {
        "document" => {
            fields.optional_text("filename")?;
        }
        "audio" => {
            fields.flag("voice")?;
        }
        _ => {}
    }
    let kind = kind.to_owned();
    Ok(File { kind, source })
}

fn location(fields: &mut Fields<'_>) -> Result<(), Wrong> {
    for (name, most) in [("latitude", 90.0), ("longitude", 180.0)] {
        let value = fields.need(name)?;
        let written = value.as_str().and_then(|text| text.parse().ok());
        let degrees: Option<f64> = value.as_f64().or(written);
        if degrees.is_none_or(|degrees| degrees.abs() > most) {
            return Err(fields.wrong(name, &format!("must be a number up to {most}")));
        }
    }
    fields.optional_text("name")?;
    fields.optional_text("address")?;
    Ok(())
}

fn contacts(content: &Value) -> Result<Vec<File>, Wrong> {
    let list = content.as_array().filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| Wrong::new("Param contacts must be a non-empty array."))?;
    for (n, contact) in list.iter().enumerate() {
        let mut contact = Fields::of(contact, format!("contacts[{n}]"))?;
        let mut name = contact.object("name")?;
        name.text("formatted_name")?;
        let parts = ["first_name", "last_name", "middle_name", "suffix", "prefix"];
        let mut any = false;
        for part in parts {
            any |= name.optional_text(part)?.is_some();
        }
        if !any {
            return Err(name.missing("first_name"));
        }
        name.end()?;
        for part in ["addresses", "birthday", "emails", "org", "phones", "urls"] {
            contact.get(part);
        }
        contact.end()?;
    }
    Ok(Vec::new())
}
