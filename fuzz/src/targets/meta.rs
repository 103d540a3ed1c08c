//! What all of Meta's platforms have in common, by Messenger and Instagram. Inputs: of `inbound` the body; of `signature` the header,
//! the query and the body.

use liveengage_connector::http::Method;
use liveengage_connector::message::{Content, EventKind};
use url::Url;
use url::form_urlencoded;

use super::callbacks::{handed_over, parsed};
use crate::channels::{self, META_SECRET, SECRET_MARK};
use crate::corpus;
use crate::independent::hmac_sha256;
use crate::input::{changed, joined, number, parts, text};

/// Where Meta keeps files.
const FILE_HOSTS: [&str; 3] = [".fbcdn.net", ".fbsbx.com", ".cdninstagram.com"];

pub(super) fn inbound(data: &[u8]) {
    if channels::is_marked(data, &[SECRET_MARK]) {
        return;
    }
    for name in ["messenger", "instagram"] {
        read(name, data);
    }
}

fn read(name: &str, data: &[u8]) {
    let channel = channels::channel(name);
    let callback = channels::callback(&channel, Method::Post, None, &[], data);
    let Some(parsed) = parsed(&channel, &callback) else {
        return;
    };
    for event in &parsed.events {
        assert!(event.consumer.len() <= 256 && !event.consumer.chars().any(char::is_control));
        let EventKind::Message { id, content, .. } = &event.event else {
            assert!(!event.consumer.is_empty(), "a signal of nobody");
            continue;
        };
        assert!((1..=256).contains(&id.len()) && !id.chars().any(char::is_control));
        assert!(
            !event.consumer.is_empty() || matches!(content, Content::Malformed { .. }),
            "somebody said something who is nobody"
        );
        channels::sent(content);
        if let Content::File { file } = content {
            let request = channel
                .adapter
                .media(file)
                .expect("a file that can be read");
            let url = Url::parse(&request.url).expect("an address that the runtime can read");
            let host = url.host_str().unwrap_or_default();
            assert!(
                url.scheme() == "https" && FILE_HOSTS.iter().any(|known| host.ends_with(known)),
                "{} would be read",
                request.url
            );
            assert!(
                request.headers.is_empty(),
                "credentials go to a file's host"
            );
        }
        if let Some(request) = channel.adapter.profile(&event.consumer) {
            let url = Url::parse(&request.url).expect("an address that the runtime can read");
            let path: Vec<&str> = url.path().split('/').collect();
            assert_eq!(path, ["", "v26.0", &event.consumer], "{}", request.url);
        }
    }
    handed_over(parsed.events);
}

pub(super) fn inbound_seeds() -> Vec<Vec<u8>> {
    let mut seeds = corpus::fixtures("messenger/callbacks");
    seeds.extend(corpus::fixtures("instagram/callbacks"));
    for url in [
        "https://fbcdn.net.evil.example/a.jpg",
        "https://evil.example/.fbcdn.net",
        "https://a.fbcdn.net@evil.example/",
        "http://a.fbcdn.net/",
        "https://a.fbcdn.net:8443/%2e%2e/a+b%20c.pdf",
    ] {
        let message = serde_json::json!({ "mid": "m", "attachments": [{ "type": "file", "payload": { "url": url } }] });
        let event =
            serde_json::json!({ "sender": { "id": "70000" }, "timestamp": 1, "message": message });
        let entry = serde_json::json!({ "id": channels::PAGE, "messaging": [event] });
        seeds.push(
            serde_json::json!({ "entry": [entry] })
                .to_string()
                .into_bytes(),
        );
    }
    seeds
}

pub(super) fn signature(data: &[u8]) {
    if channels::is_marked(data, &[SECRET_MARK]) {
        return;
    }
    let [header, query, body] = parts(data);
    let (header, query) = (text(header), text(query));
    let channel = channels::channel("messenger");
    let check = |header: &str, body: &[u8]| {
        let headers = [("x-hub-signature-256".to_owned(), header.to_owned())];
        let callback = channels::callback(&channel, Method::Post, None, &headers, body);
        channel.adapter.verify(&callback).is_ok()
    };
    let good = signed(body);
    let given = header.trim();
    let authentic = given.strip_prefix("sha256=").is_some_and(|digits| {
        digits.is_ascii() && format!("sha256={}", digits.to_ascii_lowercase()) == good
    });
    assert_eq!(check(&header, body), authentic);
    assert!(check(&good, body), "what Meta signs is refused");
    if let Some(other) = changed(body, number(query.as_bytes())) {
        assert!(!check(&good, &other), "another body is accepted");
    }

    let asked = channels::callback(&channel, Method::Get, Some(&query), &[], b"");
    let answer = channel.adapter.handshake(&asked);
    assert!(
        answer.expect("every GET is a handshake").is_err(),
        "somebody knows the token who does not"
    );
    let mut known = form_urlencoded::Serializer::new(String::new());
    known.append_pair("hub.mode", "subscribe");
    known.append_pair(
        "hub.verify_token",
        &format!("{SECRET_MARK}-of-the-handshake"),
    );
    known.append_pair("hub.challenge", given);
    let known = known.finish();
    let asked = channels::callback(&channel, Method::Get, Some(&known), &[], b"");
    if let Ok(answer) = channel.adapter.handshake(&asked).unwrap() {
        assert_eq!(answer.body, given, "another challenge comes back");
        let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        assert!(given.len() <= 256 && given.bytes().all(harmless));
    }
}

fn signed(body: &[u8]) -> String {
    let mac = hmac_sha256(META_SECRET.as_bytes(), body);
    let digits: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={digits}")
}

pub(super) fn signature_seeds() -> Vec<Vec<u8>> {
    let query = b"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=x";
    let mut seeds: Vec<Vec<u8>> = corpus::vectors("meta.json")
        .iter()
        .map(|vector| {
            let part = |name: &str| vector[name].as_str().unwrap_or_default().to_owned();
            joined(&[part("value").as_bytes(), query, part("body").as_bytes()])
        })
        .collect();
    for body in corpus::fixtures("messenger/callbacks") {
        seeds.push(joined(&[signed(&body).as_bytes(), query, &body]));
    }
    seeds.push(joined(&[b"1158201444", b"", b""]));
    seeds
}
