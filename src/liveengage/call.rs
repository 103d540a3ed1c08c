//! What every call of the messaging service in a consumer's name has in common: where, who, for whom, and what this side can show.

use serde_json::{Value, json};

use super::consumer_jws::ConsumerToken;
use super::{AppToken, Domains};
use crate::http::{HttpRequest, Method};

/// The longest correlation id that LiveEngage takes, in characters.
pub(super) const LONGEST_REQUEST_ID: usize = 64;

/// The most that one request object may have, in characters of its JSON. The documentation does not say which characters:
/// UTF-16 code units are the reading that counts most.
pub(super) const LONGEST_REQUEST: usize = 5000;

/// What each call of the messaging service needs, besides what it asks for.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Where the services of the account live.
    pub domains: &'a Domains,
    /// LiveEngage account id.
    pub account_id: &'a str,
    /// The token of this app.
    pub token: &'a AppToken,
    /// The token of the consumer in whose name the call is made.
    pub consumer: &'a ConsumerToken,
    /// What the consumer's platform can show. The same on every call: a feature counts only while it is sent.
    pub features: &'a [Feature],
}

impl Call<'_> {
    /// `POST …/messaging/consumer/conversation/send?v=3`: one request object, as [`envelope`] makes it.
    pub fn send(&self, body: &Value) -> HttpRequest {
        self.request("conversation/send", body)
    }

    /// `POST …/messaging/consumer/conversation?v=3`: a batch of request objects, in their order.
    pub fn conversation(&self, batch: &Value) -> HttpRequest {
        self.request("conversation", batch)
    }

    fn request(&self, path: &str, body: &Value) -> HttpRequest {
        let url = format!(
            "{}/api/account/{}/messaging/consumer/{path}?v=3",
            self.domains.messaging, self.account_id
        );
        HttpRequest::json(Method::Post, url, body)
            .header("authorization", self.token.jwt.expose())
            .header("x-lp-on-behalf", self.consumer.jws.expose())
            .header("client-properties", client_properties(self.features))
    }
}

/// A request object. Its `id` only comes back as `reqId`; LiveEngage has no idempotency key.
pub fn envelope(request_id: &str, kind: &str, body: Value) -> Value {
    let request_id: String = request_id.chars().take(LONGEST_REQUEST_ID).collect();
    json!({ "kind": "req", "id": request_id, "type": kind, "body": body })
}

/// Whether a request object, in JSON with all escapes, stays within LiveEngage's limit.
pub(super) fn is_short_enough(request: &Value) -> bool {
    request.to_string().encode_utf16().count() <= LONGEST_REQUEST
}

/// What a consumer's side can show, by LivePerson's names.
/// <https://developers.liveperson.com/connector-api-send-api-send.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// `AUTO_MESSAGES`: the welcome and off-hours texts.
    AutoMessages,
    /// `RICH_CONTENT`: structured content.
    RichContent,
    /// `QUICK_REPLIES`: buttons below a message.
    QuickReplies,
    /// `MULTI_DIALOG`: surveys may follow the main dialog.
    MultiDialog,
    /// `CO_BROWSE`: the agent may share the consumer's browser.
    CoBrowse,
    /// `CO_APP`: the agent may share the consumer's app.
    CoApp,
    /// `PHOTO_SHARING`: photos from the consumer.
    PhotoSharing,
    /// `SECURE_FORMS`: forms whose answers the agent may not keep.
    SecureForms,
}

impl Feature {
    /// Every feature, in the order of LivePerson's documentation.
    pub const ALL: &'static [Self] = &[
        Self::AutoMessages,
        Self::RichContent,
        Self::QuickReplies,
        Self::MultiDialog,
        Self::CoBrowse,
        Self::CoApp,
        Self::PhotoSharing,
        Self::SecureForms,
    ];

    /// What this connector can show on every platform: as it is, or as a text that says the same.
    pub const DEFAULT: &'static [Self] = &[
        Self::AutoMessages,
        Self::RichContent,
        Self::QuickReplies,
        Self::MultiDialog,
    ];

    /// LivePerson's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AutoMessages => "AUTO_MESSAGES",
            Self::RichContent => "RICH_CONTENT",
            Self::QuickReplies => "QUICK_REPLIES",
            Self::MultiDialog => "MULTI_DIALOG",
            Self::CoBrowse => "CO_BROWSE",
            Self::CoApp => "CO_APP",
            Self::PhotoSharing => "PHOTO_SHARING",
            Self::SecureForms => "SECURE_FORMS",
        }
    }

    /// The feature of LivePerson's name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|feature| feature.as_str() == name)
    }
}

