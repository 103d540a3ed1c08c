use super::*;
use crate::http::Method;
use crate::platforms::meta;

fn problems(settings: Value, secrets: Value) -> Vec<String> {
    let (_, problems) = read(settings, secrets);
    let problems = problems.into_iter();
    problems
        .map(|it| {
            assert!(!it.cure.is_empty());
            format!("{} {}", it.key, it.problem)
        })
        .collect()
}

#[test]
fn what_is_missing_or_wrong_is_named_with_its_key() {
    let absent = "is missing or is neither a text nor {\"current\": ..., \"previous\": ...}";
    assert_eq!(
        problems(json!({}), json!({})),
        [
            "CHANNEL_WA.phone_number_id is missing".to_owned(),
            format!("SECRET_CHANNEL_WA.app_secret {absent}"),
            format!("SECRET_CHANNEL_WA.verify_token {absent}"),
            format!("SECRET_CHANNEL_WA.access_token {absent}"),
        ]
    );
    assert_eq!(
        problems(
            json!({ "phone_number_id": "+15550100002", "list_button": "a label of 21 letters", "graph_version": "26", "api_url": "http://graph.example.com" }),
            secrets()
        ),
        [
            "CHANNEL_WA.phone_number_id is not an id of Meta's (5 to 25 digits)",
            "CHANNEL_WA.list_button is no label of at most 20 characters",
            "CHANNEL_WA.api_url is not an https URL",
            "CHANNEL_WA.graph_version is not a version of the Graph API",
        ]
    );
    assert_eq!(
        problems(
            json!({ "phone_number_id": NUMBER, "access_token": "token" }),
            secrets()
        ),
        ["CHANNEL_WA.access_token is a secret and stands here in plain text"]
    );
}

#[test]
fn a_number_without_quotes_is_an_id_too() {
    assert_eq!(
        problems(
            json!({ "phone_number_id": 106_540_000_000_001_u64 }),
            secrets()
        ),
        [""; 0]
    );
}

#[test]
fn every_vector_about_whatsapp_gets_its_verdict() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../../tests/fixtures/vectors/meta.json")).unwrap();
    let mut tried = 0;
    for vector in vectors["vectors"].as_array().unwrap() {
        let body = match vector["body"].as_str() {
            Some(body) => body.as_bytes().to_vec(),
            None => crate::crypto::decode_base64(vector["body_b64"].as_str().unwrap()).unwrap(),
        };
        let is_ours = String::from_utf8_lossy(&body).contains("whatsapp_business_account");
        if !is_ours || vector["header"] != "X-Hub-Signature-256" {
            continue;
        }
        let mut secrets = secrets();
        secrets["app_secret"] = vector["secret"].clone();
        let (adapter, _) = read(json!({ "phone_number_id": "277321005464405" }), secrets);
        let value = vector["value"].as_str().unwrap().to_owned();
        let headers = [("x-hub-signature-256".to_owned(), value)];
        let verdict = adapter.unwrap().verify(&callback(&headers, &body));
        assert_eq!(
            verdict.is_ok(),
            vector["expect"] == true,
            "{}",
            vector["id"]
        );
        tried += 1;
    }
    assert_eq!(tried, 3);
}

#[test]
fn a_real_delivery_is_read() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../../tests/fixtures/vectors/meta.json")).unwrap();
    let vectors = vectors["vectors"].as_array().unwrap();
    let body_of = |id: &str| vectors.iter().find(|it| it["id"] == id).unwrap().clone();
    let (adapter, _) = read(json!({ "phone_number_id": "277321005464405" }), secrets());
    let real = body_of("mt-08")["body"].as_str().unwrap().to_owned();
    let parsed = adapter
        .unwrap()
        .parse(&callback(&[], real.as_bytes()))
        .unwrap();
    assert_eq!(parsed.events.len(), 1);
    assert_eq!(parsed.events[0].consumer, "972544401243");
    assert_eq!(parsed.events[0].profile.name.as_deref(), Some("PyWa Tests"));

    let escaped = body_of("mt-d1")["body_b64"].as_str().unwrap().to_owned();
    let escaped = crate::crypto::decode_base64(&escaped).unwrap();
    let escaped = String::from_utf8(escaped)
        .unwrap()
        .replace("\"200\"", &format!("\"{NUMBER}\""));
    let super::inbound::Said { content, .. } = super::inbound::said(&escaped);
    assert_eq!(content, text("café 😀 http://a.example"));
}

#[test]
fn both_app_secrets_count_and_no_other() {
    let adapter = adapter();
    let body = heard!("text").as_bytes();
    for (secret, authentic) in [
        ("app-secret", true),
        ("older-secret", true),
        ("token", false),
    ] {
        let headers = signed(secret, body);
        let verdict = adapter.verify(&callback(&headers, body));
        assert_eq!(verdict.is_ok(), authentic, "{secret}");
    }
    assert!(adapter.verify(&callback(&[], body)).is_err());
}

#[test]
fn meta_finds_out_whether_the_address_is_ours() {
    let asked = |query| {
        let callback = Callback {
            method: Method::Get,
            query: Some(query),
            ..callback(&[], b"")
        };
        adapter().handshake(&callback)
    };
    let answer = asked("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify");
    assert_eq!(answer.unwrap().unwrap().body, "1158201444");
    let answer = asked("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=token");
    assert!(answer.unwrap().is_err());
    let posted = adapter().handshake(&callback(&[], heard!("text").as_bytes()));
    assert_eq!(posted, None);
}

#[test]
fn a_callback_may_have_three_megabytes() {
    let adapter = adapter();
    assert!(adapter.body_limit() >= 3 * 1024 * 1024);
    assert_eq!(adapter.methods(), [Method::Post, Method::Get]);
    assert_eq!(adapter.media_types(), [meta::JSON]);
    assert_eq!(adapter.acknowledgement().status, 200);
    assert_eq!(adapter.later().status, 503);
}
