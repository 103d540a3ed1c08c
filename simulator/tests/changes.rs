//! What a consumer changes: receipts, urgency, ratings, the end, and the survey after it.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

mod common;

use common::{CREATE, SEND, creation, request, world};
use serde_json::{Value, json};

fn accept(status: &str, list: Value) -> Value {
    json!({ "type": "AcceptStatusEvent", "status": status, "sequenceList": list })
}

#[tokio::test]
async fn every_accept_status_reaches_the_agents_message() {
    let world = world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    world
        .control(
            &format!("/conversations/{id}/messages"),
            json!({ "text": "hi" }),
        )
        .await;
    let statuses = ["ACCEPT", "READ", "NACK", "ACCESS", "ACTION"];
    for (n, status) in statuses.iter().enumerate() {
        let (code, answer) = person.event(&id, accept(status, json!([0]))).await;
        assert_eq!((code, &answer["body"]["sequence"]), (200, &json!(n + 1)));
    }
    assert_eq!(
        world.desk(&id).await["messages"][0]["receipts"],
        json!(statuses)
    );
    assert!(world.notes().await.is_empty());
    assert_eq!(person.event(&id, accept("READ", json!([99]))).await.0, 200);
    assert!(world.notes().await[0].contains("no agent's message"));
    for (status, list) in [
        ("SEEN", json!([0])),
        ("READ", json!([])),
        ("READ", json!(["0"])),
        ("READ", json!([-1])),
        ("READ", json!([0.5])),
        ("READ", json!(0)),
        ("READ", Value::Null),
    ] {
        assert_eq!(
            person.event(&id, accept(status, list.clone())).await.0,
            400,
            "{status} {list}"
        );
    }
}

#[tokio::test]
async fn metadata_is_an_array_of_typed_objects_and_comes_back_in_the_echo_where_that_is_set() {
    let world = world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    let event = json!({ "type": "ContentEvent", "contentType": "text/plain", "message": "yep" });
    let send = |metadata: Value| {
        let mut body = request(
            "ms.PublishEvent",
            &json!({ "dialogId": id, "event": event }),
        );
        body["metadata"] = metadata;
        body
    };
    for wrong in [
        json!({}),
        json!("x"),
        json!(["x"]),
        json!([{ "id": "1" }]),
        json!([{ "type": 1 }]),
    ] {
        assert_eq!(
            person.call(SEND, &send(wrong.clone())).await.0,
            400,
            "{wrong}"
        );
    }
    let metadata = json!([{ "type": "ExternalId", "id": "Yes-1234" }]);
    let echo = || async {
        let events = world.events().await.into_iter();
        let mut own = events.filter(|change| change["originatorMetadata"]["role"] == "CONSUMER");
        own.next_back().unwrap()
    };
    assert_eq!(person.call(SEND, &send(metadata.clone())).await.0, 200);
    assert_eq!(echo().await["metadata"], Value::Null);
    world
        .control("/settings", json!({ "echo_metadata": true }))
        .await;
    assert_eq!(person.call(SEND, &send(metadata.clone())).await.0, 200);
    let shown = echo().await;
    assert_eq!(
        (&shown["metadata"], &shown["sequence"]),
        (&metadata, &json!(2))
    );
    let desk = world.desk(&id).await;
    assert_eq!(desk["messages"][1]["metadata"], metadata);
}

#[tokio::test]
async fn urgency_and_rating_are_notified() {
    let world = world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    let urgent = json!({ "field": "TTRField", "ttrType": "URGENT", "value": 60 });
    assert_eq!(person.update(&id, json!([urgent])).await.0, 200);
    let state = world.last_state(&id).await["conversationDetails"].clone();
    assert_eq!(state["ttr"], json!({ "ttrType": "URGENT", "value": 60 }));
    let wrong = json!({ "field": "TTRField", "ttrType": "SOON", "value": 60 });
    assert_eq!(person.update(&id, wrong).await.0, 400);
    let close = json!({ "field": "ConversationStateField", "conversationState": "CLOSE" });
    let (_, answer) = person.update(&id, close.clone()).await;
    assert_eq!(
        answer["body"]["msg"],
        "OK Conversation resolved successfully"
    );
    assert_eq!(
        person.update(&id, urgent).await.1["body"]["msg"],
        "Bad Request, Conversation is close"
    );
    let rating = json!({ "field": "CSATRate", "csatRate": 5, "status": "FILLED" });
    assert_eq!(person.update(&id, rating).await.0, 200);
    let result = world.last_state(&id).await;
    let state = &result["conversationDetails"];
    assert_eq!(
        (&state["csat"]["csatRate"], &result["effectiveTTR"]),
        (&json!(5), &json!(-1))
    );
    assert_eq!(
        (&state["closeReason"], &state["dialogs"][0]["closedBy"]),
        (&json!("CONSUMER"), &json!("CONSUMER"))
    );
    let other = world.person("b").await;
    assert_eq!(other.update(&id, close.clone()).await.0, 401);
    assert_eq!(person.update("nowhere", close).await.0, 400);
}

fn close_main(id: &str) -> Value {
    json!({
        "field": "DialogChange", "type": "UPDATE",
        "dialog": { "dialogId": id, "state": "CLOSE", "closedCause": "Closed by consumer" },
    })
}

