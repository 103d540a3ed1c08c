//! Why a request gets no success: a stable code for programs, and a sentence for people.

use serde_json::json;

use super::{Reply, set};
use crate::http::Method;

/// When to try again where nobody says so (seconds).
const RETRY_AFTER: u64 = 5;

/// Why a request gets no success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A parameter or field is wrong, missing or unknown.
    Invalid {
        /// Its name; empty for the whole body.
        field: String,
        /// What is wrong.
        message: String,
    },
    /// The request carries no credential that opens this.
    Unauthorized,
    /// A browser sends the request on behalf of another site.
    CrossSite,
    /// There is no such path, or no admin API at all.
    NotFound,
    /// There is no such consumer.
    NoConsumer,
    /// There is no such message of that consumer.
    NoMessage,
    /// There is no channel or account of that name.
    NoName,
    /// The path takes other methods.
    Method(Vec<Method>),
    /// The count to confirm is no longer right.
    CountChanged {
        /// How many there are now.
        count: usize,
    },
    /// It cannot be done.
    Impossible(String),
    /// The body is longer than what is read.
    TooLarge,
    /// The body is not JSON by its type.
    MediaType,
    /// Too many requests with wrong credentials.
    TooManyFailures {
        /// When to try again (s).
        retry_after: u64,
    },
    /// The deployment lacks something: a configuration key.
    Configuration(String),
    /// An object, KV, or the key set of Cloudflare Access does not answer.
    Unavailable,
}

impl Fault {
    /// A parameter or field is wrong.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.to_owned(),
            message: message.into(),
        }
    }

    /// The answer.
    pub fn reply(&self) -> Reply {
        let (status, code, message) = self.words();
        let mut body = json!({ "error": code, "message": message });
        let mut headers = Vec::new();
        match self {
            Self::Invalid { field, .. } if !field.is_empty() => {
                set(&mut body, "field", json!(field));
            }
            Self::CountChanged { count } => set(&mut body, "count", json!(count)),
            Self::Unauthorized => headers.push(("www-authenticate", "Bearer".to_owned())),
            Self::Method(methods) => {
                let names: Vec<&str> = methods.iter().map(|method| method.as_str()).collect();
                headers.push(("allow", names.join(", ")));
            }
            Self::TooManyFailures { retry_after } => {
                headers.push(("retry-after", retry_after.to_string()));
            }
            Self::Unavailable => headers.push(("retry-after", RETRY_AFTER.to_string())),
            _ => {}
        }
        Reply {
            status,
            headers,
            body,
        }
    }

    fn words(&self) -> (u16, &'static str, String) {
        let fixed = |status, code, message: &str| (status, code, message.to_owned());
        match self {
            Self::Invalid { message, .. } => (400, "invalid_request", message.clone()),
            Self::Unauthorized => fixed(
                401,
                "unauthorized",
                "send the admin token as `authorization: Bearer TOKEN`, or come through Cloudflare Access",
            ),
            Self::CrossSite => fixed(403, "cross_site", "another site may not send this"),
            Self::NotFound => fixed(404, "not_found", "there is nothing here"),
            Self::NoConsumer => fixed(
                404,
                "consumer_unknown",
                "nothing is stored about such a consumer",
            ),
            Self::NoMessage => fixed(
                404,
                "message_unknown",
                "nothing is stored about such a message of this consumer",
            ),
            Self::NoName => fixed(
                404,
                "name_unknown",
                "no channel or account of that name is in service",
            ),
            Self::Method(_) => fixed(
                405,
                "method_not_allowed",
                "the path takes the methods in `allow`",
            ),
            Self::CountChanged { count } => (
                409,
                "count_changed",
                format!(
                    "there are {count} now, and nothing was done: look again, and confirm that number"
                ),
            ),
            Self::Impossible(why) => (409, "impossible", why.clone()),
            Self::TooLarge => fixed(413, "body_too_large", "send less at a time"),
            Self::MediaType => fixed(
                415,
                "unsupported_media_type",
                "send JSON with `content-type: application/json`",
            ),
            Self::TooManyFailures { .. } => fixed(
                429,
                "too_many_failures",
                "too many requests with wrong credentials",
            ),
            Self::Configuration(key) => (
                503,
                "configuration",
                format!("{key} is missing or wrong; `npm run check` says more"),
            ),
            Self::Unavailable => fixed(
                503,
                "unavailable",
                "an object or its storage does not answer: part of it may have been done, so look again before you repeat it",
            ),
        }
    }
}
