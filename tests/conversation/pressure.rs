//! Pressure: a consumer who floods, and a destination that fails for many.

use std::rc::Rc;

use liveengage_connector::breaker::{FIRST_SPAN, RAMP, SharedBreaker};
use liveengage_connector::conversation::wire::AcceptResponse;
use liveengage_connector::conversation::{RowState, content_bytes};
use liveengage_connector::identity::ConsumerKey;
use liveengage_connector::outcome::Refusal;
use serde_json::json;

use super::support::*;
use super::{IN, OUT, talking, talking_on};

const FULL: AcceptResponse = AcceptResponse {
    accepted: 0,
    duplicates: 0,
    facts: 0,
    full: true,
};

fn small() -> World {
    World::with_channel(&json!({ "queue_messages": 10 }))
}

/// Ten messages wait, since LiveEngage does not take the first.
fn flooded() -> World {
    let mut world = talking_on(small());
    world.outside.script("publish", vec![Reply::status(503); 1]);
    for n in 1..=10 {
        let response = world.receive(&sms(&format!("m{n}"), &n.to_string()));
        assert_eq!((response.accepted, response.full), (1, false));
    }
    world
}

#[test]
fn a_full_queue_takes_nothing_new_and_knows_what_it_has() {
    let mut world = flooded();
    let writes = world.engine.store().writes;
    for n in 11..100 {
        assert_eq!(world.accept(&sms(&format!("m{n}"), "more")), FULL);
    }
    assert_eq!(world.engine.store().writes, writes, "nothing was written");
    // A batch with something new is refused whole; what is stored already succeeds as ever.
    assert_eq!(
        world.accept(&sms_batch(&[("m3", "3"), ("m11", "11")])),
        FULL
    );
    let again = world.accept(&sms_batch(&[("m3", "3"), ("m4", "4"), ("m0", "hello")]));
    assert_eq!((again.duplicates, again.full), (3, false));
    assert_eq!(world.alarms(), ["queue_full"], "told once");
}

#[test]
fn what_was_refused_comes_again_when_there_is_room_and_order_holds() {
    let mut world = flooded();
    assert_eq!(world.accept(&sms("m11", "11")), FULL);
    world.run_for(MINUTE);
    assert_eq!(world.receive(&sms("m11", "11")).accepted, 1);
    let mut said = vec!["hello".to_owned()];
    said.extend((1..=11).map(|n| n.to_string()));
    assert_eq!(world.outside.transcript(), said);
    // The next flood is told again.
    world.outside.script("publish", [Reply::status(503)]);
    for n in 12..=22 {
        world.receive(&sms(&format!("m{n}"), "more"));
    }
    assert_eq!(world.alarms(), ["queue_full", "queue_full"]);
}

#[test]
fn a_batch_of_any_size_finds_room_in_a_lane_that_is_not_full() {
    let mut world = talking_on(small());
    let ids: Vec<String> = (1..=50).map(|n| format!("m{n}")).collect();
    let batch: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), "x")).collect();
    assert_eq!(world.accept(&sms_batch(&batch)).accepted, 50);
    assert_eq!(world.accept(&sms("m51", "x")), FULL);
    world.drain(IN);
    assert_eq!(world.receive(&sms("m51", "x")).accepted, 1);
}

#[test]
fn bytes_are_bounded_too_and_counted_anew_after_a_restart() {
    let mut world = talking_on(World::with_channel(&json!({ "queue_bytes": 65_536 })));
    world.outside.script("publish", vec![Reply::status(503); 9]);
    let long = "x".repeat(40_000);
    assert_eq!(world.receive(&sms("m1", &long)).accepted, 1);
    assert_eq!(world.receive(&sms("m2", &long)).accepted, 1);
    assert_eq!(world.accept(&sms("m3", "x")), FULL);
    world.crash();
    assert_eq!(world.accept(&sms("m3", "x")), FULL);
    assert!(content_bytes(world.row("c:m1")) > 40_000);
    assert_eq!(content_bytes(world.row("c:m0")), 0, "it is delivered");
    world.outside.forget_script();
    world.run_for(MINUTE);
    assert_eq!(world.receive(&sms("m3", "x")).accepted, 1);
}

#[test]
fn one_lane_that_is_full_does_not_shut_the_other() {
    let mut world = flooded();
    let agent = world.outside.agent_says("slow down, please");
    assert_eq!(world.receive(&event(agent)).accepted, 1);
    assert_eq!(world.outside.phone, ["slow down, please"]);
}

