//! The items of an answer's body: one object, or a list of them in answer to a batch.

use serde_json::Value;

use crate::liveengage::json;

/// One answered request.
pub(in crate::liveengage) struct Item {
    request_id: Option<String>,
    code: Option<String>,
    body: Value,
    whole: Value,
}

impl Item {
    /// The items of a body. What is not JSON has none.
    pub(super) fn read(body: &[u8]) -> Vec<Self> {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        json::many(Some(&body))
            .iter()
            .filter(|item| item.is_object())
            .map(|item| Self {
                request_id: json::id(item.get("reqId")),
                code: json::id(item.get("code")).map(|code| json::word(&code)),
                body: item.get("body").cloned().unwrap_or_default(),
                whole: item.clone(),
            })
            .collect()
    }

    /// What it brings.
    pub(in crate::liveengage) fn body(&self) -> &Value {
        &self.body
    }

    /// Whether it says `OK`, or says nothing and brings what only a success brings.
    pub(in crate::liveengage) fn is_ok(&self) -> bool {
        match &self.code {
            Some(code) => status_of(code) == Some(200),
            None => self.conversation_id().is_some() || self.sequence().is_some(),
        }
    }

    /// The code of a failure.
    pub(super) fn failure(&self) -> Option<&str> {
        self.code.as_deref().filter(|_| !self.is_ok())
    }

    /// LivePerson's `errorCode`.
    pub(super) fn error_code(&self) -> Option<String> {
        error_code(&self.whole)
    }

    /// The number of a published event.
    pub(super) fn sequence(&self) -> Option<u64> {
        json::number(self.body.get("sequence"))
    }

    /// The conversation that was created.
    pub(super) fn created(&self) -> Option<String> {
        self.conversation_id().filter(|_| self.is_ok())
    }

    /// Whether a failure's text contains `phrase` (in lower case). Only where there is no code to tell it by.
    pub(super) fn says(&self, phrase: &str) -> bool {
        let texts = [&self.body, &self.whole].into_iter().flat_map(|part| {
            ["msg", "message", "details", "title"]
                .iter()
                .filter_map(|name| part.get(name)?.as_str())
                .chain(part.as_str())
        });
        !self.is_ok()
            && texts
                .map(str::to_ascii_lowercase)
                .any(|text| text.contains(phrase))
    }

    fn conversation_id(&self) -> Option<String> {
        json::id(self.body.get("conversationId"))
    }
}

/// The item that answers the request of that id: by the id where it is the only one, else by what it brings.
pub(super) fn item_of<'a>(items: &'a [Item], request_id: &str) -> Option<&'a Item> {
    let mut named = items
        .iter()
        .filter(|item| item.request_id.as_deref() == Some(request_id));
    match (named.next(), named.next()) {
        (Some(only), None) => Some(only),
        _ => items.iter().find(|item| item.conversation_id().is_some()),
    }
}

/// LivePerson's `errorCode` in any of the places where it stands.
pub(in crate::liveengage) fn error_code(answer: &Value) -> Option<String> {
    let body = answer.get("body");
    json::id(body.and_then(|body| body.get("errorCode")))
        .or_else(|| json::id(answer.get("errorCode")))
        .map(|code| json::word(&code))
}

/// The HTTP status that an item's code stands for: the documentation shows names and numbers.
pub(super) fn status_of(code: &str) -> Option<u16> {
    match code.to_ascii_uppercase().as_str() {
        "OK" | "CREATED" | "200" | "201" => Some(200),
        "BAD_REQUEST" => Some(400),
        "UNAUTHORIZED" => Some(401),
        "FORBIDDEN" => Some(403),
        "NOT_FOUND" => Some(404),
        "TOO_MANY_REQUESTS" => Some(429),
        "INTERNAL_SERVER_ERROR" | "INTERNAL_ERROR" => Some(500),
        "SERVICE_UNAVAILABLE" => Some(503),
        code => code
            .parse()
            .ok()
            .filter(|status| (400..600).contains(status)),
    }
}
