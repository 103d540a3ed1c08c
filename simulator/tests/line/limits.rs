//! What LINE refuses in messages, and where it says the fault is.

use serde_json::{Value, json};

use crate::common::{World, world};
use crate::{ANN, call, text, words};

/// The properties that are refused in these messages.
async fn refused(world: &World, messages: Value) -> Vec<String> {
    let body = json!({ "to": ANN, "messages": messages });
    let (status, told) = call(world, "/message/push", body).await;
    if status == 200 {
        return Vec::new();
    }
    assert_eq!(status, 400, "{told}");
    let details = told["details"].as_array().unwrap();
    let count = details.len();
    assert_eq!(
        told["message"],
        format!("The request body has {count} error(s)")
    );
    let properties = details
        .iter()
        .map(|one| one["property"].as_str().unwrap().to_owned());
    properties.collect()
}

fn postback(label: &str) -> Value {
    json!({ "type": "postback", "label": label, "data": "d" })
}

fn buttons(change: Value) -> Value {
    let mut template = json!({ "type": "buttons", "text": "Which?", "actions": [postback("One")] });
    template
        .as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    json!([{ "type": "template", "altText": "Which?", "template": template }])
}

fn carousel(columns: Value) -> Value {
    let template = json!({ "type": "carousel", "columns": columns });
    json!([{ "type": "template", "altText": "Which?", "template": template }])
}

fn flex(contents: Value) -> Value {
    json!([{ "type": "flex", "altText": "Look", "contents": contents }])
}

#[tokio::test]
async fn texts_have_five_thousand_units_and_requests_five_messages() {
    let world = world().await;
    text(&world, ANN, "hello").await;
    let five = |n: usize| Value::Array(vec![words("x")[0].clone(); n]);
    for (messages, wrong) in [
        (words(&"x".repeat(5_000)), vec![]),
        (words(&"x".repeat(5_001)), vec!["messages[0].text"]),
        (words(&"😀".repeat(2_500)), vec![]),
        (words(&"😀".repeat(2_501)), vec!["messages[0].text"]),
        (words(" "), vec!["messages[0].text"]),
        (five(5), vec![]),
        (five(6), vec!["messages"]),
        (json!([]), vec!["messages"]),
        (json!(null), vec!["messages"]),
        (json!([{ "type": "file" }]), vec!["messages[0].type"]),
        (
            json!([{ "type": "text", "text": "a", "sender": { "name": "n".repeat(21) } }]),
            vec!["messages[0].sender.name"],
        ),
    ] {
        assert_eq!(refused(&world, messages).await, wrong);
    }
}

#[tokio::test]
async fn files_need_both_addresses_by_https() {
    let world = world().await;
    text(&world, ANN, "hello").await;
    let image = |one: &str, two: &str| json!([{ "type": "image", "originalContentUrl": one, "previewImageUrl": two }]);
    let good = "https://cdn.example/a.jpg";
    let (one, two) = (
        "messages[0].originalContentUrl",
        "messages[0].previewImageUrl",
    );
    for (messages, wrong) in [
        (image(good, good), vec![]),
        (image("http://127.0.0.1:8790/a.png", good), vec![]),
        (image("http://cdn.example/a.jpg", good), vec![one]),
        (
            image("https://cdn.example/é.jpg", "https://cdn.example/a b.jpg"),
            vec![one, two],
        ),
        (
            image(&format!("{good}?{}", "x".repeat(2_000)), good),
            vec![one],
        ),
        (
            json!([{ "type": "image", "originalContentUrl": good }]),
            vec![two],
        ),
        (
            json!([{ "type": "audio", "originalContentUrl": good }]),
            vec!["messages[0].duration"],
        ),
        (
            json!([{ "type": "location", "title": "x".repeat(101), "latitude": 91, "longitude": 1 }]),
            vec![
                "messages[0].title",
                "messages[0].address",
                "messages[0].latitude",
            ],
        ),
        (
            json!([{ "type": "sticker", "packageId": "1" }]),
            vec!["messages[0].stickerId"],
        ),
    ] {
        assert_eq!(refused(&world, messages).await, wrong);
    }
}

