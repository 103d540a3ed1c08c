//! LiveEngage and Twilio: they answer requests as the real ones do, and fail when the script says so.

use std::collections::{BTreeMap, VecDeque};

use liveengage_connector::crypto::base64_url;
use liveengage_connector::http::{HttpAnswer, HttpFailure, HttpRequest, HttpResponse, Millis};
use liveengage_connector::liveengage::notification::{ConversationChange, DialogEvent};
use liveengage_connector::liveengage::{Access, AppToken, Domains};
use liveengage_connector::outcome::Cause;
use liveengage_connector::secret::Secret;
use serde_json::{Value, json};

use super::words::{APP_JWT_MARK, JWS_MARK, LP_CONSUMER, agent_text, closed, echo};

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

/// Something said in a dialog, in LiveEngage's own memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) conversation: String,
    pub(crate) dialog: String,
    pub(crate) sequence: u64,
    pub(crate) text: String,
    /// The request that said it; `None` for an agent's words.
    pub(crate) request_id: Option<String>,
}

/// LiveEngage and Twilio.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outside {
    script: BTreeMap<&'static str, VecDeque<Reply>>,
    /// Conversations in the order of their creation, with whether they are open.
    pub(crate) conversations: Vec<(String, bool)>,
    /// Everything said, in order.
    pub(crate) said: Vec<Said>,
    /// Texts that the phone has received.
    pub(crate) phone: Vec<String>,
    /// Echoes that LiveEngage has yet to send.
    pub(crate) echoes: VecDeque<DialogEvent>,
    /// Generation of the AppJWT.
    pub(crate) app_jwt: u32,
    next_sequence: BTreeMap<String, u64>,
    changes: Millis,
}

/// What a request is, by its address.
pub(crate) fn kind(request: &HttpRequest) -> &'static str {
    let path = request.url.split('?').next().unwrap_or_default();
    match path {
        path if path.ends_with("/conversation/send") => "publish",
        path if path.ends_with("/messaging/consumer/conversation") => "create",
        path if path.ends_with("/consumer") => "token",
        path if path.ends_with("/Messages.json") => "sms",
        path => panic!("nobody answers {path}"),
    }
}

/// What a publish or an SMS says.
pub(crate) fn words_of(request: &HttpRequest) -> Option<String> {
    match kind(request) {
        "publish" => {
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            body["body"]["event"]["message"].as_str().map(str::to_owned)
        }
        "sms" => form_urlencoded::parse(&request.body)
            .find(|(name, _)| name == "Body")
            .map(|(_, value)| value.into_owned()),
        _ => None,
    }
}

impl Outside {
    /// The next requests of a kind (`access`, `token`, `register`, `create`, `claim`, `publish`, `sms`) end so.
    pub(crate) fn script(&mut self, kind: &'static str, replies: impl IntoIterator<Item = Reply>) {
        self.script.entry(kind).or_default().extend(replies);
    }

    pub(crate) fn forget_script(&mut self) {
        self.script.clear();
    }

    pub(crate) fn forget(&mut self, kind: &'static str) {
        self.script.remove(kind);
    }

    fn reply(&mut self, kind: &str) -> Reply {
        self.script
            .get_mut(kind)
            .and_then(VecDeque::pop_front)
            .unwrap_or(Reply::Ok)
    }

    /// The Account object: another token only for the fingerprint of the present one.
    pub(crate) fn access(&mut self, refused: Option<&str>) -> Result<Access, Cause> {
        if !matches!(self.reply("access"), Reply::Ok) {
            return Err(Cause::Server { status: 503 });
        }
        if refused == Some(self.present_access().fingerprint().as_str()) {
            self.app_jwt += 1;
        }
        Ok(self.present_access())
    }

    fn present_access(&self) -> Access {
        Access {
            domains: Domains {
                sentinel: "https://sentinel.example".to_owned(),
                idp: "https://idp.example".to_owned(),
                messaging: "https://messaging.example".to_owned(),
            },
            token: AppToken {
                jwt: Secret::new(format!("{APP_JWT_MARK}-{}", self.app_jwt)),
                expires_at: Millis::MAX / 2,
            },
        }
    }

    /// Another object: whether it answers.
    pub(crate) fn object(&mut self, kind: &str) -> bool {
        matches!(self.reply(kind), Reply::Ok)
    }

