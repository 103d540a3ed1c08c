//! What people of the app say and do, and where it shows.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::common::{self, Posted, world};
use super::{assert_signed, id, now, person, quiet, status, text};

#[tokio::test]
async fn events_are_completed_signed_and_posted_in_order() {
    let world = world().await;
    world
        .control("/app/people/ada", json!({ "name": "Ada" }))
        .await;
    world.answers(&[503, 200]);
    let say = |text: &str| json!({ "type": "message", "content": { "type": "text", "text": text }, "wait": false });
    let path = "/app/people/ada/events";
    let first = world.control(path, say("one")).await;
    assert_eq!(
        (&first["status"], &first["attempts"]),
        (&json!("queued"), &json!(0))
    );
    let second = world
        .control(
            path,
            json!({ "type": "close", "id": "c-1", "survey": false }),
        )
        .await;
    assert_eq!(second, json!({ "id": "c-1", "status": 200, "attempts": 1 }));
    let posted = world.posted_at_least(3).await;
    posted.iter().for_each(assert_signed);
    let bodies: Vec<Value> = posted.iter().map(Posted::json).collect();
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(
        posted[0].headers["webhook-id"],
        posted[1].headers["webhook-id"]
    );
    assert_ne!(
        posted[0].headers["webhook-id"],
        posted[2].headers["webhook-id"]
    );
    assert_eq!(bodies[0]["from"], "ada");
    assert_eq!(bodies[0]["id"], first["id"]);
    assert_eq!(bodies[0]["profile"], json!({ "name": "Ada" }));
    assert_eq!(
        bodies[0]["content"],
        json!({ "type": "text", "text": "one" })
    );
    assert_eq!(bodies[2]["type"], "close");
    assert_eq!(bodies[2]["survey"], false);
    let ada = person(&world, "ada").await;
    let sent = &ada["messages"];
    assert_eq!(ada["name"], "Ada");
    assert_eq!(
        (&sent[0]["state"], &sent[0]["attempts"]),
        (&json!("acknowledged"), &json!(2))
    );
    assert_eq!(
        (&sent[0]["direction"], &sent[0]["text"]),
        (&json!("sent"), &json!("one"))
    );
    assert_eq!(
        sent[1]["content"],
        json!({ "type": "close", "survey": false })
    );
}

#[tokio::test]
async fn what_the_connector_does_not_take_is_given_up() {
    let world = world().await;
    let path = "/app/people/ada/events";
    let event =
        json!({ "type": "message", "id": "m-1", "content": { "type": "text", "text": "x" } });
    world.answers(&[500, 502, 503]);
    let answer = world.control(path, event.clone()).await;
    assert_eq!(answer, json!({ "id": "m-1", "status": 503, "attempts": 3 }));
    assert_eq!(
        person(&world, "ada").await["messages"][0]["state"],
        "failed"
    );
    world.answers(&[400]);
    let answer = world.control(path, event.clone()).await;
    assert_eq!(answer, json!({ "id": "m-1", "status": 400, "attempts": 1 }));
    // The same id is the same message.
    world.control(path, event).await;
    let ada = person(&world, "ada").await;
    assert_eq!(ada["messages"].as_array().unwrap().len(), 1);
    assert_eq!(ada["messages"][0]["state"], "acknowledged");
}

#[tokio::test]
async fn a_batch_goes_as_it_is_given() {
    let world = world().await;
    let events = json!({ "events": [
        { "type": "typing", "state": "paused", "timestamp": null },
        { "type": "message", "id": "m-1", "content": { "type": "text", "text": "Hello?" } },
        { "type": "message", "id": null, "from": "bob", "content": 7, "profile": null },
    ] });
    let answer = world.control("/app/people/ada/events", events).await;
    assert_eq!(answer["ids"], json!([null, "m-1", null]));
    let body = world.posted()[0].json();
    assert_eq!(
        body["events"][0],
        json!({ "type": "typing", "state": "paused", "from": "ada" })
    );
    assert_eq!(body["events"][2]["from"], "bob");
    assert!(body["events"][2].get("id").is_none());
    for wrong in [
        json!({ "events": [] }),
        json!({ "events": {} }),
        json!({ "wait": 1 }),
        json!([]),
    ] {
        let path = format!("{}/control/app/people/ada/events", world.base);
        let refused = world.http.post(path).json(&wrong).send().await.unwrap();
        assert_eq!(refused.status().as_u16(), 400, "{wrong}");
    }
}

