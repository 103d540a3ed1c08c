//! What people of WhatsApp do, as the Cloud API tells it.

use serde_json::{Value, json};

use crate::common::{CREATE, World, creation, world};
use crate::{NUMBER_ID, WIM, event, last, person, quiet, set, whatsapp_send};

/// The `value` of the last callback's one change.
fn value(world: &World) -> Value {
    let body = last(world, "whatsapp");
    assert_eq!(body["object"], "whatsapp_business_account");
    assert_eq!(body["entry"][0]["id"], "102290000000001");
    let changes = body["entry"][0]["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{body}");
    changes[0]["value"].clone()
}

/// The one message that a deed is.
async fn told(world: &World, deed: Value) -> Value {
    let answer = event(world, "whatsapp", WIM, deed).await;
    assert_eq!(answer["status"], 200, "{answer}");
    let value = value(world);
    assert_eq!(value["messaging_product"], "whatsapp");
    let metadata = json!({ "display_phone_number": "15550100003", "phone_number_id": NUMBER_ID });
    assert_eq!(value["metadata"], metadata);
    value["messages"][0].clone()
}

#[tokio::test]
async fn a_text_names_its_writer_by_number_and_by_user_id() {
    let world = world().await;
    set(
        &world,
        "whatsapp",
        WIM,
        json!({ "name": "Wim", "username": "wim.k" }),
    )
    .await;
    let deed = json!({ "kind": "text", "text": "Hello", "timestamp": 1_795_000_000_999_u64 });
    let message = told(&world, deed).await;
    assert_eq!(message["from"], WIM);
    assert_eq!(message["timestamp"], "1795000000");
    assert_eq!(
        (&message["type"], &message["text"]),
        (&json!("text"), &json!({ "body": "Hello" }))
    );
    assert!(message["id"].as_str().unwrap().starts_with("wamid."));
    let user = message["from_user_id"].as_str().unwrap();
    assert!(user.starts_with("US.") && user.len() > 10);
    let contact =
        json!({ "profile": { "name": "Wim", "username": "wim.k" }, "wa_id": WIM, "user_id": user });
    assert_eq!(value(&world)["contacts"], json!([contact]));
}

#[tokio::test]
async fn the_desk_knows_somebody_by_the_username_of_the_profile() {
    let world = world().await;
    for (number, username) in [("15550100009", "eva.m"), (WIM, "wim.k")] {
        set(&world, "whatsapp", number, json!({ "username": username })).await;
        let deed = json!({ "kind": "text", "text": "Hello" });
        event(&world, "whatsapp", number, deed).await;
    }
    let consumer = world.person("c-1").await;
    let profile = json!({ "authenticatedData": { "lp_sdes": [
        { "type": "ctmrinfo", "info": { "socialId": "wim.k" } },
    ] } });
    let (_, opened) = consumer.call(CREATE, &creation(&profile)).await;
    let conversation = opened[1]["body"]["conversationId"].as_str().unwrap();
    assert_eq!(consumer.say(conversation, "Hello").await.0, 200);
    assert_eq!(world.desk(conversation).await["consumer"]["number"], WIM);
}

#[tokio::test]
async fn a_person_may_keep_the_number_to_itself() {
    let world = world().await;
    set(
        &world,
        "whatsapp",
        WIM,
        json!({ "hides_number": true, "user_id": "US.1A2b3C" }),
    )
    .await;
    let message = told(&world, json!({ "kind": "text", "text": "Hello" })).await;
    assert!(message.get("from").is_none());
    assert_eq!(message["from_user_id"], "US.1A2b3C");
    let contact = &value(&world)["contacts"][0];
    assert!(contact.get("wa_id").is_none());
    assert_eq!(contact["user_id"], "US.1A2b3C");
}

