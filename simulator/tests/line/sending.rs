//! Replies and pushes: tokens, retry keys, who sees them.

use serde_json::{Value, json};

use crate::common::world;
use crate::{ANN, BOB, KEY, call, event, person, push, text, words};

#[tokio::test]
async fn a_reply_token_is_good_once_and_for_a_minute() {
    let world = world().await;
    let told = text(&world, ANN, "hello").await;
    let token = &told["replyToken"];
    let wrong = json!({ "replyToken": token, "messages": [{ "type": "text", "text": "" }] });
    assert_eq!(call(&world, "/message/reply", wrong).await.0, 400);
    let reply = json!({ "replyToken": token, "messages": words("hi") });
    let (status, sent) = call(&world, "/message/reply", reply.clone()).await;
    assert_eq!(status, 200, "{sent}");
    assert!(sent["sentMessages"][0]["id"].is_string());
    assert!(sent["sentMessages"][0]["quoteToken"].is_string());
    let shown = person(&world, ANN).await["messages"][1].clone();
    assert_eq!(shown["direction"], "received");
    assert_eq!(
        (&shown["text"], &shown["id"]),
        (&json!("hi"), &sent["sentMessages"][0]["id"])
    );
    let invalid = json!({ "message": "Invalid reply token" });
    assert_eq!(
        call(&world, "/message/reply", reply).await,
        (400, invalid.clone())
    );
    world
        .control("/settings", json!({ "line": { "reply_token_s": 0 } }))
        .await;
    let told = text(&world, ANN, "later").await;
    let reply = json!({ "replyToken": told["replyToken"], "messages": words("too late") });
    assert_eq!(
        call(&world, "/message/reply", reply).await,
        (400, invalid.clone())
    );
    let unknown = json!({ "replyToken": "abc", "messages": words("x") });
    assert_eq!(
        call(&world, "/message/reply", unknown).await,
        (400, invalid)
    );
}

#[tokio::test]
async fn a_reply_takes_no_retry_key() {
    let world = world().await;
    let told = text(&world, ANN, "hello").await;
    let body = json!({ "replyToken": told["replyToken"], "messages": words("hi") });
    let headers = [("authorization", crate::TOKEN), ("x-line-retry-key", KEY)];
    let path = "/line/v2/bot/message/reply";
    assert_eq!(world.post(path, &headers, &body).await.0, 400);
    assert_eq!(call(&world, "/message/reply", body).await.0, 200);
}

