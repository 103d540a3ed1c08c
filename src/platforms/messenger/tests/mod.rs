use serde_json::{Map, Value, json};

use super::*;
use crate::config::Problem;
use crate::http::{HttpAnswer, HttpFailure, HttpRequest, HttpResponse, Method, Millis};
use crate::message::{
    Agent, ConsumerEvent, Content, EventKind, File, FilePlace, LastHeard, Offer, ReceiptStatus,
    Signal,
};
use crate::outcome::{Cause, Outcome, Refusal};
use crate::platforms::meta::tests::{callback, signed};
use crate::platforms::{Callback, Forgery, Next, Outgoing, OutgoingSignal, Parsed, Progress};

const REFERENCE: &str = "12-0f1e2d3c4b5a69788796a5b4c3d2e1f0";

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!(
            "../../../../tests/fixtures/messenger/",
            $name,
            ".json"
        ))
    };
}

mod answers;
mod files;
mod inbound;
mod outbound;
mod rich;
mod settings;

const PAGE: &str = "100000000000001";
const PERSON: &str = "7000000000000001";
const NOW: Millis = 1_795_000_000_000;
const HOUR: Millis = 3_600_000;

fn table(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn read(settings: Value, secrets: Value) -> (Option<Box<dyn Adapter>>, Vec<Problem>) {
    let (settings, secrets) = (table(settings), table(secrets));
    let mut reader = SettingsReader::new("CHANNEL_FB", &settings, "SECRET_CHANNEL_FB", &secrets);
    let adapter = build(&mut reader);
    (adapter, reader.finish())
}

fn secrets() -> Value {
    json!({
        "app_secret": { "current": "app secret", "previous": "old app secret" },
        "verify_token": "verify token", "access_token": "page-token",
    })
}

fn adapter_with(settings: Value) -> Box<dyn Adapter> {
    let (adapter, problems) = read(settings, secrets());
    assert_eq!(problems, []);
    adapter.unwrap()
}

fn adapter() -> Box<dyn Adapter> {
    adapter_with(json!({ "page_id": PAGE }))
}

fn body_of(request: &HttpRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

fn answer(status: u16, body: &str) -> HttpAnswer {
    Ok(HttpResponse {
        status,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
        length: None,
    })
}

fn heard(at: Millis) -> LastHeard {
    LastHeard {
        id: "m_AAA0".to_owned(),
        at,
        ..LastHeard::default()
    }
}

fn text(text: &str) -> Content {
    Content::Text {
        text: text.to_owned(),
    }
}

fn requested(next: Next) -> (HttpRequest, Progress) {
    match next {
        Next::Request { request, progress } => (request, progress),
        Next::Done { outcome, .. } => panic!("no request: {outcome:?}"),
    }
}

/// The `message` of every request of a send, each one answered.
fn sent(adapter: &dyn Adapter, message: &Outgoing<'_>) -> Vec<Value> {
    let mut progress = Progress::default();
    let mut messages = Vec::new();
    loop {
        let step = Outgoing {
            progress: &progress,
            ..*message
        };
        match adapter.next(&step, None) {
            Next::Request { request, .. } => messages.push(body_of(&request)["message"].clone()),
            Next::Done { outcome, .. } => {
                assert!(matches!(outcome, Outcome::Delivered { .. }), "{outcome:?}");
                return messages;
            }
        }
        match adapter.next(&step, Some(&answer(200, fixture!("answers/sent")))) {
            Next::Request { progress: then, .. } | Next::Done { progress: then, .. } => {
                progress = then;
            }
        }
    }
}
