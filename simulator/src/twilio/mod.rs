//! Twilio: its REST API for messages, the phones behind it, and the people with WhatsApp.
//!
//! A phone's id is its number; a person with WhatsApp is `whatsapp:+15550100001`, as Twilio writes it.

mod account;
mod callbacks;
mod content;
mod fate;
mod media;
mod messages;
pub(crate) mod phones;
mod signature;
mod status;
mod typing;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::ids;
use crate::journal::Side;
use crate::options::Options;
use crate::people::{Button, Message, Person, Platform, Told, Writing};
use crate::sim::{CallbackRetries, Settings, Sim, World};

/// The prefix of WhatsApp's addresses.
pub(crate) const WHATSAPP: &str = "whatsapp:";

/// The messaging service that the account has.
pub(crate) const SERVICE: &str = "MG00000000000000000000000000000001";

/// Twilio.
pub(crate) struct Twilio;

/// What Twilio remembers beside people and messages.
#[derive(Default)]
pub(crate) struct State {
    /// Messages to people, by their sids.
    sent: HashMap<String, status::Sent>,
    /// Contents, by their sids.
    contents: BTreeMap<String, Value>,
}

/// The routes of the REST API.
pub(crate) fn routes() -> Router<Arc<Sim>> {
    let account = "/2010-04-01/Accounts/{sid}";
    Router::new()
        .route(&format!("{account}/Messages.json"), post(messages::handle))
        .route(
            &format!("{account}/Messages/{{message}}/Media/{{media}}"),
            get(media::redirect),
        )
        .route("/twilio-media/{media}", get(media::serve))
        .route("/v1/Content", post(content::create))
        .route("/v2/Indicators/Typing.json", post(typing::form))
        .route("/v3/Indicators/Typing.json", post(typing::json))
}

/// Whether this is a number as E.164 writes it.
pub(crate) fn is_e164(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else {
        return false;
    };
    (8..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number, or an address of WhatsApp: of a number, or an id like `US.1234` of somebody who hides it.
fn is_address(text: &str) -> bool {
    let Some(address) = text.strip_prefix(WHATSAPP) else {
        return is_e164(text);
    };
    let hidden = address.split_once('.').is_some_and(|(country, id)| {
        country.len() == 2
            && country.bytes().all(|byte| byte.is_ascii_uppercase())
            && !id.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    hidden || is_e164(address)
}

/// An error as Twilio's REST API reports it.
pub(crate) fn error(status: u16, code: u32, message: &str) -> Response {
    let http = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let more_info = format!("https://www.twilio.com/docs/errors/{code}");
    let body =
        json!({ "code": code, "message": message, "more_info": more_info, "status": status });
    (http, axum::Json(body)).into_response()
}

impl Platform for Twilio {
    fn name(&self) -> &'static str {
        "twilio"
    }

    fn title(&self) -> &'static str {
        "WhatsApp through Twilio"
    }

    fn side(&self) -> Side {
        Side::Twilio
    }

    fn channel(&self, options: &Options) -> String {
        options.twilio_whatsapp_channel.clone()
    }

    fn channel_of(&self, options: &Options, person: &str) -> String {
        if person.starts_with(WHATSAPP) {
            return self.channel(options);
        }
        let first = options.channels.first();
        first.map_or_else(String::new, |(name, _)| name.clone())
    }

    fn retries<'a>(&self, settings: &'a Settings) -> &'a CallbackRetries {
        &settings.twilio_retries
    }

    fn menu(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Picture", json!({ "kind": "picture" })),
            ("Video", json!({ "kind": "video" })),
            ("Voice note", json!({ "kind": "voice" })),
            ("PDF", json!({ "kind": "file" })),
            ("Sticker", json!({ "kind": "sticker" })),
            ("Location", json!({ "kind": "location" })),
        ]
    }

    fn person_id(&self, n: u64) -> String {
        format!("{WHATSAPP}+1555010{:04}", 1_000 + n)
    }

    fn check_person_id(&self, id: &str) -> Result<(), String> {
        let reason = || format!("\"{id}\" is not a number like +15550100001");
        is_address(id).then_some(()).ok_or_else(reason)
    }

    fn set(&self, person: &mut Person, name: &str, value: &Value) -> Result<(), String> {
        let fine = match name {
            "opted_out" => value.is_boolean(),
            // The error code with which messages to the person end.
            "fails_with" => value.is_u64() || value.is_null(),
            _ => return Err(format!("a person has no setting {name}")),
        };
        if !fine {
            return Err(format!("{name} has another type"));
        }
        person.more.insert(name.to_owned(), value.clone());
        Ok(())
    }

    fn tell(&self, writing: &mut Writing<'_>, deed: &Value) -> Result<Told, String> {
        callbacks::tell(writing, deed)
    }

    fn tap(&self, message: &Message, button: &Button) -> Result<Value, String> {
        callbacks::tap(message, button)
    }

    fn read(&self, world: &mut World, person: &str, messages: &[String]) -> Vec<Value> {
        // SMS ends with `delivered`.
        let whatsapp = person.starts_with(WHATSAPP);
        let messages = messages.iter().filter(|_| whatsapp);
        let known = messages.filter(|id| status::is_told(world, id));
        known
            .map(|id| json!({ "kind": "status", "message": id, "status": "read" }))
            .collect()
    }

    fn path(&self, channel: &str, event: &Value) -> String {
        let own = event["path"].as_str().map(str::to_owned);
        own.unwrap_or_else(|| format!("/channels/{channel}"))
    }

    fn body(&self, _options: &Options, _person: &str, events: &[Value]) -> String {
        let form = events.first().map(|event| &event["form"]);
        let fields = form.and_then(Value::as_object).into_iter().flatten();
        let text = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields.map(|(name, value)| (name, text(value))))
            .finish()
    }

    fn headers(
        &self,
        options: &Options,
        path: &str,
        body: &str,
        sign: bool,
    ) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            (
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8".to_owned(),
            ),
            ("user-agent", "TwilioProxy/1.1".to_owned()),
            // The same for every attempt.
            ("I-Twilio-Idempotency-Token", ids::uuid_of(body)),
        ];
        if sign {
            let params: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes())
                .into_owned()
                .collect();
            let url = format!("{}{path}", options.public_url);
            let signature = signature::sign(&options.twilio_token, &url, &params);
            headers.push(("X-Twilio-Signature", signature));
        }
        headers
    }

    fn entry(&self) -> &'static str {
        "inbound"
    }

    fn told_in_journal(&self, details: &mut Value) {
        details["sid"] = details["ids"][0].clone();
    }

    /// What Twilio's debugger would say about an answer.
    fn warning(&self, status: u16, media_type: &str, empty: bool) -> Option<&'static str> {
        let understood = media_type.contains("xml") || media_type.starts_with("text/plain");
        ((200..300).contains(&status) && !empty && !understood)
            .then_some("12300 Invalid Content-Type: the answer is neither empty nor TwiML")
    }
}
