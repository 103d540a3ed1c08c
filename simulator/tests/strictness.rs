//! What LiveEngage refuses, the simulator refuses, in the documented words.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

mod common;

use common::{ACCOUNT, CONSUMER, CREATE, CREDENTIALS, SEND, TOKEN, creation, request, world};
use serde_json::{Value, json};

fn message(value: &Value) -> &str {
    value["body"]["msg"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn domains_are_bare_hosts_and_an_unknown_account_has_none() {
    let world = world().await;
    let path = "/api/account/le12345678/service/baseURI.json?version=1.0";
    let (status, value) = world.get(path).await;
    assert_eq!(status, 200);
    let uris = value["baseURIs"].as_array().unwrap();
    for service in [
        "sentinel",
        "idp",
        "asyncMessagingEnt",
        "swift",
        "acCdnDomain",
        "smt",
        "accountConfigReadWrite",
        "accountConfigReadOnly",
    ] {
        let found = uris.iter().find(|uri| uri["service"] == service).unwrap();
        assert_eq!(found["baseURI"], world.base.trim_start_matches("http://"));
    }
    let (status, value) = world.get(&path.replace(ACCOUNT, "other")).await;
    assert_eq!((status, value), (400, json!({ "baseURIs": [] })));
    let one = "/api/account/le12345678/service/idp/baseURI.json?version=1.0";
    let (status, value) = world.get(one).await;
    assert_eq!(
        (status, value["baseURIs"].as_array().unwrap().len()),
        (200, 1)
    );
}

#[tokio::test]
async fn an_app_token_needs_each_parameter_once_in_the_form_or_in_the_query() {
    let world = world().await;
    assert_eq!(world.form(TOKEN, CREDENTIALS).await.0, 200);
    let in_form = format!("{CREDENTIALS}&grant_type=client_credentials");
    let bare = TOKEN.split('&').next().unwrap();
    assert_eq!(world.form(bare, &in_form).await.0, 200);
    assert_eq!(world.form(TOKEN, &in_form).await.0, 400);
    assert_eq!(world.form(bare, CREDENTIALS).await.0, 400);
    let (status, value) = world.form(TOKEN, &CREDENTIALS.replace("local", "x")).await;
    assert_eq!((status, &value["error"]), (401, &json!("invalid_client")));
    let in_query = format!("{TOKEN}&{CREDENTIALS}");
    assert_eq!(world.form(&in_query, CREDENTIALS).await.0, 400);
    assert!(world.notes().await.is_empty());
    assert_eq!(world.form(&in_query, "").await.0, 200);
    assert!(world.notes().await[0].contains("the secret stood in the URL"));
    let as_json = world.post(TOKEN, &[], &json!({})).await;
    assert_eq!(as_json.0, 400);
}

#[tokio::test]
async fn a_consumer_token_needs_the_raw_app_token() {
    let world = world().await;
    let app = world.app_token().await;
    let body = json!({ "ext_consumer_id": "a" });
    let bearer = format!("Bearer {app}");
    for (headers, code) in [
        (vec![], 40105),
        (vec![("authorization", bearer.as_str())], 40102),
        (vec![("authorization", "x.y.z")], 40102),
    ] {
        let (status, value) = world.post(CONSUMER, &headers, &body).await;
        assert_eq!((status, &value["body"]["errorCode"]), (401, &json!(code)));
        assert_eq!(value["type"], ".ReqBody$ErrorResp");
    }
    let headers = [("authorization", app.as_str())];
    assert_eq!(world.post(CONSUMER, &headers, &body).await.0, 201);
    assert_eq!(world.post(CONSUMER, &headers, &json!({})).await.0, 400);
}

#[tokio::test]
async fn each_header_of_a_create_is_missed_by_its_own_code() {
    let world = world().await;
    let person = world.person("a").await;
    let (app, jws) = (person.app.as_str(), person.jws.as_str());
    let bearer = format!("Bearer {app}");
    for (headers, code) in [
        (vec![("x-lp-on-behalf", jws)], 40105),
        (vec![("authorization", app)], 40104),
        (
            vec![("authorization", bearer.as_str()), ("x-lp-on-behalf", jws)],
            40102,
        ),
        (vec![("authorization", app), ("x-lp-on-behalf", app)], 40103),
    ] {
        let (status, value) = world.post(CREATE, &headers, &creation(&json!({}))).await;
        assert_eq!((status, &value["body"]["errorCode"]), (401, &json!(code)));
    }
    world.control("/tokens/expire", json!({})).await;
    let (_, value) = person.create().await;
    assert_eq!(value["body"]["errorCode"], 40102);
    let app = world.app_token().await;
    world.control("/consumers/expire", json!({})).await;
    let headers = [("authorization", app.as_str()), ("x-lp-on-behalf", jws)];
    let (_, value) = world.post(CREATE, &headers, &creation(&json!({}))).await;
    assert_eq!(value["body"]["errorCode"], 40103);
    let anew = world.person("a").await;
    assert_ne!(anew.jws, jws);
    assert_eq!(anew.create().await.0, 200);
}

#[tokio::test]
async fn an_app_token_ends_with_its_lifetime() {
    let world = world().await;
    world
        .control("/settings", json!({ "token_lifetime_s": 0 }))
        .await;
    let app = world.app_token().await;
    let body = json!({ "ext_consumer_id": "a" });
    let answer = world
        .post(CONSUMER, &[("authorization", &app)], &body)
        .await;
    assert_eq!(answer.1["body"]["errorCode"], 40102);
}

#[tokio::test]
async fn a_create_is_two_requests_in_their_order() {
    let world = world().await;
    let person = world.person("a").await;
    let good = creation(&json!({}));
    let profile = request("userprofile.SetUserProfile", &json!({}));
    let conversation = |body: Value| request("cm.ConsumerRequestConversation", &body);
    let with_id = |id: Value| {
        let mut batch = good.clone();
        batch[0]["id"] = id;
        batch
    };
    for wrong in [
        json!([good[1], good[0]]),
        json!([good[0]]),
        json!([good[0], good[1], good[1]]),
        good[1].clone(),
        with_id(json!(1)),
        with_id(json!("")),
        with_id(json!("x".repeat(65))),
        json!([profile, conversation(json!({ "brandId": "other" }))]),
        json!([
            profile,
            conversation(json!({ "brandId": ACCOUNT, "ttrDefName": "FAST" }))
        ]),
    ] {
        let (status, value) = person.call(CREATE, &wrong).await;
        assert_eq!(
            (status, &value["code"]),
            (400, &json!("BAD_REQUEST")),
            "{wrong}"
        );
    }
    let unnamed = json!([profile, conversation(json!({}))]);
    assert_eq!(
        person.call(CREATE, &unnamed).await.1["body"]["errorCode"],
        40001
    );
    assert_eq!(
        person.call(CREATE, &with_id(json!("x".repeat(64)))).await.0,
        200
    );
    assert_eq!(
        world.get("/control/conversations").await.1["conversations"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn only_two_engagement_attributes_are_accepted() {
    let world = world().await;
    let person = world.person("a").await;
    let with = |sde: Value| creation(&json!({ "authenticatedData": { "lp_sdes": [sde] } }));
    for wrong in [
        json!({ "type": "cart", "total": 1 }),
        json!({ "type": "ctmrinfo" }),
        json!({ "info": {} }),
    ] {
        let (status, value) = person.call(CREATE, &with(wrong)).await;
        assert_eq!((status, &value["code"]), (400, &json!("BAD_REQUEST")));
    }
    let right =
        json!({ "type": "personal", "personal": { "contacts": [{ "phone": "+15550100009" }] } });
    assert_eq!(person.call(CREATE, &with(right)).await.0, 200);
    let (_, value) = world.get("/control/conversations").await;
    assert_eq!(
        value["conversations"][0]["consumer"]["number"],
        "+15550100009"
    );
}

#[tokio::test]
async fn a_consumer_has_one_open_conversation() {
    let world = world().await;
    let person = world.person("a").await;
    person.open().await;
    for status in [200, 400] {
        world
            .control("/settings", json!({ "already_open_status": status }))
            .await;
        let (answered, value) = person.create().await;
        assert_eq!(answered, status);
        assert_eq!(value[0]["code"], "OK");
        assert_eq!(value[1]["code"], "BAD_REQUEST");
        assert!(message(&value[1]).contains("already has open conversation"));
        assert!(value[1]["body"]["conversationId"].is_null());
    }
}

#[tokio::test]
async fn a_send_is_one_small_object_for_an_own_open_dialog() {
    let world = world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    let (status, value) = person.say(&id, "first").await;
    assert_eq!((status, &value["body"]["sequence"]), (200, &json!(0)));

    let (status, value) = person.say(&id, &"x".repeat(5000)).await;
    assert_eq!((status, message(&value)), (400, "Bad Request"));
    assert_eq!(value["reqId"], "r-1");

    assert_eq!(person.say("nowhere", "x").await.0, 400);
    assert_eq!(person.say(&id, "").await.0, 400);
    for wrong in [
        json!({ "type": "ContentEvent", "contentType": "text/html", "message": "x" }),
        json!({ "type": "ChatStateEvent", "chatState": "SLEEPING" }),
        json!({ "type": "AcceptStatusEvent", "status": "READ", "sequenceList": [] }),
        json!({ "type": "RichContentEvent", "content": {} }),
    ] {
        assert_eq!(person.event(&id, wrong).await.0, 400);
    }
    let unknown = request("ms.SubscribeMessagingEvents", &json!({}));
    assert_eq!(person.call(SEND, &unknown).await.0, 400);
    assert_eq!(person.call(SEND, &json!([unknown])).await.0, 400);
    assert_eq!(
        person.call(SEND.trim_end_matches("?v=3"), &unknown).await.0,
        400
    );

    let other = world.person("b").await;
    let (status, value) = other.say(&id, "not mine").await;
    assert_eq!((status, &value["kind"]), (401, &json!("resp")));

    world
        .control(&format!("/conversations/{id}/close"), json!({}))
        .await;
    let (status, value) = person.say(&id, "late").await;
    assert_eq!(
        (status, message(&value)),
        (400, "Bad Request, Conversation is close")
    );
    assert_ne!(person.open().await, id);
}

#[tokio::test]
async fn a_conversation_of_an_earlier_run_is_closed() {
    let world = world().await;
    let person = world.person("a").await;
    let forgotten = "bdd192b7-f40e-4276-8345-d74903372001";
    let (status, value) = person.say(forgotten, "still there?").await;
    assert_eq!(
        (status, message(&value)),
        (400, "Bad Request, Conversation is close")
    );
    let close = json!({
        "conversationId": forgotten,
        "conversationField": { "field": "ConversationStateField", "conversationState": "CLOSE" },
    });
    let close = request("cm.UpdateConversationField", &close);
    let (status, value) = person.call(SEND, &close).await;
    assert_eq!(
        (status, message(&value)),
        (400, "Bad Request, Conversation is close")
    );
    assert_eq!(world.notes().await.len(), 2);
    let (_, value) = person.say("nowhere", "x").await;
    assert_ne!(message(&value), "Bad Request, Conversation is close");
}

#[tokio::test]
async fn client_properties_are_ascii_json() {
    let world = world().await;
    let person = world.person("a").await;
    let properties = |value: &'static str| {
        let person = &person;
        async move {
            let headers = [
                ("authorization", person.app.as_str()),
                ("x-lp-on-behalf", person.jws.as_str()),
                ("client-properties", value),
            ];
            let body = creation(&json!({})).to_string();
            person
                .world
                .try_post(CREATE, &headers, &body)
                .await
                .unwrap()
                .0
        }
    };
    assert_eq!(properties("not json").await, 400);
    assert_eq!(properties("{\"appId\":\"é\"}").await, 400);
    assert_eq!(properties("[]").await, 400);
    assert_eq!(properties("{\"type\":\".Properties\"}").await, 400);
    assert_eq!(properties("{\"features\":\"RICH_CONTENT\"}").await, 400);
    assert_eq!(
        properties("{\"appVersion\":\"123456789012345678901234567890123\"}").await,
        400
    );
    assert_eq!(properties("{\"os\":\"BEOS\"}").await, 400);
    assert_eq!(properties("{\"type\":\".ClientProperties\"}").await, 200);
}

#[tokio::test]
async fn a_survey_follows_a_closed_dialog_and_ends_with_its_answer() {
    let world = world().await;
    world.control("/settings", json!({ "survey": true })).await;
    let person = world.person("a").await;
    let id = person.open().await;
    let field = json!({
        "field": "DialogChange", "type": "UPDATE",
        "dialog": { "dialogId": id, "state": "CLOSE", "closedCause": "bye" },
    });
    let close = json!({ "conversationId": id, "conversationField": field });
    let closing = person
        .call(SEND, &request("cm.UpdateConversationField", &close))
        .await;
    assert_eq!(closing.0, 200, "{}", closing.1);
    let path = format!("/control/conversations/{id}");
    let (_, shown) = world.get(&path).await;
    assert_eq!(shown["state"], "OPEN");
    let survey = shown["dialogs"][1]["dialogId"].as_str().unwrap();
    assert_eq!(shown["dialogs"][1]["type"], "POST_SURVEY");
    assert_eq!(person.say(&id, "to the closed dialog").await.0, 400);
    assert!(message(&person.create().await.1[1]).contains("already has open"));
    let typing = json!({ "type": "ChatStateEvent", "chatState": "COMPOSING" });
    assert_eq!(person.event(survey, typing).await.0, 400);
    assert_eq!(person.say(survey, "5").await.0, 200);
    assert_eq!(world.get(&path).await.1["state"], "CLOSE");
    assert_eq!(person.create().await.0, 200);
}

#[tokio::test]
async fn closing_the_conversation_skips_the_survey() {
    let world = world().await;
    world.control("/settings", json!({ "survey": true })).await;
    let person = world.person("a").await;
    let id = person.open().await;
    let field = json!({ "field": "ConversationStateField", "conversationState": "CLOSE" });
    let close = request(
        "cm.UpdateConversationField",
        &json!({ "conversationId": id, "conversationField": field }),
    );
    assert_eq!(person.call(SEND, &close).await.0, 200);
    let (_, shown) = world.get(&format!("/control/conversations/{id}")).await;
    assert_eq!(
        (&shown["state"], &shown["closedBy"]),
        (&json!("CLOSE"), &json!("CONSUMER"))
    );
    let (status, value) = person.call(SEND, &close).await;
    assert_eq!(
        (status, message(&value)),
        (400, "Bad Request, Conversation is close")
    );
}
