//! Whose conversation it is at the desk, and what has arrived there and on the phone.

use serde_json::{Value, json};

use crate::common::{World, creation, request, world};
use crate::{ANN, BOB, call, person, text, words};

/// Opens a conversation in which this is said, as the connector would for a LINE user.
async fn hand_over(world: &World, ext: &str, platform: &str, said: &str) -> String {
    let known = world.person(ext).await;
    let info = json!({ "type": "ctmrinfo", "info": { "socialId": platform } });
    let profile = json!({ "authenticatedData": { "lp_sdes": [info] } });
    let (status, made) = known.call(crate::common::CREATE, &creation(&profile)).await;
    assert_eq!(status, 200, "{made}");
    let id = made[1]["body"]["conversationId"]
        .as_str()
        .unwrap()
        .to_owned();
    let event = json!({ "type": "ContentEvent", "contentType": "text/plain", "message": said });
    let body = json!({ "dialogId": id, "event": event });
    let sent = known
        .call(crate::common::SEND, &request("ms.PublishEvent", &body))
        .await;
    assert_eq!(sent.0, 200);
    id
}

async fn number(world: &World, conversation: &str) -> Value {
    world.desk(conversation).await["consumer"]["number"].clone()
}

#[tokio::test]
async fn the_profile_names_the_platform_and_the_text_the_person() {
    let world = world().await;
    text(&world, ANN, "hello").await;
    text(&world, BOB, "good evening").await;
    world
        .control(
            "/phones/+15550100001/messages",
            json!({ "text": "good evening" }),
        )
        .await;
    let conversation = hand_over(&world, "bob", "line", "good evening").await;
    assert_eq!(number(&world, &conversation).await, BOB);
    assert_eq!(person(&world, BOB).await["messages"][0]["at_desk"], true);
    assert_eq!(person(&world, ANN).await["messages"][0]["at_desk"], false);
    let sms = hand_over(&world, "phone", "twilio", "good evening").await;
    assert_eq!(number(&world, &sms).await, "+15550100001");
}

#[tokio::test]
async fn an_agents_message_is_on_the_phone_when_it_is_shown_there() {
    let world = world().await;
    text(&world, ANN, "hello").await;
    let conversation = hand_over(&world, "ann", "line", "hello").await;
    for said in ["first", "second"] {
        let path = format!("/conversations/{conversation}/messages");
        world.control(&path, json!({ "text": said })).await;
    }
    let body = json!({ "to": ANN, "messages": words("second") });
    assert_eq!(call(&world, "/message/push", body).await.0, 200);
    let desk = world.desk(&conversation).await;
    let state = |text: &str| {
        let messages = desk["messages"].as_array().unwrap().iter();
        let mut found = messages.filter(|message| message["text"] == text);
        found.next().unwrap()["state"].clone()
    };
    assert_eq!(state("second"), "on_phone");
    assert_ne!(state("first"), "on_phone");
}

#[tokio::test]
async fn what_is_shown_is_not_an_earlier_message_that_was_reported_as_not_delivered() {
    let world = world().await;
    text(&world, ANN, "hello").await;
    let conversation = hand_over(&world, "ann", "line", "hello").await;
    let path = format!("/conversations/{conversation}/messages");
    let first = world.control(&path, json!({ "text": "again" })).await;
    let not_delivered = json!({ "dialogId": conversation, "event": {
        "type": "AcceptStatusEvent", "status": "NACK", "sequenceList": [first["sequence"]],
    } });
    let ann = world.person("ann").await;
    let told = request("ms.PublishEvent", &not_delivered);
    assert_eq!(ann.call(crate::common::SEND, &told).await.0, 200);
    world.control(&path, json!({ "text": "again" })).await;
    let body = json!({ "to": ANN, "messages": words("again") });
    assert_eq!(call(&world, "/message/push", body).await.0, 200);
    let desk = world.desk(&conversation).await;
    let messages = desk["messages"].as_array().unwrap().iter();
    let states: Vec<&Value> = messages
        .filter(|message| message["text"] == "again")
        .map(|message| &message["state"])
        .collect();
    assert_eq!(states.len(), 2);
    assert_ne!(states[0], "on_phone");
    assert_eq!(states[1], "on_phone");
}
