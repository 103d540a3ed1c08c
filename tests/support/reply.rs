//! How the other side answers.

use serde_json::json;

/// How a request ends.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// As it should.
    Ok,
    /// This status and body, and no effect.
    Status(u16, String),
    /// This status and `Retry-After` in seconds, and no effect.
    RetryAfter(u16, u64),
    /// The connection cannot be made.
    NotSent,
    /// No answer, and no effect.
    LostBefore,
    /// No answer, but it had its effect.
    LostAfter,
    /// It had its effect, but the answer is this status.
    FailedAfter(u16),
    /// It had its effect, and the answer tells nothing of it.
    Silent,
    /// The file that should be uploaded cannot be read where it lies, which answers this status.
    Source(u16),
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self::Status(status, String::new())
    }

    /// LiveEngage's 401 with its code.
    pub(crate) fn unauthorized(code: u32) -> Self {
        let body = json!({ "kind": "resp", "code": 401, "body": { "errorCode": code } });
        Self::Status(401, body.to_string())
    }

    pub(crate) fn conversation_is_close() -> Self {
        let body = json!({ "code": "BAD_REQUEST", "body": { "msg": "Bad Request, Conversation is close" } });
        Self::Status(400, body.to_string())
    }

    pub(crate) fn already_open(status: u16) -> Self {
        let item = json!({
            "code": "BAD_REQUEST",
            "body": { "msg": "User x already has open conversation. Can't open another one." }
        });
        Self::Status(status, json!([item]).to_string())
    }

    /// Twilio's error.
    pub(crate) fn twilio(status: u16, code: u32) -> Self {
        Self::Status(status, json!({ "code": code }).to_string())
    }
}
