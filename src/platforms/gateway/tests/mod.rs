use serde_json::{Map, Value, json};

use super::*;
use crate::config::Problem;
use crate::http::Millis;

const URL: &str = "https://app.example.com/liveengage/";
const SECRET: &str = "whsec_Y3VycmVudC1zZWNyZXQtb2YtdGhlLXRlc3Rz";
const PREVIOUS: &str = "whsec_cHJldmlvdXMtc2VjcmV0LW9mLXRoZS10ZXN0";
const PERSON: &str = "+15550100001";
const NOW: Millis = 1_767_225_600_000;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/fixtures/gateway/", $name))
    };
}

mod answers;
mod contract;
mod inbound;
mod malformed;
mod outbound;

fn table(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn read(settings: Value, secrets: Value) -> (Option<Box<dyn Adapter>>, Vec<Problem>) {
    let (settings, secrets) = (table(settings), table(secrets));
    let mut reader = SettingsReader::new("CHANNEL_APP", &settings, "SECRET_CHANNEL_APP", &secrets);
    let adapter = build(&mut reader);
    (adapter, reader.finish())
}

fn adapter_with(settings: Value) -> Box<dyn Adapter> {
    let (adapter, problems) = read(settings, json!({ "signing_secret": SECRET }));
    assert_eq!(problems, []);
    adapter.unwrap()
}

fn adapter() -> Box<dyn Adapter> {
    adapter_with(json!({ "url": URL }))
}

/// Signs as the app does, by the same code that its own tests hold against the vectors.
fn signed(id: &str, body: &[u8]) -> Vec<(String, String)> {
    let secret = Rotating::new(crate::secret::Secret::new(SECRET), None);
    let headers = signature::headers(&secret, id, body, NOW);
    let headers = headers
        .into_iter()
        .chain([("content-type", JSON.to_owned())]);
    headers
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn callback<'a>(headers: &'a [(String, String)], body: &'a [u8]) -> Callback<'a> {
    Callback {
        method: Method::Post,
        query: None,
        headers,
        body,
        public_url: "https://connector.example.com/channels/app",
        now: NOW,
    }
}

#[test]
fn a_callback_is_verified_over_its_raw_bytes() {
    let body = fixture!("from_app/text.json").as_bytes();
    let headers = signed("evt_1", body);
    let verify = |headers: &[(String, String)], body: &[u8]| {
        let forgery = adapter().verify(&callback(headers, body)).err();
        forgery.map(|forgery| match forgery {
            Forgery::Missing { status } | Forgery::Mismatch { status } => status,
        })
    };
    assert_eq!(verify(&headers, body), None);
    // The same JSON in other bytes, and bytes that are not UTF-8.
    let value: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(verify(&headers, value.to_string().as_bytes()), Some(401));
    assert_eq!(verify(&signed("evt_1", b"\xff\xfe"), b"\xff\xfe"), None);
    assert_eq!(verify(&signed("evt_1", b""), b""), None);
    for missing in 0..3 {
        let mut headers = headers.clone();
        headers.remove(missing);
        assert_eq!(verify(&headers, body), Some(401), "{missing}");
    }
    assert_eq!(verify(&[], b""), Some(401));
}

#[test]
fn a_callback_is_a_post_of_json_and_is_answered_in_json() {
    let adapter = adapter();
    assert_eq!(adapter.methods(), [Method::Post]);
    assert_eq!(adapter.media_types(), ["application/json"]);
    assert_eq!(adapter.body_limit(), 1_048_576);
    let Acknowledgement {
        status,
        content_type,
        body,
    } = adapter.acknowledgement();
    assert_eq!((status, content_type), (200, Some("application/json")));
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body, json!({ "ok": true }));
    assert_eq!(adapter.later().status, 503, "the contract names 5xx");
}

#[test]
fn mistakes_in_the_settings_are_named() {
    let secrets = || json!({ "signing_secret": SECRET });
    let good = || json!({ "url": URL });
    let cases = [
        (json!({}), secrets(), "CHANNEL_APP.url"),
        (json!({ "url": 7 }), secrets(), "CHANNEL_APP.url"),
        (json!({ "url": ["x"] }), secrets(), "CHANNEL_APP.url"),
        (
            json!({ "url": "http://app.example.com" }),
            secrets(),
            "CHANNEL_APP.url",
        ),
        (
            json!({ "url": "https://u:p@app.example.com" }),
            secrets(),
            "CHANNEL_APP.url",
        ),
        (
            json!({ "url": "https://app.example.com?x=1" }),
            secrets(),
            "CHANNEL_APP.url",
        ),
        (
            json!({ "url": URL, "file_hosts": true }),
            secrets(),
            "CHANNEL_APP.file_hosts",
        ),
        (
            json!({ "url": URL, "file_hosts": ["a.example.com", true] }),
            secrets(),
            "CHANNEL_APP.file_hosts",
        ),
        (
            json!({ "url": URL, "file_hosts": ["a b"] }),
            secrets(),
            "CHANNEL_APP.file_hosts",
        ),
        (
            json!({ "url": URL, "file_hosts": ["https://a.example.com"] }),
            secrets(),
            "CHANNEL_APP.file_hosts",
        ),
        (
            json!({ "url": URL, "file_hosts": ["a.example.com/x"] }),
            secrets(),
            "CHANNEL_APP.file_hosts",
        ),
        (
            json!({ "url": URL, "file_host": "a.example.com" }),
            secrets(),
            "CHANNEL_APP.file_host",
        ),
        (
            json!({ "url": URL, "signing_secret": SECRET }),
            secrets(),
            "CHANNEL_APP.signing_secret",
        ),
        (good(), json!({}), "SECRET_CHANNEL_APP.signing_secret"),
        (
            good(),
            json!({ "signing_secret": "hunter2" }),
            "SECRET_CHANNEL_APP.signing_secret",
        ),
        (
            good(),
            json!({ "signing_secret": { "current": SECRET, "previous": "hunter2" } }),
            "SECRET_CHANNEL_APP.signing_secret",
        ),
    ];
    for (settings, secrets, key) in cases {
        let (_, problems) = read(settings.clone(), secrets);
        let keys: Vec<&str> = problems
            .iter()
            .map(|problem| problem.key.as_str())
            .collect();
        assert_eq!(keys, [key], "{settings}");
        assert!(!format!("{problems:?}").contains("hunter2"));
    }
    for settings in [
        good(),
        json!({ "url": "http://127.0.0.1:8790/gateway/app" }),
        json!({ "url": URL, "file_hosts": "files.example.com" }),
        json!({ "url": URL, "file_hosts": ["files.example.com:8443", "CDN.example.com"] }),
        json!({ "url": URL, "file_hosts": [] }),
    ] {
        adapter_with(settings);
    }
}

fn file(at: FilePlace) -> File {
    File {
        at,
        name: None,
        media_type: None,
        size: None,
        caption: None,
        link: None,
    }
}

#[test]
fn files_are_read_from_the_listed_hosts_without_credentials() {
    let at = |url: &str| FilePlace::Platform {
        reference: url.to_owned(),
    };
    let linked = |url: &str| FilePlace::Url {
        url: url.to_owned(),
    };
    let two = json!({ "url": URL, "file_hosts": ["files.example.com", "CDN.example.com:8443"] });
    let hosts = ["files.example.com", "cdn.example.com:8443"];
    let adapter = adapter_with(two);
    for url in [
        "https://files.example.com/a.jpg?t=1",
        "https://cdn.example.com:8443/a",
    ] {
        for place in [at(url), linked(url)] {
            let request = adapter.media(&file(place)).unwrap();
            assert_eq!((request.method, &*request.url), (Method::Get, url));
            assert_eq!(request.redirects, hosts);
            assert_eq!(request.headers, []);
        }
    }
    for url in [
        "https://app.example.com/a.jpg",
        "http://files.example.com/a.jpg",
        "https://user@files.example.com/a.jpg",
        "https://files.example.com@evil.example/a.jpg",
        "a.jpg",
    ] {
        assert_eq!(adapter.media(&file(at(url))), None, "{url}");
        assert_eq!(adapter.media(&file(linked(url))), None, "{url}");
    }
    let relative_path = "https://files.example.com/a".to_owned();
    assert_eq!(
        adapter.media(&file(FilePlace::Liveengage { relative_path })),
        None
    );

    // Without a list, the host of the app itself.
    let local = adapter_with(json!({ "url": "http://127.0.0.1:8790/gateway/app" }));
    let request = local
        .media(&file(at("http://127.0.0.1:8790/gateway/files/1")))
        .unwrap();
    assert_eq!(request.redirects, ["127.0.0.1:8790"]);
    assert_eq!(local.media(&file(at("https://app.example.com/a"))), None);
}
