//! A lane that is held: everything is accepted, nothing leaves, and no attempt is used.

use liveengage_connector::conversation::Lane;
use liveengage_connector::http::Millis;
use liveengage_connector::outcome::Cause;

use super::support::*;
use super::{IN, OUT, talking};

const SPAN: Millis = 30 * SECOND;

/// What the shell does before each piece of work while a flag stands.
fn hold(world: &mut World, lane: Lane) {
    let until = world.now + SPAN;
    world
        .with(|engine, context| engine.hold(lane, &Cause::Paused, until, context))
        .unwrap();
}

fn hold_both(world: &mut World) {
    for lane in Lane::ALL {
        hold(world, lane);
        world.drain(lane);
    }
}

#[test]
fn what_comes_while_a_lane_is_held_waits_in_order_without_an_attempt() {
    let mut world = talking();
    world.accept(&sms("m1", "one"));
    let agent = world.outside.agent_says("anybody there?");
    world.accept(&event(agent));
    hold_both(&mut world);
    world.accept(&sms("m2", "two"));
    hold_both(&mut world);
    assert_eq!(world.worked(), [""; 0]);
    assert_eq!(world.row("c:m1").detail.attempt, 0);
    assert_eq!(world.row("c:m1").detail.failures, 0);
    assert_eq!(world.story("c:m1"), "accepted retry(paused)");
    assert_eq!(world.row("c:m1").due_at, START + SPAN);
    assert_eq!(world.wake(), START + SPAN);
    world.run_for(SPAN);
    assert_eq!(world.outside.transcript(), ["hello", "one", "two"]);
    assert_eq!(world.outside.phone, ["anybody there?"]);
}

#[test]
fn a_long_hold_is_one_step_of_the_trace_and_one_write_each_time() {
    let mut world = talking();
    world.accept(&sms("m1", "one"));
    for _ in 0..100 {
        hold(&mut world, IN);
        // A second look before the time is over changes nothing.
        hold(&mut world, IN);
        assert_eq!(world.row("c:m1").due_at, world.now + SPAN);
        world.advance(SPAN);
    }
    assert_eq!(world.story("c:m1"), "accepted retry(paused)");
    world.drain_all();
    assert_eq!(
        world.story("c:m1"),
        "accepted retry(paused) started delivered"
    );
}

#[test]
fn an_attempt_under_way_ends_as_always() {
    let mut world = talking();
    world.accept(&sms("m1", "one"));
    let Taken::Send(pending) = world.take(IN) else {
        panic!("nothing was sent");
    };
    hold(&mut world, IN);
    let answer = world.perform(&pending);
    world.end(&pending, &answer);
    assert_eq!(world.story("c:m1"), "accepted started delivered");
}

#[test]
fn an_interrupted_attempt_is_noted_and_not_tried_again_while_held() {
    let mut world = talking();
    let agent = world.outside.agent_says("anybody there?");
    world.accept(&event(agent));
    let Taken::Send(_) = world.take(OUT) else {
        panic!("nothing was sent");
    };
    world.crash();
    world.advance(60 * SECOND);
    hold(&mut world, OUT);
    world.worked();
    world.drain(OUT);
    assert_eq!(world.worked(), [""; 0]);
    world.advance(60 * SECOND);
    hold(&mut world, OUT);
    world.drain(OUT);
    assert_eq!(world.worked(), [""; 0], "still held");
    world.run_for(SPAN);
    assert_eq!(world.outside.phone, ["anybody there?"]);
}

#[test]
fn a_consumer_whose_storage_is_empty_can_be_held() {
    let mut world = World::new();
    for lane in Lane::ALL {
        hold(&mut world, lane);
    }
    assert!(world.engine.consumer().is_none());
}

#[test]
fn the_stored_name_of_the_cause_is_pinned() {
    let stored = serde_json::to_string(&Cause::Paused).unwrap();
    assert_eq!(stored, r#"{"cause":"paused"}"#);
}
