//! Texts: what is refused, and how they are told.

use std::collections::HashMap;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

use crate::common::world;
use crate::{SID, TOKEN, send};

#[tokio::test]
async fn a_message_to_a_phone_is_checked_and_received() {
    let world = world().await;
    let (to, from) = (("To", "+15550100001"), ("From", "+15550100002"));
    let body = ("Body", "Hello 😀");
    world
        .control("/phones/+15550100007", json!({ "opted_out": true }))
        .await;
    let long = "é".repeat(1601);
    for (password, fields, status, code) in [
        ("wrong", vec![to, from, body], 401, 20003),
        (TOKEN, vec![("To", "5550100001"), from, body], 400, 21211),
        (TOKEN, vec![from, body], 400, 21604),
        (TOKEN, vec![to, from], 400, 21602),
        (TOKEN, vec![to, from, ("Body", "")], 400, 21602),
        (TOKEN, vec![to, from, ("Body", &long)], 400, 21617),
        (TOKEN, vec![to, ("From", "+15550100099"), body], 400, 21606),
        (TOKEN, vec![to, body], 400, 21603),
        (TOKEN, vec![("To", "+15550100007"), from, body], 400, 21610),
    ] {
        let (answered, value) = send(&world, password, &fields).await;
        assert_eq!(
            (answered, &value["code"]),
            (status, &json!(code)),
            "{value}"
        );
        assert_eq!(value["status"], status);
    }
    assert_eq!(world.get("/control/phones/+15550100001").await.0, 404);
    let (status, value) = send(&world, TOKEN, &[to, from, body]).await;
    assert_eq!(status, 201);
    assert!(value["sid"].as_str().unwrap().starts_with("SM"));
    let (_, phone) = world.get("/control/phones/+15550100001").await;
    assert_eq!(phone["messages"][0]["text"], "Hello 😀");
    assert_eq!(phone["messages"][0]["direction"], "received");
    world
        .control(
            "/faults",
            json!({ "on": "twilio", "action": { "kind": "status", "status": 429 } }),
        )
        .await;
    assert_eq!(
        send(&world, TOKEN, &[to, from, body]).await.1["code"],
        20429
    );
}

#[tokio::test]
async fn a_callback_is_signed_for_the_public_url() {
    let world = world().await;
    let text = "Hi 👋 & bye=1 +2";
    let sent = world
        .control("/phones/+15550100001/messages", json!({ "text": text }))
        .await;
    assert_eq!(
        (&sent["status"], &sent["attempts"]),
        (&json!(200), &json!(1))
    );
    let posted = world.posted();
    assert_eq!(posted[0].path, "/channels/support-sms");
    let mut params: Vec<(String, String)> = form_urlencoded::parse(posted[0].body.as_bytes())
        .into_owned()
        .collect();
    let fields: HashMap<_, _> = params.iter().cloned().collect();
    for (name, value) in [
        ("Body", text),
        ("From", "+15550100001"),
        ("To", "+15550100002"),
        ("AccountSid", SID),
        ("NumMedia", "0"),
        ("FromCity", ""),
        ("MessageSid", sent["sid"].as_str().unwrap()),
    ] {
        assert_eq!(fields[name], value);
    }
    params.sort();
    let mut signed = "https://sms.example/channels/support-sms".to_owned();
    signed.extend(params.into_iter().map(|(name, value)| name + &value));
    let mac = Hmac::<sha1::Sha1>::new_from_slice(TOKEN.as_bytes()).unwrap();
    let mac = mac.chain_update(signed.as_bytes()).finalize().into_bytes();
    assert_eq!(
        posted[0].headers["x-twilio-signature"],
        BASE64_STANDARD.encode(mac)
    );

    let path = format!("/callbacks/{}/redeliver", sent["sid"].as_str().unwrap());
    assert_eq!(world.control(&path, json!({})).await["status"], 200);
    assert_eq!(world.posted()[1].body, posted[0].body);
}

#[tokio::test]
async fn a_phone_sends_in_order_and_tries_again_on_a_server_error_only() {
    let world = world().await;
    world
        .control(
            "/settings",
            json!({ "twilio_retries": { "spacing_ms": 10 } }),
        )
        .await;
    world.answers(&[503, 500, 200, 403, 200]);
    let path = "/phones/+15550100001/messages";
    world
        .control(path, json!({ "text": "one", "wait": false }))
        .await;
    let refused = world.control(path, json!({ "text": "two" })).await;
    assert_eq!(
        (&refused["status"], &refused["attempts"]),
        (&json!(403), &json!(1))
    );
    let last = world
        .control(path, json!({ "text": "three", "sid": "SM1" }))
        .await;
    assert_eq!(
        (&last["sid"], &last["status"]),
        (&json!("SM1"), &json!(200))
    );
    let texts: Vec<String> = world
        .posted()
        .iter()
        .map(|post| {
            let mut params = form_urlencoded::parse(post.body.as_bytes());
            params
                .find(|(name, _)| name == "Body")
                .unwrap()
                .1
                .into_owned()
        })
        .collect();
    assert_eq!(texts, ["one", "one", "one", "two", "three"]);
    let (_, phone) = world.get("/control/phones/+15550100001").await;
    let states: Vec<&Value> = phone["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| &message["state"])
        .collect();
    assert_eq!(states, ["acknowledged", "failed", "acknowledged"]);
    world.answers(&[500; 6]);
    let given_up = world.control(path, json!({ "text": "four" })).await;
    assert_eq!(
        (&given_up["status"], &given_up["attempts"]),
        (&json!(500), &json!(6))
    );
}

#[tokio::test]
async fn the_way_of_a_message_shows_on_both_sides() {
    let world = world().await;
    world
        .control("/phones/+15550100001/messages", json!({ "text": "Hello" }))
        .await;
    let person = world.person("whoever").await;
    let id = person.open().await;
    person.say(&id, "Hello").await;
    let (_, phone) = world.get("/control/phones/+15550100001").await;
    assert_eq!(phone["messages"][0]["state"], "at_desk");
    let path = format!("/conversations/{id}/messages");
    world
        .control(&path, json!({ "text": "Good day", "wait": true }))
        .await;
    let note = json!({ "text": "grumpy", "audience": "AGENTS_AND_MANAGERS", "wait": true });
    world.control(&path, note).await;
    send(
        &world,
        TOKEN,
        &[
            ("To", "+15550100001"),
            ("From", "+15550100002"),
            ("Body", "Good day"),
        ],
    )
    .await;
    let (_, shown) = world.get(&format!("/control/conversations/{id}")).await;
    assert_eq!(shown["consumer"]["number"], "+15550100001");
    let states: Vec<&Value> = shown["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| &message["state"])
        .collect();
    assert_eq!(states, ["received", "on_phone", "private"]);
}

#[tokio::test]
async fn the_program_says_where_it_listens_and_when_its_port_is_taken() {
    use std::io::{BufRead, BufReader};
    let program = env!("CARGO_BIN_EXE_simulator");
    let mut first = Command::new(program)
        .args(["--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(first.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line
        .trim()
        .strip_prefix("simulator listening on http://")
        .unwrap();
    let port = address.rsplit(':').next().unwrap();
    let second = Command::new(program)
        .args(["--port", port])
        .output()
        .unwrap();
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8(second.stderr).unwrap();
    assert_eq!(said.lines().count(), 1);
    assert!(said.contains(&format!("port {port} is in use")), "{said}");
}
