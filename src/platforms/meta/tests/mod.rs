mod envelope;
mod graph;
mod handshake;
mod signature;

use crate::crypto::{hex, hmac_sha256};
use crate::http::Method;
use crate::platforms::Callback;

/// Signs as Meta does.
pub(in crate::platforms) fn sign(secret: &str, body: &[u8]) -> String {
    format!("sha256={}", hex(&hmac_sha256(secret.as_bytes(), &[body])))
}

/// A callback of JSON.
pub(in crate::platforms) fn callback<'a>(
    headers: &'a [(String, String)],
    body: &'a [u8],
) -> Callback<'a> {
    Callback {
        method: Method::Post,
        query: None,
        headers,
        body,
        public_url: "https://connector.example.com/channels/support",
        now: 1_795_000_000_000,
    }
}

/// The headers of an authentic callback.
pub(in crate::platforms) fn signed(secret: &str, body: &[u8]) -> Vec<(String, String)> {
    let pair = |name: &str, value: String| (name.to_owned(), value);
    vec![
        pair("content-type", "application/json".to_owned()),
        pair("x-hub-signature-256", sign(secret, body)),
    ]
}

#[test]
fn files_are_at_metas_hosts_and_at_that_of_another_api() {
    use crate::http::web_address::WebAddress;
    let at = |api: &str, url: &str| {
        let hosts = super::file_hosts(api);
        WebAddress::parse(url).unwrap().is_at(&hosts)
    };
    let graph = "https://graph.facebook.com";
    assert!(at(graph, "https://scontent.xx.fbcdn.net/v/a.jpg?x=1"));
    assert!(at(
        graph,
        "https://lookaside.fbsbx.com/ig_messaging_cdn/?a=1"
    ));
    assert!(!at(graph, "https://graph.facebook.com/me"));
    assert!(!at(
        "https://graph.instagram.com",
        "https://graph.instagram.com/me"
    ));
    assert!(!at(graph, "https://fbcdn.net.evil.example/a"));
    let local = "http://127.0.0.1:8790/graph";
    assert!(at(local, "http://127.0.0.1:8790/graph/files/1"));
    assert!(!at(local, "http://127.0.0.1:8791/graph/files/1"));
    assert!(at(local, "https://scontent.xx.fbcdn.net/v/a.jpg"));
}
