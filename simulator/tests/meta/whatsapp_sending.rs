//! Messages of the Cloud API, sent in the connector's place.

use serde_json::{Value, json};

use crate::common::{World, world};
use crate::{
    NUMBER_ID, WHATSAPP_TOKEN, WIM, code, event, file, graph, person, quiet, set, whatsapp_call,
    whatsapp_send,
};

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": { "body": text } })
}

/// The code of the failure that is told after an answer of 200.
async fn failure(world: &World, body: Value) -> Value {
    let before = world.posted().len();
    let (status, sent) = whatsapp_send(world, body).await;
    assert_eq!(status, 200, "{sent}");
    let posted = world.posted_at_least(before + 1).await;
    let body = posted[before].json();
    let status = &body["entry"][0]["changes"][0]["value"]["statuses"][0];
    assert_eq!(status["id"], sent["messages"][0]["id"]);
    assert_eq!(status["status"], "failed", "{status}");
    assert!(status["errors"][0]["title"].is_string());
    assert!(status["errors"][0]["error_data"]["details"].is_string());
    status["errors"][0]["code"].clone()
}

#[tokio::test]
async fn a_message_is_shown_and_answered_with_its_id() {
    let world = world().await;
    quiet(&world, "whatsapp", WIM).await;
    let (status, sent) = whatsapp_send(&world, text("Hello 😀")).await;
    assert_eq!(status, 200, "{sent}");
    let contact = &sent["contacts"][0];
    assert_eq!(
        (&contact["input"], &contact["wa_id"]),
        (&json!(format!("+{WIM}")), &json!(WIM))
    );
    assert!(contact["user_id"].as_str().unwrap().starts_with("US."));
    assert_eq!(sent["messages"][0]["message_status"], "accepted");
    let shown = person(&world, "whatsapp", WIM).await;
    assert_eq!(shown["messages"][1]["id"], sent["messages"][0]["id"]);
    assert_eq!(shown["messages"][1]["text"], "Hello 😀");
    let answer = whatsapp_send(&world, text(&"a".repeat(4_097))).await;
    assert_eq!(code(&answer), (400, 100, None));
    assert!(answer.1["error"]["error_data"]["details"].is_string());
}

#[tokio::test]
async fn token_and_number_are_checked() {
    let world = world().await;
    quiet(&world, "whatsapp", WIM).await;
    let body = json!({ "messaging_product": "whatsapp", "to": WIM, "text": { "body": "a" } });
    let path = format!("/graph/v26.0/{NUMBER_ID}/messages");
    assert_eq!(
        code(&graph(&world, &path, "wrong", &body).await),
        (401, 190, None)
    );
    let foreign = graph(&world, "/graph/v26.0/42/messages", WHATSAPP_TOKEN, &body).await;
    assert_eq!(code(&foreign), (400, 100, Some(33)));
    let dead = format!("/graph/v20.0/{NUMBER_ID}/messages");
    assert_eq!(
        code(&graph(&world, &dead, WHATSAPP_TOKEN, &body).await),
        (400, 2635, None)
    );
    assert_eq!(graph(&world, &path, WHATSAPP_TOKEN, &body).await.0, 200);
}

