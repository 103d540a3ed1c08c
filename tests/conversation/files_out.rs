//! Files from agents: the consumer opens them later, under an address of this connector.

use liveengage_connector::conversation::RowState;
use liveengage_connector::files::{LinkFault, file_id, open};
use liveengage_connector::http::HttpRequest;
use liveengage_connector::message::{File, FilePlace};
use serde_json::json;

use super::support::*;
use super::{OUT, talking, talking_by_gateway, talking_on};

const PATH: &str = "/v1/AUTH/12345678/bill.PDF";
const KEY: &str = "l:conv-1:1";

fn with_file(mut world: World) -> World {
    let sent = world.outside.agent_sends(hosted(PATH));
    world.receive(&event(sent));
    world
}

/// The token in an address of a file.
fn token(text: &str) -> &str {
    let prefix = format!("bill.pdf: {PUBLIC_URL}/files/");
    text.strip_prefix(&prefix)
        .unwrap_or_else(|| panic!("{text}"))
}

fn download(world: &mut World, id: &str) -> Option<(File, HttpRequest)> {
    let access = world.outside.access(None).unwrap();
    world
        .with(|engine, context| engine.download(id, &access, context))
        .unwrap()
}

#[test]
fn a_file_goes_by_sms_as_an_address_that_opens_it_for_a_while() {
    let hours = 3;
    let world = World::with_channel(&json!({ "file_link_hours": hours }));
    let world = with_file(talking_on(world));
    let token = token(&world.outside.phone[0]);
    let until = START + hours * HOUR;
    for now in [START, until] {
        let ticket = open(&identity_key(), token, now).unwrap();
        assert_eq!(ticket.consumer, world.key);
        assert_eq!(ticket.file_id, file_id(KEY));
    }
    let late = open(&identity_key(), token, until + 1);
    assert_eq!(late, Err(LinkFault::Expired));
}

#[test]
fn every_attempt_sends_the_same_address() {
    let mut world = talking();
    let sent = world.outside.agent_sends(hosted(PATH));
    world.accept(&event(sent));
    let mut words = Vec::new();
    for _ in 0..3 {
        let pending = world.take(OUT).pending();
        words.push(words_of(&pending.request).unwrap());
        world.crash();
        world.now = world.wake();
        assert!(matches!(world.take(OUT), Taken::Idle));
        world.now = world.wake() + MINUTE;
    }
    assert!(words[0].contains("/files/"));
    assert!(words.iter().all(|said| *said == words[0]));
}

#[test]
fn a_gateway_gets_the_file_with_its_address() {
    let world = with_file(talking_by_gateway());
    let sent = &world.outside.app[0];
    let content = &sent["content"];
    assert_eq!(content["type"], "file");
    assert_eq!(content["name"], "bill.pdf");
    assert_eq!(content["media_type"], "application/pdf");
    let url = content["url"].as_str().unwrap();
    assert_eq!(sent["text"], json!(format!("bill.pdf: {url}")));
    let opened = open(
        &identity_key(),
        token(sent["text"].as_str().unwrap()),
        START,
    );
    assert_eq!(opened.unwrap().file_id, file_id(KEY));
}

#[test]
fn the_address_leads_to_the_file_and_to_the_request_for_it() {
    let mut world = with_file(talking());
    let (file, request) = download(&mut world, &file_id(KEY)).unwrap();
    let relative_path = PATH.to_owned();
    assert_eq!(file.at, FilePlace::Liveengage { relative_path });
    assert_eq!(file.name.as_deref(), Some("bill.pdf"));
    let asked = json_of(&request);
    assert_eq!(asked["type"], "ms.GenerateURLForDownloadFile");
    assert_eq!(asked["body"], json!({ "relativePath": PATH }));
    let header = |name| request.headers.iter().find(|(key, _)| *key == name);
    assert!(header("x-lp-on-behalf").unwrap().1.contains(JWS_MARK));
    assert!(header("authorization").unwrap().1.contains(APP_JWT_MARK));
}

#[test]
fn a_file_can_be_opened_after_delivery_a_crash_and_the_end_of_the_conversation() {
    let mut world = with_file(talking());
    assert_eq!(world.state(KEY), RowState::Delivered);
    assert_eq!(world.row(KEY).content, None);
    world.crash();
    let close = world.outside.agent_closes().unwrap();
    world.receive(&change(close));
    world.advance(7 * DAY);
    world.crash();
    assert!(download(&mut world, &file_id(KEY)).is_some());
}

#[test]
fn a_file_goes_with_the_trace_of_its_message() {
    let mut world = with_file(talking());
    world.advance(16 * DAY);
    world.with(|engine, context| engine.prune(context)).unwrap();
    assert!(download(&mut world, &file_id(KEY)).is_none());
}

#[test]
fn nothing_but_this_consumers_files_can_be_opened() {
    let mut world = with_file(talking());
    let agent = world.outside.agent_says("there you are");
    world.receive(&event(agent));
    for other in ["l:conv-2:1", "l:conv-1:2", "c:m0", ""] {
        assert!(download(&mut world, &file_id(other)).is_none(), "{other}");
    }
    assert!(download(&mut world, "").is_none());
    let mut stranger = talking();
    assert!(download(&mut stranger, &file_id(KEY)).is_none());
}

#[test]
fn a_file_that_was_refused_by_the_platform_can_still_be_opened() {
    let mut world = talking();
    world.outside.script("sms", [Reply::twilio(400, 21610)]);
    let mut world = with_file(world);
    assert_eq!(world.state(KEY), RowState::Refused);
    assert!(download(&mut world, &file_id(KEY)).is_some());
}
