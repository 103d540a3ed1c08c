//! Twilio Programmable Messaging: SMS, MMS and WhatsApp.
//!
//! One callback carries one message or one receipt; one request sends one piece of a text. There is no handshake, no
//! batch, no echo and no idempotency key.

mod form;
mod inbound;
mod outbound;
pub mod signature;

use std::borrow::Cow;

use super::{
    Abilities, Acknowledgement, Adapter, Callback, Forgery, Heard, Later, Next, Outgoing, Parsed,
    Platform, Shown, Unreadable,
};
use crate::config::SettingsReader;
use crate::http::{HttpAnswer, Method};
use crate::outcome::Refusal;
use crate::secret::Rotating;
use signature::Payload;

const API: &str = "https://api.twilio.com";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
/// The prefix of WhatsApp addresses; sender and recipient carry it both or neither.
const WHATSAPP: &str = "whatsapp:";

/// Twilio in the registry.
pub const PLATFORM: Platform = Platform {
    name: "twilio",
    offers: &[("SMS by Twilio", &ABILITIES)],
    build,
};

const ABILITIES: Abilities = Abilities {
    hears: &[
        Heard::Text,
        Heard::Delivered,
        Heard::Read,
        Heard::Failed,
        Heard::Profile,
    ],
    shows: &[Shown::Text],
    typing: false,
    receipts: false,
    news: false,
    idempotent: false,
    last_heard: false,
};

/// One sender: a number, a WhatsApp sender or a Messaging Service.
struct Twilio {
    account_sid: String,
    from: Option<String>,
    messaging_service_sid: Option<String>,
    api_url: String,
    /// Signs callbacks, and authenticates requests.
    auth_token: Rotating,
    account_key: String,
    sender_key: String,
}

/// Builds the adapter from a channel's settings.
fn build(reader: &mut SettingsReader<'_>) -> Option<Box<dyn Adapter>> {
    let account_sid = reader.required_text(
        "account_sid",
        "copy the Account SID (AC...) from the Twilio console",
    );
    let account_sid = account_sid.and_then(|sid| read_sid(reader, "account_sid", "AC", sid));
    let from = reader.text("from");
    let service = reader.text("messaging_service_sid");
    if from.is_none() && service.is_none() {
        reader.problem(
            "from",
            "is missing",
            "write the Twilio number in E.164, for example \"+15550100002\", or set messaging_service_sid",
        );
    }
    let from = from.map(|from| read_from(reader, from));
    let service = service.map(|sid| read_sid(reader, "messaging_service_sid", "MG", sid));
    let api_url = reader.url("api_url");
    let auth_token = reader.required_secret(
        "auth_token",
        "copy the Auth Token of the same account from the Twilio console",
    );
    let sender_field = if from.is_some() {
        "from"
    } else {
        "messaging_service_sid"
    };
    Some(Box::new(Twilio {
        account_sid: account_sid?,
        from: from.flatten(),
        messaging_service_sid: service.flatten(),
        api_url: api_url.unwrap_or_else(|| API.to_owned()),
        auth_token: auth_token?,
        account_key: reader.key("account_sid"),
        sender_key: reader.key(sender_field),
    }))
}

fn read_sid(
    reader: &mut SettingsReader<'_>,
    field: &str,
    prefix: &str,
    sid: String,
) -> Option<String> {
    let valid = is_sid(&sid, &[prefix]);
    if !valid {
        reader.problem(
            field,
            format!("is not a SID of the form {prefix}..."),
            format!("copy it from the Twilio console: {prefix} and 32 hexadecimal digits"),
        );
    }
    valid.then_some(sid)
}

fn read_from(reader: &mut SettingsReader<'_>, from: String) -> Option<String> {
    let short_code = (3..=8).contains(&from.len()) && from.bytes().all(|b| b.is_ascii_digit());
    let valid = is_e164(&from) || short_code;
    if !valid {
        reader.problem(
            "from",
            "is not a telephone number in E.164",
            "write + and the number in quotes, without spaces and without `whatsapp:`, for example \"+15550100002\"",
        );
    }
    valid.then_some(from)
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

    /// Empty TwiML: any text in it would be sent to the consumer.
    /// Twilio comes again after a 5xx where the address of the callback asks for that (`rp=5xx`, as the set-up says), and it names no
    /// status for "later". It does not say that it heeds `Retry-After`.
    fn later(&self) -> Later {
        Later {
            status: 503,
            retry_after: 30,
        }
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement {
            status: 200,
            content_type: Some("text/xml"),
            body: Cow::Borrowed("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>"),
        }
    }

    fn explain(&self, refusal: &Refusal) -> Option<&'static str> {
        outbound::explain(refusal)
    }

    fn next(&self, message: &Outgoing<'_>, answer: Option<&HttpAnswer>) -> Next {
        outbound::next(self, message, answer)
    }
}

#[cfg(test)]
mod tests;
