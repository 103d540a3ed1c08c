//! The Content API: what is made once and sent by its sid.

use serde_json::{Value, json};

use crate::common::{World, world};
use crate::{ANN, SID, TOKEN, WHATSAPP_BRAND, accepted, last, person, says, send, settle};

async fn create(world: &World, content: Value) -> (u16, Value) {
    let request = world.http.post(format!("{}/v1/Content", world.base));
    let answer = request
        .basic_auth(SID, Some(TOKEN))
        .json(&content)
        .send()
        .await
        .unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap())
}

fn quick_reply(actions: Value) -> Value {
    json!({ "language": "en", "variables": { "1": "you" }, "types": {
        "twilio/quick-reply": { "body": "Hello {{1}}, today?", "actions": actions },
        "twilio/text": { "body": "Hello {{1}}, today? Reply YES or NO" },
    } })
}

fn yes() -> Value {
    json!([{ "type": "QUICK_REPLY", "title": "Yes", "id": "lp:yes" }])
}

#[tokio::test]
async fn a_content_is_sent_with_its_variables_and_its_buttons_are_tapped() {
    let world = world().await;
    says(&world, ANN, "hello").await;
    let (status, made) = create(&world, quick_reply(yes())).await;
    assert_eq!(status, 201, "{made}");
    let sid = made["sid"].as_str().unwrap();
    let to = [("To", ANN), ("From", WHATSAPP_BRAND), ("ContentSid", sid)];
    let variables = [("ContentVariables", "{\"1\":\"Ann\"}")];
    let message = accepted(&world, &[&to[..], &variables].concat()).await;
    let shown = person(&world, ANN).await["messages"][1].clone();
    assert_eq!(shown["text"], "Hello Ann, today?");
    let tap = format!("/platforms/twilio/people/{ANN}/tap");
    world.control(&tap, json!({ "button": "Yes" })).await;
    let told = last(&world);
    for (name, value) in [
        ("Body", "Yes"),
        ("ButtonText", "Yes"),
        ("ButtonPayload", "lp:yes"),
        ("OriginalRepliedMessageSid", &message),
        ("OriginalRepliedMessageSender", WHATSAPP_BRAND),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
    for (fields, code) in [
        (vec![("ContentVariables", "{")], 21656),
        (vec![("ContentVariables", "{\"1\":2}")], 21656),
        (vec![("Body", "and this")], 20001),
    ] {
        let (_, told) = send(&world, TOKEN, &[&to[..], &fields].concat()).await;
        assert_eq!(told["code"], code, "{told}");
    }
    let unknown = ("ContentSid", "HX00000000000000000000000000000009");
    let (_, told) = send(&world, TOKEN, &[to[0], to[1], unknown]).await;
    assert_eq!(told["code"], 21655);
}

#[tokio::test]
async fn outside_the_window_a_template_goes_and_a_list_does_not() {
    let world = world().await;
    says(&world, ANN, "hello").await;
    settle(&world, ANN, json!({ "silent_for_s": 90_000 })).await;
    let list = json!({ "language": "en", "types": { "twilio/list-picker": {
        "body": "Sizes", "button": "Pick", "items": [{ "item": "Small", "id": "s" }],
    } } });
    for (content, arrives) in [(quick_reply(yes()), true), (list, false)] {
        let sid = create(&world, content).await.1["sid"]
            .as_str()
            .unwrap()
            .to_owned();
        let before = person(&world, ANN).await["messages"]
            .as_array()
            .unwrap()
            .len();
        let message = [
            ("To", ANN),
            ("From", WHATSAPP_BRAND),
            ("ContentSid", sid.as_str()),
        ];
        accepted(&world, &message).await;
        let after = person(&world, ANN).await["messages"]
            .as_array()
            .unwrap()
            .len();
        assert_eq!(after > before, arrives);
    }
}

#[tokio::test]
async fn contents_have_limits() {
    let world = world().await;
    let action = |title: &str| json!({ "type": "QUICK_REPLY", "title": title, "id": "x" });
    for wrong in [
        json!({ "language": "en", "types": {} }),
        json!({ "types": { "twilio/text": { "body": "x" } } }),
        json!({ "language": "en", "types": { "twilio/fax": { "body": "x" } } }),
        quick_reply(json!([])),
        quick_reply(json!([action(&"x".repeat(21))])),
        quick_reply(json!(vec![action("x"); 11])),
    ] {
        assert_eq!(create(&world, wrong).await.0, 400);
    }
    let request = world.http.post(format!("{}/v1/Content", world.base));
    let answer = request.json(&quick_reply(yes())).send().await.unwrap();
    assert_eq!(answer.status(), 401);
}