    /// Answers a request.
    pub(crate) fn answer(&mut self, request: &HttpRequest) -> HttpAnswer {
        match self.reply(kind(request)) {
            Reply::Ok => self.effect(request),
            Reply::Status(status, body) => Ok(response(status, body)),
            Reply::RetryAfter(status, seconds) => {
                let mut response = response(status, String::new());
                let header = ("retry-after".to_owned(), seconds.to_string());
                response.headers.push(header);
                Ok(response)
            }
            Reply::NotSent => Err(HttpFailure::NotSent),
            Reply::LostBefore => Err(HttpFailure::Lost),
            Reply::LostAfter => {
                let _ = self.effect(request);
                Err(HttpFailure::Lost)
            }
            Reply::FailedAfter(status) => {
                let _ = self.effect(request);
                Ok(response(status, String::new()))
            }
            Reply::Silent => {
                let answer = self.effect(request)?;
                let refused = answer.status != 200;
                let silent = response(200, json!({ "code": "OK" }).to_string());
                Ok(if refused { answer } else { silent })
            }
        }
    }

    fn effect(&mut self, request: &HttpRequest) -> HttpAnswer {
        match kind(request) {
            "token" => {
                let claims = json!({ "lp_consumer_id": LP_CONSUMER }).to_string();
                let token = format!("h.{}.{JWS_MARK}", base64_url(claims.as_bytes()));
                Ok(response(201, json!({ "token": token }).to_string()))
            }
            "create" => Ok(self.create(request)),
            "publish" => Ok(self.publish(request)),
            _ => {
                self.phone.push(words_of(request).unwrap());
                let sid = format!("SM{}", self.phone.len());
                Ok(response(201, json!({ "sid": sid }).to_string()))
            }
        }
    }

    fn create(&mut self, request: &HttpRequest) -> HttpResponse {
        if self.open_conversation().is_some() {
            let Reply::Status(status, body) = Reply::already_open(200) else {
                panic!("not a status");
            };
            return response(status, body);
        }
        let id = format!("conv-{}", self.conversations.len() + 1);
        self.conversations.push((id.clone(), true));
        let asked: Value = serde_json::from_slice(&request.body).unwrap();
        let items = json!([
            { "code": "OK", "body": {}, "reqId": asked[0]["id"] },
            { "code": "OK", "body": { "conversationId": id }, "reqId": asked[1]["id"] },
        ]);
        response(200, items.to_string())
    }

    fn publish(&mut self, request: &HttpRequest) -> HttpResponse {
        let asked: Value = serde_json::from_slice(&request.body).unwrap();
        let conversation = asked["body"]["conversationId"].as_str().unwrap();
        let dialog = asked["body"]["dialogId"].as_str().unwrap();
        let open = self
            .conversations
            .iter()
            .any(|(id, open)| id == conversation && *open);
        if !open {
            let Reply::Status(status, body) = Reply::conversation_is_close() else {
                panic!("not a status");
            };
            return response(status, body);
        }
        let words = words_of(request).unwrap();
        let sequence = self.say(conversation, dialog, &words, asked["id"].as_str());
        let mut event = echo(conversation, sequence, &words);
        event.dialog_id = dialog.to_owned();
        self.echoes.push_back(event);
        let answer =
            json!({ "code": "OK", "body": { "sequence": sequence }, "reqId": asked["id"] });
        response(200, answer.to_string())
    }

    fn say(&mut self, conversation: &str, dialog: &str, text: &str, request: Option<&str>) -> u64 {
        let next = self.next_sequence.entry(dialog.to_owned()).or_default();
        let sequence = *next;
        *next += 1;
        self.said.push(Said {
            conversation: conversation.to_owned(),
            dialog: dialog.to_owned(),
            sequence,
            text: text.to_owned(),
            request_id: request.map(str::to_owned),
        });
        sequence
    }

    /// The conversation that is open.
    pub(crate) fn open_conversation(&self) -> Option<String> {
        self.conversations
            .iter()
            .find(|(_, open)| *open)
            .map(|(id, _)| id.clone())
    }

    /// An agent writes into the open conversation; the notification of it.
    pub(crate) fn agent_says(&mut self, words: &str) -> DialogEvent {
        let conversation = self.open_conversation().expect("an open conversation");
        let sequence = self.say(&conversation, &conversation, words, None);
        agent_text(&conversation, sequence, words)
    }

    /// An agent closes the open conversation; the notification of it.
    pub(crate) fn agent_closes(&mut self) -> Option<ConversationChange> {
        let found = self.conversations.iter_mut().find(|(_, open)| *open)?;
        found.1 = false;
        self.changes += 1;
        Some(closed(&found.0, self.changes + 1_000_000))
    }

    /// The next echo.
    pub(crate) fn echo(&mut self) -> DialogEvent {
        self.echoes.pop_front().expect("an echo")
    }

    /// What the consumer has said, as agents see it.
    pub(crate) fn transcript(&self) -> Vec<&str> {
        self.said
            .iter()
            .filter(|said| said.request_id.is_some())
            .map(|said| said.text.as_str())
            .collect()
    }
}

fn response(status: u16, body: String) -> HttpResponse {
    HttpResponse {
        status,
        headers: Vec::new(),
        body: body.into_bytes(),
    }
}
