//! Answers to the outside. Errors are JSON with a stable code; nothing of a request is echoed.

use serde_json::json;
use worker::{Headers, Response, Result};

use crate::config::Problem;
use crate::http::{Method, Millis};
use crate::platforms::Later;

/// Why a request gets no success.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    /// No such path or channel.
    NotFound,
    /// The path takes other methods.
    Method(Vec<Method>),
    /// The body's media type is not taken.
    MediaType,
    /// The body is longer than what is taken.
    TooLarge,
    /// The body broke off.
    Incomplete,
    /// The body did not come in in time.
    TooSlow,
    /// The request is not authentic.
    Signature {
        /// Status that this sender's own libraries answer.
        status: u16,
        /// `signature_missing` or `signature_mismatch`.
        code: &'static str,
    },
    /// The configuration keeps this out of service.
    Configuration(Vec<Problem>),
    /// More waits for a consumer than may: the platform should bring the callback again later.
    Full(Later),
    /// An object or its storage does not answer: the sender should try again.
    Unavailable,
    /// The path is only read.
    ReadOnly,
    /// The link to a file opens nothing: `link_invalid` or `link_expired`.
    Link(&'static str),
    /// The file is no longer where it was.
    FileGone,
    /// The file cannot be had now.
    FileUnavailable {
        /// When to try again (ms from now), where somebody says so.
        retry_after: Option<Millis>,
    },
}

/// When to try again where nobody says so (seconds).
const RETRY_AFTER: Millis = 5;

impl Fault {
    /// The answer.
    pub(super) fn into_response(self) -> Result<Response> {
        let (status, body) = match &self {
            Self::NotFound => (404, json!({"error": "not_found"})),
            Self::Method(_) => (405, json!({"error": "method_not_allowed"})),
            Self::MediaType => (415, json!({"error": "unsupported_media_type"})),
            Self::TooLarge => (413, json!({"error": "body_too_large"})),
            Self::Incomplete => (400, json!({"error": "body_incomplete"})),
            Self::TooSlow => (408, json!({"error": "body_too_slow"})),
            Self::Signature { status, code } => (*status, json!({"error": code})),
            Self::Configuration(problems) => {
                (503, json!({"error": "configuration", "problems": problems}))
            }
            Self::Full(later) => (later.status, json!({"error": "queue_full"})),
            Self::Unavailable | Self::FileUnavailable { .. } => {
                (503, json!({"error": "unavailable"}))
            }
            Self::ReadOnly => (405, json!({"error": "method_not_allowed"})),
            Self::Link(code) => (403, json!({"error": code})),
            Self::FileGone => (404, json!({"error": "file_gone"})),
        };
        let response = Response::from_json(&body)?.with_status(status);
        let headers = Headers::new();
        headers.set("content-type", "application/json")?;
        headers.set("cache-control", "no-store")?;
        match self {
            Self::Method(methods) => {
                let names: Vec<&str> = methods.iter().map(|method| method.as_str()).collect();
                headers.set("allow", &names.join(", "))?;
            }
            Self::ReadOnly => headers.set("allow", "GET, HEAD")?,
            Self::Unavailable | Self::Configuration(_) => {
                headers.set("retry-after", &RETRY_AFTER.to_string())?;
            }
            Self::Full(later) => {
                headers.set("retry-after", &later.retry_after.to_string())?;
            }
            Self::FileUnavailable { retry_after } => {
                let seconds = retry_after.map_or(RETRY_AFTER, |span| span.div_ceil(1000).max(1));
                headers.set("retry-after", &seconds.to_string())?;
            }
            _ => {}
        }
        Ok(response.with_headers(headers))
    }
}