#[tokio::test]
async fn outside_the_window_only_templates_arrive() {
    let world = world().await;
    quiet(&world, "whatsapp", WIM).await;
    set(&world, "whatsapp", WIM, json!({ "silent_for_s": 86_401 })).await;
    assert_eq!(failure(&world, text("late")).await, 131_047);
    assert_eq!(
        person(&world, "whatsapp", WIM).await["messages"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let template = |name: &str, parameters: Value| {
        json!({ "type": "template", "template": { "name": name,
        "language": { "code": "en_US" }, "components": [{ "type": "body", "parameters": parameters }] } })
    };
    let ann = json!([{ "type": "text", "text": "Wim" }]);
    assert_eq!(
        whatsapp_send(&world, template("case_update", ann.clone()))
            .await
            .0,
        200
    );
    let shown = person(&world, "whatsapp", WIM).await;
    let message = shown["messages"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(message["text"], "Hello Wim, there is news on your case.");
    assert_eq!(message["buttons"][0]["title"], "Talk to us");
    let answer = whatsapp_send(&world, template("unknown", ann.clone())).await;
    assert_eq!(code(&answer), (404, 132_001, None));
    let two = json!([ann[0], ann[0]]);
    let answer = whatsapp_send(&world, template("case_update", two)).await;
    assert_eq!(code(&answer), (400, 132_000, None));
    set(&world, "whatsapp", WIM, json!({ "silent_for_s": 86_000 })).await;
    assert_eq!(whatsapp_send(&world, text("in time")).await.0, 200);
    set(&world, "whatsapp", WIM, json!({ "silent_for_s": 86_401 })).await;
    world
        .control(
            "/settings",
            json!({ "meta": { "failures_by_status": false } }),
        )
        .await;
    assert_eq!(
        code(&whatsapp_send(&world, text("late")).await),
        (400, 131_047, None)
    );
    event(
        &world,
        "whatsapp",
        WIM,
        json!({ "kind": "text", "text": "again" }),
    )
    .await;
    assert_eq!(whatsapp_send(&world, text("in time")).await.0, 200);
}

#[tokio::test]
async fn who_is_not_there_blocks_or_is_to_fail_gets_nothing() {
    let world = world().await;
    assert_eq!(failure(&world, text("a")).await, 131_026);
    assert_eq!(failure(&world, text("still nobody")).await, 131_026);
    quiet(&world, "whatsapp", WIM).await;
    assert_eq!(whatsapp_send(&world, text("now there")).await.0, 200);
    set(&world, "whatsapp", WIM, json!({ "blocked": true })).await;
    assert_eq!(failure(&world, text("a")).await, 131_026);
    set(
        &world,
        "whatsapp",
        WIM,
        json!({ "blocked": false, "fails_with": 131_049 }),
    )
    .await;
    assert_eq!(failure(&world, text("a")).await, 131_049);
    set(&world, "whatsapp", WIM, json!({ "fails_with": null })).await;
    assert_eq!(whatsapp_send(&world, text("a")).await.0, 200);
}

#[tokio::test]
async fn a_recipient_may_be_a_user_id() {
    let world = world().await;
    set(
        &world,
        "whatsapp",
        WIM,
        json!({ "user_id": "US.1A2b3C", "hides_number": true }),
    )
    .await;
    quiet(&world, "whatsapp", WIM).await;
    let body = json!({ "messaging_product": "whatsapp", "recipient": "US.1A2b3C", "text": { "body": "Hello" } });
    let (status, sent) = whatsapp_call(&world, &body).await;
    assert_eq!(status, 200, "{sent}");
    assert_eq!(
        sent["contacts"],
        json!([{ "input": "US.1A2b3C", "user_id": "US.1A2b3C" }])
    );
    let shown = person(&world, "whatsapp", WIM).await;
    assert_eq!(shown["messages"][1]["text"], "Hello");
    let (_, journal) = world.get("/control/journal?side=whatsapp").await;
    assert_eq!(journal["entries"][0]["number"], WIM);
}

#[tokio::test]
async fn files_are_fetched_by_their_link_and_a_wrong_one_fails_later() {
    let world = world().await;
    quiet(&world, "whatsapp", WIM).await;
    let png = file(&world, json!({ "sample": "png" })).await;
    let pdf = file(&world, json!({ "sample": "pdf" })).await;
    let image =
        |link: &str| json!({ "type": "image", "image": { "link": link, "caption": "Size M" } });
    assert_eq!(whatsapp_send(&world, image(&png)).await.0, 200);
    let document = json!({ "type": "document", "document": { "link": pdf, "filename": "order.pdf", "caption": "Yours" } });
    assert_eq!(whatsapp_send(&world, document).await.0, 200);
    let shown = person(&world, "whatsapp", WIM).await;
    let (picture, document) = (&shown["messages"][1], &shown["messages"][2]);
    assert_eq!(picture["text"], "Size M");
    let bytes = world
        .http
        .get(picture["picture"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert!(bytes.bytes().await.unwrap().starts_with(b"\x89PNG"));
    assert_eq!(document["file"]["name"], "order.pdf");
    assert_eq!(failure(&world, image(&pdf)).await, 131_053);
    assert_eq!(failure(&world, image(&format!("{png}x"))).await, 131_053);
}

#[tokio::test]
async fn a_read_mark_marks_what_came_before_and_may_type() {
    let world = world().await;
    quiet(&world, "whatsapp", WIM).await;
    for (id, text) in [("wamid.1", "a"), ("wamid.2", "b"), ("wamid.3", "c")] {
        event(
            &world,
            "whatsapp",
            WIM,
            json!({ "kind": "text", "text": text, "id": id }),
        )
        .await;
    }
    let read = |id: &str, more: Value| {
        let mut body =
            json!({ "messaging_product": "whatsapp", "status": "read", "message_id": id });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let answer = whatsapp_call(&world, &read("wamid.2", json!({}))).await;
    assert_eq!(answer, (200, json!({ "success": true })));
    let shown = person(&world, "whatsapp", WIM).await;
    let receipts: Vec<&Value> = (1..4)
        .map(|n| &shown["messages"][n]["receipts"]["read"])
        .collect();
    assert_eq!(receipts, [true, true, false]);
    assert_eq!(shown["typing"], false);
    let typing = json!({ "typing_indicator": { "type": "text" } });
    whatsapp_call(&world, &read("wamid.3", typing)).await;
    assert_eq!(person(&world, "whatsapp", WIM).await["typing"], true);
    whatsapp_send(&world, text("answer")).await;
    assert_eq!(person(&world, "whatsapp", WIM).await["typing"], false);
    let unknown = whatsapp_call(&world, &read("wamid.9", json!({}))).await;
    assert_eq!(code(&unknown), (400, 131_009, None));
}

#[tokio::test]
async fn reactions_places_and_contacts_are_shown() {
    let world = world().await;
    quiet(&world, "whatsapp", WIM).await;
    let id = person(&world, "whatsapp", WIM).await["messages"][0]["id"].clone();
    let react = |id: &Value, emoji: &str| json!({ "type": "reaction", "reaction": { "message_id": id, "emoji": emoji } });
    let reaction =
        async || person(&world, "whatsapp", WIM).await["messages"][0]["reaction"].clone();
    assert_eq!(whatsapp_send(&world, react(&id, "👍")).await.0, 200);
    assert_eq!(reaction().await, "👍");
    whatsapp_send(&world, react(&id, "")).await;
    assert_eq!(reaction().await, Value::Null);
    let answer = whatsapp_send(&world, react(&json!("wamid.9"), "👍")).await;
    assert_eq!(code(&answer), (400, 131_009, None));
    let place = json!({ "type": "location", "location": { "latitude": 1, "longitude": 2, "name": "Shop", "address": "Dam 1" } });
    whatsapp_send(&world, place).await;
    let name = json!({ "formatted_name": "Bob", "first_name": "Bob" });
    whatsapp_send(
        &world,
        json!({ "type": "contacts", "contacts": [{ "name": name }] }),
    )
    .await;
    let shown = person(&world, "whatsapp", WIM).await;
    let texts: Vec<&Value> = (1..3).map(|n| &shown["messages"][n]["text"]).collect();
    assert_eq!(texts, ["Shop, Dam 1", "Bob"]);
}

#[tokio::test]
async fn faults_answer_as_the_cloud_api_does() {
    let world = world().await;
    quiet(&world, "whatsapp", WIM).await;
    let fault = async |action: Value| {
        world
            .control("/faults", json!({ "on": "whatsapp", "action": action }))
            .await;
        whatsapp_send(&world, text("a")).await
    };
    let answer = fault(json!({ "kind": "status", "status": 429 })).await;
    assert_eq!(code(&answer), (429, 130_429, None));
    let pair = json!({ "kind": "graph_error", "code": 131_056 });
    assert_eq!(code(&fault(pair).await), (400, 131_056, None));
    let answer = fault(json!({ "kind": "status", "status": 500 })).await;
    assert_eq!(answer.1["error"]["is_transient"], true);
    assert_eq!(
        person(&world, "whatsapp", WIM).await["messages"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let lost = json!({ "on": "whatsapp", "action": { "kind": "drop_after" } });
    world.control("/faults", lost).await;
    let path = format!("/graph/v26.0/{NUMBER_ID}/messages");
    let token = format!("Bearer {WHATSAPP_TOKEN}");
    let body =
        json!({ "messaging_product": "whatsapp", "to": WIM, "text": { "body": "lost answer" } });
    let sent = world
        .try_post(&path, &[("authorization", &token)], &body.to_string())
        .await;
    assert!(sent.is_err());
    let shown = person(&world, "whatsapp", WIM).await;
    assert_eq!(shown["messages"][1]["text"], "lost answer");
}
