//! What people of Messenger and Instagram do, as Meta tells it.

use serde_json::{Value, json};

use crate::common::{World, world};
use crate::{
    ANN, IDA, INSTAGRAM, PAGE, event, instagram_send, last, page_send, person, quiet, until,
};

/// The one item of the last callback.
fn item(world: &World, platform: &str) -> Value {
    let body = last(world, platform);
    let (object, id) = match platform {
        "messenger" => ("page", PAGE),
        _ => ("instagram", INSTAGRAM),
    };
    assert_eq!(body["object"], object);
    let entry = &body["entry"][0];
    assert_eq!(entry["id"], id);
    assert!(entry["time"].is_u64());
    assert_eq!(entry["messaging"].as_array().unwrap().len(), 1, "{body}");
    entry["messaging"][0].clone()
}

async fn told(world: &World, platform: &str, deed: Value) -> Value {
    let who = if platform == "messenger" { ANN } else { IDA };
    let answer = event(world, platform, who, deed).await;
    assert_eq!(answer["status"], 200, "{answer}");
    item(world, platform)
}

async fn refused(world: &World, platform: &str, deed: Value) {
    let who = if platform == "messenger" { ANN } else { IDA };
    let path = format!("/platforms/{platform}/people/{who}/events");
    assert_eq!(world.control_refused(&path, deed).await, 400);
}

#[tokio::test]
async fn a_text_goes_from_the_person_to_the_page() {
    let world = world().await;
    for (platform, who, own) in [("messenger", ANN, PAGE), ("instagram", IDA, INSTAGRAM)] {
        let item = told(&world, platform, json!({ "kind": "text", "text": "Hello" })).await;
        assert_eq!(item["sender"]["id"], who);
        assert_eq!(item["recipient"]["id"], own);
        assert!(item["timestamp"].as_u64().unwrap() > 1_700_000_000_000);
        assert_eq!(item["message"]["text"], "Hello");
        assert!(item["message"]["mid"].as_str().unwrap().len() > 20);
        let shown = person(&world, platform, who).await;
        assert_eq!(shown["messages"][0]["state"], "acknowledged");
    }
    let reply = json!({ "kind": "text", "text": "b", "quote": "m_1", "id": "m_2", "timestamp": 1_795_000_000_123_u64 });
    let item = told(&world, "messenger", reply).await;
    assert_eq!(item["message"]["reply_to"], json!({ "mid": "m_1" }));
    assert_eq!(item["message"]["mid"], "m_2");
    assert_eq!(item["timestamp"], 1_795_000_000_123_u64);
}

#[tokio::test]
async fn files_have_an_address_that_wants_no_token() {
    let world = world().await;
    for (kind, name, start) in [
        ("picture", "image", &b"\xff\xd8\xff"[..]),
        ("gif", "image", b"GIF89a"),
        ("video", "video", b"\x00\x00\x00\x18ftyp"),
        ("audio", "audio", b"\x00\x00\x00\x18ftyp"),
        ("file", "file", b"%PDF-"),
        ("sticker", "sticker", b"RIFF"),
    ] {
        let item = told(&world, "messenger", json!({ "kind": kind })).await;
        let attachment = &item["message"]["attachments"][0];
        assert_eq!(attachment["type"], name);
        assert_eq!(
            attachment["payload"]["sticker_id"].is_u64(),
            kind == "sticker"
        );
        let url = attachment["payload"]["url"].as_str().unwrap();
        let answer = world.http.get(url).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{url}");
        assert!(answer.bytes().await.unwrap().starts_with(start), "{kind}");
    }
    let album = json!({ "kind": "album", "files": [{ "kind": "picture" }, { "kind": "location", "latitude": 1.5, "longitude": 2.5 }] });
    let item = told(&world, "messenger", album).await;
    let attachments = item["message"]["attachments"].as_array().unwrap();
    assert_eq!(attachments.len(), 2);
    assert_eq!(
        attachments[1],
        json!({ "type": "location", "payload": { "coordinates": { "lat": 1.5, "long": 2.5 } } })
    );
}

