//! What phones and people with WhatsApp do, as Twilio tells it.

use serde_json::json;

use crate::common::world;
use crate::{
    ANN, BRAND, PHONE, SID, TOKEN, WHATSAPP_BRAND, accepted, event, form, last, person, says, send,
    settle,
};

#[tokio::test]
async fn a_person_with_whatsapp_has_a_name_and_an_id() {
    let world = world().await;
    settle(&world, ANN, json!({ "name": "Zoë" })).await;
    says(&world, ANN, "Hi 👋").await;
    let told = last(&world);
    for (name, value) in [
        ("From", ANN),
        ("To", WHATSAPP_BRAND),
        ("ProfileName", "Zoë"),
        ("WaId", "15550100001"),
        ("Body", "Hi 👋"),
        ("NumMedia", "0"),
        ("MessageType", "text"),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
    assert!(!told.contains_key("FromCity"));
    says(&world, "whatsapp:US.123", "no number").await;
    let told = last(&world);
    assert_eq!(told["ExternalUserId"], "US.123");
    assert!(!told.contains_key("WaId"));
}

#[tokio::test]
async fn a_file_is_read_with_the_accounts_credentials_and_over_a_redirect() {
    let world = world().await;
    let deed = json!({ "media": [{ "kind": "picture" }, { "kind": "gif" }], "kind": "picture" });
    event(&world, PHONE, deed).await;
    let told = last(&world);
    assert!(told["MessageSid"].starts_with("MM"));
    assert_eq!(
        (told["NumMedia"].as_str(), told["Body"].as_str()),
        ("2", "")
    );
    assert_eq!(told["MediaContentType1"], "image/gif");
    let url = &told["MediaUrl0"];
    assert!(url.contains(&format!(
        "/Accounts/{SID}/Messages/{}/Media/ME",
        told["MessageSid"]
    )));
    let redirects = reqwest::redirect::Policy::none();
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(redirects)
        .build()
        .unwrap();
    assert_eq!(http.get(url).send().await.unwrap().status(), 401);
    let answer = http
        .get(url)
        .basic_auth(SID, Some(TOKEN))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 307);
    let place = answer.headers()["location"].to_str().unwrap().to_owned();
    let file = http.get(&place).send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "image/jpeg");
    assert!(file.bytes().await.unwrap().starts_with(b"\xff\xd8\xff"));
    let bare = place.split('?').next().unwrap();
    assert_eq!(http.get(bare).send().await.unwrap().status(), 403);
    let other = url.replace(&told["MessageSid"], "MM00000000000000000000000000000009");
    let other = http
        .get(other)
        .basic_auth(SID, Some(TOKEN))
        .send()
        .await
        .unwrap();
    assert_eq!(other.status(), 404);
}

#[tokio::test]
async fn whatsapp_has_places_and_answers_to_messages_that_sms_has_not() {
    let world = world().await;
    let first = says(&world, ANN, "first").await;
    event(&world, ANN, json!({ "kind": "location", "title": "Shop" })).await;
    let told = last(&world);
    assert_eq!(
        (told["Latitude"].as_str(), told["Label"].as_str()),
        ("52.3702", "Shop")
    );
    assert_eq!(told["Body"], "");
    event(
        &world,
        ANN,
        json!({ "kind": "text", "text": "this one", "reply_to": first }),
    )
    .await;
    let told = last(&world);
    assert_eq!(told["OriginalRepliedMessageSid"], first);
    assert_eq!(told["OriginalRepliedMessageSender"], ANN);
    event(&world, ANN, json!({ "kind": "voice" })).await;
    assert_eq!(last(&world)["MediaContentType0"], "audio/ogg");
    let more =
        json!({ "kind": "text", "text": "x", "fields": { "Forwarded": "true", "WaId": null } });
    event(&world, ANN, more).await;
    assert_eq!(last(&world)["Forwarded"], "true");
    assert!(!last(&world).contains_key("WaId"));
    for (who, wrong) in [
        (PHONE, json!({ "kind": "location" })),
        (ANN, json!({ "kind": "fax" })),
        (ANN, json!({ "kind": "text" })),
        ("555", json!({ "kind": "text", "text": "x" })),
        (
            ANN,
            json!({ "kind": "text", "text": "x", "channel": "nowhere" }),
        ),
    ] {
        let path = format!("/platforms/twilio/people/{who}/events");
        assert_eq!(world.control_refused(&path, wrong).await, 400, "{who}");
    }
}