#[tokio::test]
async fn templates_have_little_room_and_columns_of_one_shape() {
    let world = world().await;
    text(&world, ANN, "hello").await;
    let at = |rest: &str| format!("messages[0].template.{rest}");
    let family = "👨‍👩‍👧".repeat(20);
    let column = |title: Option<&str>, actions: usize| json!({ "title": title, "text": "t", "actions": vec![postback("a"); actions] });
    for (messages, wrong) in [
        (buttons(json!({ "text": "x".repeat(160) })), vec![]),
        (
            buttons(json!({ "text": "x".repeat(161) })),
            vec![at("text")],
        ),
        (
            buttons(json!({ "text": "x".repeat(61), "title": "T" })),
            vec![at("text")],
        ),
        (
            buttons(json!({ "title": "x".repeat(41) })),
            vec![at("title")],
        ),
        (
            buttons(json!({ "actions": [postback(&"x".repeat(20))] })),
            vec![],
        ),
        (buttons(json!({ "actions": [postback(&family)] })), vec![]),
        (
            buttons(json!({ "actions": [postback(&"x".repeat(21))] })),
            vec![at("actions[0].label")],
        ),
        (
            buttons(json!({ "actions": vec![postback("a"); 5] })),
            vec![at("actions")],
        ),
        (buttons(json!({ "actions": [] })), vec![at("actions")]),
        (
            buttons(
                json!({ "actions": [{ "type": "postback", "label": "a", "data": "x".repeat(301) }] }),
            ),
            vec![at("actions[0].data")],
        ),
        (
            buttons(json!({ "actions": [{ "type": "uri", "label": "a", "uri": "ftp://x" }] })),
            vec![at("actions[0].uri")],
        ),
        (
            buttons(json!({ "actions": [{ "type": "location", "label": "a" }] })),
            vec![at("actions[0].type")],
        ),
        (
            json!([{ "type": "template", "altText": "x".repeat(401), "template":
                { "type": "confirm", "text": "Sure?", "actions": [postback("a")] } }]),
            vec!["messages[0].altText".to_owned(), at("actions")],
        ),
        (carousel(json!(vec![column(None, 3); 10])), vec![]),
        (
            carousel(json!(vec![column(None, 1); 11])),
            vec![at("columns")],
        ),
        (
            carousel(json!([column(None, 1), column(None, 2)])),
            vec![at("columns")],
        ),
        (
            carousel(json!([column(None, 1), column(Some("T"), 1)])),
            vec![at("columns")],
        ),
        (
            carousel(json!([column(None, 4)])),
            vec![at("columns[0].actions")],
        ),
    ] {
        assert_eq!(refused(&world, messages).await, wrong);
    }
}

#[tokio::test]
async fn quick_replies_are_thirteen_labelled_actions() {
    let world = world().await;
    text(&world, ANN, "hello").await;
    let items = |items: Vec<Value>| {
        let items: Vec<Value> = items
            .into_iter()
            .map(|action| json!({ "type": "action", "action": action }))
            .collect();
        json!([{ "type": "text", "text": "?", "quickReply": { "items": items } }])
    };
    let at = |rest: &str| format!("messages[0].quickReply.items{rest}");
    for (messages, wrong) in [
        (items(vec![postback("a"); 13]), vec![]),
        (items(vec![postback("a"); 14]), vec![at("")]),
        (
            items(vec![json!({ "type": "location", "label": "Where" })]),
            vec![],
        ),
        (
            items(vec![json!({ "type": "location" })]),
            vec![at("[0].action.label")],
        ),
        (
            items(vec![postback(&"é".repeat(21))]),
            vec![at("[0].action.label")],
        ),
        (
            items(vec![
                json!({ "type": "message", "label": "a", "text": "x".repeat(301) }),
            ]),
            vec![at("[0].action.text")],
        ),
    ] {
        assert_eq!(refused(&world, messages).await, wrong);
    }
}

#[tokio::test]
async fn flex_messages_have_a_number_of_bubbles_and_bytes() {
    let world = world().await;
    text(&world, ANN, "hello").await;
    let bubble = |text: &str| {
        json!({ "type": "bubble", "body": { "type": "box", "layout": "vertical", "contents": [
            { "type": "text", "text": text },
            { "type": "button", "action": postback(&"x".repeat(40)) },
        ] } })
    };
    let bubbles =
        |n: usize, text: &str| json!({ "type": "carousel", "contents": vec![bubble(text); n] });
    let mut many = bubble("a");
    let line = json!({ "type": "text", "text": "x".repeat(1_990) });
    many["body"]["contents"] = json!(vec![line; 16]);
    let mut label = bubble("a");
    label["body"]["contents"][1]["action"]["label"] = json!("x".repeat(41));
    let at = |rest: &str| format!("messages[0].contents{rest}");
    for (messages, wrong) in [
        (flex(bubble("hi")), vec![]),
        (flex(many), vec![at("")]),
        (flex(label), vec![at(".body.contents[1].action.label")]),
        (flex(bubbles(12, "hi")), vec![]),
        (flex(bubbles(13, "hi")), vec![at(".contents")]),
        (flex(json!({ "type": "bubble" })), vec![at("")]),
        (flex(json!({ "type": "box" })), vec![at(".type")]),
        (flex(bubble("")), vec![at(".body.contents[0].text")]),
        (
            flex(
                json!({ "type": "bubble", "hero": { "type": "image", "url": "http://cdn.example/a" } }),
            ),
            vec![at(".hero.url")],
        ),
    ] {
        assert_eq!(refused(&world, messages).await, wrong);
    }
    let (status, _) = call(
        &world,
        "/message/validate/push",
        json!({ "messages": words("x") }),
    )
    .await;
    assert_eq!(status, 200);
}