/// The value of `Client-Properties`.
pub fn client_properties(features: &[Feature]) -> String {
    let features: Vec<&str> = features.iter().map(|feature| feature.as_str()).collect();
    ascii_json(&json!({
        "type": ".ClientProperties",
        "appId": "liveengage-connector",
        "features": features,
    }))
}

/// JSON that can stand in a header: outside ASCII every UTF-16 unit is written as an escape. In JSON such characters stand in
/// texts only, where the escape means the same.
pub(super) fn ascii_json(value: &Value) -> String {
    let mut text = String::new();
    for unit in value.to_string().encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii_graphic() || byte == b' ' => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\u{unit:04x}")),
        }
    }
    text
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::secret::Secret;
    use std::sync::LazyLock;

    static DOMAINS: LazyLock<Domains> = LazyLock::new(|| Domains {
        messaging: "https://va.msg.liveperson.net".to_owned(),
        files: Some("https://va.objectstorage.liveperson.net".to_owned()),
        monitoring: Some("https://va.v.liveperson.net".to_owned()),
        agent_profiles: Some("https://accdn.lpsnmedia.net".to_owned()),
        ..Domains::default()
    });
    static TOKEN: LazyLock<AppToken> = LazyLock::new(|| AppToken {
        jwt: Secret::new("a.b.c"),
        expires_at: 0,
    });
    static CONSUMER: LazyLock<ConsumerToken> = LazyLock::new(|| ConsumerToken {
        jws: Secret::new("d.e.f"),
        lp_consumer_id: "c0ffee".to_owned(),
    });

    /// A call of account 12345678 with all services known.
    pub(in crate::liveengage) fn call() -> Call<'static> {
        Call {
            domains: &DOMAINS,
            account_id: "12345678",
            token: &TOKEN,
            consumer: &CONSUMER,
            features: Feature::DEFAULT,
        }
    }

    /// The JSON of a request's body.
    pub(in crate::liveengage) fn json_of(request: &HttpRequest) -> Value {
        serde_json::from_slice(&request.body).unwrap()
    }

    /// The JSON of a SEND's body, after a look at where it goes and with which headers.
    pub(in crate::liveengage) fn sent(request: &HttpRequest) -> Value {
        let url = "https://va.msg.liveperson.net/api/account/12345678/messaging/consumer/conversation/send?v=3";
        assert_eq!((request.url.as_str(), request.method), (url, Method::Post));
        assert_eq!(request.headers, headers());
        assert!(is_short_enough(&json_of(request)));
        json_of(request)
    }

    /// The headers of every call.
    pub(in crate::liveengage) fn headers() -> Vec<(&'static str, String)> {
        vec![
            ("content-type", "application/json".to_owned()),
            ("authorization", "a.b.c".to_owned()),
            ("x-lp-on-behalf", "d.e.f".to_owned()),
            (
                "client-properties",
                r#"{"appId":"liveengage-connector","features":["AUTO_MESSAGES","RICH_CONTENT","QUICK_REPLIES","MULTI_DIALOG"],"type":".ClientProperties"}"#.to_owned(),
            ),
        ]
    }

    #[test]
    fn both_calls_go_to_the_messaging_service_with_all_headers() {
        let body = json!({ "x": 1 });
        assert_eq!(sent(&call().send(&body)), body);
        let batch = call().conversation(&json!([]));
        assert_eq!(
            batch.url,
            "https://va.msg.liveperson.net/api/account/12345678/messaging/consumer/conversation?v=3"
        );
        assert_eq!(
            (batch.headers, batch.body.as_slice()),
            (headers(), &b"[]"[..])
        );
    }

    #[test]
    fn only_the_features_that_were_asked_for_are_told() {
        assert_eq!(
            client_properties(&[Feature::SecureForms]),
            r#"{"appId":"liveengage-connector","features":["SECURE_FORMS"],"type":".ClientProperties"}"#
        );
        for feature in Feature::ALL {
            assert_eq!(Feature::from_name(feature.as_str()), Some(*feature));
        }
        assert_eq!(Feature::from_name("auto_messages"), None);
    }

    #[test]
    fn a_header_of_json_is_ascii_and_means_the_same() {
        let value = json!({ "ü": "👋\u{7f}\n\"" });
        let text = ascii_json(&value);
        assert_eq!(text, r#"{"\u00fc":"\ud83d\udc4b\u007f\n\""}"#);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_long_request_id_is_cut() {
        let id = envelope(&"ä".repeat(65), "t", json!({}))["id"].clone();
        assert_eq!(id, "ä".repeat(64));
    }
}
