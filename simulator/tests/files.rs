//! File sharing: announced, put, published, got, each with its rules.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

mod common;

use common::{Person, World, world};
use serde_json::{Value, json};

const UPLOAD: &str = "ms.GenerateURLForUploadFile";
const DOWNLOAD: &str = "ms.GenerateURLForDownloadFile";

/// The path and the signed URL of an answer.
fn url(world: &World, answer: &Value) -> (String, String) {
    let path = answer["body"]["relativePath"].as_str().unwrap().to_owned();
    let query = &answer["body"]["queryParams"];
    let text = |name: &str| query[name].as_str().unwrap().to_owned();
    let (signature, expires) = (text("temp_url_sig"), text("temp_url_expires"));
    assert_eq!(signature.len(), 40);
    let url = format!(
        "{}{path}?temp_url_sig={signature}&temp_url_expires={expires}",
        world.base
    );
    (path, url)
}

async fn announce(person: &Person<'_>, size: usize) -> (String, String) {
    let body = json!({ "fileSize": size.to_string(), "fileType": "JPEG" });
    let (status, answer) = person.send(UPLOAD, body).await;
    assert_eq!((status, &answer["code"]), (200, &json!("OK")));
    url(person.world, &answer)
}

async fn put(world: &World, url: &str, bytes: Vec<u8>) -> u16 {
    let answer = world.http.put(url).body(bytes).send().await.unwrap();
    answer.status().as_u16()
}

async fn publish(person: &Person<'_>, dialog: &str, message: Value) -> u16 {
    let event = json!({ "type": "ContentEvent", "contentType": "hosted/file", "message": message });
    person.event(dialog, event).await.0
}

#[tokio::test]
async fn a_file_goes_from_the_consumer_to_the_desk() {
    let world = world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    let (path, url) = announce(&person, 5).await;
    assert!(path.starts_with("/v1/AUTH_async-images/le12345678/"));
    let message = json!({
        "caption": "photo.jpg", "relativePath": path, "fileType": "JPEG",
        "preview": format!("data:image/jpeg;base64,{}", "A".repeat(20_000)),
    });
    assert_eq!(
        publish(&person, &id, message.clone()).await,
        400,
        "not yet there"
    );
    assert_eq!(put(&world, &url, b"photo".to_vec()).await, 201);
    assert_eq!(publish(&person, &id, message.clone()).await, 200);

    let desk = world.desk(&id).await;
    assert_eq!(desk["messages"][0]["event"]["message"], message);
    assert_eq!(desk["messages"][0]["text"], "photo.jpg");
    let (_, files) = world.get("/control/files").await;
    assert_eq!(files["files"][0]["size"], 5);
    let content = format!("{}/control/files/content?path={path}", world.base);
    let content = world.http.get(content).send().await.unwrap();
    assert_eq!(content.headers()["content-type"], "image/jpeg");
    assert_eq!(content.bytes().await.unwrap(), "photo");
}

#[tokio::test]
async fn each_wrong_announcement_of_a_file_is_refused() {
    let world = world().await;
    let person = world.person("a").await;
    for (size, kind) in [
        (json!(10), "PNG"),
        (json!(""), "PNG"),
        (json!("ten"), "PNG"),
        (json!("-1"), "PNG"),
        (json!("0"), "PNG"),
        (json!("3145729"), "PNG"),
        (json!("10"), "PDF"),
        (json!("10"), "png"),
        (Value::Null, "PNG"),
    ] {
        let body = json!({ "fileSize": size, "fileType": kind });
        let (status, answer) = person.send(UPLOAD, body).await;
        assert_eq!(
            (status, &answer["code"]),
            (400, &json!("BAD_REQUEST")),
            "{size} {kind}"
        );
    }
    for kind in ["JPG", "JPEG", "PNG", "GIF"] {
        let body = json!({ "fileSize": "3145728", "fileType": kind });
        assert_eq!(person.send(UPLOAD, body).await.0, 200, "{kind}");
    }
    world
        .control("/settings", json!({ "file_sharing": false }))
        .await;
    let body = json!({ "fileSize": "1", "fileType": "PNG" });
    assert_eq!(person.send(UPLOAD, body).await.0, 400);
}

#[tokio::test]
async fn a_signed_url_is_good_for_its_method_its_path_and_its_time() {
    let world = world().await;
    let person = world.person("a").await;
    let (path, url) = announce(&person, 3).await;
    let (other, _) = announce(&person, 3).await;
    assert_eq!(
        put(&world, &format!("{}{path}", world.base), vec![1]).await,
        401
    );
    assert_eq!(put(&world, &url.replace(&path, &other), vec![1]).await, 401);
    assert_eq!(put(&world, &format!("{url}0"), vec![1]).await, 401);
    let got = world.http.get(&url).send().await.unwrap();
    assert_eq!(got.status(), 401);
    assert_eq!(put(&world, &url, vec![0; 3 * 1024 * 1024 + 1]).await, 413);
    assert_eq!(put(&world, &url, vec![]).await, 413);
    assert_eq!(put(&world, &url, vec![1, 2]).await, 201);
    assert!(world.notes().await[0].contains("not as large as was announced"));

    world
        .control("/settings", json!({ "file_url_lifetime_s": 0 }))
        .await;
    let (_, late) = announce(&person, 3).await;
    assert_eq!(put(&world, &late, vec![1, 2, 3]).await, 401);
}

