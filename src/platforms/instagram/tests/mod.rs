use serde_json::{Map, Value, json};

use super::*;
use crate::config::Problem;
use crate::http::{HttpAnswer, HttpRequest, HttpResponse};
use crate::message::{Content, EventKind, File, FilePlace, LastHeard, ReceiptStatus, Signal};
use crate::outcome::{Outcome, Refusal};
use crate::platforms::meta::tests::{callback, signed};
use crate::platforms::{Next, Outgoing, Parsed, Progress};

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!(
            "../../../../tests/fixtures/instagram/",
            $name,
            ".json"
        ))
    };
}

mod inbound;
mod outbound;

const ACCOUNT: &str = "17841400000000001";
const PERSON: &str = "6800000000000001";

fn table(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn read(settings: Value, secrets: Value) -> (Option<Box<dyn Adapter>>, Vec<Problem>) {
    let (settings, secrets) = (table(settings), table(secrets));
    let mut reader = SettingsReader::new("CHANNEL_IG", &settings, "SECRET_CHANNEL_IG", &secrets);
    let adapter = build(&mut reader);
    (adapter, reader.finish())
}

fn secrets() -> Value {
    // Either may sign: the Instagram app's secret or the app's own.
    json!({
        "app_secret": { "current": "instagram secret", "previous": "app secret" },
        "verify_token": "verify token", "access_token": "token",
    })
}

fn adapter_with(settings: Value) -> Box<dyn Adapter> {
    let (adapter, problems) = read(settings, secrets());
    assert_eq!(problems, []);
    adapter.unwrap()
}

fn adapter() -> Box<dyn Adapter> {
    adapter_with(json!({ "instagram_id": ACCOUNT }))
}

fn text(text: &str) -> Content {
    Content::Text {
        text: text.to_owned(),
    }
}

#[test]
fn mistakes_in_the_settings_are_named() {
    for (settings, key) in [
        (json!({}), "CHANNEL_IG.instagram_id"),
        (
            json!({ "instagram_id": "@shop" }),
            "CHANNEL_IG.instagram_id",
        ),
        (
            json!({ "instagram_id": ACCOUNT, "login": "google" }),
            "CHANNEL_IG.login",
        ),
        (
            json!({ "instagram_id": ACCOUNT, "human_agent": 1 }),
            "CHANNEL_IG.human_agent",
        ),
        (
            json!({ "instagram_id": ACCOUNT, "page_id": "100000000000001" }),
            "CHANNEL_IG.page_id",
        ),
    ] {
        let (_, problems) = read(settings.clone(), secrets());
        let keys: Vec<&str> = problems.iter().map(|it| it.key.as_str()).collect();
        assert!(keys.contains(&key), "{settings}: {keys:?}");
    }
    let (_, problems) = read(
        json!({ "instagram_id": ACCOUNT, "login": "facebook" }),
        json!({ "app_secret": "s", "verify_token": "v" }),
    );
    assert_eq!(problems.len(), 1);
    assert!(problems[0].cure.contains("page"), "{}", problems[0].cure);
}

#[test]
fn either_of_two_app_secrets_may_sign() {
    let body = fixture!("callbacks/text").as_bytes();
    for secret in ["instagram secret", "app secret"] {
        let headers = signed(secret, body);
        assert_eq!(adapter().verify(&callback(&headers, body)), Ok(()));
    }
    let headers = signed("token", body);
    assert!(adapter().verify(&callback(&headers, body)).is_err());
}
