//! Files from the consumer: uploaded and published, each once.

use liveengage_connector::conversation::RowState;
use liveengage_connector::liveengage::notification::{DialogEvent, EventBody};
use serde_json::json;

use super::support::*;
use super::{IN, gateway, talking_by_gateway};

/// An open conversation, and a photo that can be read.
pub(crate) fn with_photo() -> World {
    let mut world = talking_by_gateway();
    world.outside.media = Some((1234, JPEG.to_vec()));
    world
}

#[test]
fn a_photo_is_looked_at_gets_a_place_is_uploaded_and_published() {
    let mut world = with_photo();
    world.receive(&sends("m1", file(photo())));
    assert_eq!(
        world.worked(),
        ["media", "address", "upload", "publish /v1/files/1.JPEG"]
    );
    let told = &world.outside.told;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["type"], "ms.GenerateURLForUploadFile");
    assert_eq!(
        told[0]["body"],
        json!({ "fileSize": "1234", "fileType": "JPEG" })
    );
    assert_eq!(world.outside.uploads, [PHOTO]);
    let EventBody::Content { raw, .. } = world.outside.echo().body else {
        panic!("not a file");
    };
    let message =
        json!({ "caption": "cat.jpg", "relativePath": "/v1/files/1.JPEG", "fileType": "JPEG" });
    let expected =
        json!({ "type": "ContentEvent", "contentType": "hosted/file", "message": message });
    assert_eq!(raw, expected);
    assert_eq!(world.state("c:m1"), RowState::Delivered);
}

#[test]
fn a_photo_may_be_the_first_that_a_consumer_says() {
    let mut world = gateway(json!({}));
    world.outside.media = Some((1234, JPEG.to_vec()));
    world.receive(&sends("m1", file(photo())));
    assert_eq!(
        world.worked()[2..],
        [
            "create",
            "claim conv-1",
            "media",
            "address",
            "upload",
            "publish /v1/files/1.JPEG"
        ]
    );
}

#[test]
fn an_address_that_has_expired_is_asked_for_anew() {
    let mut world = with_photo();
    world.outside.script("upload", [Reply::status(401)]);
    world.receive(&sends("m1", file(photo())));
    assert_eq!(world.worked(), ["media", "address", "upload"]);
    world.run_for(MINUTE);
    assert_eq!(
        world.worked(),
        ["address", "upload", "publish /v1/files/2.JPEG"]
    );
    assert_eq!(
        world.outside.heard(),
        ["address 1234 JPEG", "address 1234 JPEG"]
    );
}

#[test]
fn storage_that_fails_is_waited_for() {
    for reply in [Reply::status(503), Reply::NotSent, Reply::LostAfter] {
        let mut world = with_photo();
        world.outside.script("upload", vec![reply; 3]);
        world.receive(&sends("m1", file(photo())));
        assert!(world.wake() >= START + 5 * SECOND);
        world.run_for(5 * MINUTE);
        assert_eq!(world.outside.transcript(), ["hello", "/v1/files/4.JPEG"]);
    }
}

#[test]
fn a_platform_that_lends_the_file_later_is_asked_again() {
    let mut world = with_photo();
    world.outside.script("media", [Reply::status(503)]);
    world.outside.script("upload", [Reply::Source(500)]);
    world.receive(&sends("m1", file(photo())));
    assert_eq!(world.worked(), ["media"]);
    world.run_for(10 * SECOND);
    assert_eq!(world.worked(), ["media", "address", "upload"]);
    world.run_for(MINUTE);
    assert_eq!(
        world.worked(),
        ["media", "address", "upload", "publish /v1/files/2.JPEG"],
        "it may have changed"
    );
}

#[test]
fn a_crash_between_any_two_steps_publishes_a_file_once() {
    for crash_at in 0..8 {
        for after_the_answer in [false, true] {
            let mut world = with_photo();
            world.accept(&sends("m1", file(photo())));
            for step in 0..crash_at {
                match world.step(IN).unwrap() {
                    Some(Taken::Send(pending)) => {
                        let answer = world.perform(&pending);
                        if after_the_answer || step + 1 < crash_at {
                            world.end(&pending, &answer);
                        }
                    }
                    Some(_) => break,
                    None => {}
                }
            }
            world.crash();
            while let Some(echo) = world.outside.echoes.pop_front() {
                world.receive(&event(echo));
            }
            world.run_for(5 * MINUTE);
            let said = world.outside.transcript();
            assert_eq!(said.len(), 2, "{crash_at} {after_the_answer}: {said:?}");
            assert!(said[1].starts_with("/v1/files/"));
            assert_eq!(world.state("c:m1"), RowState::Delivered);
        }
    }
}

#[test]
fn the_echo_of_its_path_settles_a_file_whose_publish_was_lost() {
    let mut world = with_photo();
    world.outside.script("publish", [Reply::LostAfter]);
    world.receive(&sends("m1", file(photo())));
    assert!(world.row("c:m1").detail.unknown);
    let echo = world.outside.echo();
    let EventBody::Content { content_type, raw } = echo.body.clone() else {
        panic!("not a file");
    };
    let mut another = raw.clone();
    another["message"]["relativePath"] = json!("/v1/files/9.JPEG");
    let body = EventBody::Content {
        content_type,
        raw: another,
    };
    world.receive(&event(DialogEvent {
        body,
        ..echo.clone()
    }));
    assert!(world.row("c:m1").detail.unknown, "that is another file");
    world.receive(&event(echo));
    assert!(world.story("c:m1").ends_with("delivered(echo)"));
    world.run_for(MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "/v1/files/1.JPEG"]);
}

#[test]
fn what_is_said_behind_a_file_stays_behind_it() {
    let mut world = with_photo();
    world.outside.script("upload", [Reply::status(503)]);
    world.receive(&callback(vec![
        message("m1", file(photo())),
        message("m2", text("look")),
    ]));
    assert_eq!(world.outside.transcript(), ["hello"]);
    world.run_for(MINUTE);
    assert_eq!(
        world.outside.transcript(),
        ["hello", "/v1/files/2.JPEG", "look"]
    );
}
