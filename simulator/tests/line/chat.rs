//! Typing, read marks, profiles, content.

use serde_json::{Value, json};

use crate::common::{World, world};
use crate::{ANN, BOB, TOKEN, call, event, last, person, text};

async fn get(world: &World, path: &str) -> reqwest::Response {
    let request = world.http.get(format!("{}{path}", world.base));
    request.header("authorization", TOKEN).send().await.unwrap()
}

#[tokio::test]
async fn the_loading_animation_ends_with_the_next_message() {
    let world = world().await;
    text(&world, ANN, "hello").await;
    let start = |chat: &str, seconds: u32| json!({ "chatId": chat, "loadingSeconds": seconds });
    for wrong in [
        start(ANN, 7),
        start(ANN, 65),
        start(ANN, 0),
        start("C1", 20),
    ] {
        assert_eq!(call(&world, "/chat/loading/start", wrong).await.0, 400);
    }
    assert_eq!(person(&world, ANN).await["typing"], false);
    assert_eq!(
        call(&world, "/chat/loading/start", start(ANN, 60)).await,
        (202, json!({}))
    );
    assert_eq!(person(&world, ANN).await["typing"], true);
    let body = json!({ "to": ANN, "messages": crate::words("here") });
    call(&world, "/message/push", body).await;
    assert_eq!(person(&world, ANN).await["typing"], false);
}

#[tokio::test]
async fn a_token_marks_its_message_and_those_before_as_read() {
    let world = world().await;
    text(&world, ANN, "one").await;
    let two = text(&world, ANN, "two").await;
    text(&world, ANN, "three").await;
    let token = json!({ "markAsReadToken": two["message"]["markAsReadToken"] });
    assert_eq!(
        call(&world, "/chat/markAsRead", token).await,
        (200, json!({}))
    );
    let shown = person(&world, ANN).await;
    let read: Vec<&Value> = shown["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| &message["receipts"]["read"])
        .collect();
    assert_eq!(read, [true, true, false]);
    for wrong in [json!({}), json!({ "markAsReadToken": "abc" })] {
        assert_eq!(call(&world, "/chat/markAsRead", wrong).await.0, 400);
    }
}

#[tokio::test]
async fn a_profile_is_that_of_a_friend() {
    let world = world().await;
    let path = format!("/line/v2/bot/profile/{ANN}");
    assert_eq!(get(&world, &path).await.status(), 404);
    let set = json!({ "name": "Ann", "picture": "https://cdn.example/ann.jpg", "language": "nl" });
    let control = format!("/platforms/line/people/{ANN}");
    world.control(&control, set).await;
    let told: Value = get(&world, &path).await.json().await.unwrap();
    let wanted = json!({
        "userId": ANN, "displayName": "Ann", "pictureUrl": "https://cdn.example/ann.jpg",
        "language": "nl",
    });
    assert_eq!(told, wanted);
    world.control(&control, json!({ "blocked": true })).await;
    assert_eq!(get(&world, &path).await.status(), 404);
    let group = "C00000000000000000000000000000001";
    event(
        &world,
        BOB,
        json!({ "kind": "text", "text": "x", "group": group }),
    )
    .await;
    let member = |who: &str| format!("/line/v2/bot/group/{group}/member/{who}");
    assert_eq!(get(&world, &member(BOB)).await.status(), 200);
    assert_eq!(get(&world, &member(ANN)).await.status(), 404);
}

#[tokio::test]
async fn content_needs_the_token_may_take_a_while_and_goes_when_unsent() {
    let world = world().await;
    event(&world, ANN, json!({ "kind": "picture", "preparing": 1 })).await;
    let id = last(&world)["message"]["id"].as_str().unwrap().to_owned();
    let path = format!("/line-data/v2/bot/message/{id}/content");
    let bare = world
        .http
        .get(format!("{}{path}", world.base))
        .send()
        .await
        .unwrap();
    assert_eq!(bare.status(), 401);
    assert_eq!(get(&world, &path).await.status(), 202);
    let file = get(&world, &path).await;
    assert_eq!(file.status(), 200);
    assert_eq!(file.headers()["content-type"], "image/jpeg");
    assert!(file.bytes().await.unwrap().starts_with(b"\xff\xd8\xff"));
    let preview = get(&world, &format!("{path}/preview")).await;
    assert_eq!(preview.headers()["content-type"], "image/png");
    assert_eq!(
        get(&world, &format!("/line/v2/bot/message/{id}/content"))
            .await
            .status(),
        404
    );
    let shown = person(&world, ANN).await["messages"][0]["picture"].clone();
    assert!(
        reqwest::get(shown.as_str().unwrap())
            .await
            .unwrap()
            .status()
            .is_success()
    );
    event(&world, ANN, json!({ "kind": "unsend", "message": id })).await;
    assert_eq!(get(&world, &path).await.status(), 410);
    event(&world, ANN, json!({ "kind": "file" })).await;
    let id = last(&world)["message"]["id"].as_str().unwrap().to_owned();
    let path = format!("/line-data/v2/bot/message/{id}/content");
    assert_eq!(get(&world, &format!("{path}/preview")).await.status(), 404);
    assert_eq!(
        get(&world, &path).await.headers()["content-type"],
        "application/pdf"
    );
    let fault = json!({ "on": "line", "match": { "event_type": "content", "number": ANN },
        "action": { "kind": "status", "status": 500 } });
    world.control("/faults", fault).await;
    assert_eq!(get(&world, &path).await.status(), 500);
    assert_eq!(
        get(&world, "/line-data/v2/bot/message/1/content")
            .await
            .status(),
        404
    );
}
