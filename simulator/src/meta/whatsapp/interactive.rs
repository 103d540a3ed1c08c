//! Interactive messages: reply buttons, a list, a link, a question for the location.
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-list-messages>

use std::collections::HashSet;

use super::content::media;
use super::request::File;
use crate::meta::fields::{Fields, Wrong, is_address};

const BODY: usize = 1_024;
const LIST_BODY: usize = 4_096;
const MARGIN: usize = 60;
const BUTTONS: usize = 3;
const LABEL: usize = 20;
const SECTIONS: usize = 10;
/// In all sections together.
const ROWS: usize = 10;

pub(super) fn check(fields: &mut Fields<'_>) -> Result<Option<File>, Wrong> {
    let known = ["button", "list", "cta_url", "location_request_message"];
    let kind = fields.one_of("type", &known)?;
    let mut body = fields.object("body")?;
    body.limited("text", if kind == "list" { LIST_BODY } else { BODY })?;
    body.end()?;
    let file = match fields.optional_object("header")? {
        None => None,
        Some(_) if kind == "location_request_message" => {
            return Err(fields.wrong("header", "is not allowed here"));
        }
        Some(header) => checked_header(kind, header)?,
    };
    if let Some(mut footer) = fields.optional_object("footer")? {
        footer.limited("text", MARGIN)?;
        footer.end()?;
    }
    let mut action = fields.object("action")?;
    match kind {
        "button" => buttons(&mut action)?,
        "list" => list(&mut action)?,
        "cta_url" => link(&mut action)?,
        _ => {
            action.one_of("name", &["send_location"])?;
        }
    }
    action.end()?;
    Ok(file)
}

fn checked_header(kind: &str, mut header: Fields<'_>) -> Result<Option<File>, Wrong> {
    let known: &[&str] = if kind == "list" {
        &["text"]
    } else {
        &["text", "image", "video", "document"]
    };
    let shown = header.one_of("type", known)?;
    let file = if shown == "text" {
        header.limited("text", MARGIN)?;
        None
    } else {
        let mut object = header.object(shown)?;
        let file = media(shown, &mut object)?;
        object.end()?;
        Some(file)
    };
    header.end()?;
    Ok(file)
}

fn buttons(action: &mut Fields<'_>) -> Result<(), Wrong> {
    let (mut ids, mut titles) = (HashSet::new(), HashSet::new());
    for mut button in action.objects("buttons", BUTTONS)? {
        button.one_of("type", &["reply"])?;
        let mut reply = button.object("reply")?;
        if !ids.insert(reply.limited("id", 256)?) {
            return Err(reply.wrong("id", "is that of another button"));
        }
        if !titles.insert(reply.limited("title", LABEL)?) {
            return Err(reply.wrong("title", "is that of another button"));
        }
        reply.end()?;
        button.end()?;
    }
    Ok(())
}

fn list(action: &mut Fields<'_>) -> Result<(), Wrong> {
    action.limited("button", LABEL)?;
    let sections = action.objects("sections", SECTIONS)?;
    let several = sections.len() > 1;
    let (mut ids, mut count) = (HashSet::new(), 0);
    for mut section in sections {
        if several {
            section.limited("title", 24)?;
        } else {
            section.optional_limited("title", 24)?;
        }
        for mut row in section.objects("rows", ROWS)? {
            count += 1;
            if !ids.insert(row.limited("id", 200)?) {
                return Err(row.wrong("id", "is that of another row"));
            }
            row.limited("title", 24)?;
            row.optional_limited("description", 72)?;
            row.end()?;
        }
        section.end()?;
    }
    if count > ROWS {
        return Err(action.wrong("sections", &format!("have more than {ROWS} rows in total")));
    }
    Ok(())
}

fn link(action: &mut Fields<'_>) -> Result<(), Wrong> {
    action.one_of("name", &["cta_url"])?;
    let mut parameters = action.object("parameters")?;
    parameters.limited("display_text", LABEL)?;
    let url = parameters.text("url")?;
    if !is_address(url, &["https://", "http://"]) {
        return Err(parameters.wrong("url", "is not a valid URL"));
    }
    parameters.end()
}
