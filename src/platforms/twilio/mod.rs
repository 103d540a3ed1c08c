//! Twilio Programmable Messaging: SMS and MMS, and WhatsApp.
//!
//! One callback carries one message, which may be several events, or one receipt; one request sends one piece of a
//! message. There is no handshake, no batch, no echo and no idempotency key.

mod answers;
mod fields;
mod files;
mod form;
mod inbound;
mod outbound;
mod pieces;
mod settings;
pub mod signature;

use std::borrow::Cow;

use super::{
    Abilities, Acknowledgement, Adapter, Callback, Forgery, Heard, Later, Next, Outgoing,
    OutgoingSignal, Parsed, Platform, Shown, Unreadable,
};
use crate::crypto::base64;
use crate::http::{HttpAnswer, HttpRequest, Method};
use crate::message::File;
use crate::outcome::Refusal;
use crate::secret::Rotating;
use settings::ApiKey;
use signature::Payload;

const API: &str = "https://api.twilio.com";
const MESSAGING: &str = "https://messaging.twilio.com";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
/// The prefix of WhatsApp addresses; sender and recipient carry it both or neither.
const WHATSAPP: &str = "whatsapp:";

/// Twilio in the registry.
pub const PLATFORM: Platform = Platform {
    name: "twilio",
    offers: &[
        ("SMS and MMS by Twilio", &ABILITIES_OF_SMS),
        ("WhatsApp by Twilio", &ABILITIES_OF_WHATSAPP),
    ],
    at_vendor: "enter it, by POST, for incoming messages of the number, the WhatsApp sender or the messaging service\n\
                with #rt=4000&rc=3&rp=4xx,5xx,ct,rt behind it, so that Twilio tries again",
    build: settings::build,
};

/// Of numbers and of messaging services that send from numbers. Pictures are shown where the channel has `mms`.
const ABILITIES_OF_SMS: Abilities = Abilities {
    hears: &[
        Heard::Text,
        Heard::Picture,
        Heard::File,
        Heard::OptOut,
        Heard::Delivered,
        Heard::Failed,
        Heard::Profile,
    ],
    shows: &[Shown::Text, Shown::Picture],
    typing: false,
    receipts: false,
    news: false,
    idempotent: false,
    recognises: true,
    last_heard: false,
};

/// Of WhatsApp senders. A sign of typing refers to the last thing that the person said.
const ABILITIES_OF_WHATSAPP: Abilities = Abilities {
    hears: &[
        Heard::Text,
        Heard::Picture,
        Heard::File,
        Heard::Sticker,
        Heard::Location,
        Heard::Choice,
        Heard::Delivered,
        Heard::Read,
        Heard::Failed,
        Heard::Profile,
    ],
    shows: &[Shown::Text, Shown::Picture, Shown::File, Shown::Location],
    typing: true,
    receipts: false,
    news: false,
    idempotent: false,
    recognises: true,
    last_heard: true,
};

/// One sender: a number, a WhatsApp sender or a Messaging Service.
struct Twilio {
    account_sid: String,
    from: Option<String>,
    messaging_service_sid: Option<String>,
    /// It is a WhatsApp sender.
    whatsapp: bool,
    /// It may send pictures as MMS.
    mms: bool,
    /// Consumers on WhatsApp see that an agent is typing.
    typing: bool,
    api_url: String,
    messaging_url: String,
    /// Signs callbacks, and authenticates requests where there is no API key.
    auth_token: Rotating,
    api_key: Option<ApiKey>,
    account_key: String,
    sender_key: String,
    callback_key: String,
}

impl Twilio {
    /// The request with what Twilio knows us by.
    fn authorized(&self, request: HttpRequest) -> HttpRequest {
        let (user, password) = match &self.api_key {
            Some(key) => (&key.sid, key.secret.current()),
            None => (&self.account_sid, self.auth_token.current()),
        };
        let credentials = base64(format!("{user}:{}", password.expose()).as_bytes());
        request.header("authorization", format!("Basic {credentials}"))
    }
}

/// Whether `text` is one of Twilio's ids: a prefix of two letters and 32 hexadecimal digits.
fn is_sid(text: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| {
        text.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit()))
    })
}

/// Whether `text` is `+` and 7 to 15 digits, the first of them not zero.
fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

impl Adapter for Twilio {
    fn methods(&self) -> &'static [Method] {
        &[Method::Post, Method::Get]
    }

    fn body_limit(&self) -> usize {
        256 * 1024
    }

    fn media_types(&self) -> &'static [&'static str] {
        &[FORM, JSON]
    }

    fn verify(&self, callback: &Callback<'_>) -> Result<(), Forgery> {
        let mut url = callback
            .public_url
            .split('#')
            .next()
            .unwrap_or_default()
            .to_owned();
        if let Some(query) = callback.query {
            url.push('?');
            url.push_str(query);
        }
        let is_form = callback.media_type().as_deref() == Some(FORM);
        let payload = match callback.method {
            Method::Get if callback.body.is_empty() => Payload::None,
            _ if is_form => Payload::Form(callback.body),
            _ => Payload::Other(callback.body),
        };
        let header = callback.header("x-twilio-signature");
        signature::verify(self.auth_token.active(), &url, payload, header)
    }

    fn parse(&self, callback: &Callback<'_>) -> Result<Parsed, Unreadable> {
        inbound::parse(callback)
    }

    /// Twilio comes again after a 5xx where the address of the callback asks for that (`rp=5xx`, as the set-up says), and it names no
    /// status for "later". It does not say that it heeds `Retry-After`.
    fn later(&self) -> Later {
        Later {
            status: 503,
            retry_after: 30,
        }
    }

    fn abilities(&self) -> &'static Abilities {
        if self.whatsapp {
            &ABILITIES_OF_WHATSAPP
        } else {
            &ABILITIES_OF_SMS
        }
    }

    /// Empty TwiML: any text in it would be sent to the consumer.
    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement {
            status: 200,
            content_type: Some("text/xml"),
            body: Cow::Borrowed("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>"),
        }
    }

    fn signal(&self, signal: &OutgoingSignal<'_>) -> Option<HttpRequest> {
        outbound::signal(self, signal)
    }

    fn media(&self, file: &File) -> Option<HttpRequest> {
        files::request(self, file)
    }

    fn explain(&self, refusal: &Refusal) -> Option<&'static str> {
        answers::explain(refusal)
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