#[tokio::test]
async fn the_surveys_bot_asks_one_after_the_other_and_completes() {
    let world = world().await;
    world
        .control(
            "/settings",
            json!({ "survey": true, "survey_questions": true }),
        )
        .await;
    let person = world.person("a").await;
    let id = person.open().await;
    person.say(&id, "bye").await;
    assert_eq!(person.update(&id, close_main(&id)).await.0, 200);
    let state = world.last_state(&id).await["conversationDetails"].clone();
    assert_eq!(
        (&state["state"], &state["stage"]),
        (&json!("CLOSE"), &json!("OPEN"))
    );
    let roles: Vec<&str> = state["participants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|person| person["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["CONSUMER", "READER", "AGENT"]);
    assert_eq!(state["dialogs"][0]["closedCause"], "Closed by consumer");
    assert!(state["closeReason"].is_null());
    let survey = state["dialogs"][1]["dialogId"].as_str().unwrap().to_owned();

    assert_eq!(person.say(&survey, "5").await.0, 200);
    let second = world.events().await.pop().unwrap();
    assert_eq!(second["dialogId"], json!(survey));
    assert_eq!(second["originatorMetadata"]["role"], "AGENT");
    assert_eq!(
        second["event"]["quickReplies"]["replies"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        person.event(&survey, accept("READ", json!([0]))).await.0,
        200
    );
    let typing = json!({ "type": "ChatStateEvent", "chatState": "ACTIVE" });
    assert_eq!(person.event(&survey, typing).await.0, 400);
    assert_eq!(person.say(&survey, "Yes").await.0, 200);
    let state = world.last_state(&id).await["conversationDetails"].clone();
    assert_eq!(
        (&state["stage"], &state["dialogs"][1]["closedCause"]),
        (&json!("CLOSE"), &json!("Completed"))
    );
    assert_eq!(state["closeReason"], "CONSUMER");
}

#[tokio::test]
async fn own_survey_questions_may_be_rich_and_a_survey_can_be_skipped() {
    let world = world().await;
    let card = json!({ "type": "vertical", "elements": [{ "type": "text", "text": "Rate us" }] });
    let questions = json!([{ "content": card }, "Anything else?"]);
    world
        .control(
            "/settings",
            json!({ "survey": true, "survey_questions": questions }),
        )
        .await;
    let person = world.person("a").await;
    let id = person.open().await;
    world
        .control(&format!("/conversations/{id}/close"), json!({}))
        .await;
    let asked = world.events().await.pop().unwrap();
    assert_eq!(
        (&asked["event"]["type"], &asked["event"]["content"]),
        (&json!("RichContentEvent"), &card)
    );
    let skip = json!({ "field": "Stage", "conversationState": "CLOSE" });
    assert_eq!(person.update(&id, skip).await.0, 200);
    let desk = world.desk(&id).await;
    assert_eq!(
        (&desk["state"], &desk["dialogs"][1]["state"]),
        (&json!("CLOSE"), &json!("CLOSE"))
    );
    assert_eq!(person.create().await.0, 200);
}

#[tokio::test]
async fn a_survey_needs_multi_dialog_on_the_create_and_on_the_close() {
    let world = world().await;
    world.control("/settings", json!({ "survey": true })).await;
    for (who, create, close) in [("a", "{}", common::FEATURES), ("b", common::FEATURES, "{}")] {
        let person = world.person(who).await;
        let (_, answer) = person.call_as(create, CREATE, &creation(&json!({}))).await;
        let id = answer[1]["body"]["conversationId"]
            .as_str()
            .unwrap()
            .to_owned();
        let body = json!({ "conversationId": id, "conversationField": close_main(&id) });
        let body = request("cm.UpdateConversationField", &body);
        assert_eq!(person.call_as(close, SEND, &body).await.0, 200);
        let desk = world.desk(&id).await;
        assert_eq!(
            (&desk["state"], desk["dialogs"].as_array().unwrap().len()),
            (&json!("CLOSE"), 1)
        );
    }
    assert_eq!(world.notes().await.len(), 2);
}

#[tokio::test]
async fn a_dialog_is_closed_by_its_own_id_once() {
    let world = world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    assert_eq!(person.update(&id, close_main("nowhere")).await.0, 400);
    assert_eq!(
        person
            .update(&id, json!([close_main(&id), close_main(&id)]))
            .await
            .0,
        400
    );
    assert_eq!(person.update(&id, close_main(&id)).await.0, 200);
    let (status, answer) = person.update(&id, close_main(&id)).await;
    assert_eq!(
        (status, &answer["body"]["msg"]),
        (400, &json!("Bad Request, Conversation is close"))
    );
}

#[tokio::test]
async fn chat_states_are_the_documented_ones_and_are_not_numbered() {
    let world = world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    let state = |name: &str| json!({ "type": "ChatStateEvent", "chatState": name });
    for name in ["ACTIVE", "INACTIVE", "GONE", "COMPOSING", "PAUSE"] {
        let (status, answer) = person.event(&id, state(name)).await;
        assert_eq!((status, &answer["body"]["sequence"]), (200, &json!(0)));
        assert_eq!(world.desk(&id).await["consumer"]["chatState"], name);
    }
    assert_eq!(person.event(&id, state("BACKGROUND")).await.0, 400);
    assert_eq!(person.event(&id, state("composing")).await.0, 400);
    assert_eq!(person.say(&id, "x").await.1["body"]["sequence"], 0);
}