#[test]
fn what_liveengage_sends_is_taken_always_and_told_if_it_finds_no_room() {
    let settings = json!({ "queue_messages": 10, "notify_agent": true });
    let mut world = talking_on(World::with_channel(&settings));
    world.outside.script("sms", vec![Reply::status(503); 1]);
    let mut beyond = Vec::new();
    for n in 1..=12 {
        let agent = world.outside.agent_says(&n.to_string());
        let place = agent.sequence.unwrap();
        let response = world.accept(&event(agent.clone()));
        world.drain(OUT);
        assert_eq!((response.accepted, response.full), (1, false));
        if n > 10 {
            beyond.push(format!("l:conv-1:{place}"));
            // It comes again, and changes nothing.
            assert_eq!(world.accept(&event(agent)).duplicates, 1);
        }
    }
    for key in &beyond {
        assert_eq!(world.state(key), RowState::Refused);
        assert_eq!(world.row(key).detail.refusal, Some(Refusal::QueueFull));
        assert!(world.row(key).content.is_some(), "kept whole");
    }
    world.run_for(MINUTE);
    let first_ten: Vec<String> = (1..=10).map(|n| n.to_string()).collect();
    assert_eq!(world.outside.phone, first_ten);
    assert_eq!(world.outside.heard().len(), 2, "two NACKs");
    let line = "Not delivered: too many messages are waiting for the consumer";
    assert_eq!(world.outside.transcript().last(), Some(&line));
}

/// Several consumers whose objects live in one isolate.
struct Isolate {
    worlds: Vec<World>,
    breaker: SharedBreaker,
}

impl Isolate {
    fn new(consumers: usize) -> Self {
        let breaker = SharedBreaker::default();
        let worlds = (0..consumers).map(|n| {
            let mut world = talking();
            world.key = ConsumerKey::from_stored(format!("consumer-{n}"));
            world.random = 7919 * n as u64;
            world.engine.share_breaker(&breaker);
            world
        });
        Self {
            worlds: worlds.collect(),
            breaker: Rc::clone(&breaker),
        }
    }

    /// Every one of these fails to publish from now on.
    fn fail(&mut self, consumers: std::ops::Range<usize>) {
        for world in &mut self.worlds[consumers] {
            world
                .outside
                .script("publish", vec![Reply::status(503); 1000]);
        }
    }

    fn say(&mut self, id: &str) {
        for world in &mut self.worlds {
            world.receive(&sms(id, id));
        }
    }

    /// Rings every alarm in order of time, until then. Returns when requests were made.
    fn run_for(&mut self, span: u64) -> Vec<u64> {
        let end = self.worlds[0].now + span;
        let mut requests = Vec::new();
        loop {
            let next = self.worlds.iter_mut().min_by_key(|world| world.wake());
            let world = next.unwrap();
            if world.wake() > end {
                break;
            }
            world.now = world.now.max(world.wake());
            world.drain_all();
            let now = world.now;
            let worked = world.worked();
            let published = worked.iter().filter(|work| work.starts_with("publish"));
            requests.extend(published.map(|_| now));
        }
        for world in &mut self.worlds {
            world.now = end;
        }
        requests
    }
}

#[test]
fn an_outage_is_found_out_by_few_and_waited_for_by_all() {
    let mut isolate = Isolate::new(30);
    isolate.fail(0..30);
    isolate.say("m1");
    isolate.say("m2");
    let tried: usize = isolate.worlds.iter_mut().map(|it| it.worked().len()).sum();
    assert_eq!(tried, 5, "then the circuit is open");
    let writes: u32 = isolate
        .worlds
        .iter()
        .map(|it| it.engine.store().writes)
        .sum();
    let requests = isolate.run_for(10 * MINUTE);
    assert!(requests.len() <= 15, "{} in ten minutes", requests.len());
    let now: u32 = isolate
        .worlds
        .iter()
        .map(|it| it.engine.store().writes)
        .sum();
    let most = 30 * 2 * (10 + 5);
    assert!(now - writes <= most, "{} writes", now - writes);
    // Who waited has used no attempt and grown no pause; and the trace has one line for it.
    let held = isolate.worlds.last().unwrap().row("c:m1");
    assert!(held.detail.attempt <= 3 && held.detail.failures <= 3);
    assert!(
        isolate
            .worlds
            .last()
            .unwrap()
            .story("c:m1")
            .contains("retry(held)")
    );
    assert!(held.trace.len() < 12, "{:?}", held.trace);
    for world in &mut isolate.worlds {
        world.outside.forget_script();
        // Objects sleep while they wait. Their turns hold all the same.
        world.crash();
        world.engine.share_breaker(&isolate.breaker);
    }
    let start = isolate.worlds[0].now;
    let requests = isolate.run_for(2 * MINUTE + RAMP);
    for world in &isolate.worlds {
        assert_eq!(world.outside.transcript(), ["hello", "m1", "m2"]);
    }
    let first = requests[0];
    assert!(first - start <= 75 * SECOND);
    let early = requests.iter().filter(|at| **at < first + SECOND).count();
    assert!(early <= 3, "{early} in the first second");
    let soon = requests.iter().filter(|at| **at < first + 5 * SECOND);
    assert!(soon.count() >= 8, "two a second: {requests:?}");
}

