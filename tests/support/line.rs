//! LINE, as far as the conversation depends on it: a token is good for one reply, and a key for one push.

use std::collections::BTreeSet;

use liveengage_connector::http::{HttpRequest, HttpResponse};
use serde_json::json;

use super::requests::json_of;

/// What LINE remembers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    spent: BTreeSet<String>,
    keys: BTreeSet<String>,
}

impl Line {
    /// Takes a reply or a push, and says whether it is to be shown.
    pub(crate) fn take(&mut self, request: &HttpRequest) -> (bool, HttpResponse) {
        let key = request
            .headers
            .iter()
            .find(|(name, _)| *name == "x-line-retry-key");
        if let Some((_, key)) = key {
            return match self.keys.insert(key.clone()) {
                true => (true, sent()),
                false => (false, response(409, "The retry key is already accepted")),
            };
        }
        let asked = json_of(request);
        let token = asked["replyToken"].as_str().expect("neither key nor token");
        match self.spent.insert(token.to_owned()) {
            true => (true, sent()),
            false => (false, response(400, "Invalid reply token")),
        }
    }
}

fn sent() -> HttpResponse {
    HttpResponse {
        body: json!({ "sentMessages": [{ "id": "461230966842064897" }] })
            .to_string()
            .into_bytes(),
        ..response(200, "")
    }
}

fn response(status: u16, message: &str) -> HttpResponse {
    HttpResponse {
        status,
        headers: Vec::new(),
        body: json!({ "message": message }).to_string().into_bytes(),
        length: None,
    }
}
