//! The LINE Messaging API: one-to-one chats with a LINE Official Account.
//!
//! A callback may carry events of several people, or none at all (the console's test). An answer goes by the reply token of what was
//! said last, while that is good, and else as a push, which has an idempotency key. LINE reports nothing about what it was sent.

mod answers;
mod flex;
mod inbound;
mod inbound_content;
mod objects;
mod outbound;
mod profile;
mod render;
mod signals;
pub mod signature;
mod template;

use super::{
    Abilities, Acknowledgement, Adapter, Callback, Forgery, Heard, Later, Next, Outgoing,
    OutgoingSignal, Parsed, Platform, Progress, Shown, Unreadable, bearer,
};
use crate::config::SettingsReader;
use crate::http::{HttpAnswer, HttpRequest, HttpResponse, Method};
use crate::message::{File, FilePlace, Profile};
use crate::outcome::Refusal;
use crate::secret::Rotating;

const API: &str = "https://api.line.me";
const DATA: &str = "https://api-data.line.me";

/// LINE in the registry.
pub const PLATFORM: Platform = Platform {
    name: "line",
    offers: &[("LINE", &ABILITIES)],
    at_vendor: "enter it as webhook URL in the channel's Messaging API settings, and verify it there\n\
                switch on \"Use webhook\" and \"Webhook redelivery\": without the latter nothing comes again",
    build,
};

const ABILITIES: Abilities = Abilities {
    hears: &[
        Heard::Text,
        Heard::Picture,
        Heard::File,
        Heard::Sticker,
        Heard::Location,
        Heard::Choice,
        Heard::Edit,
        Heard::Unsend,
        Heard::Follow,
        Heard::Profile,
    ],
    shows: &[
        Shown::Text,
        Shown::Picture,
        Shown::Location,
        Shown::Buttons,
        Shown::List,
        Shown::Card,
        Shown::Carousel,
        Shown::QuickReplies,
        Shown::Agent,
    ],
    typing: true,
    receipts: true,
    news: false,
    // A push is, a reply is not quite: see `Adapter::repeatable`.
    idempotent: false,
    recognises: false,
    last_heard: true,
};

/// One LINE Official Account.
struct Line {
    api_url: String,
    /// Where the files of messages are.
    data_url: String,
    /// Signs callbacks.
    channel_secret: Rotating,
    /// Authenticates requests.
    channel_access_token: Rotating,
    api_key: String,
}

/// Builds the adapter from a channel's settings.
fn build(reader: &mut SettingsReader<'_>) -> Option<Box<dyn Adapter>> {
    let api_url = reader.url("api_url");
    let data_url = reader.url("data_url");
    let channel_secret = reader.required_secret(
        "channel_secret",
        "copy the channel secret from the channel's basic settings in the LINE Developers console",
    );
    let channel_access_token = bearer::read(
        reader,
        "channel_access_token",
        "issue a long-lived channel access token in the Messaging API settings of the LINE Developers console",
    );
    Some(Box::new(Line {
        api_url: api_url.unwrap_or_else(|| API.to_owned()),
        data_url: data_url.unwrap_or_else(|| DATA.to_owned()),
        channel_secret: channel_secret?,
        channel_access_token: channel_access_token?,
        api_key: reader.key("api_url"),
    }))
}

impl Line {
    /// A request with the channel's credentials.
    fn authorized(&self, request: HttpRequest) -> HttpRequest {
        bearer::authorized(request, &self.channel_access_token)
    }

    /// A `POST` to the API.
    fn call(&self, path: &str, body: &serde_json::Value) -> HttpRequest {
        let url = format!("{}{path}", self.api_url);
        self.authorized(HttpRequest::json(Method::Post, url, body))
    }
}

/// Whether this can be an id of a message: it becomes a part of a path.
fn is_message_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

impl Adapter for Line {
    fn methods(&self) -> &'static [Method] {
        &[Method::Post]
    }

    fn body_limit(&self) -> usize {
        1024 * 1024
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/json"]
    }

    fn verify(&self, callback: &Callback<'_>) -> Result<(), Forgery> {
        signature::verify(&self.channel_secret, callback)
    }

    fn parse(&self, callback: &Callback<'_>) -> Result<Parsed, Unreadable> {
        inbound::parse(callback.body)
    }

    /// LINE reads the status only.
    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement::empty()
    }

    /// Anything but 2xx makes LINE come again, where redelivery is switched on in its console. It heeds no `Retry-After`.
    fn later(&self) -> Later {
        Later {
            status: 503,
            retry_after: 30,
        }
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn signal(&self, signal: &OutgoingSignal<'_>) -> Option<HttpRequest> {
        signals::request(self, signal)
    }

    /// What a message holds is read by its id. What lies elsewhere is not: a page inside LINE may name any address.
    fn media(&self, file: &File) -> Option<HttpRequest> {
        let FilePlace::Platform { reference } = &file.at else {
            return None;
        };
        let id = Some(reference).filter(|id| is_message_id(id))?;
        let url = format!("{}/v2/bot/message/{id}/content", self.data_url);
        Some(self.authorized(HttpRequest::new(Method::Get, url)))
    }

    fn profile(&self, consumer: &str) -> Option<HttpRequest> {
        profile::request(self, consumer)
    }

    fn read_profile(&self, answer: &HttpResponse) -> Option<Profile> {
        profile::read(answer)
    }

    fn explain(&self, refusal: &Refusal) -> Option<&'static str> {
        answers::explain(refusal)
    }

    fn repeatable(&self, progress: &Progress) -> bool {
        outbound::repeatable(progress)
    }

    fn next(&self, message: &Outgoing<'_>, answer: Option<&HttpAnswer>) -> Next {
        outbound::next(self, message, answer)
    }
}

#[cfg(test)]
mod tests;