#[test]
fn one_consumer_in_a_bad_state_holds_up_nobody() {
    let mut isolate = Isolate::new(10);
    isolate.fail(0..1);
    for n in 1..=20 {
        isolate.say(&format!("m{n}"));
        isolate.run_for(10 * SECOND);
        for world in &isolate.worlds[1..] {
            assert_eq!(world.outside.transcript().len(), n + 1);
        }
    }
    assert!(isolate.worlds[0].has_open());
}

#[test]
fn the_other_lane_and_other_services_go_on() {
    let mut isolate = Isolate::new(8);
    isolate.fail(0..8);
    isolate.say("m1");
    for world in &mut isolate.worlds {
        let agent = world.outside.agent_says("we are here");
        world.receive(&event(agent));
        assert_eq!(world.outside.phone, ["we are here"]);
    }
    // Signals to a destination that is down are dropped, not sent.
    let world = isolate.worlds.last_mut().unwrap();
    world.receive(&state("COMPOSING"));
    assert_eq!(world.signals.len(), 0);
}

#[test]
fn a_held_message_keeps_what_is_unknown_about_it_and_expires_in_time() {
    let mut isolate = Isolate::new(4);
    isolate.worlds[3]
        .outside
        .script("publish", [Reply::LostAfter]);
    isolate.worlds[3].receive(&sms("m1", "m1"));
    assert!(isolate.worlds[3].row("c:m1").detail.unknown);
    isolate.fail(0..3);
    for n in 0..3 {
        isolate.worlds[n].advance(8 * SECOND);
        isolate.worlds[n].receive(&sms("a", "a"));
    }
    for n in 0..2 {
        isolate.worlds[n].advance(6 * SECOND);
        isolate.worlds[n].drain(IN);
    }
    // When it is due to be sent again it is held instead, and its echo settles it.
    isolate.worlds[3].advance(16 * SECOND);
    isolate.worlds[3].drain(IN);
    assert_eq!(
        isolate.worlds[3].story("c:m1"),
        "accepted started unknown(no_answer) retry(held)"
    );
    let echo = isolate.worlds[3].outside.echo();
    isolate.worlds[3].receive(&event(echo));
    assert_eq!(isolate.worlds[3].state("c:m1"), RowState::Delivered);
    assert_eq!(isolate.worlds[3].outside.transcript(), ["hello", "m1"]);
    // Held for ever is refused at the age limit, and not before.
    isolate.run_for(71 * HOUR);
    assert_eq!(isolate.worlds[0].state("c:a"), RowState::Waiting);
    isolate.run_for(2 * HOUR);
    let refusal = isolate.worlds[0].row("c:a").detail.refusal.clone();
    assert_eq!(refusal, Some(Refusal::Expired));
}

#[test]
fn a_restart_in_the_middle_finds_out_again() {
    let mut isolate = Isolate::new(6);
    isolate.fail(0..6);
    isolate.say("m1");
    let breaker = Rc::clone(&isolate.breaker);
    let world = isolate.worlds.last_mut().unwrap();
    assert_eq!(world.row("c:m1").detail.attempt, 0, "it was held");
    let due = world.row("c:m1").due_at;
    assert!(due >= START + FIRST_SPAN);
    world.crash();
    world.engine.share_breaker(&breaker);
    world.drain_all();
    assert_eq!(world.row("c:m1").due_at, due, "the due time is stored");
    world.outside.forget_script();
    world.run_for(2 * MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "m1"]);
}
