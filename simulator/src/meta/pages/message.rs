//! The `message` of a call of the Send API.

use serde_json::Value;

use super::Network;
use super::request::Link;
use super::template;
use crate::meta::fields::{Fields, Wrong, is_link};

const MB: usize = 1024 * 1024;
const QUICK_REPLIES: usize = 13;
const TITLE: usize = 20;
pub(super) const PAYLOAD: usize = 1_000;

/// Whether it is one, and the files that it names.
pub(super) fn check(network: Network, message: &Value) -> Result<Vec<Link>, Wrong> {
    let mut fields = Fields::of(message, "message")?;
    let contents = ["text", "attachment", "attachments"];
    let given: Vec<_> = contents
        .into_iter()
        .filter(|name| fields.has(name))
        .collect();
    let links = match given.as_slice() {
        ["text"] => {
            text(network, &mut fields)?;
            Vec::new()
        }
        ["attachment"] => {
            let attachment = fields.object("attachment")?;
            checked_attachment(network, attachment)?
                .into_iter()
                .collect()
        }
        [_] => pictures(network, &mut fields)?,
        [] => {
            let what = "Message cannot be empty, must provide valid attachment or text";
            return Err(Wrong::new(what));
        }
        _ => return Err(Wrong::new("Message must have either text or attachment")),
    };
    fields.optional_limited("metadata", 1_000)?;
    if fields.has("quick_replies") {
        for reply in fields.objects("quick_replies", QUICK_REPLIES)? {
            quick_reply(network, reply)?;
        }
    }
    fields.end()?;
    Ok(links)
}

/// Messenger counts characters, Instagram bytes.
fn text(network: Network, fields: &mut Fields<'_>) -> Result<(), Wrong> {
    let text = fields.text("text")?;
    let (length, longest) = match network {
        Network::Messenger => (text.chars().count(), 2_000),
        Network::Instagram => (text.len(), 1_000),
    };
    if length > longest {
        let what = format!("Length of param message[text] must be less than or equal to {longest}");
        return Err(Wrong::new(what));
    }
    Ok(())
}

fn quick_reply(network: Network, mut reply: Fields<'_>) -> Result<(), Wrong> {
    let known: &[&str] = match network {
        Network::Messenger => &["text", "user_phone_number", "user_email"],
        Network::Instagram => &["text"],
    };
    if reply.one_of("content_type", known)? == "text" {
        reply.limited("title", TITLE)?;
        reply.limited("payload", PAYLOAD)?;
        link(&mut reply, "image_url")?;
    } else {
        reply.optional_limited("payload", PAYLOAD)?;
    }
    reply.end()
}

/// An address that Meta fetches, if there is one.
pub(super) fn link(fields: &mut Fields<'_>, name: &'static str) -> Result<bool, Wrong> {
    match fields.optional_text(name)? {
        None => Ok(false),
        Some(url) if is_link(url) => Ok(true),
        Some(_) => Err(fields.wrong(name, "should represent a valid URL")),
    }
}

fn checked_attachment(network: Network, mut attachment: Fields<'_>) -> Result<Option<Link>, Wrong> {
    let known: &[&str] = match network {
        Network::Messenger => &["image", "audio", "video", "file", "template"],
        Network::Instagram => &["image", "audio", "video", "file", "template", "like_heart"],
    };
    let kind = attachment.one_of("type", known)?.to_owned();
    let found = match kind.as_str() {
        "like_heart" => None,
        "template" => {
            template::check(network, attachment.object("payload")?)?;
            None
        }
        _ => media(network, &kind, attachment.object("payload")?)?,
    };
    attachment.end()?;
    Ok(found)
}

fn media(network: Network, kind: &str, mut payload: Fields<'_>) -> Result<Option<Link>, Wrong> {
    if payload.has("attachment_id") {
        payload.text("attachment_id")?;
        payload.end()?;
        return Ok(None);
    }
    let url = payload.text("url")?.to_owned();
    if !is_link(&url) {
        return Err(payload.wrong("url", "should represent a valid URL"));
    }
    let reusable = payload.flag("is_reusable")?;
    payload.end()?;
    let largest = match (network, kind) {
        (Network::Instagram, "image") => 8 * MB,
        _ => 25 * MB,
    };
    let kind = kind.to_owned();
    Ok(Some(Link {
        kind,
        url,
        largest,
        reusable,
    }))
}

/// Several pictures in one message.
fn pictures(network: Network, fields: &mut Fields<'_>) -> Result<Vec<Link>, Wrong> {
    let attachments = fields.objects("attachments", 10)?;
    let mut links = Vec::new();
    for mut attachment in attachments {
        attachment.one_of("type", &["image"])?;
        links.extend(media(network, "image", attachment.object("payload")?)?);
        attachment.end()?;
    }
    Ok(links)
}
