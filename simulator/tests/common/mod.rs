//! A simulator, a connector that only writes down what it gets, and calls in the connector's place.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use liveengage_simulator::{Options, Running, start};
use serde_json::{Value, json};

/// Something that was posted to the connector.
#[derive(Clone, Debug)]
pub struct Posted {
    pub path: String,
    pub query: Option<String>,
    pub headers: HeaderMap,
    pub body: String,
}

impl Posted {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

#[derive(Default)]
struct Inbox {
    posted: Vec<Posted>,
    answers: VecDeque<u16>,
}

/// The pair of them.
pub struct World {
    pub base: String,
    pub http: reqwest::Client,
    inbox: Arc<Mutex<Inbox>>,
    running: Running,
}

impl Drop for World {
    fn drop(&mut self) {
        self.running.stop();
    }
}

/// An answer: status and JSON.
pub type Answer = (u16, Value);

pub const ACCOUNT: &str = "le12345678";

pub async fn world() -> World {
    let inbox: Arc<Mutex<Inbox>> = Arc::default();
    let app = Router::new().fallback(take).with_state(Arc::clone(&inbox));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let connector = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let options = Options {
        port: 0,
        connector,
        public_url: "https://sms.example".into(),
        ..Options::default()
    };
    let running = start(options).await.unwrap();
    let base = format!("http://{}", running.address);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    World {
        base,
        http,
        inbox,
        running,
    }
}

async fn take(
    State(inbox): State<Arc<Mutex<Inbox>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    if method == Method::GET {
        return StatusCode::OK; // the simulator's question whether anybody is there
    }
    let mut inbox = inbox.lock().unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    inbox.posted.push(Posted {
        path: uri.path().to_owned(),
        query: uri.query().map(str::to_owned),
        headers,
        body,
    });
    let status = inbox.answers.pop_front().unwrap_or(200);
    StatusCode::from_u16(status).unwrap()
}

impl World {
    /// What the connector answers next; afterwards it answers 200.
    pub fn answers(&self, statuses: &[u16]) {
        self.inbox.lock().unwrap().answers.extend(statuses);
    }

    pub fn posted(&self) -> Vec<Posted> {
        self.inbox.lock().unwrap().posted.clone()
    }

