//! Media of the Cloud API: looked up, downloaded, uploaded, deleted.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::common::{World, world};
use crate::{NUMBER_ID, WHATSAPP_TOKEN, WIM, code, event, hex, person, quiet, whatsapp_send};

async fn get(world: &World, url: &str, token: &str) -> (u16, Vec<u8>) {
    let request = world.http.get(url).bearer_auth(token);
    let answer = request.send().await.unwrap();
    (
        answer.status().as_u16(),
        answer.bytes().await.unwrap().to_vec(),
    )
}

async fn look_up(world: &World, id: &str, query: &str, token: &str) -> (u16, Value) {
    let url = format!("{}/graph/v26.0/{id}{query}", world.base);
    let (status, body) = get(world, &url, token).await;
    (status, serde_json::from_slice(&body).unwrap())
}

async fn picture(world: &World) -> String {
    event(world, "whatsapp", WIM, json!({ "kind": "picture" })).await;
    let body = world.posted().last().unwrap().json();
    let message = &body["entry"][0]["changes"][0]["value"]["messages"][0];
    message["image"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_file_is_looked_up_and_read_with_the_token_alone() {
    let world = world().await;
    let id = picture(&world).await;
    let query = format!("?phone_number_id={NUMBER_ID}");
    let (status, found) = look_up(&world, &id, &query, WHATSAPP_TOKEN).await;
    assert_eq!(status, 200, "{found}");
    assert_eq!(found["messaging_product"], "whatsapp");
    assert_eq!(
        (&found["id"], &found["mime_type"]),
        (&json!(id), &json!("image/jpeg"))
    );
    let url = found["url"].as_str().unwrap();
    let (status, bytes) = get(&world, url, WHATSAPP_TOKEN).await;
    assert_eq!(status, 200);
    assert!(bytes.starts_with(b"\xff\xd8\xff"));
    assert_eq!(found["file_size"], bytes.len());
    assert_eq!(found["sha256"], hex(&Sha256::digest(&bytes)));
    assert_eq!(get(&world, url, "wrong").await.0, 401);
    assert_eq!(
        get(&world, &url.replace("hash=", "hash=0"), WHATSAPP_TOKEN)
            .await
            .0,
        404
    );
    let wrong = look_up(&world, &id, "", "wrong").await;
    assert_eq!(code(&wrong), (401, 190, None));
    let other = look_up(&world, &id, "?phone_number_id=42", WHATSAPP_TOKEN).await;
    assert_eq!(code(&other), (400, 100, Some(33)));
    let unknown = look_up(&world, "900009", "", WHATSAPP_TOKEN).await;
    assert_eq!(code(&unknown), (400, 100, Some(33)));
}

#[tokio::test]
async fn an_address_is_good_for_a_while_and_then_a_new_one_is_needed() {
    let world = world().await;
    let id = picture(&world).await;
    world
        .control(
            "/settings",
            json!({ "meta": { "media_url_lifetime_s": 0 } }),
        )
        .await;
    let (_, found) = look_up(&world, &id, "", WHATSAPP_TOKEN).await;
    let url = found["url"].as_str().unwrap();
    assert_eq!(get(&world, url, WHATSAPP_TOKEN).await.0, 404);
    world
        .control(
            "/settings",
            json!({ "meta": { "media_url_lifetime_s": 300 } }),
        )
        .await;
    let (_, found) = look_up(&world, &id, "", WHATSAPP_TOKEN).await;
    let url = found["url"].as_str().unwrap();
    assert_eq!(get(&world, url, WHATSAPP_TOKEN).await.0, 200);
}

async fn upload(world: &World, product: &str, media_type: &str, bytes: &[u8]) -> (u16, Value) {
    let mut body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\n{product}\r\n\
         --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nContent-Type: {media_type}\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let request = world
        .http
        .post(format!("{}/graph/v26.0/{NUMBER_ID}/media", world.base));
    let request = request.bearer_auth(WHATSAPP_TOKEN).body(body);
    let request = request.header("content-type", "multipart/form-data; boundary=x");
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (
        status,
        serde_json::from_str(&answer.text().await.unwrap()).unwrap(),
    )
}

#[tokio::test]
async fn an_upload_is_sent_by_its_id_until_it_is_deleted() {
    let world = world().await;
    quiet(&world, "whatsapp", WIM).await;
    let (status, made) = upload(&world, "whatsapp", "image/png", b"\x89PNG\r\n").await;
    assert_eq!(status, 200, "{made}");
    let image = json!({ "type": "image", "image": { "id": made["id"] } });
    assert_eq!(whatsapp_send(&world, image.clone()).await.0, 200);
    let shown = person(&world, "whatsapp", WIM).await;
    assert!(shown["messages"][1]["picture"].is_string());
    let video = json!({ "type": "video", "video": { "id": made["id"] } });
    assert_eq!(
        code(&whatsapp_send(&world, video).await),
        (400, 131_009, None)
    );
    let id = made["id"].as_str().unwrap();
    let url = format!("{}/graph/v26.0/{id}", world.base);
    let delete = async || {
        let request = world.http.delete(&url).bearer_auth(WHATSAPP_TOKEN);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(delete().await, 200);
    assert_eq!(delete().await, 400);
    assert_eq!(
        code(&whatsapp_send(&world, image).await),
        (400, 131_009, None)
    );
}

#[tokio::test]
async fn an_upload_names_its_product_and_has_a_supported_type() {
    let world = world().await;
    for (product, media_type, bytes) in [
        ("facebook", "image/png", &b"a"[..]),
        ("whatsapp", "image/gif", b"a"),
        ("whatsapp", "video/webm", b"a"),
        ("whatsapp", "image/png", b""),
    ] {
        let answer = upload(&world, product, media_type, bytes).await;
        assert_eq!(code(&answer), (400, 100, None), "{product} {media_type}");
    }
    assert_eq!(
        upload(&world, "whatsapp", "application/pdf", b"%PDF-")
            .await
            .0,
        200
    );
}
