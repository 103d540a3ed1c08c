//! What an app posts. Inputs: of `inbound` the body; of `signature` id, time, signatures and body.

use liveengage_connector::http::Method;
use liveengage_connector::message::{Content, EventKind};
use url::Url;

use super::callbacks::{handed_over, parsed};
use super::web::is_listed;
use crate::channels::{self, APP_SECRET, FILE_HOSTS, OLD_APP_SECRET};
use crate::corpus;
use crate::independent::{base64, hmac_sha256};
use crate::input::{changed, joined, number, parts, text};

pub(super) fn inbound(data: &[u8]) {
    if channels::is_marked(data, &[channels::SECRET_MARK]) {
        return;
    }
    let channel = channels::channel("app");
    let callback = channels::callback(&channel, Method::Post, None, &[], data);
    let Some(parsed) = parsed(&channel, &callback) else {
        return;
    };
    for event in &parsed.events {
        assert!(event.consumer.len() <= 256 && !event.consumer.chars().any(char::is_control));
        let EventKind::Message { id, content, .. } = &event.event else {
            continue;
        };
        assert!((1..=256).contains(&id.len()) && !id.chars().any(char::is_control));
        channels::sent(content);
        let Content::File { file } = content else {
            continue;
        };
        if let Some(request) = channel.adapter.media(file) {
            let url = Url::parse(&request.url).expect("an address that the runtime can read");
            assert!(
                is_listed(&url, &FILE_HOSTS),
                "{} would be read",
                request.url
            );
            assert!(
                request.headers.is_empty(),
                "credentials go to a file's host"
            );
            assert!(
                request
                    .redirects
                    .iter()
                    .all(|host| FILE_HOSTS.contains(&host.as_str()))
            );
        }
    }
    handed_over(parsed.events);
}

pub(super) fn inbound_seeds() -> Vec<Vec<u8>> {
    let mut seeds = corpus::fixtures("gateway/from_app");
    for levels in [60, 100, 122, 125] {
        let deep = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let event = format!(
            r#"{{"type":"message","id":"d","from":"p","content":{{"type":"hologram","x":{deep}}}}}"#
        );
        seeds.push(event.into_bytes());
    }
    seeds.extend(corpus::fixtures("gateway/odd"));
    for url in [
        "https://media.example/a.png",
        "https://files.example:8443/b",
        "http://localhost:9000/c",
        "https://media.example@evil.example/",
    ] {
        let event = serde_json::json!({ "type": "message", "id": "f", "from": "p", "content": { "type": "file", "url": url, "size": "12" } });
        seeds.push(event.to_string().into_bytes());
    }
    seeds
}

const NOW: u64 = 1_700_000_000_000;

pub(super) fn signature(data: &[u8]) {
    let [id, timestamp, signatures, body] = parts(data);
    let (id, timestamp, signatures) = (text(id), text(timestamp), text(signatures));
    let channel = channels::channel("app");
    let check = |id: &str, timestamp: &str, signatures: &str, body: &[u8]| {
        let headers = [
            ("webhook-id", id),
            ("webhook-timestamp", timestamp),
            ("webhook-signature", signatures),
        ];
        let headers: Vec<(String, String)> = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let callback = channels::callback(&channel, Method::Post, None, &headers, body);
        let accepted = channel.adapter.verify(&callback).is_ok();
        let partly = channels::callback(&channel, Method::Post, None, &headers[1..], body);
        assert!(
            channel.adapter.verify(&partly).is_err(),
            "it goes without an id"
        );
        accepted
    };
    assert_eq!(
        check(&id, &timestamp, &signatures, body),
        is_authentic(&id, &timestamp, &signatures, body)
    );

    let id = id.trim();
    if id.is_empty() {
        return;
    }
    let choice = number(timestamp.as_bytes());
    for secret in [APP_SECRET, OLD_APP_SECRET] {
        let now = (NOW / 1000).to_string();
        let signed = format!("v1,{}", mac(secret, id, &now, body));
        assert!(
            check(id, &now, &signed, body),
            "what the app signs is refused"
        );
        assert!(
            check(id, &now, &format!("v1a,x v1,AAAA {signed}"), body),
            "one good signature is enough"
        );
        assert!(!check(id, &now, signed.trim_start_matches("v1,"), body));
        assert!(
            !check(id, &(NOW / 1000 + 1).to_string(), &signed, body),
            "another time is accepted"
        );
        assert!(
            !check(&format!("{id}x"), &now, &signed, body),
            "another id is accepted"
        );
        if let Some(other) = changed(body, choice) {
            assert!(
                !check(id, &now, &signed, &other),
                "another body is accepted"
            );
        }
        for late in [NOW / 1000 - 301, NOW / 1000 + 301] {
            let late = late.to_string();
            let signed = format!("v1,{}", mac(secret, id, &late, body));
            assert!(!check(id, &late, &signed, body), "an old post is accepted");
        }
    }
}

fn mac(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> String {
    use base64::Engine as _;
    let key = base64::engine::general_purpose::STANDARD
        .decode(secret.trim_start_matches("whsec_"))
        .unwrap();
    base64(&hmac_sha256(
        &key,
        &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat(),
    ))
}

fn is_authentic(id: &str, timestamp: &str, signatures: &str, body: &[u8]) -> bool {
    let (id, timestamp) = (id.trim(), timestamp.trim());
    let in_time = !timestamp.is_empty()
        && timestamp.bytes().all(|byte| byte.is_ascii_digit())
        && timestamp
            .parse::<u64>()
            .is_ok_and(|seconds| seconds.abs_diff(NOW / 1000) <= 300);
    let bare = |text: &str| text.trim_end_matches('=').to_owned();
    let given: Vec<String> = signatures
        .trim()
        .split_ascii_whitespace()
        .filter_map(|entry| entry.strip_prefix("v1,"))
        .map(bare)
        .collect();
    let signed = [APP_SECRET, OLD_APP_SECRET]
        .into_iter()
        .any(|secret| given.contains(&bare(&mac(secret, id, timestamp, body))));
    !id.is_empty() && in_time && signed
}

pub(super) fn signature_seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = corpus::vectors("standard-webhooks.json")
        .iter()
        .map(|vector| {
            let part = |name: &str| vector[name].as_str().unwrap_or_default().to_owned();
            joined(&[
                part("msg_id").as_bytes(),
                part("timestamp").as_bytes(),
                part("header").as_bytes(),
                part("body").as_bytes(),
            ])
        })
        .collect();
    for body in corpus::fixtures("gateway/from_app") {
        let now = (NOW / 1000).to_string();
        let signed = format!("v1,{}", mac(APP_SECRET, "post_1", &now, &body));
        seeds.push(joined(&[
            b"post_1",
            now.as_bytes(),
            signed.as_bytes(),
            &body,
        ]));
    }
    seeds
}
