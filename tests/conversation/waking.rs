//! When the object is woken, what it forgets, and a channel that goes out of service.

use liveengage_connector::conversation::{KEEP_IDLE, KEEP_OPEN, RowState};
use serde_json::json;

use super::support::*;
use super::{IN, talking};

/// Rows are pruned by whole days.
fn day_after(time: u64) -> u64 {
    time.div_ceil(DAY) * DAY
}

fn prune(world: &mut World) -> bool {
    world.with(|engine, context| engine.prune(context)).unwrap()
}

/// As a channel keeps them that does not say.
const KEEP_DELIVERED: u64 = 14 * DAY;
const KEEP_REFUSED: u64 = 30 * DAY;

#[test]
fn an_object_that_stored_nothing_is_never_woken() {
    assert_eq!(World::new().engine.next_wake(), None);
}

#[test]
fn what_is_accepted_is_due_at_once() {
    let mut world = World::new();
    world.accept(&sms("m1", "one"));
    assert!(world.wake() <= START);
    world.crash();
    assert!(world.wake() <= START);
}

#[test]
fn an_attempt_under_way_is_due_when_it_counts_as_lost() {
    let mut world = talking();
    world.accept(&sms("m1", "one"));
    world.take(IN).pending();
    assert_eq!(world.wake(), START + 15 * SECOND);
}

#[test]
fn rows_go_after_their_retention() {
    let mut world = talking();
    world.outside.script("publish", [Reply::status(413)]);
    world.receive(&sms("m1", "one"));
    assert_eq!(world.wake(), day_after(START + KEEP_DELIVERED));
    world.now = world.wake() - 1;
    assert!(!prune(&mut world));
    assert_eq!(world.engine.store().rows().count(), 2);
    world.advance(1);
    assert!(!prune(&mut world));
    assert_eq!(world.engine.store().rows().count(), 1);
    assert_eq!(world.wake(), day_after(START + KEEP_REFUSED));
    world.now = world.wake();
    assert!(!prune(&mut world));
    assert_eq!(world.engine.store().rows().count(), 0);
}

#[test]
fn an_open_conversation_keeps_the_object() {
    let mut world = talking();
    world.now = START + KEEP_IDLE + 1;
    assert!(!prune(&mut world));
    world.crash();
    assert_eq!(world.wake(), START + KEEP_OPEN);
    world.now = START + KEEP_OPEN;
    assert!(prune(&mut world));
}

#[test]
fn an_idle_object_ends_after_its_time() {
    let mut world = talking();
    let close = world.outside.agent_closes().unwrap();
    world.receive(&change(close));
    world.now = day_after(START + KEEP_DELIVERED);
    assert!(!prune(&mut world));
    world.crash();
    assert_eq!(world.wake(), START + KEEP_IDLE);
    world.now = START + KEEP_IDLE - 1;
    assert!(!prune(&mut world));
    world.advance(1);
    assert!(prune(&mut world));
    assert_eq!(world.engine.next_wake(), None);
}

#[test]
fn a_removed_channel_makes_its_messages_wait_and_names_itself() {
    let mut world = talking();
    world.configure(None);
    world.receive(&sms_batch(&[("m1", "one"), ("m2", "two")]));
    let agent = world.outside.agent_says("yes?");
    world.receive(&event(agent));
    world.run_for(100 * HOUR);
    assert!(
        world
            .engine
            .store()
            .rows()
            .all(|row| row.state != RowState::Refused)
    );
    let log = world
        .logs
        .iter()
        .find(|log| log.event == "channel_missing")
        .unwrap();
    assert!(log.alarming);
    assert!(
        log.fields.contains(&("channel", CHANNEL.to_owned())),
        "{log:?}"
    );
    assert!(
        log.fields.contains(&("account", ACCOUNT.to_owned())),
        "{log:?}"
    );
    assert!(log.fields.contains(&("waiting", "2".to_owned())), "{log:?}");
}

#[test]
fn a_channel_that_comes_back_delivers_what_waited() {
    let mut world = talking();
    world.configure(None);
    world.receive(&sms_batch(&[("m1", "one"), ("m2", "two")]));
    let agent = world.outside.agent_says("yes?");
    world.receive(&event(agent));
    world.run_for(HOUR);
    world.configure(Some(&json!({})));
    world.run_for(6 * MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "one", "two"]);
    assert_eq!(world.outside.phone, ["yes?"]);
}

#[test]
fn however_long_something_waits_the_alarm_does_not_ring_for_nothing() {
    let mut world = talking();
    let close = world.outside.agent_closes().unwrap();
    world.receive(&change(close));
    world.configure(None);
    world.receive(&sms("m1", "one"));
    world.now = START + 101 * DAY;
    world.drain_all();
    prune(&mut world);
    let head = world.row("c:m1").due_at;
    assert!(head > world.now);
    assert_eq!(world.wake(), head);
    assert!(
        !prune(&mut world),
        "nothing is deleted while something waits"
    );
}

#[test]
fn the_alarm_rings_a_bounded_number_of_times() {
    let mut world = talking();
    world
        .outside
        .script("publish", (0..10_000).map(|_| Reply::LostBefore));
    world.receive(&sms("m1", "one"));
    let rung = world.run_for(HOUR);
    assert!((10..30).contains(&rung), "{rung}");
}

#[test]
fn what_a_running_drain_will_do_wakes_nobody_meanwhile() {
    let mut world = talking();
    world.accept(&sms("m1", "one"));
    let later = world.now + 5 * SECOND;
    let beside = |lane| if lane == IN { later } else { 0 };
    assert!(world.wake() <= world.now);
    assert_eq!(world.engine.next_wake_beside(beside), Some(later));
}

#[test]
fn renewing_the_claim_of_an_open_conversation_is_no_sign_of_life() {
    let mut world = talking();
    world.now = START + KEEP_IDLE + 1;
    assert!(!prune(&mut world));
    // The object wakes a moment before its time is over, by a clock that is behind.
    world.now = START + KEEP_OPEN - 1;
    world.drain_all();
    assert_eq!(world.wake(), START + KEEP_OPEN);
    world.crash();
    assert_eq!(world.wake(), START + KEEP_OPEN);
}
