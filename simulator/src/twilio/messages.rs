//! `POST /2010-04-01/Accounts/{sid}/Messages.json`: a message to a phone.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::{error, is_e164, phones};
use crate::clock;
use crate::faults::{Facts, Point};
use crate::ids;
use crate::journal::Side;
use crate::perform::perform;
use crate::sim::Sim;

const LONGEST: usize = 1_600;

pub(super) async fn handle(
    State(sim): State<Arc<Sim>>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| form.get(name).cloned().unwrap_or_default();
    let facts = Facts {
        text: field("Body"),
        number: field("To"),
        ..Facts::default()
    };
    let effect = move |sim: &Arc<Sim>| match send(sim, &account, &headers, &form) {
        Ok(message) => (StatusCode::CREATED, axum::Json(message)).into_response(),
        Err((status, code, message)) => error(status, code, &message),
    };
    perform(&sim, Side::Twilio, Point::Twilio, facts, effect).await
}

type Refusal = (u16, u32, String);

fn refuse<T>(code: u32, message: &str) -> Result<T, Refusal> {
    Err((400, code, message.to_owned()))
}

fn authenticated(sim: &Sim, account: &str, headers: &HeaderMap) -> bool {
    let options = &sim.options;
    let wanted = format!("{}:{}", options.twilio_sid, options.twilio_token);
    let wanted = format!("Basic {}", BASE64_STANDARD.encode(wanted));
    let given = headers.get("authorization");
    account == options.twilio_sid
        && given.is_some_and(|given| given.as_bytes() == wanted.as_bytes())
}

fn send(
    sim: &Arc<Sim>,
    account: &str,
    headers: &HeaderMap,
    form: &HashMap<String, String>,
) -> Result<Value, Refusal> {
    if !authenticated(sim, account, headers) {
        return Err((401, 20003, "Authenticate".to_owned()));
    }
    let kind = headers.get("content-type");
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return refuse(20001, "The body must be application/x-www-form-urlencoded");
    }
    let field = |name: &str| {
        form.get(name)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    };
    let service = field("MessagingServiceSid");
    let Some(to) = field("To") else {
        return refuse(21604, "A 'To' phone number is required.");
    };
    if !is_e164(to) {
        let message = format!("Invalid 'To' Phone Number: {to}");
        return refuse(21211, &message);
    }
    let numbers = &sim.options.channels;
    match (field("From"), service) {
        (None, None) => return refuse(21603, "A 'From' phone number is required."),
        (Some(from), _) if !numbers.iter().any(|(_, number)| number == from) => {
            let message = format!(
                "The 'From' phone number {from} is not a valid, SMS-capable inbound phone number \
                 or short code for your account."
            );
            return refuse(21606, &message);
        }
        (None, Some(service)) if !(service.len() == 34 && service.starts_with("MG")) => {
            return refuse(21701, "The Messaging Service does not exist");
        }
        _ => {}
    }
    let Some(body) = field("Body") else {
        return refuse(21602, "Message body is required.");
    };
    if body.chars().count() > LONGEST {
        return refuse(
            21617,
            "The concatenated message body exceeds the 1600 character limit",
        );
    }
    let mut world = sim.world();
    if world.phones.has_opted_out(to) {
        return refuse(21610, "Attempt to send to unsubscribed recipient");
    }
    let sid = ids::message_sid();
    phones::receive(&mut world, to, &sid, body);
    drop(world);
    let date = clock::rfc2822(clock::now_ms());
    let from = if service.is_some() {
        None
    } else {
        field("From")
    };
    Ok(json!({
        "sid": sid, "account_sid": account, "messaging_service_sid": service,
        "status": if service.is_some() { "accepted" } else { "queued" },
        "to": to, "from": from, "body": body, "num_segments": "1", "num_media": "0",
        "error_code": null, "error_message": null, "direction": "outbound-api",
        "date_created": date, "date_updated": date, "date_sent": null,
        "price": null, "price_unit": "USD", "api_version": "2010-04-01",
        "uri": format!("/2010-04-01/Accounts/{account}/Messages/{sid}.json"),
    }))
}