    /// Waits until so many posts have come in.
    pub async fn posted_at_least(&self, count: usize) -> Vec<Posted> {
        for _ in 0..1000 {
            let posted = self.posted();
            if posted.len() >= count {
                return posted;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("only {} of {count} posts came in", self.posted().len());
    }

    /// Waits until the journal holds so many delivery attempts.
    pub async fn attempts(&self, count: usize) -> Vec<Value> {
        for _ in 0..1000 {
            let (_, journal) = self.get("/control/journal?side=webhook").await;
            let entries = journal["entries"].as_array().unwrap().clone();
            if entries.len() >= count {
                return entries;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the journal does not get to {count} attempts");
    }

    pub async fn get(&self, path: &str) -> Answer {
        let answer = self.http.get(format!("{}{path}", self.base)).send().await;
        read(answer.unwrap()).await
    }

    /// What the desk shows of a conversation.
    pub async fn desk(&self, id: &str) -> Value {
        let (status, value) = self.get(&format!("/control/conversations/{id}")).await;
        assert_eq!(status, 200, "{value}");
        value
    }

    /// The id of the conversation of this outside consumer id.
    pub async fn desk_of(&self, ext: &str) -> String {
        let (_, known) = self.get("/control/conversations").await;
        let mut known = known["conversations"].as_array().unwrap().iter();
        let found = known.find(|known| known["consumer"]["ext_consumer_id"] == ext);
        found.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// Posts to the control API what it refuses.
    pub async fn control_refused(&self, path: &str, body: Value) -> u16 {
        let request = self.http.post(format!("{}/control{path}", self.base));
        let answer = request.json(&body).send().await.unwrap();
        answer.status().as_u16()
    }

    /// The texts of the journal's notes.
    pub async fn notes(&self) -> Vec<String> {
        let (_, journal) = self.get("/control/journal?side=liveengage").await;
        let entries = journal["entries"].as_array().unwrap().clone();
        let notes = entries.iter().filter(|entry| entry["what"] == "note");
        notes
            .map(|note| note["text"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Waits until no notification is under way.
    pub async fn quiet(&self) {
        for _ in 0..1000 {
            let (_, status) = self.get("/control/status").await;
            if status["notifications"]["active"] == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("notifications are under way without end");
    }

    /// The last state of a conversation that was notified.
    pub async fn last_state(&self, id: &str) -> Value {
        self.quiet().await;
        let states = self.posted().into_iter().rev().map(|posted| posted.json());
        let mut results = states.map(|body| body["body"]["changes"][0]["result"].clone());
        results.find(|result| result["convId"] == id).unwrap()
    }

    /// The changes of message notifications, so far.
    pub async fn events(&self) -> Vec<Value> {
        self.quiet().await;
        let bodies = self.posted().into_iter().map(|posted| posted.json());
        let changes = bodies.map(|body| body["body"]["changes"][0].clone());
        changes
            .filter(|change| change["event"].is_object())
            .collect()
    }

    /// Posts to the control API.
    pub async fn control(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}/control{path}", self.base));
        let (status, value) = read(request.json(&body).send().await.unwrap()).await;
        assert_eq!(status, 200, "{path}: {value}");
        value
    }

    pub async fn form(&self, path: &str, body: &str) -> Answer {
        let request = self.http.post(format!("{}{path}", self.base));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        read(request.body(body.to_owned()).send().await.unwrap()).await
    }

    /// Posts JSON with headers; the error is a connection that was closed.
    pub async fn try_post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer, reqwest::Error> {
        let mut request = self.http.post(format!("{}{path}", self.base));
        request = request.header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Ok(read(request.body(body.to_owned()).send().await?).await)
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let answer = self.try_post(path, headers, &body.to_string()).await;
        answer.unwrap()
    }

    pub async fn app_token(&self) -> String {
        let (status, value) = self.form(TOKEN, CREDENTIALS).await;
        assert_eq!(status, 200, "{value}");
        value["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn person(&self, ext: &str) -> Person<'_> {
        let app = self.app_token().await;
        let body = json!({ "ext_consumer_id": ext });
        let (status, value) = self.post(CONSUMER, &[("authorization", &app)], &body).await;
        assert_eq!(status, 201, "{value}");
        let jws = value["token"].as_str().unwrap().to_owned();
        Person {
            world: self,
            app,
            jws,
        }
    }
}

pub const FEATURES: &str = "{\"type\":\".ClientProperties\",\"features\":\
                            [\"AUTO_MESSAGES\",\"RICH_CONTENT\",\"QUICK_REPLIES\",\"MULTI_DIALOG\"]}";
pub const TOKEN: &str =
    "/sentinel/api/account/le12345678/app/token?v=1.0&grant_type=client_credentials";
pub const CREDENTIALS: &str = "client_id=0f0e0d0c-1111-4222-8333-444444444444\
                               &client_secret=local-client-secret-of-the-simulator";
pub const CONSUMER: &str = "/api/account/le12345678/consumer?v=1.0";
pub const CREATE: &str = "/api/account/le12345678/messaging/consumer/conversation?v=3";
pub const SEND: &str = "/api/account/le12345678/messaging/consumer/conversation/send?v=3";

async fn read(answer: reqwest::Response) -> Answer {
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_default())
}

/// A consumer with good tokens.
pub struct Person<'a> {
    pub world: &'a World,
    pub app: String,
    pub jws: String,
}

impl Person<'_> {
    /// With every feature announced.
    pub async fn call(&self, path: &str, body: &Value) -> Answer {
        self.call_as(FEATURES, path, body).await
    }

    /// With these client properties.
    pub async fn call_as(&self, properties: &str, path: &str, body: &Value) -> Answer {
        let headers = [
            ("authorization", self.app.as_str()),
            ("x-lp-on-behalf", self.jws.as_str()),
            ("client-properties", properties),
        ];
        self.world.post(path, &headers, body).await
    }

    /// Sends a request of this type.
    pub async fn send(&self, kind: &str, body: Value) -> Answer {
        self.call(SEND, &request(kind, &body)).await
    }

    /// Changes a field of a conversation.
    pub async fn update(&self, id: &str, field: Value) -> Answer {
        let body = json!({ "conversationId": id, "conversationField": field });
        self.send("cm.UpdateConversationField", body).await
    }

    pub async fn create(&self) -> Answer {
        self.call(CREATE, &creation(&json!({}))).await
    }

    /// Opens a conversation and returns its id.
    pub async fn open(&self) -> String {
        let (status, value) = self.create().await;
        assert_eq!(status, 200, "{value}");
        let id = value[1]["body"]["conversationId"].as_str();
        id.unwrap().to_owned()
    }

    pub async fn say(&self, dialog: &str, text: &str) -> Answer {
        let event = json!({ "type": "ContentEvent", "contentType": "text/plain", "message": text });
        self.event(dialog, event).await
    }

    pub async fn event(&self, dialog: &str, event: Value) -> Answer {
        let body = json!({ "dialogId": dialog, "event": event });
        self.call(SEND, &request("ms.PublishEvent", &body)).await
    }
}

pub fn request(kind: &str, body: &Value) -> Value {
    json!({ "kind": "req", "id": "r-1", "type": kind, "body": body })
}

/// The documented batch, with this profile.
pub fn creation(profile: &Value) -> Value {
    let wanted = json!({ "brandId": ACCOUNT, "channelType": "MESSAGING" });
    json!([
        request("userprofile.SetUserProfile", profile),
        request("cm.ConsumerRequestConversation", &wanted),
    ])
}
