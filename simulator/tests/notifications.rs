//! Notifications: signed, ordered within a conversation, tried again, disturbed on request.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

mod common;

use common::{World, world};
use serde_json::{Value, json};

const FAST: [(&str, u64); 2] = [("webhook_delay_ms", 0), ("webhook_retry_ms", 20)];

async fn fast_world() -> World {
    let world = world().await;
    let mut settings = json!({ "auto_accept": false });
    for (name, value) in FAST {
        settings[name] = json!(value);
    }
    world.control("/settings", settings).await;
    world
}

fn kinds(entries: &[Value]) -> Vec<String> {
    let kind = |entry: &Value| {
        let text = entry["text"].as_str().unwrap_or_default();
        let kind = entry["eventType"].as_str().unwrap();
        if text.is_empty() { kind } else { text }.to_owned()
    };
    entries.iter().map(kind).collect()
}

const CHANGE: &str = "ExConversationChangeNotification";

#[tokio::test]
async fn a_message_is_echoed_and_accepted_in_numbered_order() {
    let world = world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    person.say(&id, "hello").await;
    let reply = world
        .control(
            &format!("/conversations/{id}/messages"),
            json!({ "text": "hi", "wait": true }),
        )
        .await;
    assert_eq!(
        (&reply["sequence"], &reply["status"]),
        (&json!(2), &json!(200))
    );
    let typing = json!({ "type": "ChatStateEvent", "chatState": "COMPOSING" });
    let (_, answer) = person.event(&id, typing).await;
    assert_eq!(answer["body"]["sequence"], 0);
    let posted = world.posted_at_least(6).await;
    let bodies: Vec<Value> = posted.iter().map(common::Posted::json).collect();
    assert_eq!(bodies[0]["type"], "cqm.ExConversationChangeNotification");
    let created = &bodies[0]["body"]["changes"][0]["result"]["conversationDetails"];
    assert_eq!(created["participants"].as_array().unwrap().len(), 1);
    let joined = &bodies[1]["body"]["changes"][0]["result"]["conversationDetails"];
    assert_eq!(joined["participants"][1]["role"], "ASSIGNED_AGENT");
    let changes: Vec<&Value> = bodies[2..]
        .iter()
        .map(|body| &body["body"]["changes"][0])
        .collect();
    assert_eq!(changes[0]["originatorMetadata"]["role"], "CONSUMER");
    assert_eq!(changes[0]["originatorId"].as_str().unwrap().len(), 64);
    assert_eq!(changes[1]["event"]["sequenceList"], json!([0]));
    let sequences: Vec<&Value> = changes.iter().map(|change| &change["sequence"]).collect();
    assert_eq!(sequences, [&json!(0), &json!(1), &json!(2), &Value::Null]);
    for post in posted {
        assert_eq!(post.path, "/liveengage/webhooks");
        assert_eq!(post.headers["x-liveperson-account-id"], "le12345678");
        assert!(
            post.headers["x-liveperson-signature"]
                .to_str()
                .unwrap()
                .starts_with("sha1=")
        );
    }
}

