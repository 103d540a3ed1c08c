//! Templates: the button template and the generic template.
//! <https://developers.facebook.com/docs/messenger-platform/reference/templates>

use super::Network;
use super::message::{PAYLOAD, link};
use crate::meta::fields::{Fields, Wrong, is_address, is_link};

const ELEMENTS: usize = 10;
const BUTTONS: usize = 3;
const BUTTON_TITLE: usize = 20;
const BUTTON_TEXT: usize = 640;
const ELEMENT_TEXT: usize = 80;
/// An element with nothing but a title.
const INCOMPLETE: u32 = 2_018_032;

pub(super) fn check(network: Network, mut payload: Fields<'_>) -> Result<(), Wrong> {
    if payload.one_of("template_type", &["generic", "button"])? == "button" {
        payload.limited("text", BUTTON_TEXT)?;
        buttons(network, &mut payload)?;
    } else {
        if payload.has("image_aspect_ratio") {
            payload.one_of("image_aspect_ratio", &["horizontal", "square"])?;
        }
        for element in payload.objects("elements", ELEMENTS)? {
            checked_element(network, element)?;
        }
    }
    payload.flag("sharable")?;
    payload.end()
}

fn checked_element(network: Network, mut element: Fields<'_>) -> Result<(), Wrong> {
    element.limited("title", ELEMENT_TEXT)?;
    let mut more = element
        .optional_limited("subtitle", ELEMENT_TEXT)?
        .is_some();
    more |= link(&mut element, "image_url")?;
    if let Some(mut action) = element.optional_object("default_action")? {
        action.one_of("type", &["web_url"])?;
        let url = action.text("url")?;
        if !is_link(url) {
            return Err(action.wrong("url", "should represent a valid URL"));
        }
        webview(&mut action)?;
        action.end()?;
    }
    if element.has("buttons") {
        more = true;
        buttons(network, &mut element)?;
    }
    if !more {
        let what = "Incomplete element data: title and at least one other field (image url, subtitle or \
                    buttons) is required with template_type 'generic'";
        return Err(Wrong::new(what).with_subcode(INCOMPLETE));
    }
    element.end()
}

fn buttons(network: Network, fields: &mut Fields<'_>) -> Result<(), Wrong> {
    let known: &[&str] = match network {
        Network::Messenger => &["web_url", "postback", "phone_number"],
        Network::Instagram => &["web_url", "postback"],
    };
    for mut button in fields.objects("buttons", BUTTONS)? {
        let kind = button.one_of("type", known)?;
        button.limited("title", BUTTON_TITLE)?;
        match kind {
            "web_url" => {
                let url = button.text("url")?;
                if !is_address(url, &["https://", "http://"]) {
                    return Err(button.wrong("url", "should represent a valid URL"));
                }
                webview(&mut button)?;
            }
            "postback" => {
                button.limited("payload", PAYLOAD)?;
            }
            _ => {
                let number = button.text("payload")?;
                let digits = number.strip_prefix('+').unwrap_or_default();
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(button.wrong("payload", "should represent a valid phone number"));
                }
            }
        }
        button.end()?;
    }
    Ok(())
}

fn webview(fields: &mut Fields<'_>) -> Result<(), Wrong> {
    if fields.has("webview_height_ratio") {
        fields.one_of("webview_height_ratio", &["compact", "tall", "full"])?;
    }
    fields.flag("messenger_extensions")?;
    Ok(())
}
