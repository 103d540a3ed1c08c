//! Who the consumer is and who the agents are: attributes, the Monitoring API, public profiles.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

mod common;

use common::{CREATE, creation, world};
use serde_json::{Value, json};

const SET: &str = "userprofile.SetUserProfile";

fn customer(info: Value) -> Value {
    json!({ "authenticatedData": { "lp_sdes": [{ "type": "ctmrinfo", "info": info }] } })
}

fn personal(personal: Value) -> Value {
    json!({ "authenticatedData": { "lp_sdes": [{ "type": "personal", "personal": personal }] } })
}

#[tokio::test]
async fn each_wrong_field_of_a_profile_is_refused_on_create_and_on_send() {
    let world = world().await;
    let person = world.person("a").await;
    for wrong in [
        json!({ "firstName": 1 }),
        json!({ "privateData": [] }),
        json!({ "privateData": { "mobileNum": 1 } }),
        json!({ "privateData": { "phone": "1" } }),
        json!({ "privateData": { "pushNotificationData": { "token": 1 } } }),
        json!({ "privateData": { "pushNotificationData": { "tokens": "t" } } }),
        json!({ "authenticatedData": { "sdes": [] } }),
        json!({ "authenticatedData": { "lp_sdes": {} } }),
        customer(json!({ "customerid": "1" })),
        customer(json!({ "customerId": 1 })),
        customer(json!({ "balance": "12" })),
        customer(json!({ "storeNumber": "1" })),
        customer(json!({ "lastPaymentDate": { "day": "1" } })),
        customer(json!({ "registrationDate": { "days": 1 } })),
        personal(json!({ "firstName": "Ada" })),
        personal(json!({ "gender": "F" })),
        personal(json!({ "gender": 3 })),
        personal(json!({ "age": 30 })),
        personal(json!({ "contacts": {} })),
        personal(json!({ "contacts": [{ "phoneType": "CELL" }] })),
        personal(json!({ "contacts": [{ "mail": "a@b" }] })),
        personal(json!({ "contacts": [{ "address": { "city": "B" } }] })),
    ] {
        assert_eq!(
            person.call(CREATE, &creation(&wrong)).await.0,
            400,
            "{wrong}"
        );
        assert_eq!(person.send(SET, wrong.clone()).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn agents_see_names_and_attributes_and_a_later_profile_in_place_of_them() {
    let world = world().await;
    let person = world.person("a").await;
    let full = json!({
        "firstName": "Ada", "lastName": "Example", "role": "consumer",
        "privateData": { "mobileNum": "+15550100009", "mail": "ada@example.com",
            "pushNotificationData": { "serviceName": "s", "certName": "c", "token": "t" } },
        "authenticatedData": { "lp_sdes": [
            { "type": "ctmrinfo", "info": { "customerId": "C-42", "balance": -1.5, "companySize": 50,
                "lastPaymentDate": { "day": 1, "month": 2, "year": 2026 } } },
            { "type": "personal", "personal": { "gender": "FEMALE", "language": "en-US",
                "age": { "age": 30 }, "contacts": [{ "email": "a@example.com", "phone": "+15550100009",
                "phoneType": "MOBILE", "address": { "country": "US", "region": "NY" } }] } },
        ] },
    });
    let (status, answer) = person.call(CREATE, &creation(&full)).await;
    assert_eq!(status, 200, "{answer}");
    let id = answer[1]["body"]["conversationId"].as_str().unwrap();
    let profile = world.desk(id).await["consumer"]["profile"].clone();
    assert_eq!(profile["firstName"], "Ada");
    assert_eq!(profile["ctmrinfo"]["customerId"], "C-42");
    assert_eq!(profile["personal"]["contacts"][0]["phoneType"], "MOBILE");
    assert!(profile["privateData"].is_null());

    let (status, answer) = person.send(SET, json!({ "firstName": "Grace" })).await;
    assert_eq!(
        (status, &answer["body"]["msg"]),
        (200, &json!("OK User Profile set successfully"))
    );
    let consumer = world.desk(id).await["consumer"].clone();
    assert_eq!(consumer["profile"], json!({ "firstName": "Grace" }));
    assert_eq!(consumer["number"], "+15550100009");
}

const ENGAGEMENT: &str =
    "/api/account/le12345678/app/0f0e0d0c-1111-4222-8333-444444444444/engagement?v=1.1";

fn identity(sub: &str) -> Value {
    json!({ "identities": [{ "iss": "https://c.example", "acr": "loa1", "sub": sub }] })
}

#[tokio::test]
async fn an_engagement_is_offered_and_tells_of_an_open_conversation() {
    let world = world().await;
    let mut full = identity("a");
    full["clientProperties"] =
        json!({ "appVersion": "1.0", "deviceFamily": "MOBILE", "os": "OTHER" });
    full["entryPoints"] = json!(["sec://Support"]);
    full["engagementAttributes"] = json!([
        { "type": "ctmrinfo", "info": { "customerId": "C-42", "storeNumber": "1" } },
        { "type": "cart", "total": 11.7, "currency": "USD", "numItems": 6, "products": [] },
    ]);
    let (status, answer) = world.post(ENGAGEMENT, &[], &full).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["engagementDetails"][0]["status"], "expose");
    assert!(answer["visitorId"].is_string() && answer["sessionId"].is_string());
    let again = format!("{ENGAGEMENT}&vid=V1&sid=S1");
    let (_, answer) = world.post(&again, &[], &full).await;
    assert_eq!(
        (&answer["visitorId"], &answer["sessionId"]),
        (&json!("V1"), &json!("S1"))
    );

    let id = world.person("a").await.open().await;
    let (_, answer) = world.post(ENGAGEMENT, &[], &full).await;
    assert_eq!(answer["engagementDetails"][0]["status"], "conversation");
    assert_eq!(answer["engagementDetails"][0]["conversationId"], json!(id));

    world
        .control("/settings", json!({ "engagement_eligible": false }))
        .await;
    let (status, answer) = world.post(ENGAGEMENT, &[], &full).await;
    assert_eq!((status, &answer["engagementDetails"]), (200, &Value::Null));
    world
        .control("/settings", json!({ "engagement_loading": true }))
        .await;
    let (status, answer) = world.post(ENGAGEMENT, &[], &full).await;
    assert_eq!((status, &answer["internalCode"]), (500, &json!(20)));
    assert_eq!(world.post(ENGAGEMENT, &[], &full).await.0, 200);
}

#[tokio::test]
async fn each_wrong_engagement_request_is_refused() {
    let world = world().await;
    let with = |name: &str, value: Value| {
        let mut body = identity("a");
        body[name] = value;
        body
    };
    for wrong in [
        json!({}),
        json!([]),
        with("identities", json!([])),
        with("identities", json!([{ "iss": "i", "sub": "s" }])),
        with(
            "identities",
            json!([{ "iss": "i", "acr": "loa1", "sub": "s", "aud": "x" }]),
        ),
        with("consumerId", json!("a")),
        with("clientProperties", json!("MOBILE")),
        with("clientProperties", json!({ "deviceFamily": "PHONE" })),
        with("entryPoints", json!("sec://Support")),
        with("engagementAttributes", json!([{ "type": "viewedCart" }])),
        with(
            "engagementAttributes",
            json!([{ "type": "ctmrinfo", "info": { "x": 1 } }]),
        ),
    ] {
        assert_eq!(world.post(ENGAGEMENT, &[], &wrong).await.0, 400, "{wrong}");
    }
    let body = identity("a");
    let old = ENGAGEMENT.replace("1.1", "1.0");
    assert_eq!(world.post(&old, &[], &body).await.0, 400);
    let elsewhere = ENGAGEMENT.replace("0f0e0d0c", "00000000");
    assert_eq!(world.post(&elsewhere, &[], &body).await.0, 404);
}

#[tokio::test]
async fn agents_have_public_profiles_with_a_picture() {
    let world = world().await;
    let added = world
        .control(
            "/agents",
            json!({ "nickname": "Toni", "employeeId": "E-7" }),
        )
        .await;
    let (_, agents) = world.get("/control/agents").await;
    assert!(agents["agents"].as_array().unwrap().contains(&added));
    let id = added["id"].as_str().unwrap();
    let path = format!("/api/account/le12345678/configuration/le-users/users/{id}");
    let (status, profile) = world.get(&path).await;
    assert_eq!(status, 200);
    assert_eq!(
        (&profile["nickname"], &profile["employeeId"]),
        (&json!("Toni"), &json!("E-7"))
    );
    let picture = profile["pictureUrl"].as_str().unwrap();
    let picture = world.http.get(picture).send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/png");
    assert!(picture.bytes().await.unwrap().starts_with(b"\x89PNG"));
    assert_eq!(world.get(&path.replace(id, "nobody")).await.0, 404);
    assert_eq!(world.get(&path.replace("le12345678", "other")).await.0, 404);
}