#[tokio::test]
async fn a_refused_notification_is_tried_again_before_the_next_one() {
    let world = fast_world().await;
    let person = world.person("a").await;
    world.answers(&[503, 204, 200]);
    let id = person.open().await;
    person.say(&id, "one").await;
    person.say(&id, "two").await;
    let entries = world.attempts(6).await;
    assert_eq!(
        kinds(&entries),
        [CHANGE, CHANGE, CHANGE, CHANGE, "one", "two"]
    );
    let statuses: Vec<_> = entries
        .iter()
        .map(|entry| entry["status"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [503, 204, 200, 200, 200, 200]);
    assert_eq!(entries[2]["attempt"], 3);
}

#[tokio::test]
async fn a_failing_chat_state_is_dropped_unless_the_installation_has_failed_already() {
    let world = fast_world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    world.attempts(2).await;
    world.answers(&[500]);
    world
        .control(&format!("/conversations/{id}/typing"), json!({}))
        .await;
    world
        .control(
            &format!("/conversations/{id}/messages"),
            json!({ "text": "next" }),
        )
        .await;
    let entries = world.attempts(4).await;
    assert_eq!(kinds(&entries[2..]), ["ChatStateEvent", "next"]);

    let other = world.person("b").await;
    world
        .control("/settings", json!({ "webhook_retry_ms": 60_000 }))
        .await;
    world.answers(&[500]);
    other.open().await;
    world.attempts(5).await;
    world
        .control("/settings", json!({ "webhook_retry_ms": 20 }))
        .await;
    world.answers(&[500]);
    world
        .control(&format!("/conversations/{id}/typing"), json!({}))
        .await;
    let entries = world.attempts(7).await;
    assert_eq!(kinds(&entries[5..]), ["ChatStateEvent", "ChatStateEvent"]);
    world.control("/webhooks/retry-now", json!({})).await;
    let entries = world.attempts(9).await;
    assert_eq!(kinds(&entries[7..]), [CHANGE, CHANGE]);
}

#[tokio::test]
async fn faults_double_swap_and_hold_notifications() {
    let world = fast_world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    world.attempts(2).await;
    let rule = |kind: &str, text: &str| json!({ "on": "webhook", "action": { "kind": kind }, "match": { "text_contains": text } });
    world
        .control(
            "/faults",
            json!([
                rule("hold_until_released", "zero"),
                rule("reorder", "one"),
                rule("duplicate", "three"),
                rule("drop_after", "four"),
            ]),
        )
        .await;
    let path = format!("/conversations/{id}/messages");
    for text in ["zero", "one", "two", "three", "four"] {
        world.control(&path, json!({ "text": text })).await;
    }
    let entries = world.attempts(8).await;
    assert_eq!(
        kinds(&entries[2..]),
        ["two", "one", "three", "three", "four", "four"]
    );
    let cleared = world.http.delete(format!("{}/control/faults", world.base));
    cleared.send().await.unwrap();
    assert_eq!(kinds(&world.attempts(9).await[8..]), ["zero"]);
    // What was dropped after it had been sent has arrived twice.
    assert_eq!(world.posted().len(), 9);
}

#[tokio::test]
async fn the_answer_to_a_create_may_come_after_its_notifications() {
    let world = fast_world().await;
    let person = world.person("a").await;
    let action = json!({ "kind": "webhook_first", "delay_ms": 300, "agent_text": "early" });
    world
        .control("/faults", json!({ "on": "create", "action": action }))
        .await;
    let (created, seen) = tokio::join!(person.create(), world.attempts(3));
    assert_eq!(kinds(&seen), [CHANGE, CHANGE, "early"]);
    assert_eq!(created.0, 200);
}

#[tokio::test]
async fn dropped_calls_have_their_effect_or_not() {
    let world = fast_world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    world.control("/faults", json!([
        { "on": "publish", "action": { "kind": "drop_before" } },
        { "on": "publish", "action": { "kind": "drop_after" } },
        { "on": "publish", "action": { "kind": "unauthorized", "errorCode": 40102 } },
        { "on": "publish", "action": { "kind": "status", "status": 429, "retry_after": 7 } },
    ])).await;
    let headers = [
        ("authorization", person.app.as_str()),
        ("x-lp-on-behalf", person.jws.as_str()),
    ];
    let event = json!({ "type": "ContentEvent", "contentType": "text/plain", "message": "x" });
    let body = common::request(
        "ms.PublishEvent",
        &json!({ "dialogId": id, "event": event }),
    )
    .to_string();
    for said in [0, 1] {
        assert!(world.try_post(common::SEND, &headers, &body).await.is_err());
        let (_, shown) = world.get(&format!("/control/conversations/{id}")).await;
        assert_eq!(shown["messages"].as_array().unwrap().len(), said);
    }
    let (status, value) = world.try_post(common::SEND, &headers, &body).await.unwrap();
    assert_eq!((status, &value["body"]["errorCode"]), (401, &json!(40102)));
    assert_eq!(person.say(&id, "x").await.0, 429);
    let answer = person.say(&id, "y").await;
    assert_eq!((answer.0, &answer.1["body"]["sequence"]), (200, &json!(1)));
    world
        .control("/outage", json!({ "liveengage": true, "status": 503 }))
        .await;
    assert_eq!(person.say(&id, "z").await.0, 503);
    world
        .control("/outage", json!({ "liveengage": false }))
        .await;
    assert_eq!(person.say(&id, "z").await.0, 200);
}

#[tokio::test]
async fn notifications_can_be_sent_again_and_made_up() {
    let world = fast_world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    let path = format!("/conversations/{id}/event");
    let omit = json!({ "event": { "type": "ContentEvent", "message": "?" }, "omit": ["originatorMetadata", "originatorId"], "wait": true });
    world.control(&path, omit).await;
    let entries = world.attempts(3).await;
    let change = world.posted()[2].json()["body"]["changes"][0].clone();
    assert!(change["originatorMetadata"].is_null() && change["originatorId"].is_null());
    let again = world
        .control(
            &format!("/webhooks/{}/redeliver", entries[2]["n"]),
            json!({}),
        )
        .await;
    assert_eq!(again["status"], 200);
    assert_eq!(world.posted()[3].body, world.posted()[2].body);
    let all = world
        .control("/webhooks/redeliver-all", json!({ "conversation": id }))
        .await;
    assert_eq!(
        (&all["count"], &all["statuses"]["200"]),
        (&json!(3), &json!(3))
    );
    let before = world.posted().len();
    let raw = json!({ "body": "not json", "sign": false, "headers": { "X-Test": "1" } });
    world.control("/webhooks/raw", raw).await;
    let last = world.posted()[before].clone();
    assert_eq!(
        (last.body.as_str(), last.headers["x-test"].to_str().unwrap()),
        ("not json", "1")
    );
    assert!(!last.headers.contains_key("x-liveperson-signature"));
}

#[tokio::test]
async fn foreign_traffic_is_counted_by_answer() {
    let world = fast_world().await;
    let sent = world
        .control("/foreign", json!({ "events": 60, "conversations": 7 }))
        .await;
    assert_eq!(sent["statuses"], json!({ "200": 60 }));
    assert_eq!(world.posted().len(), 60);
    let (_, known) = world.get("/control/conversations").await;
    assert_eq!(known["conversations"], json!([]));
    let bodies = world
        .posted()
        .iter()
        .map(common::Posted::json)
        .collect::<Vec<_>>();
    let kinds: std::collections::BTreeSet<String> = bodies
        .iter()
        .map(|body| body["body"]["changes"][0]["event"]["type"].to_string())
        .collect();
    assert_eq!(kinds.len(), 5);
    let all = bodies.iter().map(Value::to_string).collect::<String>();
    for part in ["hosted/file", "\"CLOSE\"", "RichContentEvent"] {
        assert!(all.contains(part), "{part}");
    }
}

#[tokio::test]
async fn a_reset_forgets_everything() {
    let world = fast_world().await;
    let person = world.person("a").await;
    world.answers(&[500; 50]);
    person.open().await;
    world.attempts(1).await;
    world.control("/reset", json!({})).await;
    assert_eq!(person.create().await.1["body"]["errorCode"], 40102);
    let (_, known) = world.get("/control/conversations").await;
    assert_eq!(known["conversations"], json!([]));
}
