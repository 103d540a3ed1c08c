//! LINE's callbacks. Inputs: of `inbound` the body; of `signature` the signature and the body.

use liveengage_connector::http::Method;
use liveengage_connector::message::{Content, EventKind};
use url::Url;

use super::callbacks::{handed_over, parsed};
use crate::channels::{self, LINE_SECRET, OLD_LINE_SECRET};
use crate::corpus;
use crate::independent::{base64, hmac_sha256};
use crate::input::{changed, joined, number, parts, text};

pub(super) fn inbound(data: &[u8]) {
    if channels::is_marked(data, &[channels::SECRET_MARK]) {
        return;
    }
    let channel = channels::channel("line");
    let callback = channels::callback(&channel, Method::Post, None, &[], data);
    let Some(parsed) = parsed(&channel, &callback) else {
        return;
    };
    for event in &parsed.events {
        assert!(event.consumer.len() <= 256 && !event.consumer.chars().any(char::is_control));
        let EventKind::Message { id, content, .. } = &event.event else {
            panic!("LINE tells of no signals");
        };
        assert!((1..=256).contains(&id.len()) && !id.chars().any(char::is_control));
        assert!(
            !event.consumer.is_empty() || matches!(content, Content::Malformed { .. }),
            "somebody said something who is nobody"
        );
        let handle = event.handle.as_deref().unwrap_or_default();
        assert!(handle.len() <= 2_200, "a handle of any length");
        channels::sent(content);
        let Content::File { file } = content else {
            continue;
        };
        if let Some(request) = channel.adapter.media(file) {
            let url = Url::parse(&request.url).expect("an address that the runtime can read");
            let path: Vec<&str> = url.path().split('/').collect();
            assert_eq!(url.host_str(), Some("api-data.line.me"));
            assert_eq!((path.len(), path[5]), (6, "content"), "{}", request.url);
            assert_eq!((url.query(), url.fragment()), (None, None));
            assert!(request.redirects.is_empty(), "the token would go elsewhere");
        }
    }
    handed_over(parsed.events);
}

pub(super) fn inbound_seeds() -> Vec<Vec<u8>> {
    let mut seeds = corpus::fixtures("line/callbacks");
    for vector in corpus::vectors("line.json") {
        let body = vector["body"].as_str().unwrap_or_default();
        seeds.push(body.as_bytes().to_vec());
    }
    seeds.push(br#"{"events":[{"type":"message","source":{"userId":"U1"},"message":{"id":"../1","type":"image"}},7,{}]}"#.to_vec());
    seeds
}

pub(super) fn signature(data: &[u8]) {
    let [signature, body] = parts(data);
    let signature = text(signature);
    let channel = channels::channel("line");
    let check = |signature: Option<&str>, body: &[u8]| {
        let headers: Vec<(String, String)> = signature
            .map(|signature| ("x-line-signature".to_owned(), signature.to_owned()))
            .into_iter()
            .collect();
        let callback = channels::callback(&channel, Method::Post, None, &headers, body);
        channel.adapter.verify(&callback).is_ok()
    };
    assert!(!check(None, body), "it goes without a signature");
    let bare = signature.trim().trim_end_matches('=');
    let authentic = [LINE_SECRET, OLD_LINE_SECRET]
        .into_iter()
        .any(|secret| mac(secret, body).trim_end_matches('=') == bare);
    assert_eq!(check(Some(&signature), body), authentic);
    for secret in [LINE_SECRET, OLD_LINE_SECRET] {
        let signed = mac(secret, body);
        assert!(
            check(Some(&signed), body),
            "what the platform signs is refused"
        );
        let choice = number(signature.as_bytes());
        if let Some(other) = changed(body, choice) {
            assert!(!check(Some(&signed), &other), "another body is accepted");
        }
    }
}

fn mac(secret: &str, body: &[u8]) -> String {
    base64(&hmac_sha256(secret.as_bytes(), body))
}

pub(super) fn signature_seeds() -> Vec<Vec<u8>> {
    let vectors = corpus::vectors("line.json");
    let vectors = vectors.iter().map(|vector| {
        let part = |name: &str| vector[name].as_str().unwrap_or_default().to_owned();
        joined(&[part("signature").as_bytes(), part("body").as_bytes()])
    });
    let signed = corpus::fixtures("line/callbacks").into_iter();
    let signed = signed.map(|body| joined(&[mac(LINE_SECRET, &body).as_bytes(), &body]));
    vectors.chain(signed).collect()
}
