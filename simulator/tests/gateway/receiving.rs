//! What the connector posts to the app, and what it is refused for.

use serde_json::{Value, json};

use super::common::world;
use super::{assert_signed, deliver, id, now, person, quiet, signature, status, text};

#[tokio::test]
async fn a_message_is_shown_once_and_its_delivery_reported() {
    let world = world().await;
    let body = text(1, "ada", "It is on its way 🚚");
    assert_eq!(status(&world, &id(1), &body).await, 200);
    let posted = world.posted_at_least(1).await;
    assert_signed(&posted[0]);
    let receipt = posted[0].json();
    assert_eq!(receipt["type"], "receipt");
    assert_eq!(receipt["from"], "ada");
    assert_eq!(receipt["message"], id(1).as_str());
    assert_eq!(receipt["status"], "delivered");
    assert_eq!(status(&world, &id(1), &body).await, 409);
    let other = text(1, "bob", "It is on its way 🚚");
    assert_eq!(status(&world, &id(1), &other).await, 400);
    let ada = person(&world, "ada").await;
    assert_eq!(ada["messages"].as_array().unwrap().len(), 1);
    let message = &ada["messages"][0];
    assert_eq!(message["direction"], "received");
    assert_eq!(message["state"], "received");
    assert_eq!(message["content"]["type"], "text");
    assert_eq!(message["agent"]["name"], "Ada");
    assert_eq!(
        ada["agent"],
        json!({ "id": "7ab2", "name": "Ada", "picture": null })
    );
    let (_, journal) = world.get("/control/journal?side=gateway").await;
    let entries = journal["entries"].as_array().unwrap();
    let calls: Vec<_> = entries
        .iter()
        .filter(|entry| entry["what"] == "app")
        .collect();
    assert_eq!(calls[0]["webhookId"], id(1).as_str());
    assert_eq!(calls[0]["number"], "ada");
    assert_eq!(
        (&calls[0]["status"], &calls[1]["status"]),
        (&json!(200), &json!(409))
    );
    assert!(entries.iter().any(|entry| entry["what"] == "note"));
}

#[tokio::test]
async fn every_body_of_the_documentation_is_accepted() {
    let world = world().await;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = folder.join("../tests/fixtures/gateway/to_app");
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let body = std::fs::read_to_string(&path).unwrap();
        let mut body: Value = serde_json::from_str(&body).unwrap();
        count += 1;
        let webhook_id = if body["id"].is_string() {
            id(count)
        } else {
            format!("sig_{count}")
        };
        if body["id"].is_string() {
            body["id"] = json!(webhook_id);
        }
        body["timestamp"] = json!(now());
        let (status, answer) = deliver(&world, &webhook_id, &body).await.unwrap();
        assert_eq!(status, 200, "{}: {answer}", path.display());
    }
    assert!(count >= 13, "{count}");
    let shown = person(&world, "+15550100001").await;
    assert_eq!(
        shown["messages"].as_array().unwrap().len(),
        usize::try_from(count - 2).unwrap()
    );
}

#[tokio::test]
async fn what_is_not_signed_or_not_in_the_contract_changes_nothing() {
    let world = world().await;
    let timestamp = (now() / 1000).to_string();
    let late = (now() / 1000 - 301).to_string();
    let body = text(1, "ada", "Hello").to_string();
    let good = signature(&id(1), &timestamp, &body);
    let old = signature(&id(1), &late, &body);
    let id = id(1);
    for (timestamp, signature, body, expected) in [
        (&timestamp, &good, body.replace("Hello", "Bye"), 401),
        (&timestamp, &old, body.clone(), 401),
        (&late, &old, body.clone(), 401),
        (&timestamp, &good.replace("v1,", "v1a,"), body.clone(), 401),
    ] {
        let headers = [
            ("webhook-id", id.as_str()),
            ("webhook-timestamp", timestamp),
            ("webhook-signature", signature),
        ];
        let (status, answer) = world
            .try_post("/gateway/app", &headers, &body)
            .await
            .unwrap();
        assert_eq!(status, expected, "{answer}");
    }
    assert_eq!(
        world.try_post("/gateway/app", &[], &body).await.unwrap().0,
        401
    );
    assert_eq!(
        world
            .try_post("/gateway/other", &[], &body)
            .await
            .unwrap()
            .0,
        404
    );
    let mut unknown = text(1, "ada", "Hello");
    unknown["emphasis"] = json!(true);
    let (code, answer) = deliver(&world, &id, &unknown).await.unwrap();
    assert_eq!(code, 400);
    assert!(
        answer["error"]["message"]
            .as_str()
            .unwrap()
            .contains("emphasis")
    );
    let request = world.http.post(format!("{}/gateway/app", world.base));
    let request = request
        .header("content-type", "text/plain")
        .header("webhook-id", &id)
        .header("webhook-timestamp", &timestamp)
        .header("webhook-signature", &good);
    let answer = request.body(body.clone()).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 415);
    let (_, people) = world.get("/control/app/people").await;
    assert_eq!(people, json!({ "people": [] }));
    // None of these has used the id up.
    assert_eq!(status(&world, &id, &text(1, "ada", "Hello")).await, 200);
}