#[tokio::test]
async fn receipts_go_both_ways() {
    let world = world().await;
    quiet(&world, "ada").await;
    let event =
        json!({ "type": "message", "id": "m-1", "content": { "type": "text", "text": "x" } });
    world.control("/app/people/ada/events", event).await;
    let receipt = |message: &str, status: &str| {
        json!({
            "type": "receipt", "to": "ada", "timestamp": now(), "message": message, "status": status,
        })
    };
    assert_eq!(
        status(&world, "sig_1", &receipt("m-1", "delivered")).await,
        200
    );
    let shown = &person(&world, "ada").await["messages"][0]["receipts"];
    assert_eq!(
        (&shown["delivered"], &shown["read"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(status(&world, "sig_2", &receipt("m-1", "read")).await, 200);
    let shown = &person(&world, "ada").await["messages"][0]["receipts"];
    assert_eq!(
        (&shown["delivered"], &shown["read"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(status(&world, "sig_3", &receipt("m-9", "read")).await, 200);
    let (_, journal) = world.get("/control/journal?side=gateway").await;
    assert!(journal.to_string().contains("m-9, which ada has not sent"));

    for n in [1, 2] {
        assert_eq!(status(&world, &id(n), &text(n, "ada", "Hello")).await, 200);
    }
    let shown = &person(&world, "ada").await["messages"][1]["receipts"];
    assert_eq!(shown["delivered"], false);
    let read = world.control("/app/people/ada/read", json!({})).await;
    assert_eq!(read["messages"], json!([id(1), id(2)]));
    assert_eq!(read["status"], 200);
    let shown = &person(&world, "ada").await["messages"][2]["receipts"];
    assert_eq!(
        (&shown["delivered"], &shown["read"]),
        (&json!(true), &json!(true))
    );
    let posted = world.posted();
    let receipts = &posted.last().unwrap().json()["events"];
    assert_eq!(receipts[1]["message"], id(2).as_str());
    assert_eq!(receipts[1]["status"], "read");
    let nothing = world.control("/app/people/ada/read", json!({})).await;
    assert_eq!(
        nothing,
        json!({ "messages": [], "status": null, "attempts": 0 })
    );
    assert_eq!(world.posted().len(), posted.len());
}

#[tokio::test]
async fn files_are_served_without_credentials() {
    let world = world().await;
    let new = json!({ "name": "a box/1.txt", "media_type": "text/plain", "base64": "aGVsbG8=" });
    let file = world.control("/app/files", new).await;
    let url = file["url"].as_str().unwrap();
    assert!(
        url.starts_with(&format!("{}/gateway/files/", world.base)),
        "{url}"
    );
    assert!(url.ends_with("/a%20box%2F1.txt"), "{url}");
    let answer = world.http.get(url).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain");
    assert_eq!(answer.text().await.unwrap(), "hello");
    let head = world.http.head(url).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], "5");
    assert_eq!(head.text().await.unwrap(), "");
    let other = url.replace("a%20box", "b");
    assert_eq!(
        world
            .http
            .get(other)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16(),
        404
    );
    let big = world
        .control("/app/files", json!({ "sample": "big" }))
        .await;
    assert_eq!(
        (&big["media_type"], &big["size"]),
        (&json!("image/png"), &json!(4 * 1024 * 1024))
    );
    let long = BASE64_STANDARD.encode(vec![7; 3_000_000]);
    let new = json!({ "name": "long", "media_type": "image/png", "base64": long });
    assert_eq!(world.control("/app/files", new).await["size"], 3_000_000);
    let fault = json!({ "kind": "status", "status": 503 });
    let fault = json!({ "on": "gateway_file", "action": fault });
    world.control("/faults", fault).await;
    assert_eq!(
        world.http.get(url).send().await.unwrap().status().as_u16(),
        503
    );
}

#[tokio::test]
async fn the_desk_shows_whose_conversation_it_is() {
    let world = world().await;
    let event = json!({
        "type": "message", "content": { "type": "text", "text": "Where is it?" },
        "profile": { "name": "Zoë", "phone": "+15550100009" },
    });
    world.control("/app/people/zoe-1/events", event).await;
    let consumer = world.person("c-1").await;
    let profile = json!({ "privateData": { "mobileNum": "+15550100009" } });
    let (_, opened) = consumer
        .call(common::CREATE, &common::creation(&profile))
        .await;
    let conversation = opened[1]["body"]["conversationId"].as_str().unwrap();
    assert_eq!(consumer.say(conversation, "Where is it?").await.0, 200);
    let (_, desk) = world
        .get(&format!("/control/conversations/{conversation}"))
        .await;
    assert_eq!(desk["consumer"]["number"], "zoe-1");
    assert_eq!(
        person(&world, "zoe-1").await["messages"][0]["at_desk"],
        true
    );
    let said = world
        .control(
            &format!("/conversations/{conversation}/messages"),
            json!({ "text": "Here." }),
        )
        .await;
    let mut answer = text(1, "zoe-1", "Here.");
    answer["place"] = json!({ "dialog_id": said["dialogId"], "sequence": said["sequence"] });
    assert_eq!(status(&world, &id(1), &answer).await, 200);
    let (_, desk) = world
        .get(&format!("/control/conversations/{conversation}"))
        .await;
    let messages = desk["messages"].as_array().unwrap();
    let shown = messages.iter().find(|message| message["text"] == "Here.");
    assert_eq!(shown.unwrap()["state"], "on_phone");
}

/// Whom the desk takes a person of an app for, who says the same as an SMS phone has just said.
async fn taken_for(world: &common::World) -> Value {
    world
        .control("/phones/+15550100001/messages", json!({ "text": "hello" }))
        .await;
    let consumer = world.person("c-1").await;
    let told = json!({ "authenticatedData": { "lp_sdes": [
        { "type": "ctmrinfo", "info": { "socialId": "gateway" } },
    ] } });
    let (_, opened) = consumer
        .call(common::CREATE, &common::creation(&told))
        .await;
    let conversation = opened[1]["body"]["conversationId"].as_str().unwrap();
    assert_eq!(consumer.say(conversation, "hello").await.0, 200);
    world.desk(conversation).await["consumer"]["number"].clone()
}

#[tokio::test]
async fn a_phone_and_a_person_who_say_the_same_keep_their_own_conversations() {
    let world = world().await;
    let event = json!({ "type": "message", "content": { "type": "text", "text": "hello" } });
    world.control("/app/people/zoe-1/events", event).await;
    assert_eq!(taken_for(&world).await, "zoe-1");
}

#[tokio::test]
async fn a_person_of_another_app_is_not_taken_for_a_phone_that_says_the_same() {
    assert_eq!(taken_for(&world().await).await, Value::Null);
}
