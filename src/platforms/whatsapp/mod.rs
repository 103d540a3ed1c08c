//! WhatsApp, by Meta's Business Cloud API.
//!
//! One callback carries events of many people, and maybe of several numbers; one request sends one of WhatsApp's messages. Signature,
//! handshake and errors are those of all of Meta's platforms ([`super::meta`]). There is no idempotency key.
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/>

mod content;
mod files;
mod inbound;
mod interactive;
mod outbound;
mod person;
mod render;
mod widgets;
mod words;

use super::meta::{self, App};
use super::{
    Abilities, Acknowledgement, Adapter, Callback, Forgery, Heard, Later, Next, Outgoing,
    OutgoingSignal, Parsed, Platform, Shown, Unreadable,
};
use crate::config::SettingsReader;
use crate::http::{HttpAnswer, HttpRequest, Method};
use crate::message::File;
use crate::outcome::Refusal;

const API: &str = "https://graph.facebook.com";

/// WhatsApp in the registry.
pub const PLATFORM: Platform = Platform {
    name: "whatsapp",
    offers: &[("WhatsApp", &ABILITIES)],
    at_vendor: "enter it in the app's WhatsApp configuration, with the verify_token of the secret\n\
                subscribe to messages, and to user_preferences if agents shall see who wants no marketing",
    build,
};

const ABILITIES: Abilities = Abilities {
    hears: &[
        Heard::Text,
        Heard::Picture,
        Heard::File,
        Heard::Sticker,
        Heard::Location,
        Heard::Contact,
        Heard::Choice,
        Heard::Reaction,
        Heard::Edit,
        Heard::Unsend,
        Heard::OptOut,
        Heard::Delivered,
        Heard::Read,
        Heard::Failed,
        Heard::Profile,
    ],
    shows: &[
        Shown::Text,
        Shown::Picture,
        Shown::File,
        Shown::Location,
        Shown::Buttons,
        Shown::List,
        Shown::Card,
    ],
    typing: true,
    receipts: true,
    news: false,
    idempotent: false,
    recognises: true,
    last_heard: true,
};

/// One number.
struct WhatsApp {
    app: App,
    /// Meta's id of the number.
    phone_number_id: String,
    /// What stands on the button that opens a list.
    list_button: String,
    number_key: String,
}

/// Builds the adapter from a channel's settings.
fn build(reader: &mut SettingsReader<'_>) -> Option<Box<dyn Adapter>> {
    let phone_number_id = meta::app::read_id(
        reader,
        "phone_number_id",
        "copy the Phone number ID from the app's WhatsApp settings at Meta; it is not the telephone number",
    );
    let list_button = read_list_button(reader);
    let app = App::read(
        reader,
        API,
        "make a token of a system user with the permissions whatsapp_business_messaging and whatsapp_business_management",
    );
    Some(Box::new(WhatsApp {
        app: app?,
        phone_number_id: phone_number_id?,
        list_button: list_button?,
        number_key: reader.key("phone_number_id"),
    }))
}

fn read_list_button(reader: &mut SettingsReader<'_>) -> Option<String> {
    let Some(label) = reader.text("list_button") else {
        return Some("Options".to_owned());
    };
    let fits = words::length(&label) <= words::LABEL && !label.contains(char::is_control);
    if !fits {
        reader.problem(
            "list_button",
            "is no label of at most 20 characters",
            "write what shall stand on the button that opens a list, for example \"Choose\", or leave it out",
        );
    }
    fits.then_some(label)
}

impl Adapter for WhatsApp {
    fn methods(&self) -> &'static [Method] {
        &[Method::Post, Method::Get]
    }

    fn body_limit(&self) -> usize {
        meta::BODY_LIMIT
    }

    fn media_types(&self) -> &'static [&'static str] {
        &[meta::JSON]
    }

    fn handshake(&self, callback: &Callback<'_>) -> Option<Result<Acknowledgement, Forgery>> {
        meta::handshake::answer(self.app.verify_token.active(), callback)
    }

    fn handshake_query(&self, challenge: &str) -> Option<String> {
        let token = self.app.verify_token.current();
        Some(meta::handshake::query(token, challenge))
    }

    fn verify(&self, callback: &Callback<'_>) -> Result<(), Forgery> {
        meta::signature::verify(self.app.app_secret.active(), callback)
    }

    fn parse(&self, callback: &Callback<'_>) -> Result<Parsed, Unreadable> {
        inbound::parse(callback.body, &self.phone_number_id)
    }

    fn acknowledgement(&self) -> Acknowledgement {
        meta::acknowledgement()
    }

    fn later(&self) -> Later {
        meta::later()
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn signal(&self, signal: &OutgoingSignal<'_>) -> Option<HttpRequest> {
        outbound::signal(self, signal)
    }

    fn media(&self, file: &File) -> Option<HttpRequest> {
        files::request(self, file)
    }

    fn explain(&self, refusal: &Refusal) -> Option<&'static str> {
        outbound::explain(refusal)
    }

    fn next(&self, message: &Outgoing<'_>, answer: Option<&HttpAnswer>) -> Next {
        outbound::next(self, message, answer)
    }

    fn taken(&self, message: &Outgoing<'_>, remote_id: &str) -> Option<Next> {
        let ended = Ok(Some(remote_id.to_owned()));
        Some(outbound::behind(self, message, Some(ended)))
    }
}

#[cfg(test)]
mod tests;