#[tokio::test]
async fn files_have_an_id_a_type_and_a_hash() {
    let world = world().await;
    for (kind, name, media_type) in [
        ("picture", "image", "image/jpeg"),
        ("video", "video", "video/mp4"),
        ("gif", "video", "video/mp4"),
        ("audio", "audio", "audio/mp4"),
        ("voice", "audio", "audio/ogg; codecs=opus"),
        ("file", "document", "application/pdf"),
        ("sticker", "sticker", "image/webp"),
    ] {
        let message = told(&world, json!({ "kind": kind })).await;
        assert_eq!(message["type"], name, "{kind}");
        let file = &message[name];
        assert_eq!(file["mime_type"], media_type, "{kind}");
        assert!(file["id"].is_string());
        assert_eq!(file["sha256"].as_str().unwrap().len(), 44);
        assert!(file.get("caption").is_none());
    }
    let message = told(&world, json!({ "kind": "voice" })).await;
    assert_eq!(message["audio"]["voice"], true);
    let captioned = json!({ "kind": "picture", "text": "this one", "media_type": "image/png" });
    let message = told(&world, captioned).await;
    assert_eq!(message["image"]["caption"], "this one");
    assert_eq!(message["image"]["mime_type"], "image/png");
    let message = told(&world, json!({ "kind": "file", "name": "order.pdf" })).await;
    assert_eq!(message["document"]["filename"], "order.pdf");
}

#[tokio::test]
async fn every_kind_of_message_has_its_object() {
    let world = world().await;
    told(
        &world,
        json!({ "kind": "text", "text": "first", "id": "wamid.1" }),
    )
    .await;
    let place = json!({ "kind": "location", "latitude": 1.5, "longitude": 2.5, "name": "Dam", "address": "Amsterdam" });
    let message = told(&world, place).await;
    let location =
        json!({ "latitude": 1.5, "longitude": 2.5, "name": "Dam", "address": "Amsterdam" });
    assert_eq!(message["location"], location);
    let message = told(&world, json!({ "kind": "contact", "name": "Bob Stone" })).await;
    assert_eq!(message["type"], "contacts");
    assert_eq!(
        message["contacts"][0]["name"]["formatted_name"],
        "Bob Stone"
    );
    assert!(message["contacts"][0]["phones"][0]["phone"].is_string());
    let reply = json!({ "kind": "button_reply", "payload": "lp:yes", "title": "Yes", "quote": "wamid.OUT1" });
    let message = told(&world, reply).await;
    let object =
        json!({ "type": "button_reply", "button_reply": { "id": "lp:yes", "title": "Yes" } });
    assert_eq!(message["interactive"], object);
    assert_eq!(
        message["context"],
        json!({ "from": "15550100003", "id": "wamid.OUT1" })
    );
    let row = json!({ "kind": "list_reply", "payload": "lp:m", "title": "Medium", "description": "EUR 12" });
    let message = told(&world, row).await;
    let row = json!({ "id": "lp:m", "title": "Medium", "description": "EUR 12" });
    assert_eq!(
        message["interactive"],
        json!({ "type": "list_reply", "list_reply": row })
    );
    let message = told(&world, json!({ "kind": "flow_reply" })).await;
    let response = message["interactive"]["nfm_reply"]["response_json"]
        .as_str()
        .unwrap();
    assert!(serde_json::from_str::<Value>(response).unwrap().is_object());
    let message = told(
        &world,
        json!({ "kind": "button", "text": "Stop", "payload": "STOP" }),
    )
    .await;
    assert_eq!(
        message["button"],
        json!({ "text": "Stop", "payload": "STOP" })
    );
    let message = told(&world, json!({ "kind": "reaction", "message": "wamid.1" })).await;
    assert_eq!(
        message["reaction"],
        json!({ "message_id": "wamid.1", "emoji": "👍" })
    );
    let removed = json!({ "kind": "reaction", "message": "wamid.1", "remove": true });
    assert_eq!(
        told(&world, removed).await["reaction"],
        json!({ "message_id": "wamid.1" })
    );
    let message = told(&world, json!({ "kind": "order", "text": "Soon" })).await;
    assert_eq!(message["order"]["text"], "Soon");
    assert_eq!(message["order"]["product_items"][0]["quantity"], 2);
    let message = told(&world, json!({ "kind": "system", "number": "15550109999" })).await;
    assert_eq!(message["system"]["wa_id"], "15550109999");
    let message = told(&world, json!({ "kind": "unsupported" })).await;
    assert_eq!(message["errors"][0]["code"], 131_051);
    let message = told(
        &world,
        json!({ "kind": "unknown_message", "type": "hologram" }),
    )
    .await;
    assert_eq!(message["type"], "hologram");
    let message = told(
        &world,
        json!({ "kind": "edit", "message": "wamid.1", "text": "First" }),
    )
    .await;
    let edited = json!({ "type": "text", "text": { "body": "First" } });
    assert_eq!(
        message["edit"],
        json!({ "original_message_id": "wamid.1", "message": edited })
    );
    let message = told(&world, json!({ "kind": "unsend", "message": "wamid.1" })).await;
    assert_eq!(
        message["revoke"],
        json!({ "original_message_id": "wamid.1" })
    );
    let shown = person(&world, "whatsapp", WIM).await;
    let first = &shown["messages"][0];
    assert_eq!(
        (&first["text"], &first["unsent"]),
        (&json!("First"), &json!(true))
    );
}

