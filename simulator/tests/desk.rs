//! What agents do, and what of it is notified.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

mod common;

use common::{CREATE, creation, request, world};
use serde_json::{Value, json};

fn details(state: &Value) -> Value {
    state["conversationDetails"].clone()
}

#[tokio::test]
async fn every_sample_of_the_palette_can_be_sent() {
    let world = world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    let (_, palette) = world
        .get("/control/palette?pictures=https://cdn.example/p/")
        .await;
    let samples = palette["palette"].as_array().unwrap().clone();
    assert!(samples.len() > 20);
    let mut sent = Vec::new();
    for mut sample in samples {
        let fields = sample.as_object_mut().unwrap();
        fields.remove("name");
        let kind = fields.remove("kind").unwrap();
        let route = if kind == "rich" { "rich" } else { "messages" };
        sent.push(sample.clone());
        world
            .control(&format!("/conversations/{id}/{route}"), sample)
            .await;
    }
    world.posted_at_least(2 + sent.len()).await;
    let events = world.events().await;
    assert_eq!(events.len(), sent.len());
    for (sample, change) in sent.iter().zip(&events) {
        let event = &change["event"];
        assert_eq!(event["content"], sample["content"]);
        assert_eq!(event["quickReplies"], sample["quickReplies"]);
        assert_eq!(change["metadata"], sample["metadata"]);
        assert_eq!(change["messageAudience"], "ALL");
    }
    assert!(events.iter().any(|change| {
        change
            .to_string()
            .contains("https://cdn.example/p/shoe.png")
    }));
    let (_, own) = world.get("/control/palette").await;
    assert!(
        own.to_string()
            .contains(&format!("{}/pictures/shoe.png", world.base))
    );
    let picture = format!("{}/pictures/shoe.png", world.base);
    assert_eq!(world.http.get(picture).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn rich_content_is_checked_and_sent_although_it_was_not_announced() {
    let world = world().await;
    let person = world.person("a").await;
    let (_, answer) = person.call_as("{}", CREATE, &creation(&json!({}))).await;
    let id = answer[1]["body"]["conversationId"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/conversations/{id}/rich");
    let text = json!({ "type": "text", "text": "x" });
    assert_eq!(
        world
            .control_refused(&path, json!({ "content": { "type": "spinner" } }))
            .await,
        400
    );
    let replies = json!({ "type": "quickReplies", "replies": [] });
    let wrong = json!({ "content": text, "quickReplies": replies });
    assert_eq!(world.control_refused(&path, wrong).await, 400);
    assert!(world.notes().await.is_empty());
    world.control(&path, json!({ "content": text })).await;
    assert!(world.notes().await[0].contains("RICH_CONTENT was not announced"));
    assert_eq!(world.events().await[0]["event"]["type"], "RichContentEvent");
}

#[tokio::test]
async fn forms_and_files_elsewhere_have_their_content_types() {
    let world = world().await;
    let id = world.person("a").await.open().await;
    let to = |route: &str| format!("/conversations/{id}/{route}");
    let form = world
        .control(&to("secure-form"), json!({ "title": "Your card" }))
        .await;
    let file = json!({ "name": "terms.pdf", "url": "https://shop.example.com/terms.pdf" });
    world.control(&to("external-file"), file).await;
    let events = world.events().await;
    assert_eq!(events[0]["event"]["contentType"], "forms/secure-invitation");
    assert_eq!(events[0]["event"]["message"]["title"], "Your card");
    assert_eq!(
        events[0]["event"]["message"]["invitationId"],
        form["invitationId"]
    );
    assert_eq!(events[1]["event"]["contentType"], "external/file");
    assert_eq!(
        events[1]["event"]["message"]["url"],
        "https://shop.example.com/terms.pdf"
    );
}

#[tokio::test]
async fn an_agent_reads_once_what_the_consumer_has_written() {
    let world = world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    person.say(&id, "one").await;
    person.say(&id, "two").await;
    let path = format!("/conversations/{id}/read");
    let read = world.control(&path, json!({})).await;
    assert_eq!(read["sequenceList"], json!([0, 2]));
    let last = world.events().await.pop().unwrap();
    assert_eq!(last["event"]["status"], "READ");
    assert_eq!(last["event"]["sequenceList"], json!([0, 2]));
    assert_eq!(
        world.control(&path, json!({})).await["sequenceList"],
        json!([])
    );
    assert_eq!(
        world.desk(&id).await["messages"][0]["receipts"],
        json!(["ACCEPT", "READ"])
    );
}

#[tokio::test]
async fn a_transfer_to_a_skill_takes_the_agent_away_until_another_one_joins() {
    let world = world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    let path = format!("/conversations/{id}/messages");
    world.control(&path, json!({ "text": "hello" })).await;
    let first = world.events().await[0]["originatorId"].clone();
    let transfer = format!("/conversations/{id}/transfer");
    let shown = world
        .control(&transfer, json!({ "skillId": "558000001" }))
        .await;
    assert_eq!(
        (&shown["skillId"], &shown["agentJoined"]),
        (&json!("558000001"), &json!(false))
    );
    let state = details(&world.last_state(&id).await);
    assert_eq!(state["participants"].as_array().unwrap().len(), 1);
    assert_eq!(state["conversationHandlerDetails"]["skillId"], "558000001");
    world
        .control(&format!("/conversations/{id}/join"), json!({}))
        .await;
    world.control(&path, json!({ "text": "I took over" })).await;
    let second = world.events().await.pop().unwrap();
    assert_ne!(second["originatorId"], first);
    let profile = second["originatorId"].as_str().unwrap();
    let profile = format!("/api/account/le12345678/configuration/le-users/users/{profile}");
    assert_eq!(world.get(&profile).await.0, 200);
    for wrong in [json!({}), json!({ "skillId": "1", "agentId": "2" })] {
        assert_ne!(world.control_refused(&transfer, wrong).await, 200);
    }
}

#[tokio::test]
async fn a_transfer_to_an_agent_suggests_them_until_they_join() {
    let world = world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    let agent = world
        .control("/agents", json!({ "nickname": "Toni" }))
        .await["id"]
        .clone();
    let to = format!("/conversations/{id}/transfer");
    world.control(&to, json!({ "agentId": agent })).await;
    let state = details(&world.last_state(&id).await);
    assert_eq!(state["participants"].as_array().unwrap().len(), 1);
    let suggested = &state["dialogs"][0]["participantsDetails"][1];
    assert_eq!(
        (&suggested["id"], &suggested["state"]),
        (&agent, &json!("SUGGESTED"))
    );
    world
        .control(&format!("/conversations/{id}/join"), json!({}))
        .await;
    let state = details(&world.last_state(&id).await);
    assert_eq!(
        state["participants"][1],
        json!({ "id": agent, "role": "ASSIGNED_AGENT" })
    );
    assert_eq!(
        world
            .control_refused(&to, json!({ "agentId": "nobody" }))
            .await,
        404
    );
}

#[tokio::test]
async fn automatic_messages_need_their_feature_on_the_create_and_on_the_first_message() {
    let world = world().await;
    world
        .control(
            "/settings",
            json!({
                "welcome_message": "Welcome",
                "off_hours": { "type": "NIGHT", "till_minutes": 60, "message": "We are back at 8" },
            }),
        )
        .await;
    for (who, create, send, expected) in [
        ("a", common::FEATURES, common::FEATURES, 2),
        ("b", "{}", common::FEATURES, 0),
        ("c", common::FEATURES, "{}", 0),
    ] {
        let person = world.person(who).await;
        let (_, answer) = person.call_as(create, CREATE, &creation(&json!({}))).await;
        let id = answer[1]["body"]["conversationId"]
            .as_str()
            .unwrap()
            .to_owned();
        let event = json!({ "type": "ContentEvent", "contentType": "text/plain", "message": "hi" });
        let say = request(
            "ms.PublishEvent",
            &json!({ "dialogId": id, "event": event }),
        );
        for _ in 0..2 {
            assert_eq!(person.call_as(send, common::SEND, &say).await.0, 200);
        }
        let desk = world.desk(&id).await;
        assert_eq!(
            (&desk["agentJoined"], &desk["delay"]["type"]),
            (&json!(false), &json!("NIGHT"))
        );
        let messages = desk["messages"].as_array().unwrap();
        let automatic = messages
            .iter()
            .filter(|message| message["role"] == "CONTROLLER");
        assert_eq!(automatic.count(), expected, "{who}");
        let say = world
            .control(
                &format!("/conversations/{id}/automatic"),
                json!({ "text": "x" }),
            )
            .await;
        assert_eq!(say["sent"], json!(create == common::FEATURES));
    }
    let id = world.desk_of("a").await;
    let state = details(&world.last_state(&id).await);
    assert!(state["delay"]["tillWhen"].as_u64().unwrap() > state["startTs"].as_u64().unwrap());
    assert_eq!(state["participants"][1]["role"], "CONTROLLER");
}

#[tokio::test]
async fn the_full_state_of_a_conversation_is_notified() {
    let world = world().await;
    let person = world.person("a").await;
    let batch = json!([
        request("userprofile.SetUserProfile", &json!({})),
        request(
            "cm.ConsumerRequestConversation",
            &json!({
                "brandId": "le12345678", "channelType": "MESSAGING", "skillId": "7", "ttrDefName": "URGENT",
                "campaignInfo": { "campaignId": "1000001", "engagementId": "2000002" },
                "conversationContext": { "type": "SharkContext", "lang": "en-US", "visitorId": "V",
                    "sessionId": "S", "interactionContextId": "2" },
            })
        ),
    ]);
    let (_, answer) = person.call(CREATE, &batch).await;
    let id = answer[1]["body"]["conversationId"]
        .as_str()
        .unwrap()
        .to_owned();
    let result = world.last_state(&id).await;
    let state = details(&result);
    assert_eq!(
        (&state["skillId"], &state["ttr"]["ttrType"]),
        (&json!("7"), &json!("URGENT"))
    );
    assert_eq!(state["campaignInfo"]["campaignId"], "1000001");
    assert_eq!(
        (&state["context"]["type"], &state["context"]["lang"]),
        (&json!("SharkContext"), &json!("en-US"))
    );
    assert_eq!(
        state["dialogs"][0]["metaData"]["appInstallId"],
        "0f0e0d0c-1111-4222-8333-444444444444"
    );
    assert_eq!(state["firstConversation"], true);
    assert!(result["effectiveTTR"].as_u64().unwrap() > state["startTs"].as_u64().unwrap());
    let body = world.posted()[0].json()["body"].clone();
    assert!(body["sentTs"].is_u64() && body["subscriptionId"].is_string());
}
