//! `POST /2010-04-01/Accounts/{sid}/Messages.json`: a message to a phone.
//! <https://www.twilio.com/docs/messaging/api/message-resource>

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::account::{Refusal, authenticate_for, media_type, refuse};
use super::content::{self, Filled};
use super::fate::Fate;
use super::status::{Sent, follow, sid};
use super::{SERVICE, Twilio, WHATSAPP, error, is_address, phones};
use crate::clock;
use crate::faults::{Facts, Point};
use crate::journal::Side;
use crate::people::{self, Seen};
use crate::perform::perform;
use crate::sim::{Sim, World};

const LONGEST: usize = 1_600;
const MOST_FILES: usize = 10;

/// The fields of a request.
struct Form(Vec<(String, String)>);

impl Form {
    fn all<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = &'a str> {
        let own = self.0.iter().filter(move |(name, _)| name == wanted);
        own.map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    fn one<'a>(&'a self, wanted: &'a str) -> Option<&'a str> {
        self.all(wanted).last()
    }
}

pub(super) async fn handle(
    State(sim): State<Arc<Sim>>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form(form_urlencoded::parse(&body).into_owned().collect());
    let field = |name: &str| form.one(name).unwrap_or_default().to_owned();
    let facts = Facts {
        text: field("Body"),
        number: field("To"),
        event_type: "message".to_owned(),
        ..Facts::default()
    };
    let effect = move |sim: &Arc<Sim>| match send(sim, &account, &headers, &form) {
        Ok(message) => (StatusCode::CREATED, axum::Json(message)).into_response(),
        Err((status, code, message)) => error(status, code, &message),
    };
    perform(&sim, Side::Twilio, Point::Twilio, facts, effect).await
}

/// What the message is to say.
struct Wanted {
    seen: Seen,
    files: Vec<String>,
    template: bool,
}

fn send(sim: &Arc<Sim>, account: &str, headers: &HeaderMap, form: &Form) -> Result<Value, Refusal> {
    authenticate_for(sim, account, headers)?;
    if media_type(headers) != "application/x-www-form-urlencoded" {
        return refuse(20001, "The body must be application/x-www-form-urlencoded");
    }
    let Some(to) = form.one("To") else {
        return refuse(21604, "A 'To' phone number is required.");
    };
    if !is_address(to) {
        let message = format!("Invalid 'To' Phone Number: {to}");
        return refuse(21211, &message);
    }
    let whatsapp = to.starts_with(WHATSAPP);
    let from = sender(sim, form, whatsapp)?;
    let service = form.one("MessagingServiceSid");
    let mut world = sim.world();
    let wanted = wanted(&world, form, whatsapp)?;
    let person = world.people.of(&Twilio).person(to);
    if !whatsapp && phones::has_opted_out(person) {
        return refuse(21610, "Attempt to send to unsubscribed recipient");
    }
    let callback = callback(sim, &mut world, form.one("StatusCallback"))?;
    let sid = sid(!wanted.files.is_empty());
    let sent = Sent {
        to: to.to_owned(),
        from: from.clone(),
        service: service.map(str::to_owned),
        callback,
    };
    world.twilio.sent.insert(sid.clone(), sent);
    let fate = Fate::of(to, world.people.of(&Twilio).person(to), !wanted.template);
    let body = wanted.seen.text.clone();
    if fate == Fate::Arrives {
        let seen = Seen {
            id: sid.clone(),
            ..wanted.seen
        };
        people::show(&mut world, &Twilio, to, seen);
    }
    let generation = world.generation;
    drop(world);
    let count = wanted.files.len();
    follow(sim, generation, &sid, wanted.files, fate);
    let date = clock::rfc2822(clock::now_ms());
    Ok(json!({
        "sid": sid, "account_sid": account, "messaging_service_sid": service,
        "status": if service.is_some() { "accepted" } else { "queued" },
        "to": to, "from": service.is_none().then_some(from), "body": body,
        "num_segments": "1", "num_media": count.to_string(),
        "error_code": null, "error_message": null, "direction": "outbound-api",
        "date_created": date, "date_updated": date, "date_sent": null,
        "price": null, "price_unit": "USD", "api_version": "2010-04-01",
        "uri": format!("/2010-04-01/Accounts/{account}/Messages/{sid}.json"),
    }))
}

