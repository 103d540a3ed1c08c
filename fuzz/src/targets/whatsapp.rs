//! WhatsApp's callbacks. Input: the body.

use liveengage_connector::http::Method;
use liveengage_connector::http::pointer;
use liveengage_connector::message::{Content, EventKind, Signal};
use url::Url;

use super::callbacks::{handed_over, parsed};
use crate::channels::{self, WHATSAPP_NUMBER};
use crate::corpus;

pub(super) fn run(data: &[u8]) {
    if channels::is_marked(data, &[channels::SECRET_MARK]) {
        return;
    }
    let channel = channels::channel("whatsapp");
    let callback = channels::callback(&channel, Method::Post, None, &[], data);
    let Some(parsed) = parsed(&channel, &callback) else {
        return;
    };
    for event in &parsed.events {
        assert!(
            event.consumer.is_empty() || is_address(&event.consumer),
            "{} is nobody's address",
            event.consumer
        );
        let (id, content) = match &event.event {
            EventKind::Message { id, content, .. } => (id, Some(content)),
            EventKind::Signal(Signal::Receipt { remote_id, .. }) => (remote_id, None),
            EventKind::Signal(_) => panic!("WhatsApp has no such signal"),
        };
        assert!((1..=256).contains(&id.len()) && !id.chars().any(char::is_control));
        let Some(content) = content else {
            continue;
        };
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
            let path: Vec<&str> = url.path().split('/').collect();
            assert_eq!(url.host_str(), Some("graph.facebook.com"));
            assert_eq!((path.len(), path[1]), (3, "v26.0"), "{}", request.url);
            assert_eq!(
                url.query(),
                Some(&*format!("phone_number_id={WHATSAPP_NUMBER}"))
            );
            if let Some(found) = pointer::target(&request, data) {
                let url = Url::parse(&found.url).expect("an address that the runtime can read");
                let host = url.host_str().unwrap_or_default();
                let metas = [".fbsbx.com", ".fbcdn.net", ".cdninstagram.com"];
                assert!(
                    url.scheme() == "https" && metas.iter().any(|meta| host.ends_with(meta)),
                    "the token would go to {}",
                    found.url
                );
            }
        }
    }
    handed_over(parsed.events);
}

/// A telephone number's digits, or a country and letters and digits.
fn is_address(text: &str) -> bool {
    let digits = text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    let scoped = text.len() <= 140
        && text.as_bytes().get(2) == Some(&b'.')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    digits || scoped
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = corpus::fixtures("whatsapp/callbacks");
    for vector in corpus::vectors("meta.json") {
        if let Some(body) = vector["body"].as_str() {
            let ours = body.replace("277321005464405", WHATSAPP_NUMBER);
            seeds.push(ours.into_bytes());
        }
    }
    seeds.push(br#"{"url":"https://lookaside.fbsbx.com/1","entry":[{"changes":[{"field":"messages","value":{"metadata":{"phone_number_id":106540000000001},"messages":[{"id":"w","from":15550100001,"type":"image","image":{"id":900001}}]}}]}]}"#.to_vec());
    seeds
}
