use serde_json::{Map, Value, json};

use super::*;
use crate::config::Problem;
use crate::http::{HttpAnswer, HttpFailure, HttpResponse};
use crate::message::{Content, LastHeard, Offer};
use crate::outcome::{Cause, Outcome};
use crate::platforms::meta::tests::{callback, signed};
use crate::platforms::{Ignored, Progress};

const NUMBER: &str = "106540000000001";
const PERSON: &str = "US.1A2b3C";
const NOW: u64 = 1_795_000_100_000;

const REFERENCE: &str = "12-0f1e2d3c4b5a69788796a5b4c3d2e1f0";

macro_rules! heard {
    ($name:literal) => {
        include_str!(concat!(
            "../../../../tests/fixtures/whatsapp/callbacks/",
            $name,
            ".json"
        ))
    };
}

macro_rules! answered {
    ($name:literal) => {
        include_str!(concat!(
            "../../../../tests/fixtures/whatsapp/answers/",
            $name,
            ".json"
        ))
    };
}

mod answers;
mod beside;
mod inbound;
mod kinds;
mod outbound;
mod people;
mod setup;
mod signals;
mod widgets;

fn table(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn read(settings: Value, secrets: Value) -> (Option<Box<dyn Adapter>>, Vec<Problem>) {
    let (settings, secrets) = (table(settings), table(secrets));
    let mut reader = SettingsReader::new("CHANNEL_WA", &settings, "SECRET_CHANNEL_WA", &secrets);
    let adapter = build(&mut reader);
    (adapter, reader.finish())
}

fn secrets() -> Value {
    json!({ "app_secret": { "current": "app-secret", "previous": "older-secret" }, "verify_token": "verify", "access_token": "token" })
}

fn adapter_with(settings: Value) -> Box<dyn Adapter> {
    let (adapter, problems) = read(settings, secrets());
    assert_eq!(problems, []);
    adapter.unwrap()
}

fn adapter() -> Box<dyn Adapter> {
    adapter_with(json!({ "phone_number_id": NUMBER }))
}

fn parse(body: impl AsRef<[u8]>) -> Result<Parsed, Unreadable> {
    adapter().parse(&callback(&[], body.as_ref()))
}

fn parsed(body: impl AsRef<[u8]>) -> Parsed {
    parse(body).unwrap()
}

/// A callback of one message with this and the usual ids.
fn with_message(message: Value) -> String {
    let mut whole =
        table(json!({ "id": "wamid.A1", "from_user_id": PERSON, "timestamp": "1795000001" }));
    whole.extend(table(message));
    with_value(json!({ "messages": [whole] }))
}

fn with_value(value: Value) -> String {
    let mut whole = table(json!({ "metadata": { "phone_number_id": NUMBER } }));
    whole.extend(table(value));
    json!({ "entry": [{ "changes": [{ "field": "messages", "value": whole }] }] }).to_string()
}

fn text(text: &str) -> Content {
    Content::Text {
        text: text.to_owned(),
    }
}

fn answer(status: u16, body: &str) -> HttpAnswer {
    Ok(HttpResponse {
        status,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
        length: None,
    })
}

/// How the n-th message is taken.
fn taken(n: usize) -> HttpAnswer {
    answer(
        200,
        &answered!("sent_200").replace("OUT1", &format!("OUT{n}")),
    )
}

/// The bodies of all requests of a message, and how it ends.
fn sent_by(adapter: &dyn Adapter, message: &Outgoing<'_>) -> (Vec<Value>, Outcome) {
    let mut progress = message.progress.clone();
    let mut bodies = Vec::new();
    loop {
        let outgoing = Outgoing {
            progress: &progress,
            ..*message
        };
        let stored = match adapter.next(&outgoing, None) {
            Next::Request { request, progress } => {
                bodies.push(serde_json::from_slice(&request.body).unwrap());
                progress
            }
            Next::Done { outcome, .. } => return (bodies, outcome),
        };
        let outgoing = Outgoing {
            progress: &stored,
            ..*message
        };
        match adapter.next(&outgoing, Some(&taken(bodies.len()))) {
            Next::Request { progress: next, .. } => progress = next,
            Next::Done { outcome, .. } => return (bodies, outcome),
        }
    }
}

/// What is in the bodies beside what is in all of them.
fn shown_by(message: &Outgoing<'_>) -> Vec<Value> {
    let (bodies, outcome) = sent_by(&*adapter(), message);
    assert!(matches!(outcome, Outcome::Delivered { .. }), "{outcome:?}");
    let bodies = bodies.into_iter().map(|body| {
        let mut body = table(body);
        for (name, expected) in [
            ("messaging_product", "whatsapp"),
            ("recipient_type", "individual"),
            ("recipient", PERSON),
        ] {
            assert_eq!(body.remove(name), Some(json!(expected)));
        }
        let kind = body.remove("type").unwrap();
        assert_eq!(body.keys().collect::<Vec<_>>(), [kind.as_str().unwrap()]);
        Value::Object(body)
    });
    bodies.collect()
}

fn shown(content: &Content) -> Vec<Value> {
    let progress = Progress::default();
    shown_by(&Outgoing::new("l:d:7", PERSON, content, &progress))
}
