//! Files whose address is told by another answer.

use serde_json::Value;

use super::web_address::WebAddress;
use super::{HttpRequest, Method};

/// The request for the file, from the answer that says where it is. `None`: it says nothing of the kind, or a place that is not named
/// in the request.
pub fn target(request: &HttpRequest, answer: &[u8]) -> Option<HttpRequest> {
    let pointer = request.pointer.as_ref()?;
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let url = answer.get(pointer.field)?.as_str()?;
    let from = WebAddress::parse(&request.url)?;
    let to = WebAddress::parse(url)?;
    // What was asked for in secret is not fetched in the open.
    if !to.is_at(&pointer.hosts) || (from.is_secure() && !to.is_secure()) {
        return None;
    }
    Some(HttpRequest {
        method: Method::Get,
        url: url.to_owned(),
        pointer: None,
        ..request.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Pointer;
    use serde_json::json;

    fn leads(answer: &Value) -> Option<HttpRequest> {
        let request = HttpRequest {
            pointer: Some(Pointer {
                field: "url",
                hosts: vec!["cdn.example.com".to_owned()],
            }),
            ..HttpRequest::new(Method::Get, "https://api.example.com/media/1".to_owned())
        };
        let request = request.header("authorization", "Bearer token");
        target(&request, answer.to_string().as_bytes())
    }

    #[test]
    fn the_file_is_asked_for_with_the_same_credentials() {
        let request = leads(&json!({ "url": "https://cdn.example.com/1?sig=a" })).unwrap();
        assert_eq!(request.url, "https://cdn.example.com/1?sig=a");
        assert_eq!(
            request.headers,
            [("authorization", "Bearer token".to_owned())]
        );
        assert_eq!(request.pointer, None);
    }

    #[test]
    fn credentials_go_to_named_hosts_only_and_never_in_the_open() {
        for url in [
            "https://elsewhere.example.com/1",
            "http://cdn.example.com/1",
            "https://cdn.example.com.evil.example/1",
            "https://user:password@cdn.example.com/1",
            "//cdn.example.com/1",
            "",
        ] {
            assert_eq!(leads(&json!({ "url": url })), None, "{url}");
        }
        for other in [
            json!({}),
            json!({ "url": 1 }),
            json!([]),
            json!("https://cdn.example.com/1"),
        ] {
            assert_eq!(leads(&other), None, "{other}");
        }
    }
}
