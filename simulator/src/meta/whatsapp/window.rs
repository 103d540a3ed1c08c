//! Until when a business may write to a person without a template.
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes>

use serde_json::{Value, json};

use crate::meta::graph::GraphError;

const WINDOW_MS: u64 = 24 * 3_600_000;

/// Why a message does not reach its person: an error of a status, or of the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: u32,
    pub(crate) title: &'static str,
    pub(crate) details: &'static str,
}

/// More than a day since the person's last message.
pub(crate) const RE_ENGAGEMENT: Failure = Failure {
    code: 131_047,
    title: "Re-engagement message",
    details: "Message failed to send because more than 24 hours have passed since the customer last replied to \
              this number.",
};

/// Nobody there, or somebody who blocks the business.
pub(crate) const UNDELIVERABLE: Failure = Failure {
    code: 131_026,
    title: "Message undeliverable",
    details: "Message Undeliverable.",
};

/// A file that could not be fetched, or is not what it should be.
pub(crate) const MEDIA: Failure = Failure {
    code: 131_053,
    title: "Media upload error",
    details: "The media could not be downloaded from the link, or its type or size is not supported.",
};

impl Failure {
    /// An element of `errors` in a status.
    pub(crate) fn of_status(&self) -> Value {
        json!({
            "code": self.code, "title": self.title, "message": self.title,
            "error_data": { "details": self.details },
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        })
    }

    /// The answer of a call.
    pub(crate) fn of_call(&self) -> GraphError {
        GraphError::new(self.code, self.title).with_details(self.details)
    }
}

/// Whether a message of this kind may be sent to someone who has written last at this time.
pub(crate) fn is_open(kind: &str, said_at: Option<u64>, now: u64) -> bool {
    kind == "template" || said_at.is_some_and(|at| now.saturating_sub(at) < WINDOW_MS)
}

#[cfg(test)]
mod tests {
    use super::{WINDOW_MS, is_open};

    #[test]
    fn only_a_template_may_be_sent_after_a_day() {
        let now = 10 * WINDOW_MS;
        assert!(is_open("text", Some(now - WINDOW_MS + 1), now));
        assert!(!is_open("text", Some(now - WINDOW_MS), now));
        assert!(!is_open("text", None, now));
        assert!(is_open("template", None, now));
    }
}
