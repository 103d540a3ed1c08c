//! What LivePerson's own demo of the Connector API sends, request by request, with this simulator's hosts in place of
//! LivePerson's. Where the two disagree, the demo is right.
//!
//! Source: <https://github.com/LivePersonInc/lp-demo-app-connector-api>, `server/services` and
//! `web/app/core/util/conversation-manager.ts`.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

mod common;

use std::collections::HashMap;

use common::{Answer, World, world};
use serde_json::{Value, json};

const BRAND: &str = "le12345678";
const APP: &str = "0f0e0d0c-1111-4222-8333-444444444444";
const SECRET: &str = "local-client-secret-of-the-simulator";

/// The demo's state of a conversation.
struct Demo<'a> {
    world: &'a World,
    domains: HashMap<String, String>,
    app: String,
    jws: String,
    features: Value,
    conversation: String,
    dialog: String,
}

impl<'a> Demo<'a> {
    /// Domain lookup over plain HTTP, token with everything in the query, consumer with a random decimal as its id.
    async fn login(world: &'a World, features: Value) -> Self {
        let path = format!("/api/account/{BRAND}/service/baseURI.json?version=1.0");
        let (status, list) = world.get(&path).await;
        assert_eq!(status, 200);
        let domains = list["baseURIs"].as_array().unwrap().iter().map(|uri| {
            let text = |name: &str| uri[name].as_str().unwrap().to_owned();
            (text("service"), text("baseURI"))
        });
        let mut demo = Self {
            world,
            domains: domains.collect(),
            app: String::new(),
            jws: String::new(),
            features,
            conversation: String::new(),
            dialog: String::new(),
        };
        let token = demo.at(
            "sentinel",
            &format!(
                "/sentinel/api/account/{BRAND}/app/token?v=1.0&grant_type=client_credentials\
             &client_id={APP}&client_secret={SECRET}"
            ),
        );
        let token = world
            .http
            .post(token)
            .header("content-type", "application/x-www-form-urlencoded");
        let token = token.send().await.unwrap();
        assert_eq!(token.status(), 200);
        let token: Value = token.json().await.unwrap();
        demo.app = token["access_token"].as_str().unwrap().to_owned();

        let consumer = demo.at("idp", &format!("/api/account/{BRAND}/consumer?v=1.0"));
        let consumer = world.http.post(consumer).header("authorization", &demo.app);
        let consumer = consumer.json(&json!({ "ext_consumer_id": "0.8236459812" }));
        let consumer = consumer.send().await.unwrap();
        assert_eq!(consumer.status(), 201);
        let consumer: Value = consumer.json().await.unwrap();
        demo.jws = consumer["token"].as_str().unwrap().to_owned();
        demo
    }