#[tokio::test]
async fn a_message_may_be_an_answer_forwarded_or_come_from_an_ad() {
    let world = world().await;
    told(
        &world,
        json!({ "kind": "text", "text": "a", "id": "wamid.1" }),
    )
    .await;
    let deed = json!({ "kind": "text", "text": "b", "quote": "wamid.1", "forwarded": true, "referral": true });
    let message = told(&world, deed).await;
    assert_eq!(
        message["context"],
        json!({ "from": WIM, "id": "wamid.1", "forwarded": true })
    );
    assert_eq!(message["referral"]["source_type"], "ad");
}

#[tokio::test]
async fn other_fields_and_account_errors_come_without_messages() {
    let world = world().await;
    event(&world, "whatsapp", WIM, json!({ "kind": "account_error" })).await;
    assert_eq!(value(&world)["errors"][0]["code"], 130_429);
    event(
        &world,
        "whatsapp",
        WIM,
        json!({ "kind": "echo", "text": "By hand" }),
    )
    .await;
    let body = last(&world, "whatsapp");
    let change = &body["entry"][0]["changes"][0];
    assert_eq!(change["field"], "smb_message_echoes");
    assert_eq!(change["value"]["message_echoes"][0]["to"], WIM);
    event(
        &world,
        "whatsapp",
        WIM,
        json!({ "kind": "preference", "value": "stop" }),
    )
    .await;
    let body = last(&world, "whatsapp");
    let change = &body["entry"][0]["changes"][0];
    assert_eq!(change["field"], "user_preferences");
    assert_eq!(change["value"]["user_preferences"][0]["value"], "stop");
    let other = json!({ "kind": "change", "field": "account_update", "value": { "event": "X" } });
    event(&world, "whatsapp", WIM, other).await;
    let body = last(&world, "whatsapp");
    assert_eq!(
        body["entry"][0]["changes"],
        json!([{ "field": "account_update", "value": { "event": "X" } }])
    );
    let mixed = json!({ "batch": [
        { "kind": "text", "text": "a" }, { "kind": "change", "field": "account_update", "value": {} }] });
    event(&world, "whatsapp", WIM, mixed).await;
    let body = last(&world, "whatsapp");
    assert_eq!(body["entry"][0]["changes"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn statuses_bring_back_what_the_sender_gave_along() {
    let world = world().await;
    event(
        &world,
        "whatsapp",
        WIM,
        json!({ "kind": "text", "text": "Hi" }),
    )
    .await;
    let text = json!({ "text": { "body": "Answer" }, "biz_opaque_callback_data": "lp:1" });
    let (status, sent) = whatsapp_send(&world, text).await;
    assert_eq!(status, 200, "{sent}");
    let id = &sent["messages"][0]["id"];
    let posted = world.posted_at_least(3).await;
    for (n, state) in [(1, "sent"), (2, "delivered")] {
        let body = posted[n].json();
        let value = &body["entry"][0]["changes"][0]["value"];
        assert!(value.get("messages").is_none());
        let status = &value["statuses"][0];
        assert_eq!((&status["id"], &status["status"]), (id, &json!(state)));
        assert_eq!(
            (&status["recipient_id"], &status["biz_opaque_callback_data"]),
            (&json!(WIM), &json!("lp:1"))
        );
        assert!(status["timestamp"].as_str().unwrap().parse::<u64>().is_ok());
        assert!(status["pricing"].is_object() && status["conversation"].is_object());
    }
    world
        .control(&format!("/platforms/whatsapp/people/{WIM}/read"), json!({}))
        .await;
    assert_eq!(value(&world)["statuses"][0]["status"], "read");
    let shown = person(&world, "whatsapp", WIM).await;
    let receipts = json!({ "delivered": true, "read": true, "failed": false });
    assert_eq!(shown["messages"][1]["receipts"], receipts);
}

#[tokio::test]
async fn taps_answer_buttons_lists_templates_and_questions() {
    let world = world().await;
    quiet(&world, "whatsapp", WIM).await;
    let tap = format!("/platforms/whatsapp/people/{WIM}/tap");
    let buttons = json!({ "type": "interactive", "interactive": { "type": "button", "body": { "text": "Ship?" },
        "action": { "buttons": [{ "type": "reply", "reply": { "id": "lp:yes", "title": "Yes" } }] } } });
    let (_, sent) = whatsapp_send(&world, buttons).await;
    world.control(&tap, json!({ "button": "Yes" })).await;
    let message = &value(&world)["messages"][0];
    assert_eq!(message["interactive"]["button_reply"]["id"], "lp:yes");
    assert_eq!(message["context"]["id"], sent["messages"][0]["id"]);
    let list = json!({ "type": "interactive", "interactive": { "type": "list", "body": { "text": "Size?" },
        "action": { "button": "Sizes", "sections": [{ "rows": [{ "id": "lp:m", "title": "M", "description": "EUR 12" }] }] } } });
    whatsapp_send(&world, list).await;
    world.control(&tap, json!({ "button": "lp:m" })).await;
    let reply = json!({ "id": "lp:m", "title": "M", "description": "EUR 12" });
    assert_eq!(
        value(&world)["messages"][0]["interactive"]["list_reply"],
        reply
    );
    let link = json!({ "type": "interactive", "interactive": { "type": "cta_url", "body": { "text": "See" },
        "action": { "name": "cta_url", "parameters": { "display_text": "Open", "url": "https://a.example" } } } });
    whatsapp_send(&world, link).await;
    assert_eq!(
        world
            .control_refused(&tap, json!({ "button": "Open" }))
            .await,
        400
    );
    let ask = json!({ "type": "interactive", "interactive": { "type": "location_request_message",
        "body": { "text": "Where?" }, "action": { "name": "send_location" } } });
    whatsapp_send(&world, ask).await;
    world
        .control(&tap, json!({ "button": "Send location" }))
        .await;
    assert_eq!(value(&world)["messages"][0]["type"], "location");
    let template = json!({ "type": "template", "template": { "name": "case_update", "language": { "code": "en_US" },
        "components": [{ "type": "body", "parameters": [{ "type": "text", "text": "Wim" }] }] } });
    whatsapp_send(&world, template).await;
    world.control(&tap, json!({ "button": "Talk to us" })).await;
    let button = json!({ "text": "Talk to us", "payload": "Talk to us" });
    assert_eq!(value(&world)["messages"][0]["button"], button);
}
