//! The Connector API of LiveEngage (today: Conversational Cloud): what goes over the wire, one file per call.
//!
//! | file | call |
//! | --- | --- |
//! | [`domains`] | where the services of an account live |
//! | [`app_jwt`] | the token of this app |
//! | [`consumer_jws`] | the token that names one consumer |
//! | [`create_conversation`] | open a conversation with the consumer's profile and its routing |
//! | [`publish`] | publish an event into a dialog |
//! | [`answers`] | what the answers of the last two mean |
//! | [`signature`], [`notification`] | webhooks: whether LiveEngage sent one, and what it says |
//!
//! Everything here is bytes in, data out. It owns the shapes and what an answer means; it owns no decision about *when* to call,
//! to wait or to give up. What comes in is read liberally (unknown fields and kinds, one element or a list, ids as texts or
//! numbers); what goes out has the documented shape only.
//!
//! Overview: <https://developers.liveperson.com/connector-api-overview.html>

pub mod access;
pub mod answers;
pub mod app_jwt;
pub mod consumer_jws;
pub mod content;
pub mod create_conversation;
pub mod domains;
mod json;
pub mod notification;
pub mod publish;
pub mod signature;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::crypto;
use crate::http::{HttpRequest, Method, Millis};
use crate::secret::Secret;
use consumer_jws::ConsumerToken;

/// Base URLs, with scheme and without trailing slash, of the services that a connector calls. The Account object stores them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domains {
    /// Issues AppJWTs (service `sentinel`).
    pub sentinel: String,
    /// Issues ConsumerJWSs (service `idp`).
    pub idp: String,
    /// Takes conversations and messages (service `asyncMessagingEnt`).
    pub messaging: String,
}

/// The AppJWT: what this app shows for all consumers of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppToken {
    /// The JWT, sent raw in `Authorization`, without `Bearer`.
    pub jwt: Secret,
    /// When it ends, by LivePerson's clock (ms since the epoch).
    pub expires_at: Millis,
}

/// What it takes to call an account at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Where to call.
    pub domains: Domains,
    /// What to show.
    pub token: AppToken,
}

/// [`Access`] as it stands in the Account object's storage and in that object's answers. A [`Secret`] cannot be serialised, so
/// that none is written by accident; this is the one place where an AppJWT is meant to be.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAccess {
    /// Where to call.
    pub domains: Domains,
    /// The JWT.
    pub jwt: String,
    /// When it ends (ms since the epoch).
    pub expires_at: Millis,
}

impl From<Access> for StoredAccess {
    fn from(access: Access) -> Self {
        Self {
            domains: access.domains,
            jwt: access.token.jwt.expose().to_owned(),
            expires_at: access.token.expires_at,
        }
    }
}

impl From<StoredAccess> for Access {
    fn from(stored: StoredAccess) -> Self {
        Self {
            domains: stored.domains,
            token: AppToken {
                jwt: Secret::new(stored.jwt),
                expires_at: stored.expires_at,
            },
        }
    }
}

/// The features that this connector tells LiveEngage it can show. `AUTO_MESSAGES` brings the welcome and off-hours texts.
/// `RICH_CONTENT`, `QUICK_REPLIES` and `MULTI_DIALOG` (which lets surveys begin) wait until a platform can render them.
pub const FEATURES: &[&str] = &["AUTO_MESSAGES"];

/// The value of `Client-Properties`. It is the same on the create and on every later call, since features count only while
/// they are sent. A header value has to be ASCII, and so have the features.
pub fn client_properties(features: &[&'static str]) -> String {
    json!({
        "type": ".ClientProperties",
        "appId": "liveengage-connector",
        "features": features,
    })
    .to_string()
}

/// The longest correlation id that LiveEngage takes, in characters.
const LONGEST_REQUEST_ID: usize = 64;

/// A call of the messaging service in the name of a consumer.
fn messaging_request(
    url: String,
    token: &AppToken,
    consumer: &ConsumerToken,
    body: &Value,
) -> HttpRequest {
    HttpRequest::json(Method::Post, url, body)
        .header("authorization", token.jwt.expose())
        .header("x-lp-on-behalf", consumer.jws.expose())
        .header("client-properties", client_properties(FEATURES))
}

/// The claims of a token. LivePerson's services verify their own tokens; we only read what we were given.
fn claims(token: &str) -> Option<Value> {
    let payload = crypto::decode_base64_url(token.split('.').nth(1)?)?;
    serde_json::from_slice(&payload).ok()
}

/// A token from an answer, if it can stand in a header.
fn token_text(value: Option<&Value>) -> Option<&str> {
    let text = value?.as_str()?;
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_properties_are_ascii_json() {
        let header = client_properties(FEATURES);
        assert_eq!(
            header,
            r#"{"appId":"liveengage-connector","features":["AUTO_MESSAGES"],"type":".ClientProperties"}"#
        );
        assert!(header.is_ascii());
    }

    #[test]
    fn stored_access_is_pinned() {
        let access = Access {
            domains: Domains {
                sentinel: "https://s.example".to_owned(),
                idp: "https://i.example".to_owned(),
                messaging: "https://m.example".to_owned(),
            },
            token: AppToken {
                jwt: Secret::new("a.b.c"),
                expires_at: 1_700_000_000_000,
            },
        };
        let text = serde_json::to_string(&StoredAccess::from(access.clone())).unwrap();
        assert_eq!(
            text,
            r#"{"domains":{"sentinel":"https://s.example","idp":"https://i.example","messaging":"https://m.example"},"jwt":"a.b.c","expires_at":1700000000000}"#
        );
        let stored: StoredAccess = serde_json::from_str(&text).unwrap();
        assert_eq!(Access::from(stored), access);
    }

    #[test]
    fn a_token_that_would_break_a_header_is_none() {
        assert_eq!(token_text(Some(&json!("a.b.c"))), Some("a.b.c"));
        for wrong in [json!(""), json!("a b"), json!("a\nb"), json!("ä"), json!(7)] {
            assert_eq!(token_text(Some(&wrong)), None);
        }
    }
}