    fn at(&self, service: &str, path: &str) -> String {
        format!("http://{}{path}", self.domains[service])
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        let url = self.at("asyncMessagingEnt", path);
        let properties = json!({ "type": ".ClientProperties", "features": self.features });
        let answer = self
            .world
            .http
            .post(url)
            .header("content-type", "application/json")
            .header("authorization", &self.app)
            .header("X-LP-ON-BEHALF", &self.jws)
            .header("Client-Properties", properties.to_string())
            .body(body.to_string());
        let answer = answer.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Its profile, without attributes; the routing, with no name for the response time, and numbers as ids.
    async fn open(&mut self, skill: Value, campaign: Value) -> Answer {
        let profile = json!({
            "firstName": "Kim", "lastName": "", "avatarUrl": "http://avatarurl.com",
            "role": "consumer", "backgndImgUri": "http://something.com",
            "description": "Test Description",
            "privateData": {
                "mobileNum": "1750345346", "mail": "test@email.com",
                "pushNotificationData": { "serviceName": "Service", "certName": "CertName", "token": "TOKEN" },
            },
        });
        let wanted = json!({
            "ttrDefName": null, "campaignInfo": campaign, "channelType": "MESSAGING", "brandId": BRAND,
            "skillId": skill,
            "conversationContext": {
                "visitorId": "", "sessionId": "", "interactionContextId": 2, "type": "SharkContext",
                "lang": "en-US", "features": self.features,
            },
        });
        let batch = json!([
            { "kind": "req", "id": "2,", "type": "userprofile.SetUserProfile", "body": profile },
            { "kind": "req", "id": "1,", "type": "cm.ConsumerRequestConversation", "body": wanted },
        ]);
        let path = format!("/api/account/{BRAND}/messaging/consumer/conversation?v=3");
        let (status, answer) = self.post(&path, batch).await;
        // It reads the second item without looking at its code.
        let id = answer[1]["body"]["conversationId"]
            .as_str()
            .unwrap_or_default();
        self.conversation = id.to_owned();
        self.dialog = id.to_owned();
        (status, answer)
    }

    async fn send(&self, id: &str, kind: &str, body: Value) -> Answer {
        let path = format!("/api/account/{BRAND}/messaging/consumer/conversation/send?v=3");
        let request = json!({ "kind": "req", "id": id, "type": kind, "body": body });
        self.post(&path, request).await
    }

    async fn publish(&self, id: &str, event: Value) -> Answer {
        let body =
            json!({ "dialogId": self.dialog, "conversationId": self.conversation, "event": event });
        self.send(id, "ms.PublishEvent", body).await
    }

    async fn text(&self, text: &str) -> Answer {
        let event = json!({ "type": "ContentEvent", "contentType": "text/plain", "message": text });
        self.publish("3", event).await
    }

    async fn status(&self, status: &str, list: Value) -> Answer {
        let event = json!({ "type": "AcceptStatusEvent", "status": status, "sequenceList": list });
        self.publish("1,", event).await
    }
}

fn campaign() -> Value {
    json!({ "campaignId": 2_894_629_312_u64, "engagementId": 2_894_629_412_u64 })
}

#[tokio::test]
async fn a_whole_conversation_of_the_demo_is_accepted() {
    let world = world().await;
    // Nothing is ticked when it starts.
    let mut demo = Demo::login(&world, json!([])).await;
    let (status, answer) = demo.open(json!("-1"), campaign()).await;
    assert_eq!(
        (status, &answer[1]["code"]),
        (200, &json!("OK")),
        "{answer}"
    );

    for (n, text) in ["Hello", "I have a question 👋"].iter().enumerate() {
        let (status, answer) = demo.text(text).await;
        assert_eq!((status, &answer["reqId"]), (200, &json!("3")));
        assert_eq!(answer["body"]["sequence"], json!(n * 2));
    }
    for state in ["COMPOSING", "PAUSE", "ACTIVE", "GONE"] {
        let event = json!({ "type": "ChatStateEvent", "chatState": state });
        assert_eq!(demo.publish("1,", event).await.0, 200, "{state}");
    }
    let path = format!("/conversations/{}/messages", demo.conversation);
    let sent = world
        .control(&path, json!({ "text": "How can I help?" }))
        .await;
    let list = json!([sent["sequence"]]);
    assert_eq!(demo.status("ACCEPT", list.clone()).await.0, 200);
    assert_eq!(demo.status("READ", list).await.0, 200);
    assert_eq!(
        world.desk(&demo.conversation).await["messages"][2]["receipts"],
        json!(["ACCEPT", "READ"])
    );

    let close = json!({ "field": "ConversationStateField", "conversationState": "CLOSE" });
    let body = json!({ "conversationId": demo.conversation, "conversationField": close });
    let (status, answer) = demo.send("1,", "cm.UpdateConversationField", body).await;
    assert_eq!(
        (status, &answer["body"]["msg"]),
        (200, &json!("OK Conversation resolved successfully"))
    );
}

#[tokio::test]
async fn the_demos_way_with_files_is_accepted() {
    let world = world().await;
    let mut demo = Demo::login(&world, json!(["RICH_CONTENT"])).await;
    demo.open(json!("-1"), campaign()).await;
    // It announces every file as PNG and names the true type on publishing.
    let photo = b"\xff\xd8\xff a photograph".to_vec();
    let body = json!({ "fileSize": photo.len().to_string(), "fileType": "PNG" });
    let (status, answer) = demo.send("3", "ms.GenerateURLForUploadFile", body).await;
    assert_eq!(status, 200);
    let link = |answer: &Value| {
        let path = answer["body"]["relativePath"].as_str().unwrap();
        let query = &answer["body"]["queryParams"];
        let text = |name: &str| query[name].as_str().unwrap();
        let (signature, expires) = (text("temp_url_sig"), text("temp_url_expires"));
        demo.at(
            "swift",
            &format!("{path}?temp_url_sig={signature}&temp_url_expires={expires}"),
        )
    };
    let url = link(&answer);
    // A page puts it, so the browser asks first.
    let asked = world
        .http
        .request(reqwest::Method::OPTIONS, &url)
        .header("origin", "https://connector-api.example")
        .header("access-control-request-method", "PUT")
        .header("access-control-request-headers", "content-type");
    let asked = asked.send().await.unwrap();
    assert_eq!(asked.headers()["access-control-allow-origin"], "*");
    assert!(
        asked.headers()["access-control-allow-methods"]
            .to_str()
            .unwrap()
            .contains("PUT")
    );
    assert_eq!(
        asked.headers()["access-control-allow-headers"],
        "content-type, range"
    );
    let put = world
        .http
        .put(&url)
        .header("content-type", "image/jpeg")
        .body(photo.clone());
    let put = put.send().await.unwrap();
    assert_eq!(put.status(), 201);
    assert_eq!(put.headers()["access-control-allow-origin"], "*");

    let path = answer["body"]["relativePath"].clone();
    let message = json!({
        "caption": "photo.jpg", "relativePath": path, "fileType": "JPEG",
        "preview": format!("data:image/jpeg;base64,{}", "/9j/".repeat(2_000)),
    });
    let event = json!({ "type": "ContentEvent", "contentType": "hosted/file", "message": message });
    let (status, published) = demo.publish("3", event).await;
    assert_eq!(
        (status, &published["body"]["sequence"]),
        (200, &json!(0)),
        "{published}"
    );

    // It offers its own files for download as well.
    let (status, answer) = demo
        .send(
            "3",
            "ms.GenerateURLForDownloadFile",
            json!({ "relativePath": path }),
        )
        .await;
    assert_eq!(status, 200);
    let got = world.http.get(link(&answer)).send().await.unwrap();
    assert_eq!(got.bytes().await.unwrap(), photo);
}

#[tokio::test]
async fn the_demos_way_with_a_survey_is_accepted() {
    let world = world().await;
    world
        .control(
            "/settings",
            json!({ "survey": true, "survey_questions": true }),
        )
        .await;
    let features = json!([
        "AUTO_MESSAGES",
        "RICH_CONTENT",
        "QUICK_REPLIES",
        "MULTI_DIALOG"
    ]);
    let mut demo = Demo::login(&world, features).await;
    demo.open(json!("-1"), campaign()).await;
    demo.text("That is all").await;
    let dialog =
        json!({ "dialogId": demo.dialog, "state": "CLOSE", "closedCause": "Closed by consumer" });
    let field = json!({ "field": "DialogChange", "type": "UPDATE", "dialog": dialog });
    let body = json!({ "conversationId": demo.conversation, "conversationField": field });
    assert_eq!(
        demo.send("2", "cm.UpdateConversationField", body).await.0,
        200
    );

    // It takes the second dialog for the survey, whatever the first one is.
    let state = world.last_state(&demo.conversation).await["conversationDetails"].clone();
    assert_eq!(state["dialogs"][1]["dialogType"], "POST_SURVEY");
    demo.dialog = state["dialogs"][1]["dialogId"].as_str().unwrap().to_owned();
    // Everything unread is reported there, from whichever dialog it came.
    assert_eq!(demo.status("ACCEPT", json!([0])).await.0, 200);
    assert_eq!(demo.status("READ", json!([0, 7])).await.0, 200);
    // Of a quick reply it sends the text alone.
    assert_eq!(demo.text("5").await.0, 200);
    assert_eq!(demo.text("Yes").await.0, 200);
    let state = world.last_state(&demo.conversation).await["conversationDetails"].clone();
    assert_eq!(
        (&state["state"], &state["stage"]),
        (&json!("CLOSE"), &json!("CLOSE"))
    );
}

#[tokio::test]
async fn what_the_demo_sends_with_emptied_options_is_accepted() {
    let world = world().await;
    let mut demo = Demo::login(&world, json!([])).await;
    // An empty skill becomes the number -1.
    let (status, answer) = demo.open(json!(-1), campaign()).await;
    assert_eq!(
        (status, &answer[1]["code"]),
        (200, &json!("OK")),
        "{answer}"
    );
    assert_eq!(world.desk(&demo.conversation).await["skillId"], "-1");
}