#[tokio::test]
async fn a_keyword_opts_out_until_another_takes_it_back() {
    let world = world().await;
    let message = [("To", PHONE), ("From", BRAND), ("Body", "hello")];
    for (word, kind, code) in [
        ("Yes", None, None),
        (" stop ", Some("STOP"), Some(21610)),
        ("HELP", Some("HELP"), Some(21610)),
        ("yes", Some("START"), None),
        ("CANCEL", Some("STOP"), Some(21610)),
        ("START", Some("START"), None),
    ] {
        says(&world, PHONE, word).await;
        assert_eq!(
            last(&world).get("OptOutType").map(String::as_str),
            kind,
            "{word}"
        );
        let (_, told) = send(&world, TOKEN, &message).await;
        assert_eq!(told["code"].as_u64(), code, "{word}: {told}");
    }
    let whatsapp = [("To", ANN), ("From", WHATSAPP_BRAND), ("Body", "hello")];
    says(&world, ANN, "STOP").await;
    assert!(
        !last(&world).contains_key("OptOutType"),
        "WhatsApp has blocking instead"
    );
    accepted(&world, &whatsapp).await;
}

#[tokio::test]
async fn typing_is_shown_to_who_wrote_the_message_and_marks_it_read() {
    let world = world().await;
    let sid = says(&world, ANN, "hello").await;
    let sms = says(&world, PHONE, "hello").await;
    let call = |path: &'static str, kind: &'static str, body: String| {
        let request = world.http.post(format!("{}{path}", world.base)).body(body);
        let request = request
            .header("content-type", kind)
            .basic_auth(SID, Some(TOKEN));
        async move { request.send().await.unwrap().status().as_u16() }
    };
    let (v2, v3) = ("/v2/Indicators/Typing.json", "/v3/Indicators/Typing.json");
    let (web, json) = ("application/x-www-form-urlencoded", "application/json");
    for (path, kind, body) in [
        (v2, web, format!("channel=whatsapp&messageId={sms}")),
        (v2, web, format!("channel=sms&messageId={sid}")),
        (v2, web, "channel=whatsapp&messageId=abc".to_owned()),
        (v2, json, format!("channel=whatsapp&messageId={sid}")),
        (v3, json, json!({ "channel": "WHATSAPP" }).to_string()),
    ] {
        assert_eq!(call(path, kind, body).await, 400);
    }
    assert_eq!(person(&world, ANN).await["typing"], false);
    let body = json!({ "channel": "WHATSAPP", "messageId": sid }).to_string();
    assert_eq!(call(v3, json, body).await, 200);
    let shown = person(&world, ANN).await;
    assert_eq!(shown["typing"], true);
    assert_eq!(shown["messages"][0]["receipts"]["read"], true);
    accepted(
        &world,
        &[("To", ANN), ("From", WHATSAPP_BRAND), ("Body", "hi")],
    )
    .await;
    assert_eq!(person(&world, ANN).await["typing"], false);
    assert_eq!(
        call(v2, web, format!("channel=whatsapp&messageId={sid}")).await,
        200
    );
}

#[tokio::test]
async fn a_callback_comes_again_with_its_idempotency_token() {
    let world = world().await;
    world
        .control(
            "/settings",
            json!({ "twilio_retries": { "spacing_ms": 5 } }),
        )
        .await;
    world.answers(&[503]);
    says(&world, ANN, "once").await;
    let posted = world.posted();
    assert_eq!(posted.len(), 2);
    assert_eq!(form(&posted[0]), form(&posted[1]));
    let token = |n: usize| posted[n].headers["i-twilio-idempotency-token"].clone();
    assert_eq!(token(0), token(1));
}