#[tokio::test]
async fn news_and_typing_change_what_the_person_sees() {
    let world = world().await;
    quiet(&world, "ada").await;
    let typing =
        |state: &str| json!({ "type": "typing", "to": "ada", "timestamp": now(), "state": state });
    let news = |n: u32, news: &str, more: Value| {
        let mut body = json!({
            "type": "conversation", "id": id(n), "to": "ada", "timestamp": now(),
            "conversation_id": "9c1d", "news": news,
        });
        let fields = more.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(fields);
        body
    };
    let joined = news(1, "agent_joined", json!({ "agent_id": "7ab2" }));
    assert_eq!(status(&world, &id(1), &joined).await, 200);
    assert_eq!(status(&world, "sig_1", &typing("composing")).await, 200);
    let ada = person(&world, "ada").await;
    assert_eq!(ada["typing"], true);
    assert_eq!(ada["agent"]["id"], "7ab2");
    assert_eq!(
        ada["conversation"],
        json!({ "id": "9c1d", "news": "agent_joined" })
    );
    assert_eq!(status(&world, "sig_2", &typing("paused")).await, 200);
    assert_eq!(person(&world, "ada").await["typing"], false);
    assert_eq!(status(&world, "sig_3", &typing("composing")).await, 200);
    assert_eq!(status(&world, &id(2), &text(2, "ada", "Hello")).await, 200);
    assert_eq!(person(&world, "ada").await["typing"], false);
    let closed = news(3, "closed", json!({ "by": "AGENT" }));
    assert_eq!(status(&world, &id(3), &closed).await, 200);
    let ada = person(&world, "ada").await;
    assert_eq!(ada["agent"], Value::Null);
    assert_eq!(ada["conversation"]["news"], "closed");
    let last = &ada["messages"][2];
    assert_eq!(
        (&last["direction"], &last["text"]),
        (&json!("news"), &json!("closed"))
    );
    assert_eq!(
        last["content"],
        json!({ "type": "conversation", "conversation_id": "9c1d", "news": "closed", "by": "AGENT" })
    );
}

#[tokio::test]
async fn faults_strike_the_app() {
    let world = world().await;
    for id in ["ada", "bob"] {
        quiet(&world, id).await;
    }
    let fault = |action: Value| {
        json!({
            "on": "gateway", "match": { "number": "ada", "text_contains": "two" }, "action": action,
        })
    };
    let message = text(1, "ada", "two");
    let gone = json!({ "error": { "code": "opted_out" } });
    let refuse = json!({ "kind": "status", "status": 410, "body": gone });
    world.control("/faults", fault(refuse)).await;
    assert_eq!(status(&world, &id(3), &text(3, "ada", "one")).await, 200);
    assert_eq!(status(&world, &id(4), &text(4, "bob", "two")).await, 200);
    assert_eq!(
        deliver(&world, &id(1), &message).await.unwrap(),
        (410, gone)
    );
    world
        .control("/faults", fault(json!({ "kind": "drop_before" })))
        .await;
    assert!(deliver(&world, &id(1), &message).await.is_err());
    assert_eq!(
        person(&world, "ada").await["messages"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    world
        .control("/faults", fault(json!({ "kind": "drop_after" })))
        .await;
    assert!(deliver(&world, &id(1), &message).await.is_err());
    assert_eq!(status(&world, &id(1), &message).await, 409);
    assert_eq!(
        person(&world, "ada").await["messages"]
            .as_array()
            .unwrap()
            .len(),
        2
    );

    let lost = json!({ "on": "callback", "match": { "number": "ada" }, "action": { "kind": "drop_after" } });
    world.control("/faults", lost).await;
    let event = json!({ "type": "message", "content": { "type": "text", "text": "x" } });
    let before = world.posted().len();
    let answer = world.control("/app/people/ada/events", event).await;
    assert_eq!(
        (&answer["status"], &answer["attempts"]),
        (&json!(200), &json!(2))
    );
    assert_eq!(world.posted().len(), before + 2);
}

#[tokio::test]
async fn a_reset_forgets_the_people() {
    let world = world().await;
    assert_eq!(status(&world, &id(1), &text(1, "ada", "Hello")).await, 200);
    world.control("/reset", json!({})).await;
    assert_eq!(world.get("/control/app/people/ada").await.0, 404);
    assert_eq!(status(&world, &id(1), &text(1, "ada", "Hello")).await, 200);
}
