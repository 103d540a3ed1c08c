//! The Send API and profiles, called in the connector's place.

use serde_json::{Value, json};

use crate::common::world;
use crate::{
    ANN, IDA, INSTAGRAM_TOKEN, PAGE, PAGE_TOKEN, code, event, file, graph, instagram_send,
    page_path, page_send, person, quiet, set,
};

const DAY: u64 = 86_400;

fn text(text: &str) -> Value {
    json!({ "message": { "text": text } })
}

#[tokio::test]
async fn a_message_is_shown_and_answered_with_its_id() {
    let world = world().await;
    quiet(&world, "messenger", ANN).await;
    let (status, sent) = page_send(&world, text("Hello 😀")).await;
    assert_eq!((status, &sent["recipient_id"]), (200, &json!(ANN)));
    let shown = person(&world, "messenger", ANN).await;
    let message = &shown["messages"][1];
    assert_eq!(message["id"], sent["message_id"]);
    assert_eq!(
        (&message["text"], &message["direction"]),
        (&json!("Hello 😀"), &json!("received"))
    );
    let answer = page_send(&world, text(&"a".repeat(2_001))).await;
    assert_eq!(code(&answer), (400, 100, None));
    assert_eq!(
        person(&world, "messenger", ANN).await["messages"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn token_version_object_and_media_type_are_checked() {
    let world = world().await;
    quiet(&world, "messenger", ANN).await;
    let body = json!({ "recipient": { "id": ANN }, "messaging_type": "RESPONSE", "message": { "text": "a" } });
    let path = page_path();
    for wrong in ["", "wrong", INSTAGRAM_TOKEN] {
        let answer = graph(&world, &path, wrong, &body).await;
        assert_eq!(code(&answer), (400, 190, None), "{wrong}");
    }
    let queried = format!("/graph/v26.0/me/messages?access_token={PAGE_TOKEN}");
    assert_eq!(world.post(&queried, &[], &body).await.0, 200);
    for (version, wanted) in [
        ("v21.0", None),
        ("v20.0", Some(2635)),
        ("v99.0", Some(2500)),
    ] {
        let path = format!("/graph/{version}/{PAGE}/messages");
        let answer = graph(&world, &path, PAGE_TOKEN, &body).await;
        assert_eq!(answer.1["error"]["code"].as_u64(), wanted, "{version}");
    }
    let foreign = graph(&world, "/graph/v26.0/42/messages", PAGE_TOKEN, &body).await;
    assert_eq!(code(&foreign), (400, 100, Some(33)));
    let request = world
        .http
        .post(format!("{}{path}", world.base))
        .bearer_auth(PAGE_TOKEN);
    let request = request
        .header("content-type", "text/plain")
        .body(body.to_string());
    assert_eq!(request.send().await.unwrap().status(), 400);
    let instagram = json!({ "recipient": { "id": IDA }, "message": { "text": "a" } });
    let path = "/graph-instagram/v26.0/me/messages";
    let answer = graph(&world, path, PAGE_TOKEN, &instagram).await;
    assert_eq!(code(&answer), (400, 190, None));
}

#[tokio::test]
async fn nobody_is_written_to_who_is_not_there_or_blocks_the_page() {
    let world = world().await;
    assert_eq!(
        code(&page_send(&world, text("a")).await),
        (400, 100, Some(2_018_001))
    );
    quiet(&world, "messenger", ANN).await;
    set(&world, "messenger", ANN, json!({ "blocked": true })).await;
    assert_eq!(
        code(&page_send(&world, text("a")).await),
        (400, 551, Some(1_545_041))
    );
}

#[tokio::test]
async fn the_window_is_a_day_and_a_human_agent_has_a_week() {
    let world = world().await;
    quiet(&world, "messenger", ANN).await;
    quiet(&world, "instagram", IDA).await;
    let human = json!({ "message": { "text": "a" }, "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT" });
    for (silent, plain, tagged) in [
        (DAY - 60, true, true),
        (DAY + 1, false, true),
        (7 * DAY - 60, false, true),
        (7 * DAY + 1, false, false),
    ] {
        set(&world, "messenger", ANN, json!({ "silent_for_s": silent })).await;
        set(&world, "instagram", IDA, json!({ "silent_for_s": silent })).await;
        for (open, body) in [(plain, text("a")), (tagged, human.clone())] {
            let answer = page_send(&world, body.clone()).await;
            assert_eq!(answer.0 == 200, open, "{silent} {body}");
            if !open {
                assert_eq!(code(&answer), (400, 10, Some(2_018_278)));
            }
            let answer = instagram_send(&world, body).await;
            assert_eq!(answer.0 == 200, open, "{silent}");
            if !open {
                assert_eq!(code(&answer), (400, 10, Some(2_534_022)));
            }
        }
    }
    event(
        &world,
        "messenger",
        ANN,
        json!({ "kind": "text", "text": "again" }),
    )
    .await;
    assert_eq!(page_send(&world, text("a")).await.0, 200);
}

#[tokio::test]
async fn instagram_counts_bytes_and_is_reached_through_its_page_too() {
    let world = world().await;
    quiet(&world, "instagram", IDA).await;
    assert_eq!(instagram_send(&world, text(&"😀".repeat(250))).await.0, 200);
    let answer = instagram_send(&world, text(&"😀".repeat(251))).await;
    assert_eq!(code(&answer), (400, 100, None));
    let body = json!({ "recipient": { "id": IDA }, "messaging_type": "RESPONSE", "message": { "text": "via page" } });
    let answer = graph(&world, &page_path(), PAGE_TOKEN, &body).await;
    assert_eq!(answer.0, 200, "{}", answer.1);
    let shown = person(&world, "instagram", IDA).await;
    assert_eq!(shown["messages"][2]["text"], "via page");
}

#[tokio::test]
async fn actions_type_mark_as_seen_and_react() {
    let world = world().await;
    quiet(&world, "messenger", ANN).await;
    let act = async |body: Value| {
        let mut whole = json!({ "recipient": { "id": ANN } });
        whole
            .as_object_mut()
            .unwrap()
            .extend(body.as_object().unwrap().clone());
        graph(&world, &page_path(), PAGE_TOKEN, &whole).await
    };
    let typing = async || person(&world, "messenger", ANN).await["typing"] == true;
    assert_eq!(
        act(json!({ "sender_action": "typing_on" })).await,
        (200, json!({ "recipient_id": ANN }))
    );
    assert!(typing().await);
    act(json!({ "sender_action": "typing_off" })).await;
    assert!(!typing().await);
    act(json!({ "sender_action": "typing_on" })).await;
    page_send(&world, text("a")).await;
    assert!(!typing().await);
    act(json!({ "sender_action": "mark_seen" })).await;
    let shown = person(&world, "messenger", ANN).await;
    assert_eq!(shown["messages"][0]["receipts"]["read"], true);
    let mid = shown["messages"][0]["id"].clone();
    let react =
        json!({ "sender_action": "react", "payload": { "message_id": mid, "reaction": "love" } });
    assert_eq!(act(react).await.0, 200);
    assert_eq!(
        person(&world, "messenger", ANN).await["messages"][0]["reaction"],
        "❤"
    );
    let other =
        json!({ "sender_action": "react", "payload": { "message_id": "m_9", "reaction": "love" } });
    assert_eq!(code(&act(other).await), (400, 100, None));
}

#[tokio::test]
async fn files_are_fetched_and_shown() {
    let world = world().await;
    quiet(&world, "messenger", ANN).await;
    quiet(&world, "instagram", IDA).await;
    let png = file(&world, json!({ "sample": "png" })).await;
    let pdf = file(&world, json!({ "sample": "pdf" })).await;
    let attachment = |kind: &str, url: &str| {
        json!({ "message": { "attachment": { "type": kind,
        "payload": { "url": url, "is_reusable": true } } } })
    };
    let (status, sent) = page_send(&world, attachment("image", &png)).await;
    assert_eq!(status, 200, "{sent}");
    let shown = person(&world, "messenger", ANN).await;
    let picture = shown["messages"][1]["picture"].as_str().unwrap().to_owned();
    let bytes = world
        .http
        .get(picture)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert!(bytes.starts_with(b"\x89PNG"));
    let again = json!({ "message": { "attachment": { "type": "image", "payload": { "attachment_id": sent["attachment_id"] } } } });
    assert_eq!(page_send(&world, again).await.0, 200);
    let unknown = json!({ "message": { "attachment": { "type": "image", "payload": { "attachment_id": "1" } } } });
    assert_eq!(
        code(&page_send(&world, unknown).await),
        (400, 100, Some(2_018_074))
    );
    page_send(&world, attachment("file", &pdf)).await;
    let shown = person(&world, "messenger", ANN).await;
    assert_eq!(
        shown["messages"][3]["file"]["media_type"],
        "application/pdf"
    );
    let gone = format!("{png}x");
    for (kind, url, subcode) in [
        ("image", gone.as_str(), 2_018_008),
        ("image", "http://127.0.0.1:1/a.png", 2_018_008),
        ("image", &pdf, 2_018_047),
        ("video", &png, 2_018_047),
    ] {
        let answer = page_send(&world, attachment(kind, url)).await;
        assert_eq!(code(&answer), (400, 100, Some(subcode)), "{kind} {url}");
    }
    assert_eq!(
        instagram_send(&world, attachment("file", &pdf)).await.0,
        200
    );
    let answer = instagram_send(&world, attachment("file", &png)).await;
    assert_eq!(code(&answer), (400, 100, Some(2_018_047)));
    let two = json!({ "message": { "attachments": [
        { "type": "image", "payload": { "url": png } }, { "type": "image", "payload": { "url": png } }] } });
    assert_eq!(instagram_send(&world, two).await.0, 200);
    let shown = person(&world, "instagram", IDA).await;
    assert_eq!(shown["messages"][2]["cards"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused() {
    let world = world().await;
    quiet(&world, "instagram", IDA).await;
    use base64::Engine;
    let bytes = vec![0_u8; 8 * 1024 * 1024 + 1];
    let base64 = base64::prelude::BASE64_STANDARD.encode(bytes);
    let big = json!({ "name": "a.png", "media_type": "image/png", "base64": base64 });
    let url = file(&world, big).await;
    let body =
        json!({ "message": { "attachment": { "type": "image", "payload": { "url": url } } } });
    assert_eq!(
        code(&instagram_send(&world, body).await),
        (400, 100, Some(2_018_006))
    );
}

#[tokio::test]
async fn templates_are_shown_as_cards_with_buttons() {
    let world = world().await;
    quiet(&world, "instagram", IDA).await;
    let element = |title: &str| {
        json!({ "title": title, "subtitle": "EUR 10",
        "image_url": "https://a.example/s.jpg", "buttons": [{ "type": "postback", "title": title, "payload": title }] })
    };
    let body = json!({ "message": { "attachment": { "type": "template", "payload": { "template_type": "generic",
        "elements": [element("Small"), element("Large")] } } } });
    assert_eq!(instagram_send(&world, body).await.0, 200);
    let shown = person(&world, "instagram", IDA).await;
    let message = &shown["messages"][1];
    assert_eq!(
        message["cards"][1],
        json!({ "title": "Large", "text": "EUR 10", "picture": "https://a.example/s.jpg" })
    );
    assert_eq!(
        (
            &message["buttons"][1]["title"],
            &message["buttons"][1]["card"]
        ),
        (&json!("Large"), &json!(1))
    );
}

#[tokio::test]
async fn a_profile_has_the_fields_that_were_asked_for() {
    let world = world().await;
    quiet(&world, "messenger", ANN).await;
    let named =
        json!({ "name": "Ann Lee", "picture": "https://a.example/ann.jpg", "language": "en_GB" });
    set(&world, "messenger", ANN, named).await;
    let get = async |path: String| world.get(&path).await;
    let token = format!("access_token={PAGE_TOKEN}");
    let path = |fields: &str| format!("/graph/v26.0/{ANN}?{token}&fields={fields}");
    let (status, profile) = get(path("first_name,last_name,profile_pic")).await;
    let whole = json!({ "id": ANN, "first_name": "Ann", "last_name": "Lee", "profile_pic": "https://a.example/ann.jpg" });
    assert_eq!((status, profile), (200, whole));
    assert_eq!(code(&get(path("username")).await), (400, 100, None));
    assert_eq!(
        code(&get(format!("/graph/v26.0/{ANN}")).await),
        (400, 190, None)
    );
    let unknown = format!("/graph/v26.0/7000000000000099?{token}");
    assert_eq!(code(&get(unknown).await), (400, 100, Some(33)));
    set(&world, "messenger", ANN, json!({ "consent": false })).await;
    assert_eq!(code(&get(path("first_name")).await), (400, 230, None));
    set(
        &world,
        "instagram",
        IDA,
        json!({ "name": "Ida", "username": "ida.k" }),
    )
    .await;
    let path = format!(
        "/graph-instagram/v26.0/{IDA}?access_token={INSTAGRAM_TOKEN}&fields=name,username,profile_pic"
    );
    assert_eq!(code(&get(path.clone()).await), (400, 230, None));
    event(
        &world,
        "instagram",
        IDA,
        json!({ "kind": "text", "text": "Hi" }),
    )
    .await;
    let whole = json!({ "id": IDA, "name": "Ida", "username": "ida.k" });
    assert_eq!(get(path).await, (200, whole));
}

#[tokio::test]
async fn faults_and_outages_answer_as_graph_does() {
    let world = world().await;
    quiet(&world, "messenger", ANN).await;
    let fault = async |action: Value| {
        world
            .control("/faults", json!({ "on": "messenger", "action": action }))
            .await;
        page_send(&world, text("a")).await
    };
    let answer = fault(json!({ "kind": "status", "status": 503 })).await;
    assert_eq!(code(&answer), (503, 2, None));
    assert_eq!(answer.1["error"]["is_transient"], true);
    let answer = fault(json!({ "kind": "status", "status": 429 })).await;
    assert_eq!(code(&answer), (429, 4, None));
    let limited = json!({ "kind": "graph_error", "code": 613 });
    assert_eq!(code(&fault(limited).await), (400, 613, None));
    let gone = json!({ "kind": "graph_error", "code": 200, "subcode": 1_545_041, "status": 403, "transient": true });
    let answer = fault(gone).await;
    assert_eq!(code(&answer), (403, 200, Some(1_545_041)));
    assert_eq!(answer.1["error"]["is_transient"], true);
    assert_eq!(
        person(&world, "messenger", ANN).await["messages"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(page_send(&world, text("a")).await.0, 200);
    world
        .control("/outage", json!({ "messenger": true, "status": 500 }))
        .await;
    assert_eq!(code(&page_send(&world, text("a")).await), (500, 2, None));
}
