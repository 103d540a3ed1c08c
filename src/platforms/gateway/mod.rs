//! A gateway or an app of your own, by a documented JSON contract: `docs/platforms/gateway.md`.
//!
//! Both ways are signed alike (Standard Webhooks). One callback carries one event or a list; one request sends one message, with an
//! id that stays the same on every attempt.

mod contract;
mod inbound;
mod outbound;
mod place;
pub mod signature;

use std::borrow::Cow;

use super::{
    Abilities, Acknowledgement, Adapter, Callback, Forgery, Heard, Later, Next, Outgoing,
    OutgoingSignal, Parsed, Platform, Shown, Unreadable,
};
use crate::config::SettingsReader;
use crate::http::{HttpAnswer, HttpRequest, Method};
use crate::message::{File, FilePlace};
use crate::secret::Rotating;
use place::{WebAddress, read_file_hosts};

const JSON: &str = "application/json";

/// The gateway in the registry.
pub const PLATFORM: Platform = Platform {
    name: "gateway",
    offers: &[("Gateway or app of your own", &ABILITIES)],
    at_vendor: "have your side post to it, signed with the signing_secret that both sides hold",
    build,
};

const ABILITIES: Abilities = Abilities {
    hears: &[
        Heard::Text,
        Heard::Picture,
        Heard::File,
        Heard::Location,
        Heard::Choice,
        Heard::Command,
        Heard::Typing,
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
        Shown::Structured,
        Shown::Agent,
    ],
    typing: true,
    receipts: true,
    news: true,
    idempotent: true,
    recognises: false,
    last_heard: false,
};

/// One gateway or app.
struct Gateway {
    /// Where messages are posted.
    url: String,
    /// The hosts that files are fetched from, as `host` or `host:port`.
    file_hosts: Vec<String>,
    /// Signs both ways.
    signing_secret: Rotating,
    url_key: String,
}

/// Builds the adapter from a channel's settings.
fn build(reader: &mut SettingsReader<'_>) -> Option<Box<dyn Adapter>> {
    // Checked as a base URL, but kept as it is written: a slash at its end counts.
    let url = reader
        .required_text(
            "url",
            "write the address of your gateway or app that messages are posted to",
        )
        .and_then(|url| reader.url("url").map(|_| url));
    let file_hosts = read_file_hosts(reader, url.as_deref());
    let signing_secret = reader
        .required_secret(
            "signing_secret",
            "make one: `whsec_` and base64 of 32 random bytes",
        )
        .and_then(|secret| read_signing_secret(reader, secret));
    Some(Box::new(Gateway {
        url: url?,
        file_hosts,
        signing_secret: signing_secret?,
        url_key: reader.key("url"),
    }))
}

fn read_signing_secret(reader: &mut SettingsReader<'_>, secret: Rotating) -> Option<Rotating> {
    let valid = secret
        .active()
        .all(|secret| signature::key(secret).is_some());
    if !valid {
        reader.secret_problem(
            "signing_secret",
            "is not `whsec_` and base64 of 24 to 64 bytes",
            "make one: `node -p '\"whsec_\" + crypto.randomBytes(32).toString(\"base64\")'`, and give it to both sides",
        );
    }
    valid.then_some(secret)
}

impl Adapter for Gateway {
    fn methods(&self) -> &'static [Method] {
        &[Method::Post]
    }

    fn body_limit(&self) -> usize {
        1024 * 1024
    }

    fn media_types(&self) -> &'static [&'static str] {
        &[JSON]
    }

    fn verify(&self, callback: &Callback<'_>) -> Result<(), Forgery> {
        signature::verify(&self.signing_secret, callback)
    }

    fn parse(&self, callback: &Callback<'_>) -> Result<Parsed, Unreadable> {
        inbound::parse(callback.body, &self.file_hosts)
    }

    /// The contract has the app post the same again after any 5xx, and names no 429.
    fn later(&self) -> Later {
        Later {
            status: 503,
            retry_after: 30,
        }
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement {
            status: 200,
            content_type: Some(JSON),
            body: Cow::Borrowed("{\"ok\":true}"),
        }
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn signal(&self, signal: &OutgoingSignal<'_>) -> Option<HttpRequest> {
        outbound::signal(self, signal)
    }

    /// Read without credentials: whoever knows the address may open it, but only listed hosts are asked.
    fn media(&self, file: &File) -> Option<HttpRequest> {
        let url = match &file.at {
            FilePlace::Platform { reference } => reference,
            FilePlace::Url { url } => url,
            FilePlace::Liveengage { .. } => return None,
        };
        WebAddress::parse(url).filter(|address| address.is_at(&self.file_hosts))?;
        Some(HttpRequest {
            redirects: self.file_hosts.clone(),
            ..HttpRequest::new(Method::Get, url.clone())
        })
    }

    fn next(&self, message: &Outgoing<'_>, answer: Option<&HttpAnswer>) -> Next {
        outbound::next(self, message, answer)
    }
}

#[cfg(test)]
mod tests;
