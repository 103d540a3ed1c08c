//! What is to be shown.

use std::collections::HashSet;

use super::Wrong;
use super::fields::Fields;

/// The fields that only `message` has.
pub(super) fn message(fields: &mut Fields<'_>) -> Result<(), Wrong> {
    if let Some(mut place) = fields.optional_object("place")? {
        place.filled("dialog_id")?;
        place.whole("sequence")?;
        place.end()?;
    }
    let mut content = fields.object("content")?;
    let kind = shown(&mut content)?;
    content.end()?;
    // Of structured content there may be nothing that can be read.
    if kind == "structured" {
        fields.text("text")?;
    } else {
        fields.filled("text")?;
    }
    choices(fields)
}

fn shown<'a>(content: &mut Fields<'a>) -> Result<&'a str, Wrong> {
    let kind = content.text("type")?;
    match kind {
        "text" => {
            content.filled("text")?;
        }
        "file" => {
            let url = content.filled("url")?;
            if !is_url(url) {
                return Err(content.wrong("url", "must be an absolute http or https URL"));
            }
            for name in ["name", "media_type", "caption"] {
                content.optional_text(name)?;
            }
            content.optional_whole("size")?;
        }
        "location" => {
            content.degrees("latitude", 90.0)?;
            content.degrees("longitude", 180.0)?;
            content.optional_text("name")?;
            content.optional_text("address")?;
        }
        "structured" => {
            let mut any = content.optional_text("text")?.is_some();
            for name in ["content", "quick_replies", "metadata"] {
                any |= content.something(name)?;
            }
            if !any {
                return Err("content has nothing to show".to_owned());
            }
        }
        "secure_form" => {
            content.optional_text("title")?;
            if !content.something("form")? {
                return Err(content.wrong("form", "is missing"));
            }
        }
        _ => return Err(content.wrong("type", &format!("is unknown: {kind}"))),
    }
    Ok(kind)
}

fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let authority = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    text.bytes().all(|byte| byte.is_ascii_graphic())
        && authority.is_some_and(|authority| !authority.is_empty() && !authority.contains('@'))
}

fn choices(fields: &mut Fields<'_>) -> Result<(), Wrong> {
    let Some(choices) = fields.get("choices") else {
        return Ok(());
    };
    let choices = choices.as_array().filter(|choices| !choices.is_empty());
    let choices = choices.ok_or_else(|| fields.wrong("choices", "must be a list with entries"))?;
    let mut references = HashSet::new();
    for choice in choices {
        let mut choice = Fields::of(choice, "choices[]")?;
        let reference = choice.filled("reference")?;
        if reference.len() > 256 || !references.insert(reference) {
            return Err(choice.wrong("reference", "must be short, and no other's"));
        }
        choice.filled("title")?;
        choice.filled("text")?;
        choice.end()?;
    }
    Ok(())
}
