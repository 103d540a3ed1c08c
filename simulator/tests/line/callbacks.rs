//! What people do, as LINE tells it.

use serde_json::{Value, json};

use crate::common::world;
use crate::{ANN, BOB, assert_signed, event, last, person, text};

#[tokio::test]
async fn a_text_is_signed_over_its_bytes_and_has_its_tokens() {
    let world = world().await;
    let told = text(&world, ANN, "Hello 😀 é").await;
    assert_eq!(told["type"], "message");
    assert_eq!(told["mode"], "active");
    assert_eq!(told["source"], json!({ "type": "user", "userId": ANN }));
    assert_eq!(told["deliveryContext"]["isRedelivery"], false);
    assert_eq!(told["webhookEventId"].as_str().unwrap().len(), 26);
    assert_eq!(told["message"]["text"], "Hello 😀 é");
    for token in ["quoteToken", "markAsReadToken", "id"] {
        assert!(told["message"][token].is_string(), "{token}");
    }
    assert!(told["replyToken"].is_string());
    let shown = person(&world, ANN).await;
    let message = &shown["messages"][0];
    assert_eq!(message["direction"], "sent");
    assert_eq!(message["state"], "acknowledged");
    assert_eq!(message["status"], 200);
    let raw = &world.posted()[0].body;
    assert!(raw.contains("😀"), "emoji are sent as they are");
}

#[tokio::test]
async fn a_callback_that_fails_comes_again_with_its_ids_and_says_so() {
    let world = world().await;
    let retries = json!({ "retries": { "line": { "spacing_ms": 5 } } });
    world.control("/settings", retries).await;
    world.answers(&[500, 404]);
    let answer = event(&world, ANN, json!({ "kind": "text", "text": "again" })).await;
    assert_eq!(
        (&answer["status"], &answer["attempts"]),
        (&json!(200), &json!(3))
    );
    let posted = world.posted();
    let events: Vec<_> = posted
        .iter()
        .map(|posted| posted.json()["events"][0].clone())
        .collect();
    for (n, told) in events.iter().enumerate() {
        assert_signed(&posted[n]);
        assert_eq!(told["deliveryContext"]["isRedelivery"], n > 0);
        for same in ["webhookEventId", "replyToken", "message", "timestamp"] {
            assert_eq!(told[same], events[0][same], "{same}");
        }
    }
    let id = answer["id"].as_str().unwrap();
    let again = world
        .control("/platforms/line/redeliver", json!({ "id": id }))
        .await;
    assert_eq!(again["status"], 200);
    let told = last(&world);
    assert_eq!(told["deliveryContext"]["isRedelivery"], true);
    assert_eq!(told["webhookEventId"], events[0]["webhookEventId"]);
}

