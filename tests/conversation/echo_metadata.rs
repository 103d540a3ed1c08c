//! Accounts whose echoes bring metadata back: an echo names the publish that it belongs to.

use liveengage_connector::conversation::RowState;
use liveengage_connector::liveengage::notification::{DialogEvent, EventBody};
use serde_json::json;

use super::support::*;
use super::{IN, talking, talking_on};

fn naming() -> World {
    let mut world = World::with_channel(&json!({ "echo_metadata": true }));
    world.outside.echo_metadata = true;
    talking_on(world)
}

fn saying(echo: DialogEvent, text: &str) -> DialogEvent {
    let body = EventBody::Text {
        text: text.to_owned(),
        extra: None,
    };
    DialogEvent { body, ..echo }
}

#[test]
fn a_publish_carries_its_id_where_the_account_says_so() {
    let mut world = naming();
    world.accept(&sms("m1", "one"));
    let request = json_of(&world.take(IN).pending().request);
    let id = json!({ "type": "ExternalId", "id": request["id"] });
    assert_eq!(request["metadata"], json!([id]));
    let mut world = talking();
    world.accept(&sms("m1", "one"));
    let request = json_of(&world.take(IN).pending().request);
    assert_eq!(request.get("metadata"), None);
}

#[test]
fn the_id_stands_behind_the_metadata_of_a_choice() {
    let mut world = naming();
    let question = world.outside.agent_sends(asks("Which?", &["Red", "Blue"]));
    world.receive(&event(question));
    world.receive(&sms("m1", "2"));
    assert_eq!(world.outside.told[0]["metadata"], json!([metadata("Blue")]));
    let echo = world.outside.echo().metadata.unwrap();
    assert_eq!(echo[0], metadata("Blue"));
    assert_eq!(echo[1]["type"], "ExternalId");
    assert_eq!(echo.as_array().unwrap().len(), 2);
}

#[test]
fn an_unknown_publish_settles_by_its_id_though_the_text_differs() {
    let mut world = naming();
    world.outside.script("publish", [Reply::LostAfter]);
    world.receive(&sms("m1", "my card is 4111 1111"));
    let echo = world.outside.echo();
    world.receive(&event(saying(echo, "my card is **** ****")));
    assert_eq!(world.state("c:m1"), RowState::Delivered);
    world.run_for(MINUTE);
    assert_eq!(world.outside.transcript().len(), 2);
}

#[test]
fn the_same_words_with_another_id_settle_nothing() {
    let mut world = naming();
    world.outside.script("publish", [Reply::LostBefore]);
    world.receive(&sms("m1", "ok"));
    let another = DialogEvent {
        metadata: Some(json!([metadata("another")])),
        ..echo("conv-1", 5, "ok")
    };
    world.receive(&event(another));
    assert!(world.row("c:m1").detail.unknown);
    world.run_for(MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "ok"]);
}

/// Without ids both echoes might be the first one's.
#[test]
fn of_two_neighbours_with_the_same_words_each_is_settled_by_its_own_echo() {
    let mut world = naming();
    world.outside.script("publish", vec![Reply::LostAfter; 3]);
    world.receive(&sms_batch(&[("m1", "ok"), ("m2", "ok")]));
    world.run_for(15 * SECOND);
    let (first, second) = (world.outside.echo(), world.outside.echo());
    world.receive(&event(first));
    assert_eq!(world.state("c:m1"), RowState::Delivered);
    world.receive(&event(second));
    assert!(
        world.row("c:m2").detail.unknown,
        "that was the first one's too"
    );
    let third = world.outside.echo();
    world.receive(&event(third));
    assert!(world.story("c:m2").ends_with("delivered(echo)"));
}

#[test]
fn an_echo_without_ids_counts_by_its_words() {
    let mut world = naming();
    world.outside.echo_metadata = false;
    world.outside.script("publish", [Reply::LostAfter]);
    world.receive(&sms("m1", "one"));
    let echo = world.outside.echo();
    world.receive(&event(saying(echo.clone(), "two")));
    assert!(world.row("c:m1").detail.unknown);
    world.receive(&event(echo));
    assert_eq!(world.state("c:m1"), RowState::Delivered);
}

#[test]
fn the_expected_id_outlives_the_process() {
    let mut world = naming();
    world.accept(&sms("m1", "one"));
    let pending = world.take(IN).pending();
    let _ = world.perform(&pending);
    world.crash();
    let echo = world.outside.echo();
    world.receive(&event(saying(echo, "something else")));
    assert!(world.story("c:m1").ends_with("delivered(echo)"));
}