#[tokio::test]
async fn a_retry_key_is_accepted_once_and_says_what_was_sent() {
    let world = world().await;
    text(&world, ANN, "hello").await;
    let body = json!({ "to": ANN, "messages": words("once") });
    assert_eq!(push(&world, "not-a-uuid", body.clone()).await.0, 400);
    let fault = json!({ "on": "line", "match": { "event_type": "push", "number": ANN },
        "action": { "kind": "drop_after" } });
    world.control("/faults", fault).await;
    let path = "/line/v2/bot/message/push";
    let headers = [("authorization", crate::TOKEN), ("x-line-retry-key", KEY)];
    assert!(
        world
            .try_post(path, &headers, &body.to_string())
            .await
            .is_err()
    );
    let answer = world.http.post(format!("{}{path}", world.base)).json(&body);
    let answer = headers
        .iter()
        .fold(answer, |answer, (name, value)| answer.header(*name, *value));
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), 409);
    assert!(answer.headers().contains_key("x-line-accepted-request-id"));
    assert!(answer.headers().contains_key("x-line-request-id"));
    let told: Value = answer.json().await.unwrap();
    assert_eq!(told["message"], "The retry key is already accepted");
    let shown = person(&world, ANN).await["messages"].clone();
    assert_eq!(shown.as_array().unwrap().len(), 2, "shown once");
    assert_eq!(told["sentMessages"][0]["id"], shown[1]["id"]);
    let other = KEY.replace('0', "f");
    assert_eq!(push(&world, &other, body).await.0, 200);
    assert_eq!(
        person(&world, ANN).await["messages"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[tokio::test]
async fn a_refused_push_leaves_its_retry_key_free() {
    let world = world().await;
    text(&world, ANN, "hello").await;
    let wrong = json!({ "to": ANN, "messages": [] });
    assert_eq!(push(&world, KEY, wrong).await.0, 400);
    let right = json!({ "to": ANN, "messages": words("now") });
    assert_eq!(push(&world, KEY, right).await.0, 200);
}

#[tokio::test]
async fn who_has_blocked_the_bot_sees_nothing_and_the_push_is_accepted() {
    let world = world().await;
    text(&world, ANN, "hello").await;
    event(&world, ANN, json!({ "kind": "unfollow" })).await;
    let body = json!({ "to": ANN, "messages": words("are you there?") });
    assert_eq!(call(&world, "/message/push", body.clone()).await.0, 200);
    let shown = person(&world, ANN).await;
    let received = shown["messages"].as_array().unwrap();
    assert!(
        received
            .iter()
            .all(|message| message["direction"] != "received")
    );
    event(&world, ANN, json!({ "kind": "follow" })).await;
    call(&world, "/message/push", body).await;
    let shown = person(&world, ANN).await;
    assert_eq!(
        shown["messages"].as_array().unwrap().last().unwrap()["text"],
        "are you there?"
    );
}

#[tokio::test]
async fn a_push_goes_to_friends_and_to_who_has_written_lately() {
    let world = world().await;
    let body = |to: &str| json!({ "to": to, "messages": words("hi") });
    let failed = json!({ "message": "Failed to send messages" });
    assert_eq!(
        call(&world, "/message/push", body(BOB)).await,
        (400, failed.clone())
    );
    let (status, told) = call(&world, "/message/push", body("bob")).await;
    assert_eq!(status, 400);
    assert!(told["message"].as_str().unwrap().contains("'to'"));
    let path = format!("/platforms/line/people/{BOB}");
    world
        .control(&path, json!({ "friend": false, "silent_for_s": 600 }))
        .await;
    assert_eq!(call(&world, "/message/push", body(BOB)).await.0, 200);
    world
        .control(&path, json!({ "silent_for_s": 8 * 86_400 }))
        .await;
    assert_eq!(
        call(&world, "/message/push", body(BOB)).await,
        (400, failed)
    );
}

#[tokio::test]
async fn there_are_two_meanings_of_429() {
    let world = world().await;
    text(&world, ANN, "hello").await;
    let body = json!({ "to": ANN, "messages": words("hi") });
    let fault = json!({ "on": "line", "action": { "kind": "status", "status": 429 } });
    world.control("/faults", fault).await;
    let (status, told) = call(&world, "/message/push", body.clone()).await;
    assert_eq!(status, 429);
    assert!(told["message"].as_str().unwrap().contains("rate limit"));
    world
        .control("/settings", json!({ "line": { "monthly_limit": 1 } }))
        .await;
    assert_eq!(call(&world, "/message/push", body.clone()).await.0, 200);
    let limit = json!({ "message": "You have reached your monthly limit." });
    assert_eq!(call(&world, "/message/push", body).await, (429, limit));
    let told = text(&world, ANN, "replies are free").await;
    let reply = json!({ "replyToken": told["replyToken"], "messages": words("hi") });
    assert_eq!(call(&world, "/message/reply", reply).await.0, 200);
    let headers = [("authorization", crate::TOKEN)];
    let quota = world
        .http
        .get(format!("{}/line/v2/bot/message/quota", world.base));
    let quota = quota
        .header(headers[0].0, headers[0].1)
        .send()
        .await
        .unwrap();
    let quota: Value = quota.json().await.unwrap();
    assert_eq!(quota, json!({ "type": "limited", "value": 1 }));
}

#[tokio::test]
async fn the_token_is_checked_first_and_an_outage_closes_connections() {
    let world = world().await;
    text(&world, ANN, "hello").await;
    let body = json!({ "to": ANN, "messages": words("hi") });
    for token in [
        "",
        "Bearer wrong",
        "local-channel-access-token-of-the-simulator",
    ] {
        let headers = [("authorization", token)];
        let (status, told) = world
            .post("/line/v2/bot/message/push", &headers, &body)
            .await;
        assert_eq!(status, 401, "{token}");
        assert!(told["message"].is_string());
    }
    world.control("/outage", json!({ "line": true })).await;
    let headers = [("authorization", crate::TOKEN)];
    let body = body.to_string();
    let path = "/line/v2/bot/message/push";
    assert!(world.try_post(path, &headers, &body).await.is_err());
    world.control("/outage", json!({ "line": false })).await;
    assert_eq!(world.try_post(path, &headers, &body).await.unwrap().0, 200);
    let large = json!({ "to": ANN, "messages": words(&"x".repeat(2_200_000)) }).to_string();
    assert_eq!(world.try_post(path, &headers, &large).await.unwrap().0, 413);
    assert_eq!(world.try_post(path, &headers, "{").await.unwrap().0, 400);
}

#[tokio::test]
async fn a_tapped_button_is_what_line_makes_of_it() {
    let world = world().await;
    text(&world, ANN, "hello").await;
    let body = json!({ "to": ANN, "messages": [
        { "type": "template", "altText": "Sizes", "template": { "type": "buttons", "title": "Sizes",
            "text": "Which one?", "thumbnailImageUrl": "https://cdn.example/s.jpg", "actions": [
                { "type": "postback", "label": "Small", "data": "size=s", "displayText": "Small, please" },
                { "type": "uri", "label": "Shop", "uri": "https://shop.example" },
            ] } },
        { "type": "text", "text": "Or", "sender": { "name": "Ada" }, "quickReply": { "items": [
            { "type": "action", "action": { "type": "message", "label": "Agent", "text": "An agent" } },
            { "type": "action", "action": { "type": "postback", "label": "Stop", "data": "stop" } },
        ] } },
    ] });
    assert_eq!(call(&world, "/message/push", body).await.0, 200);
    let shown = person(&world, ANN).await["messages"].clone();
    assert_eq!(shown[1]["text"], "Sizes\nWhich one?");
    assert_eq!(shown[1]["picture"], "https://cdn.example/s.jpg");
    assert_eq!(shown[1]["buttons"][0]["payload"], "size=s");
    assert_eq!(shown[2]["agent"]["name"], "Ada");
    assert_eq!(shown[2]["buttons"][1]["quick"], true);
    let tap = format!("/platforms/line/people/{ANN}/tap");
    world.control(&tap, json!({ "button": "Small" })).await;
    let told = crate::last(&world);
    assert_eq!(told["postback"], json!({ "data": "size=s" }));
    let shown = person(&world, ANN).await["messages"].clone();
    assert_eq!(shown[3]["text"], "Small, please");
    assert_eq!(shown[3]["direction"], "sent");
    assert_eq!(shown[1]["tapped"], "Small");
    assert_eq!(
        shown[2]["buttons"],
        json!([]),
        "quick replies go away with the next message"
    );
    let message = &shown[1]["id"];
    let wrong = json!({ "message": message, "button": "Shop" });
    assert_eq!(world.control_refused(&tap, wrong).await, 400);
    assert_eq!(
        world
            .control_refused(&tap, json!({ "button": "Agent" }))
            .await,
        404
    );
}

#[tokio::test]
async fn an_answer_in_a_group_is_seen_by_who_is_there() {
    let world = world().await;
    let group = "C00000000000000000000000000000001";
    for who in [BOB, ANN] {
        event(
            &world,
            who,
            json!({ "kind": "text", "text": "hi all", "group": group }),
        )
        .await;
    }
    let token = crate::last(&world)["replyToken"].clone();
    let reply = json!({ "replyToken": token, "messages": words("hi both") });
    assert_eq!(call(&world, "/message/reply", reply).await.0, 200);
    for who in [ANN, BOB] {
        assert_eq!(person(&world, who).await["messages"][1]["text"], "hi both");
    }
}