#[tokio::test]
async fn reading_a_file_can_fail() {
    let world = world().await;
    let item = told(&world, "messenger", json!({ "kind": "picture" })).await;
    let url = item["message"]["attachments"][0]["payload"]["url"].as_str();
    let url = url.unwrap();
    let gone = json!({ "kind": "status", "status": 404 });
    let rule = json!({ "on": "messenger", "match": { "event_type": "file" }, "action": gone });
    world.control("/faults", rule).await;
    let read = async || world.http.get(url).send().await.unwrap().status();
    assert_eq!(read().await, 404);
    assert_eq!(read().await, 200);
    let (path, _) = url.split_once('?').unwrap();
    let unknown = format!("{path}x");
    assert_eq!(world.http.get(unknown).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn what_apps_share_has_its_own_attachments() {
    let world = world().await;
    for (platform, kind, name) in [
        ("messenger", "link", "fallback"),
        ("messenger", "like", "sticker"),
        ("messenger", "reel", "reel"),
        ("instagram", "like", "like_heart"),
        ("instagram", "reel", "ig_reel"),
        ("instagram", "share", "share"),
        ("instagram", "story_mention", "story_mention"),
        ("instagram", "ephemeral", "ephemeral"),
        ("messenger", "unknown_message", "something_new"),
    ] {
        let item = told(&world, platform, json!({ "kind": kind })).await;
        let attachment = &item["message"]["attachments"][0];
        assert_eq!(attachment["type"], name, "{kind}");
    }
    let item = told(&world, "messenger", json!({ "kind": "like" })).await;
    assert_eq!(
        item["message"]["attachments"][0]["payload"]["sticker_id"],
        369_239_263_222_822_u64
    );
    let item = told(&world, "messenger", json!({ "kind": "unsupported" })).await;
    assert_eq!(item["message"]["is_unsupported"], true);
    let story = json!({ "kind": "story_reply", "text": "love this" });
    let item = told(&world, "instagram", story).await;
    assert!(item["message"]["reply_to"]["story"]["url"].is_string());
    refused(&world, "instagram", json!({ "kind": "sticker" })).await;
    refused(&world, "instagram", json!({ "kind": "gif" })).await;
    refused(&world, "messenger", json!({ "kind": "nonsense" })).await;
}

#[tokio::test]
async fn edits_unsends_and_reactions_name_their_message() {
    let world = world().await;
    for (platform, who) in [("messenger", ANN), ("instagram", IDA)] {
        let sent = told(&world, platform, json!({ "kind": "text", "text": "helo" })).await;
        let mid = &sent["message"]["mid"];
        let item = told(&world, platform, json!({ "kind": "edit", "text": "hello" })).await;
        assert_eq!(
            item["message_edit"],
            json!({ "mid": mid, "text": "hello", "num_edit": 1 })
        );
        let item = told(&world, platform, json!({ "kind": "unsend" })).await;
        assert_eq!(item["message"], json!({ "mid": mid, "is_deleted": true }));
        let shown = person(&world, platform, who).await;
        let message = &shown["messages"][0];
        assert_eq!(
            (&message["edited"], &message["unsent"]),
            (&json!(true), &json!(true))
        );
        let own = json!({ "kind": "reaction", "message": mid, "emoji": "😮" });
        let item = told(&world, platform, own).await;
        let reaction = json!({ "mid": mid, "action": "react", "reaction": "wow", "emoji": "😮" });
        assert_eq!(item["reaction"], reaction);
        let removed = json!({ "kind": "reaction", "message": mid, "remove": true });
        let item = told(&world, platform, removed).await;
        assert_eq!(item["reaction"], json!({ "mid": mid, "action": "unreact" }));
    }
}

#[tokio::test]
async fn postbacks_opt_ins_referrals_and_unknown_events_have_keys_of_their_own() {
    let world = world().await;
    let start = json!({ "kind": "postback", "title": "Start", "payload": "GO", "referral": { "ref": "a" } });
    let item = told(&world, "messenger", start).await;
    assert_eq!(item["postback"]["payload"], "GO");
    assert_eq!(item["postback"]["referral"]["ref"], "a");
    assert!(item["postback"]["mid"].is_string());
    let item = told(&world, "messenger", json!({ "kind": "optin" })).await;
    assert!(item["optin"]["user_ref"].is_string());
    let item = told(
        &world,
        "messenger",
        json!({ "kind": "referral", "ref": "b" }),
    )
    .await;
    assert_eq!(item["referral"]["ref"], "b");
    let unknown = json!({ "kind": "unknown", "type": "app_roles", "content": { "1": ["x"] } });
    let item = told(&world, "messenger", unknown).await;
    assert_eq!(item["app_roles"], json!({ "1": ["x"] }));
    let item = told(&world, "instagram", json!({ "kind": "unknown" })).await;
    assert!(item["something_new"].is_object());
}

#[tokio::test]
async fn another_apps_conversation_stands_in_standby_and_fields_in_changes() {
    let world = world().await;
    let standby = json!({ "kind": "postback", "title": "Start", "standby": true });
    event(&world, "messenger", ANN, standby).await;
    let entry = last(&world, "messenger")["entry"][0].clone();
    assert!(entry.get("messaging").is_none());
    assert_eq!(entry["standby"][0]["postback"]["title"], "Start");
    assert!(entry["standby"][0]["postback"].get("payload").is_none());
    let change = json!({ "kind": "change", "field": "feed", "value": { "item": "post" } });
    event(&world, "messenger", ANN, change).await;
    let entry = last(&world, "messenger")["entry"][0].clone();
    assert_eq!(
        entry["changes"],
        json!([{ "field": "feed", "value": { "item": "post" } }])
    );
}

#[tokio::test]
async fn what_was_sent_is_echoed_and_reported_as_delivered_and_read() {
    let world = world().await;
    event(
        &world,
        "messenger",
        ANN,
        json!({ "kind": "text", "text": "Hi" }),
    )
    .await;
    let message = json!({ "message": { "text": "Answer", "metadata": "lp:1" } });
    let (status, sent) = page_send(&world, message).await;
    assert_eq!(status, 200, "{sent}");
    let posted = world.posted_at_least(3).await;
    let item = |n: usize| posted[n].json()["entry"][0]["messaging"][0].clone();
    let echo = item(1);
    assert_eq!(echo["sender"]["id"], PAGE);
    assert_eq!(echo["recipient"]["id"], ANN);
    let message = &echo["message"];
    assert_eq!(message["is_echo"], true);
    assert_eq!(
        (&message["mid"], &message["metadata"]),
        (&sent["message_id"], &json!("lp:1"))
    );
    assert!(message["app_id"].is_u64());
    assert_eq!(item(2)["delivery"]["mids"], json!([sent["message_id"]]));
    assert!(item(2)["delivery"]["watermark"].is_u64());
    let read = world
        .control(
            &format!("/platforms/messenger/people/{ANN}/read"),
            json!({}),
        )
        .await;
    assert_eq!(read["messages"], json!([sent["message_id"]]));
    let read = self::item(&world, "messenger");
    assert!(read["read"]["watermark"].as_u64() >= item(2)["delivery"]["watermark"].as_u64());
    let shown = person(&world, "messenger", ANN).await;
    let receipts = json!({ "delivered": true, "read": true, "failed": false });
    assert_eq!(shown["messages"][1]["receipts"], receipts);
    let inbox = json!({ "kind": "echo", "text": "By hand" });
    let item = told(&world, "messenger", inbox).await;
    assert_eq!(item["message"]["app_id"], 263_902_037_430_900_u64);
}

#[tokio::test]
async fn instagram_tells_of_one_read_message_and_of_no_delivery() {
    let world = world().await;
    event(
        &world,
        "instagram",
        IDA,
        json!({ "kind": "text", "text": "Hi" }),
    )
    .await;
    let mut mids = Vec::new();
    for text in ["One", "Two"] {
        let (status, sent) = instagram_send(&world, json!({ "message": { "text": text } })).await;
        assert_eq!(status, 200, "{sent}");
        mids.push(sent["message_id"].clone());
    }
    let posted = world.posted_at_least(3).await;
    let echo = posted[1].json()["entry"][0]["messaging"][0].clone();
    assert_eq!(echo["message"]["is_echo"], true);
    let delivered = json!({ "kind": "delivered", "messages": ["a"] });
    refused(&world, "instagram", delivered).await;
    let read = format!("/platforms/instagram/people/{IDA}/read");
    let read = world.control(&read, json!({})).await;
    assert_eq!(read["messages"], json!(mids));
    let told = item(&world, "instagram");
    assert_eq!(told["read"], json!({ "mid": mids[1] }));
    assert_eq!(world.posted().len(), 4);
}

#[tokio::test]
async fn taps_are_postbacks_and_quick_replies_which_then_go_away() {
    let world = world().await;
    quiet(&world, "messenger", ANN).await;
    let buttons = json!({ "message": { "attachment": { "type": "template", "payload": { "template_type": "button",
        "text": "Which?", "buttons": [
            { "type": "postback", "title": "Blue", "payload": "lp:blue" },
            { "type": "web_url", "title": "Shop", "url": "https://a.example" }] } } } });
    page_send(&world, buttons).await;
    let tap = format!("/platforms/messenger/people/{ANN}/tap");
    world.control(&tap, json!({ "button": "Blue" })).await;
    let told = item(&world, "messenger");
    assert_eq!(
        (&told["postback"]["title"], &told["postback"]["payload"]),
        (&json!("Blue"), &json!("lp:blue"))
    );
    assert_eq!(
        world
            .control_refused(&tap, json!({ "button": "Shop" }))
            .await,
        400
    );
    let quick = json!({ "message": { "text": "Size?", "quick_replies": [
        { "content_type": "text", "title": "M", "payload": "lp:m" }, { "content_type": "user_email" }] } });
    page_send(&world, quick).await;
    world.control(&tap, json!({ "button": "M" })).await;
    let told = item(&world, "messenger");
    assert_eq!(told["message"]["quick_reply"], json!({ "payload": "lp:m" }));
    assert_eq!(told["message"]["text"], "M");
    until(async || {
        let shown = person(&world, "messenger", ANN).await;
        let messages = shown["messages"].as_array().unwrap().clone();
        messages
            .iter()
            .all(|message| message["text"] != "Size?" || message["buttons"] == json!([]))
    })
    .await;
}