#[tokio::test]
async fn an_event_may_have_the_callers_id_and_several_go_in_one_callback() {
    let world = world().await;
    let first = json!({ "kind": "text", "text": "one", "id": "560000000000000901" });
    let told = event(&world, ANN, first.clone()).await;
    assert_eq!(told["id"], "560000000000000901");
    let one = last(&world);
    event(&world, ANN, first).await;
    assert_eq!(last(&world)["webhookEventId"], one["webhookEventId"]);
    assert_eq!(
        person(&world, ANN).await["messages"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let batch = json!({ "batch": [
        { "kind": "text", "text": "two" },
        { "kind": "text", "text": "three", "person": BOB },
        { "kind": "follow", "person": BOB },
    ] });
    let told = event(&world, ANN, batch).await;
    assert_eq!(told["ids"].as_array().unwrap().len(), 3);
    let body = world.posted().last().unwrap().json();
    let sources = body["events"].as_array().unwrap();
    let sources: Vec<_> = sources
        .iter()
        .map(|told| &told["source"]["userId"])
        .collect();
    assert_eq!(sources, [ANN, BOB, BOB]);
    assert_eq!(person(&world, BOB).await["messages"][0]["text"], "three");
    let empty = event(&world, ANN, json!({ "batch": [] })).await;
    assert_eq!(empty["status"], 200);
    assert_eq!(world.posted().last().unwrap().json()["events"], json!([]));
}

#[tokio::test]
async fn every_kind_has_its_fields() {
    let world = world().await;
    for (deed, pointer, wanted) in [
        (
            json!({ "kind": "picture" }),
            "/message/contentProvider/type",
            json!("line"),
        ),
        (
            json!({ "kind": "picture", "external": "https://cdn.example/a.jpg" }),
            "/message/contentProvider/originalContentUrl",
            json!("https://cdn.example/a.jpg"),
        ),
        (json!({ "kind": "video" }), "/message/duration", json!(2000)),
        (json!({ "kind": "audio" }), "/message/type", json!("audio")),
        (
            json!({ "kind": "file" }),
            "/message/fileName",
            json!("document.pdf"),
        ),
        (
            json!({ "kind": "location" }),
            "/message/latitude",
            json!(52.3702),
        ),
        (
            json!({ "kind": "sticker" }),
            "/message/packageId",
            json!("446"),
        ),
        (
            json!({ "kind": "follow" }),
            "/follow/isUnblocked",
            json!(false),
        ),
        (
            json!({ "kind": "postback", "data": "a=1" }),
            "/postback/data",
            json!("a=1"),
        ),
        (
            json!({ "kind": "text", "text": "all", "group": "C00000000000000000000000000000001" }),
            "/source/type",
            json!("group"),
        ),
        (
            json!({ "kind": "edit", "text": "ALL" }),
            "/message/text",
            json!("ALL"),
        ),
        (
            json!({ "kind": "unknown", "type": "beacon" }),
            "/type",
            json!("beacon"),
        ),
        (
            json!({ "kind": "unknown_message", "type": "poll" }),
            "/message/type",
            json!("poll"),
        ),
    ] {
        let answer = event(&world, ANN, deed.clone()).await;
        assert_eq!(answer["status"], 200);
        let told = last(&world);
        assert_eq!(told.pointer(pointer), Some(&wanted), "{deed}: {told}");
        assert!(told["replyToken"].is_string(), "{told}");
    }
    let said = text(&world, ANN, "never mind").await;
    event(&world, ANN, json!({ "kind": "unsend" })).await;
    let told = last(&world);
    assert_eq!(told["unsend"]["messageId"], said["message"]["id"]);
    assert!(told["replyToken"].is_null());
    event(&world, ANN, json!({ "kind": "unfollow" })).await;
    assert!(last(&world)["replyToken"].is_null());
    assert_eq!(person(&world, ANN).await["blocked"], true);
    event(&world, ANN, json!({ "kind": "follow" })).await;
    assert_eq!(last(&world)["follow"]["isUnblocked"], true);
    event(
        &world,
        ANN,
        json!({ "kind": "text", "text": "x", "mode": "standby" }),
    )
    .await;
    assert!(last(&world)["replyToken"].is_null());
    let path = format!("/platforms/line/people/{ANN}/events");
    for wrong in [
        json!({ "kind": "fax" }),
        json!({ "kind": "text" }),
        json!({ "batch": 1 }),
    ] {
        assert_eq!(world.control_refused(&path, wrong).await, 400);
    }
}

#[tokio::test]
async fn people_have_settings_and_ids_of_lines_shape() {
    let world = world().await;
    let path = format!("/platforms/line/people/{ANN}");
    let set = json!({ "name": "Ann", "language": "nl", "blocked": true, "silent_for_s": 10 });
    let shown = world.control(&path, set).await;
    assert_eq!(
        (&shown["name"], &shown["blocked"]),
        (&json!("Ann"), &json!(true))
    );
    for (path, body) in [
        ("/platforms/line/people/ann", json!({})),
        (path.as_str(), json!({ "blocked": "yes" })),
        (path.as_str(), json!({ "colour": "red" })),
    ] {
        assert_eq!(world.control_refused(path, body).await, 400, "{path}");
    }
    assert_eq!(
        world
            .control_refused("/platforms/fax/people/1", json!({}))
            .await,
        404
    );
    let added = world
        .control("/platforms/line/people", json!({ "name": "Bob" }))
        .await;
    assert_eq!(added["id"].as_str().unwrap().len(), 33);
    assert_ne!(added["id"], ANN);
    let (_, all) = world.get("/control/platforms").await;
    assert_eq!(all["platforms"][0]["people"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn any_body_can_be_posted_signed_or_not() {
    let world = world().await;
    let raw = |body| world.control("/platforms/line/raw", body);
    raw(json!({ "body": "{\"events\":[]}\n" })).await;
    assert_signed(&world.posted()[0]);
    raw(json!({ "body": { "events": [] }, "sign": false })).await;
    assert!(!world.posted()[1].headers.contains_key("x-line-signature"));
    let wrong =
        json!({ "body": "{}", "headers": { "X-Line-Signature": "abc", "user-agent": null } });
    world.answers(&[401]);
    assert_eq!(raw(wrong).await["status"], 401);
    assert_eq!(world.posted()[2].headers["x-line-signature"], "abc");
    assert!(!world.posted()[2].headers.contains_key("user-agent"));
}

#[tokio::test]
async fn faults_meet_one_persons_callbacks_and_keep_the_order() {
    let world = world().await;
    let retries = json!({ "retries": { "line": { "spacing_ms": 20 } } });
    world.control("/settings", retries).await;
    let fault = json!({
        "on": "callback", "match": { "number": ANN },
        "action": { "kind": "status", "status": 503 },
    });
    world.control("/faults", fault).await;
    for n in ["1", "2"] {
        event(
            &world,
            ANN,
            json!({ "kind": "text", "text": n, "wait": false }),
        )
        .await;
    }
    text(&world, BOB, "unharmed").await;
    let posted = world.posted_at_least(3).await;
    let texts: Vec<_> = posted
        .iter()
        .map(|posted| posted.json()["events"][0]["message"]["text"].clone())
        .collect();
    assert_eq!(texts, ["unharmed", "1", "2"]);
}

#[tokio::test]
async fn another_run_gives_other_ids() {
    let told = async || {
        let world = world().await;
        text(&world, ANN, "one").await
    };
    let (first, second) = (told().await, told().await);
    let ids = |event: &Value| {
        (
            event["message"]["id"].clone(),
            event["webhookEventId"].clone(),
        )
    };
    assert_ne!(ids(&first).0, ids(&second).0);
    assert_ne!(ids(&first).1, ids(&second).1);
}
