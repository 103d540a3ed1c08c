//! What goes well.

use liveengage_connector::conversation::RowState;
use liveengage_connector::conversation::wire::AcceptResponse;

use super::support::*;
use super::{IN, talking};

#[test]
fn a_first_message_fetches_a_token_registers_creates_claims_and_publishes() {
    let mut world = World::new();
    let response = world.receive(&sms("m1", "hello"));
    let accepted = AcceptResponse {
        accepted: 1,
        ..AcceptResponse::default()
    };
    assert_eq!(response, accepted);
    assert_eq!(
        world.worked(),
        [
            "token",
            "register",
            "create",
            "claim conv-1",
            "publish hello"
        ]
    );
    assert_eq!(world.state("c:m1"), RowState::Delivered);
    assert_eq!(
        world.story("c:m1"),
        "accepted started advanced started advanced started delivered"
    );
    let consumer = world.engine.consumer().unwrap();
    assert_eq!(consumer.address.as_deref(), Some(ADDRESS));
    assert_eq!(consumer.lp_consumer_id(), Some(LP_CONSUMER));
    assert_eq!(consumer.registered_at, Some(START));
    assert_eq!(consumer.conversations[0].id, "conv-1");
    assert_eq!(consumer.conversations[0].claimed_at, Some(START));
}

#[test]
fn a_second_message_is_only_published() {
    let mut world = talking();
    world.receive(&sms("m1", "again"));
    assert_eq!(world.worked(), ["publish again"]);
}

#[test]
fn delivery_takes_the_content_and_keeps_the_key() {
    let world = talking();
    let row = world.row("c:m0");
    assert_eq!(row.content, None);
    assert_eq!(row.detail.published.len(), 1);
    assert_eq!(row.detail.published[0].dialog_id, "conv-1");
    let disk = serde_json::to_string(&(&row.detail, &row.trace)).unwrap();
    assert!(!disk.contains("hello"), "{disk}");
}

#[test]
fn a_redelivered_callback_has_no_effect_before_and_after_delivery() {
    let mut world = World::new();
    world.accept(&sms("m1", "hello"));
    let before = world.accept(&sms("m1", "hello"));
    assert_eq!((before.accepted, before.duplicates), (0, 1));
    world.drain_all();
    let after = world.receive(&sms("m1", "hello"));
    assert_eq!((after.accepted, after.duplicates), (0, 1));
    world.advance(13 * DAY);
    world.drain_all();
    let late = world.receive(&sms("m1", "hello"));
    assert_eq!(late.duplicates, 1);
    assert_eq!(world.outside.transcript(), ["hello"]);
    assert_eq!(world.engine.store().rows().count(), 1);
}

#[test]
fn the_same_platform_id_on_two_events_is_one_message() {
    let mut world = World::new();
    let response = world.receive(&sms_batch(&[("m1", "hello"), ("m1", "hello")]));
    assert_eq!((response.accepted, response.duplicates), (1, 1));
    assert_eq!(world.outside.transcript(), ["hello"]);
}

#[test]
fn a_redelivered_webhook_has_no_effect() {
    let mut world = talking();
    let agent = world.outside.agent_says("how can I help?");
    world.receive(&event(agent.clone()));
    let again = world.receive(&event(agent));
    assert_eq!((again.accepted, again.duplicates), (0, 1));
    assert_eq!(world.worked(), ["sms how can I help?"]);
    assert_eq!(world.outside.phone, ["how can I help?"]);
    assert_eq!(world.row("l:conv-1:1").content, None);
    assert_eq!(
        world.row("l:conv-1:1").detail.remote_id.as_deref(),
        Some("SM1")
    );
}

#[test]
fn a_batch_is_delivered_in_its_order() {
    let mut world = World::new();
    world.receive(&sms_batch(&[("m3", "one"), ("m1", "two"), ("m2", "three")]));
    assert_eq!(world.outside.transcript(), ["one", "two", "three"]);
}

#[test]
fn a_callback_is_not_acknowledged_unless_all_of_it_is_stored() {
    let mut world = talking();
    for writes in 0..2 {
        world.engine.store().fail_after(writes);
        let request = sms_batch(&[("m1", "one"), ("m2", "two")]);
        let failed = world.with(|engine, context| engine.accept(&request, context));
        assert!(failed.is_err());
    }
    world.receive(&sms_batch(&[("m1", "one"), ("m2", "two")]));
    assert_eq!(world.outside.transcript(), ["hello", "one", "two"]);
}

#[test]
fn a_long_text_goes_in_pieces_and_goes_on_at_the_first_unfinished_one() {
    let long = "word ".repeat(3000);
    let mut world = talking();
    world
        .outside
        .script("publish", [Reply::Ok, Reply::status(503)]);
    world.receive(&sms_batch(&[("m1", &long), ("m2", "next")]));
    assert_eq!(world.outside.transcript().len(), 2);
    world.crash();
    world.run_for(MINUTE);
    let transcript = world.outside.transcript();
    assert_eq!(transcript.len(), 1 + 4 + 1);
    assert_eq!(transcript[1..5].join(" "), long);
    assert_eq!(world.row("c:m1").detail.published.len(), 4);
    assert_eq!(
        world.story("c:m1"),
        "accepted started advanced started retry(server) started advanced started advanced \
         started delivered"
    );
}

#[test]
fn a_long_text_to_the_phone_goes_on_at_the_first_unfinished_piece() {
    let long = "word ".repeat(700);
    let mut world = talking();
    world.outside.script("sms", [Reply::Ok, Reply::status(503)]);
    let agent = world.outside.agent_says(&long);
    world.receive(&event(agent));
    world.crash();
    world.run_for(MINUTE);
    assert_eq!(world.outside.phone.len(), 3);
    assert_eq!(world.outside.phone.join(" "), long.trim_end());
}

#[test]
fn one_attempt_at_a_time_is_under_way_in_a_lane() {
    let mut world = talking();
    world.accept(&sms_batch(&[("m1", "one"), ("m2", "two")]));
    let first = world.take(IN).pending();
    assert!(matches!(world.take(IN), Taken::Idle), "no second attempt");
    assert_eq!(world.wake(), START + 15 * SECOND);
    let answer = world.perform(&first);
    world.end(&first, &answer);
    assert_eq!(world.story("c:m1"), "accepted started delivered");
}
