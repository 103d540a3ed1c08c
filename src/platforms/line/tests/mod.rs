use serde_json::{Map, Value, json};

use super::signature::tests::{sign, vectors};
use super::*;
use crate::config::Problem;
use crate::http::Millis;

const SECRET: &str = "channel-secret-of-the-tests";
const PREVIOUS: &str = "channel-secret-of-last-year";
const TOKEN: &str = "channel-access-token-of-the-tests";
const PERSON: &str = "U0000000000000000000000000000d001";
const NOW: Millis = 1_795_000_000_000;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/fixtures/line/", $name))
    };
}

mod answers;
mod inbound;
mod malformed;
mod objects;
mod outbound;
mod profile;
mod rich;
mod signals;
mod widgets;

fn table(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn read(settings: Value, secrets: Value) -> (Option<Box<dyn Adapter>>, Vec<Problem>) {
    let (settings, secrets) = (table(settings), table(secrets));
    let mut reader =
        SettingsReader::new("CHANNEL_LINE", &settings, "SECRET_CHANNEL_LINE", &secrets);
    let adapter = build(&mut reader);
    (adapter, reader.finish())
}

fn secrets() -> Value {
    json!({
        "channel_secret": { "current": SECRET, "previous": PREVIOUS },
        "channel_access_token": TOKEN,
    })
}

fn adapter() -> Box<dyn Adapter> {
    let (adapter, problems) = read(json!({}), secrets());
    assert_eq!(problems, []);
    adapter.unwrap()
}

fn callback<'a>(headers: &'a [(String, String)], body: &'a [u8]) -> Callback<'a> {
    Callback {
        method: Method::Post,
        query: None,
        headers,
        body,
        public_url: "https://connector.example.com/channels/line",
        now: NOW,
    }
}

#[test]
fn a_callback_is_verified_over_its_raw_bytes_with_both_secrets() {
    let body = fixture!("callbacks/text.json").as_bytes();
    let verify = |secret: &str, body: &[u8], signed: &[u8]| {
        let headers = [("x-line-signature".to_owned(), sign(secret, signed))];
        adapter().verify(&callback(&headers, body))
    };
    let mismatch = Err(Forgery::Mismatch { status: 400 });
    assert_eq!(verify(SECRET, body, body), Ok(()));
    assert_eq!(verify(PREVIOUS, body, body), Ok(()));
    assert_eq!(verify(TOKEN, body, body), mismatch);
    let value: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(verify(SECRET, value.to_string().as_bytes(), body), mismatch);
    let missing = adapter().verify(&callback(&[], body));
    assert_eq!(missing, Err(Forgery::Missing { status: 400 }));
    for vector in vectors() {
        let secrets = json!({
            "channel_secret": { "current": "unused", "previous": vector.secret },
            "channel_access_token": TOKEN,
        });
        let (adapter, _) = read(json!({}), secrets);
        let headers = [("x-line-signature".to_owned(), vector.signature)];
        let verdict = adapter
            .unwrap()
            .verify(&callback(&headers, vector.body.as_bytes()));
        assert_eq!(verdict.is_ok(), vector.expect, "{}", vector.id);
    }
}

#[test]
fn a_callback_is_a_post_of_json_and_its_status_is_all_that_counts() {
    let adapter = adapter();
    assert_eq!(adapter.methods(), [Method::Post]);
    assert_eq!(adapter.media_types(), ["application/json"]);
    assert_eq!(adapter.acknowledgement(), Acknowledgement::empty());
    assert_eq!(adapter.later().status, 503);
}

#[test]
fn without_addresses_of_its_own_a_channel_calls_line() {
    let (adapter, problems) = read(
        json!({ "api_url": "http://127.0.0.1:8790/line", "data_url": "http://127.0.0.1:8790/line-data/" }),
        secrets(),
    );
    assert_eq!(problems, []);
    for (adapter, api, data) in [
        (
            adapter.unwrap(),
            "http://127.0.0.1:8790/line",
            "http://127.0.0.1:8790/line-data",
        ),
        (
            self::adapter(),
            "https://api.line.me",
            "https://api-data.line.me",
        ),
    ] {
        let content = outbound::text("Hi");
        let progress = Progress::default();
        let message = Outgoing::new("l:d:1", PERSON, &content, &progress);
        let Next::Request { request, .. } = adapter.next(&message, None) else {
            panic!("a text is no request");
        };
        assert_eq!(request.url, format!("{api}/v2/bot/message/push"));
        let request = adapter.media(&inbound::photo("560000000000000002"));
        let request = request.unwrap();
        let path = "/v2/bot/message/560000000000000002/content";
        assert_eq!(request.url, format!("{data}{path}"));
        let authorization = ("authorization", format!("Bearer {TOKEN}"));
        assert_eq!(request.headers, [authorization]);
        assert!(request.redirects.is_empty() && request.pointer.is_none());
    }
}

#[test]
fn a_file_is_read_by_the_id_of_its_message_only() {
    let at = |at: FilePlace| {
        let file = File {
            at,
            ..inbound::photo("1")
        };
        adapter().media(&file)
    };
    for reference in ["", "..", "1/../2", "1?x=1", "ä", &"1".repeat(65)] {
        let reference = reference.to_owned();
        assert_eq!(at(FilePlace::Platform { reference }), None);
    }
    let url = "https://cdn.example.com/a.jpg".to_owned();
    assert_eq!(at(FilePlace::Url { url }), None);
    let relative_path = "/a.jpg".to_owned();
    assert_eq!(at(FilePlace::Liveengage { relative_path }), None);
}

#[test]
fn mistakes_in_the_settings_are_named_without_their_values() {
    let with = |name: &str, value: Value| {
        let mut all = secrets();
        all[name] = value;
        all
    };
    let cases = [
        (
            json!({ "api_url": "http://api.line.me" }),
            secrets(),
            "CHANNEL_LINE.api_url",
        ),
        (json!({ "data_url": 7 }), secrets(), "CHANNEL_LINE.data_url"),
        (
            json!({ "channel_id": "1" }),
            secrets(),
            "CHANNEL_LINE.channel_id",
        ),
        (
            json!({}),
            with("channel_secret", json!(" ")),
            "SECRET_CHANNEL_LINE.channel_secret",
        ),
        (
            json!({}),
            with("channel_access_token", Value::Null),
            "SECRET_CHANNEL_LINE.channel_access_token",
        ),
        (
            json!({}),
            with("channel_access_token", json!("Bearer abc")),
            "SECRET_CHANNEL_LINE.channel_access_token",
        ),
        (
            json!({}),
            with(
                "channel_access_token",
                json!({ "current": "abc", "previous": "d\ne" }),
            ),
            "SECRET_CHANNEL_LINE.channel_access_token",
        ),
    ];
    for (settings, secrets, key) in cases {
        let (_, problems) = read(settings, secrets);
        let [problem] = &problems[..] else {
            panic!("{key}: {problems:?}");
        };
        assert_eq!(problem.key, key);
        assert!(!problem.cure.is_empty());
        assert!(!format!("{problem:?}").contains("abc"));
    }
}
