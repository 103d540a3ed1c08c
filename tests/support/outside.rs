//! LiveEngage and Twilio: they answer requests as the real ones do, and fail when the script says so.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use liveengage_connector::crypto::base64_url;
use liveengage_connector::http::{
    HttpAnswer, HttpFailure, HttpRequest, HttpResponse, Millis, Take,
};
use liveengage_connector::liveengage::agent_profile::AgentProfile;
use liveengage_connector::liveengage::notification::{ConversationChange, DialogEvent, EventBody};
use liveengage_connector::liveengage::{Access, AppToken, Domains};
use liveengage_connector::outcome::Cause;
use liveengage_connector::secret::Secret;
use serde_json::{Value, json};

use super::line::Line;
use super::reply::Reply;
use super::requests::{in_words, json_of, kind, reference_of, words_of};
use super::words::{APP_JWT_MARK, JWS_MARK, LP_CONSUMER, agent_text, closed, echo};

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
    /// The references of the requests that Twilio was sent, one for each.
    pub(crate) references: Vec<String>,
    /// Echoes that LiveEngage has yet to send.
    pub(crate) echoes: VecDeque<DialogEvent>,
    /// Generation of the AppJWT.
    pub(crate) app_jwt: u32,
    /// Echoes bring metadata back.
    pub(crate) echo_metadata: bool,
    /// What the Monitoring API answers.
    pub(crate) engagement: Value,
    /// What LiveEngage tells about agents.
    pub(crate) agents: BTreeMap<String, AgentProfile>,
    /// Everything else that LiveEngage was asked to do: receipts, chat states, updates, profiles, file addresses.
    pub(crate) told: Vec<Value>,
    /// Bytes that a file has been uploaded with, by where they were read.
    pub(crate) uploads: Vec<String>,
    /// What is found at the address of a consumer's file: its length and its first bytes.
    pub(crate) media: Option<(u64, Vec<u8>)>,
    /// What the app behind a gateway channel has received.
    pub(crate) app: Vec<Value>,
    /// Conversations that the consumer has closed: the notifications that LiveEngage has yet to send.
    pub(crate) closings: Vec<ConversationChange>,
    app_ids: BTreeSet<String>,
    line: Line,
    /// Places for files that were given out.
    places: u32,
    /// The account has neither a file service nor Monitoring.
    pub(crate) without_services: bool,
    next_sequence: BTreeMap<String, u64>,
    changes: Millis,
}

impl Outside {
    /// The next requests of a [`kind`] (or `access`, `register`, `claim`) end so.
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
                files: (!self.without_services).then(|| "https://files.example".to_owned()),
                monitoring: (!self.without_services)
                    .then(|| "https://monitoring.example".to_owned()),
                agent_profiles: Some("https://agents.example".to_owned()),
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
        if kind(request) == "sms" {
            self.references.push(reference_of(request));
        }
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
            Reply::Source(status) => Err(HttpFailure::Source { status }),
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
            "publish" => Ok(self.publish(request, &words_of(request).unwrap())),
            "receipt" | "chat_state" | "update" | "profile" | "address" => {
                Ok(self.is_told(request))
            }
            "media" => Ok(self.media(request)),
            "upload" => {
                let upload = request.upload.as_ref().expect("a file");
                self.uploads.push(upload.from.url.clone());
                Ok(response(201, String::new()))
            }
            "engagement" => Ok(response(200, self.engagement.to_string())),
            "app" => {
                let id = request
                    .headers
                    .iter()
                    .find(|(name, _)| *name == "webhook-id");
                let id = id.map(|(_, id)| id.clone()).unwrap();
                // A message that it has had is not shown twice.
                if id.starts_with("sig_") || self.app_ids.insert(id) {
                    self.app.push(json_of(request));
                }
                Ok(response(200, String::new()))
            }
            "reply" | "push" => {
                let (shown, answer) = self.line.take(request);
                if shown {
                    self.phone.push(words_of(request).unwrap());
                }
                Ok(answer)
            }
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

    /// Something that is not said in the dialog. It needs an open conversation, but for the address of a file and a profile.
    fn is_told(&mut self, request: &HttpRequest) -> HttpResponse {
        let asked = json_of(request);
        let body = &asked["body"];
        if let Some(conversation) = body["conversationId"].as_str()
            && !self
                .conversations
                .iter()
                .any(|(id, open)| id == conversation && *open)
        {
            let Reply::Status(status, body) = Reply::conversation_is_close() else {
                panic!("not a status");
            };
            return response(status, body);
        }
        let answer = match asked["type"].as_str().unwrap() {
            "ms.GenerateURLForUploadFile" => {
                self.places += 1;
                json!({
                    "relativePath": format!("/v1/files/{}.JPEG", self.places),
                    "queryParams": { "temp_url_sig": "sig", "temp_url_expires": "1" },
                })
            }
            "ms.PublishEvent" if body["event"]["type"] == "AcceptStatusEvent" => {
                let dialog = body["dialogId"].as_str().unwrap().to_owned();
                let next = self.next_sequence.entry(dialog).or_default();
                *next += 1;
                json!({ "sequence": *next - 1 })
            }
            "ms.PublishEvent" => json!({ "sequence": 0 }),
            _ => json!({ "msg": "OK" }),
        };
        let closes = body["conversationField"]["conversationState"] == "CLOSE"
            || body["conversationField"]["dialog"]["state"] == "CLOSE";
        if closes {
            let close = self.agent_closes();
            self.closings.extend(close);
        }
        let answer = json!({ "code": "OK", "body": answer, "reqId": asked["id"] });
        self.told.push(asked);
        response(200, answer.to_string())
    }

    fn media(&self, request: &HttpRequest) -> HttpResponse {
        let Some((length, head)) = &self.media else {
            return response(404, String::new());
        };
        let within = match request.take {
            Take::Head { limit } => *length <= limit,
            Take::Body => panic!("a file is not read whole"),
        };
        HttpResponse {
            status: 200,
            headers: Vec::new(),
            body: head.clone(),
            length: within.then_some(*length),
        }
    }

    fn publish(&mut self, request: &HttpRequest, words: &str) -> HttpResponse {
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
        let sequence = self.say(conversation, dialog, words, asked["id"].as_str());
        let mut event = echo(conversation, sequence, words);
        event.dialog_id = dialog.to_owned();
        if asked["body"]["event"]["contentType"] == "hosted/file" {
            event.body = EventBody::Content {
                content_type: "hosted/file".to_owned(),
                raw: asked["body"]["event"].clone(),
            };
        }
        if self.echo_metadata {
            event.metadata = Some(asked["metadata"].clone());
        }
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

    /// An agent sends something that is not just text.
    pub(crate) fn agent_sends(&mut self, body: EventBody) -> DialogEvent {
        DialogEvent {
            body,
            ..self.agent_says("")
        }
    }

    /// What LiveEngage was told in these requests, in few words, since this was last asked.
    pub(crate) fn heard(&mut self) -> Vec<String> {
        self.told.drain(..).map(|asked| in_words(&asked)).collect()
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
        length: None,
    }
}