/// The number that the message comes from.
fn sender(sim: &Sim, form: &Form, whatsapp: bool) -> Result<String, Refusal> {
    let numbers = sim.options.channels.iter().map(|(_, number)| number);
    let mut numbers = numbers.map(|number| number.trim_start_matches(WHATSAPP));
    let service = form.one("MessagingServiceSid");
    if service.is_some_and(|service| service != SERVICE) {
        return refuse(21701, "The Messaging Service does not exist");
    }
    let Some(from) = form.one("From") else {
        if service.is_none() {
            return refuse(21603, "A 'From' phone number is required.");
        }
        let prefix = if whatsapp { WHATSAPP } else { "" };
        let number = numbers.next().unwrap_or_default();
        return Ok(format!("{prefix}{number}"));
    };
    if from.starts_with(WHATSAPP) != whatsapp {
        let message = "Invalid From and To pair. From and To should be of the same channel";
        return refuse(21910, message);
    }
    if numbers.any(|number| number == from.trim_start_matches(WHATSAPP)) {
        return Ok(from.to_owned());
    }
    if whatsapp {
        let message = "Twilio could not find a Channel with the specified From address";
        return refuse(63007, message);
    }
    let message = format!(
        "The 'From' phone number {from} is not a valid, SMS-capable inbound phone number or short \
         code for your account."
    );
    refuse(21606, &message)
}

fn wanted(world: &World, form: &Form, whatsapp: bool) -> Result<Wanted, Refusal> {
    let body = form.one("Body");
    let files: Vec<String> = form.all("MediaUrl").map(str::to_owned).collect();
    if let Some(content) = form.one("ContentSid") {
        if body.is_some() || !files.is_empty() {
            return refuse(20001, "ContentSid goes without Body and MediaUrl");
        }
        let Filled { seen, template } =
            content::fill(world, content, form.one("ContentVariables"))?;
        return Ok(Wanted {
            seen,
            files,
            template,
        });
    }
    if body.is_none() && files.is_empty() {
        return refuse(21602, "Message body is required.");
    }
    let text = body.unwrap_or_default();
    if text.chars().count() > LONGEST {
        return refuse(
            21617,
            "The concatenated message body exceeds the 1600 character limit",
        );
    }
    if files.len() > if whatsapp { 1 } else { MOST_FILES } {
        return refuse(21623, "Number of media files exceeds allowed limit");
    }
    if let Some(wrong) = files.iter().find(|url| reqwest_url(url).is_none()) {
        return refuse(21620, &format!("Invalid media URL(s): {wrong}"));
    }
    let mut seen = Seen {
        kind: if files.is_empty() { "text" } else { "media" }.to_owned(),
        text: text.to_owned(),
        ..Seen::default()
    };
    let mut actions = form.all("PersistentAction");
    if let Some(place) = actions.find(|action| action.starts_with("geo:")) {
        let Some(place) = geo(place).filter(|_| whatsapp) else {
            return refuse(20001, "PersistentAction is invalid");
        };
        seen.kind = "location".to_owned();
        seen.content = place;
    }
    Ok(Wanted {
        seen,
        files,
        template: false,
    })
}

fn reqwest_url(text: &str) -> Option<reqwest::Url> {
    let url = reqwest::Url::parse(text).ok()?;
    let web = ["http", "https"].contains(&url.scheme());
    (web && url.host_str().is_some()).then_some(url)
}

/// `geo:52.37,4.89|Dam Square`.
fn geo(action: &str) -> Option<Value> {
    let place = action.strip_prefix("geo:")?;
    let (place, label) = place.split_once('|').unwrap_or((place, ""));
    let (latitude, longitude) = place.split_once(',')?;
    let figure = |text: &str, most: f64| {
        let figure = text.parse::<f64>().ok()?;
        (figure.abs() <= most).then_some(figure)
    };
    let (latitude, longitude) = (figure(latitude, 90.0)?, figure(longitude, 180.0)?);
    Some(json!({ "latitude": latitude, "longitude": longitude, "label": label }))
}

/// Where statuses go: below the connector's public URL. What is elsewhere is not followed.
fn callback(sim: &Sim, world: &mut World, wanted: Option<&str>) -> Result<Option<String>, Refusal> {
    let Some(wanted) = wanted else {
        return Ok(None);
    };
    let host = reqwest_url(wanted);
    let host = host.as_ref().and_then(reqwest::Url::host_str);
    if host.is_none_or(|host| host.contains('_')) {
        return refuse(21609, "Invalid StatusCallback URL");
    }
    let public = sim.options.public_url.as_str();
    let path = wanted
        .strip_prefix(public)
        .filter(|path| path.starts_with('/'));
    if path.is_none() {
        let text = format!("StatusCallback is not below {public}");
        world
            .journal
            .add(Side::Twilio, "note", json!({ "text": text }));
    }
    Ok(path.map(str::to_owned))
}