#[tokio::test]
async fn each_wrong_file_message_is_refused() {
    let world = world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    let (path, url) = announce(&person, 3).await;
    assert_eq!(put(&world, &url, vec![1, 2, 3]).await, 201);
    let good = json!({ "relativePath": path, "fileType": "JPEG" });
    let with = |name: &str, value: Value| {
        let mut message = good.clone();
        message[name] = value;
        message
    };
    for wrong in [
        json!("photo.jpg"),
        with("relativePath", Value::Null),
        with("relativePath", json!("/v1/elsewhere.JPEG")),
        with("fileType", Value::Null),
        with("fileType", json!("EXE")),
        with("caption", json!(1)),
        with("preview", json!("not a data URI")),
        with(
            "preview",
            json!(format!("data:image/png;base64,{}", "A".repeat(30 * 1024))),
        ),
        with("size", json!(3)),
    ] {
        let told: String = wrong.to_string().chars().take(200).collect();
        assert_eq!(publish(&person, &id, wrong).await, 400, "{told}");
    }
    // What surrounds a preview still has to fit.
    let long = with("caption", json!("x".repeat(5_000)));
    assert_eq!(publish(&person, &id, long).await, 400);
    let other = world.person("b").await;
    let theirs = other.open().await;
    assert_eq!(publish(&other, &theirs, good.clone()).await, 400);
    assert_eq!(publish(&person, &id, good.clone()).await, 200);
    world
        .control("/settings", json!({ "file_sharing": false }))
        .await;
    assert_eq!(publish(&person, &id, good).await, 400);
}

#[tokio::test]
async fn an_agents_file_is_got_whole_or_in_parts() {
    let world = world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    let file = json!({ "name": "n.txt", "fileType": "TXT", "base64": "MDEyMzQ1Njc4OQ==" });
    let sent = world
        .control(&format!("/conversations/{id}/files"), file)
        .await;
    let path = sent["relativePath"].as_str().unwrap();
    let event = world.events().await.pop().unwrap();
    assert_eq!(event["originatorMetadata"]["role"], "ASSIGNED_AGENT");
    assert_eq!(event["event"]["contentType"], "hosted/file");
    let message = &event["event"]["message"];
    assert_eq!(
        (&message["caption"], &message["fileType"]),
        (&json!("n.txt"), &json!("TXT"))
    );
    assert!(
        message["preview"]
            .as_str()
            .unwrap()
            .starts_with("data:image/png;base64,")
    );

    let (status, answer) = person.send(DOWNLOAD, json!({ "relativePath": path })).await;
    assert_eq!(status, 200);
    let (_, url) = url(&world, &answer);
    for (range, status, shown, body) in [
        (None, 200, "", "0123456789"),
        (Some("bytes=2-4"), 206, "bytes 2-4/10", "234"),
        (Some("bytes=-3"), 206, "bytes 7-9/10", "789"),
        (Some("bytes=10-"), 416, "bytes */10", ""),
    ] {
        let mut request = world.http.get(&url);
        if let Some(range) = range {
            request = request.header("range", range);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{range:?}");
        let range = answer.headers().get("content-range");
        assert_eq!(range.map_or("", |range| range.to_str().unwrap()), shown);
        assert_eq!(answer.text().await.unwrap(), body);
    }
    let head = world.http.head(&url).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], "10");
    assert_eq!(head.headers()["accept-ranges"], "bytes");
    assert_eq!(put(&world, &url, vec![1]).await, 401);

    let other = world.person("b").await;
    assert_eq!(
        other
            .send(DOWNLOAD, json!({ "relativePath": path }))
            .await
            .0,
        400
    );
    assert_eq!(
        person
            .send(DOWNLOAD, json!({ "relativePath": "/v1/x" }))
            .await
            .0,
        400
    );
    assert_eq!(person.send(DOWNLOAD, json!({})).await.0, 400);
}

#[tokio::test]
async fn sample_files_have_the_size_asked_for_and_five_megabytes_are_the_end() {
    let world = world().await;
    let person = world.person("a").await;
    let id = person.open().await;
    let path = format!("/conversations/{id}/files");
    let most = 5 * 1024 * 1024;
    let sample = |size: usize| json!({ "name": "b.pdf", "fileType": "PDF", "size": size });
    world.control(&path, sample(most)).await;
    assert_eq!(world.control_refused(&path, sample(most + 1)).await, 400);
    let typo = json!({ "name": "b.pdf", "fileType": "PDF", "captoin": "x" });
    assert_eq!(world.control_refused(&path, typo).await, 400);
    let (_, files) = world.get("/control/files").await;
    assert_eq!(files["files"].as_array().unwrap().len(), 1);
    assert_eq!(files["files"][0]["size"], most);
}
