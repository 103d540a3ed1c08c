//! The Connector API of LiveEngage (today: Conversational Cloud): what goes over the wire, one file per call.
//!
//! | file | call |
//! | --- | --- |
//! | [`domains`] | where the services of an account live |
//! | [`app_jwt`] | the token of this app |
//! | [`consumer_jws`] | the token that names one consumer |
//! | [`engagement`] | which campaign a consumer may enter now |
//! | [`create_conversation`] | open a conversation with the consumer's profile and its routing |
//! | [`user_profile`], [`engagement_attributes`] | tell agents who the consumer is |
//! | [`publish`] | publish an event into a dialog: text, files, chat states, receipts |
//! | [`files`] | signed URLs for files, in both directions |
//! | [`update_conversation`] | close a conversation or a dialog, end a survey, ask for a quick answer |
//! | [`agent_profile`] | an agent's name and picture |
//! | [`call`] | what all calls in a consumer's name have in common |
//! | [`answers`] | what their answers mean |
//! | [`signature`], [`notification`] | webhooks: whether LiveEngage sent one, and what it says |
//! | [`installation`] | no call: the app's manifest, what is wrong with one, and what shows that a deployment answers |
//!
//! Everything here is bytes in, data out. It owns the shapes and what an answer means; it owns no decision about *when* to call,
//! to wait or to give up. What comes in is read liberally (unknown fields and kinds, one element or a list, ids as texts or
//! numbers); what goes out has the documented shape only.
//!
//! Overview: <https://developers.liveperson.com/connector-api-overview.html>

pub mod access;
pub mod agent_profile;
pub mod answers;
pub mod app_jwt;
pub mod call;
pub mod consumer_jws;
pub mod content;
pub mod create_conversation;
pub mod domains;
pub mod engagement;
pub mod engagement_attributes;
pub mod files;
pub mod installation;
mod json;
pub mod notification;
pub mod publish;
pub mod signature;
pub mod update_conversation;
pub mod user_profile;

pub use call::{Call, Feature};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::crypto;
use crate::http::Millis;
use crate::secret::Secret;

/// Base URLs, with scheme and without trailing slash, of the services that a connector calls. The Account object stores them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domains {
    /// Issues AppJWTs (service `sentinel`).
    pub sentinel: String,
    /// Issues ConsumerJWSs (service `idp`).
    pub idp: String,
    /// Takes conversations and messages (service `asyncMessagingEnt`).
    pub messaging: String,
    /// Stores files (service `swift`). Absent where the account has none, or one that is not LivePerson's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<String>,
    /// Finds campaigns for consumers (service `smt`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitoring: Option<String>,
    /// Tells agents' names and pictures, to anybody (service `acCdnDomain`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_profiles: Option<String>,
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
    use serde_json::json;

    #[test]
    fn stored_access_is_pinned() {
        let access = Access {
            domains: Domains {
                sentinel: "https://s.example".to_owned(),
                idp: "https://i.example".to_owned(),
                messaging: "https://m.example".to_owned(),
                files: Some("https://f.example".to_owned()),
                monitoring: Some("https://v.example".to_owned()),
                agent_profiles: Some("https://a.example".to_owned()),
            },
            token: AppToken {
                jwt: Secret::new("a.b.c"),
                expires_at: 1_700_000_000_000,
            },
        };
        let text = serde_json::to_string(&StoredAccess::from(access.clone())).unwrap();
        assert_eq!(
            text,
            concat!(
                r#"{"domains":{"sentinel":"https://s.example","idp":"https://i.example","messaging":"https://m.example","#,
                r#""files":"https://f.example","monitoring":"https://v.example","agent_profiles":"https://a.example"},"#,
                r#""jwt":"a.b.c","expires_at":1700000000000}"#
            )
        );
        let stored: StoredAccess = serde_json::from_str(&text).unwrap();
        assert_eq!(Access::from(stored), access);
    }

    #[test]
    fn domains_of_an_older_release_are_read() {
        let old = r#"{"sentinel":"https://s.example","idp":"https://i.example","messaging":"https://m.example"}"#;
        let domains: Domains = serde_json::from_str(old).unwrap();
        assert_eq!((&domains.files, &domains.monitoring), (&None, &None));
        assert_eq!(domains.agent_profiles, None);
        assert_eq!(serde_json::to_string(&domains).unwrap(), old);
    }

    #[test]
    fn a_token_that_would_break_a_header_is_none() {
        assert_eq!(token_text(Some(&json!("a.b.c"))), Some("a.b.c"));
        for wrong in [json!(""), json!("a b"), json!("a\nb"), json!("ä"), json!(7)] {
            assert_eq!(token_text(Some(&wrong)), None);
        }
    }
}
