//! The handshake, signatures, batches and repetitions of callbacks.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use liveengage_simulator::{Options, start};
use serde_json::{Value, json};
use std::collections::HashMap;

use crate::common::world;
use crate::{ANN, IDA, PAGE, WIM, assert_signed, event, last};

type Asked = Arc<Mutex<Vec<HashMap<String, String>>>>;

async fn answer(
    State(asked): State<Asked>,
    Query(query): Query<HashMap<String, String>>,
) -> (StatusCode, String) {
    asked.lock().unwrap().push(query.clone());
    if query["hub.verify_token"] == "local-verify-token-of-the-simulator" {
        (StatusCode::OK, query["hub.challenge"].clone())
    } else {
        (StatusCode::FORBIDDEN, "no".to_owned())
    }
}

#[tokio::test]
async fn the_handshake_asks_for_the_challenge_with_the_verify_token() {
    let asked: Asked = Arc::default();
    let app = Router::new()
        .route("/channels/{channel}", get(answer))
        .with_state(Arc::clone(&asked));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let connector = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let options = Options {
        port: 0,
        connector,
        ..Options::default()
    };
    let running = start(options).await.unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let shake = async |platform: &str, body: Value| -> Value {
        let path = format!(
            "http://{}/control/platforms/{platform}/handshake",
            running.address
        );
        let answer = http.post(path).json(&body).send().await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    };
    for platform in ["messenger", "instagram", "whatsapp"] {
        let answer = shake(platform, json!({ "challenge": "1158201444" })).await;
        let right = json!({ "status": 200, "body": "1158201444", "verified": true });
        assert_eq!(answer, right);
    }
    let answer = shake("messenger", json!({ "token": "wrong & odd" })).await;
    assert_eq!(
        answer,
        json!({ "status": 403, "body": "no", "verified": false })
    );
    {
        let asked = asked.lock().unwrap();
        assert_eq!(asked.len(), 4);
        assert_eq!(asked[0]["hub.mode"], "subscribe");
        assert_eq!(asked[3]["hub.verify_token"], "wrong & odd");
        assert!(asked[3]["hub.challenge"].parse::<u64>().is_ok());
    }
    let answer = shake("line", json!({})).await;
    assert!(answer["error"].is_string());
    running.stop();
}

#[tokio::test]
async fn the_signature_is_over_bytes_in_which_everything_beyond_ascii_is_escaped() {
    let world = world().await;
    let text = "café 😀 https://a.example/b <i> 100% a@b";
    for (platform, person) in [("messenger", ANN), ("instagram", IDA), ("whatsapp", WIM)] {
        event(
            &world,
            platform,
            person,
            json!({ "kind": "text", "text": text }),
        )
        .await;
        let posted = world.posted().last().unwrap().clone();
        assert_signed(&posted, platform);
        let written =
            "caf\\u00e9 \\ud83d\\ude00 https:\\/\\/a.example\\/b \\u003Ci> 100\\u0025 a\\u0040b";
        assert!(posted.body.contains(written), "{}", posted.body);
        assert!(posted.json().to_string().contains(text), "{}", posted.body);
    }
}

#[tokio::test]
async fn a_batch_has_several_entries_and_several_people() {
    let world = world().await;
    let texts = ["one", "two", "three"];
    let deeds = |people: [&str; 3]| -> Vec<Value> {
        let both = texts.iter().zip(people);
        both.map(|(text, person)| json!({ "kind": "text", "text": text, "person": person }))
            .collect()
    };
    let batch = json!({ "batch": deeds([ANN, "7000000000000002", ANN]) });
    let answer = event(&world, "messenger", ANN, batch).await;
    assert_eq!(answer["ids"].as_array().unwrap().len(), 3);
    let body = last(&world, "messenger");
    let entries = body["entry"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    let told: Vec<&Value> = entries
        .iter()
        .inspect(|entry| assert_eq!(entry["id"], PAGE))
        .flat_map(|entry| entry["messaging"].as_array().unwrap())
        .collect();
    let said: Vec<&Value> = told.iter().map(|told| &told["message"]["text"]).collect();
    assert_eq!(said, texts);
    assert_eq!(told[1]["sender"]["id"], "7000000000000002");
    let batch = json!({ "batch": deeds([WIM, "15550100002", WIM]) });
    event(&world, "whatsapp", WIM, batch).await;
    let body = last(&world, "whatsapp");
    let changes = body["entry"][0]["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 2);
    assert_eq!(changes[0]["value"]["messages"].as_array().unwrap().len(), 2);
    assert_eq!(changes[0]["value"]["contacts"].as_array().unwrap().len(), 2);
    assert_eq!(changes[1]["value"]["messages"][0]["text"]["body"], "three");
    let batch = json!({ "batch": deeds([WIM; 3]) });
    event(&world, "whatsapp", WIM, batch).await;
    let body = last(&world, "whatsapp");
    let value = &body["entry"][0]["changes"][0]["value"];
    assert_eq!(value["messages"].as_array().unwrap().len(), 2);
    assert_eq!(value["contacts"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_not_answered_with_200_comes_again_unchanged() {
    let world = world().await;
    let retries = json!({ "retries": { "messenger": { "spacing_ms": 5 } } });
    world.control("/settings", retries).await;
    world.answers(&[503, 204, 401, 302]);
    let deed = json!({ "kind": "text", "text": "again" });
    let answer = event(&world, "messenger", ANN, deed).await;
    assert_eq!(
        (&answer["status"], &answer["attempts"]),
        (&json!(200), &json!(5))
    );
    let posted = world.posted();
    assert_eq!(posted.len(), 5);
    let told = posted[0].json()["entry"][0]["messaging"].clone();
    for posted in &posted {
        assert_signed(posted, "messenger");
        assert_eq!(posted.json()["entry"][0]["messaging"], told);
    }
    let again = json!({ "id": answer["id"] });
    let again = world.control("/platforms/messenger/redeliver", again).await;
    assert_eq!(again["status"], 200);
    assert_eq!(last(&world, "messenger")["entry"][0]["messaging"], told);
}

#[tokio::test]
async fn meta_gives_up_in_the_end() {
    let world = world().await;
    let retries = json!({ "retries": { "whatsapp": { "spacing_ms": 1, "count": 2 } } });
    world.control("/settings", retries).await;
    world.answers(&[500, 500, 500]);
    let deed = json!({ "kind": "text", "text": "never" });
    let answer = event(&world, "whatsapp", WIM, deed).await;
    assert_eq!(
        (&answer["status"], &answer["attempts"]),
        (&json!(500), &json!(3))
    );
}

#[tokio::test]
async fn a_request_without_signature_can_be_made() {
    let world = world().await;
    let raw = json!({ "body": { "object": "page", "entry": [] }, "sign": false });
    world.control("/platforms/messenger/raw", raw).await;
    let posted = world.posted();
    assert!(!posted[0].headers.contains_key("x-hub-signature-256"));
}
