//! Failures of the destination: they never use up a message.

use liveengage_connector::conversation::RowState;
use liveengage_connector::outcome::Refusal;

use super::support::*;
use super::{IN, talking};

#[test]
fn the_head_of_a_lane_holds_up_what_is_behind_it() {
    let mut world = talking();
    world.outside.script("publish", [Reply::status(503)]);
    world.receive(&sms_batch(&[("m1", "one"), ("m2", "two")]));
    world.receive(&sms("m3", "three"));
    assert_eq!(world.worked(), ["publish one"]);
    assert_eq!(world.story("c:m1"), "accepted started retry(server)");
    assert_eq!(world.row("c:m1").due_at, START + 5 * SECOND);
    world.run_for(5 * SECOND);
    assert_eq!(world.outside.transcript(), ["hello", "one", "two", "three"]);
}

#[test]
fn one_lane_does_not_hold_up_the_other() {
    let mut world = talking();
    world.outside.script("publish", [Reply::status(503)]);
    world.accept(&sms("m1", "one"));
    let agent = world.outside.agent_says("anybody there?");
    world.receive(&event(agent));
    assert_eq!(world.worked(), ["publish one", "sms anybody there?"]);
    assert_eq!(world.outside.phone, ["anybody there?"]);
}

#[test]
fn retry_after_is_waited_for() {
    let mut world = talking();
    world.outside.script("publish", [Reply::RetryAfter(429, 7)]);
    world.receive(&sms("m1", "one"));
    assert_eq!(world.row("c:m1").due_at, START + 7 * SECOND);
    world.advance(7 * SECOND - 1);
    world.drain_all();
    assert_eq!(world.worked(), ["publish one"]);
    world.advance(1);
    world.drain_all();
    assert_eq!(
        world.story("c:m1"),
        "accepted started retry(rate_limited) started delivered"
    );
}

#[test]
fn rate_limits_are_met_with_growing_pauses_from_one_second() {
    let mut world = talking();
    world.outside.script("publish", vec![Reply::status(429); 4]);
    world.receive(&sms("m1", "one"));
    let mut pauses = Vec::new();
    while world.has_open() {
        let due_at = world.row("c:m1").due_at;
        pauses.push((due_at - world.now) / SECOND);
        world.now = due_at;
        world.drain(IN);
    }
    assert_eq!(pauses, [1, 2, 4, 8]);
}

#[test]
fn nothing_that_surely_had_no_effect_counts_as_unknown() {
    for reply in [
        Reply::status(429),
        Reply::status(502),
        Reply::status(503),
        Reply::NotSent,
    ] {
        let mut world = World::with_channel(&serde_json::json!({ "on_unknown": "refuse" }));
        world.outside.script("publish", [reply.clone()]);
        world.outside.script("sms", [reply]);
        world.receive(&sms("m1", "one"));
        world.run_for(MINUTE);
        let agent = world.outside.agent_says("yes?");
        world.receive(&event(agent));
        world.run_for(MINUTE);
        assert_eq!(world.state("c:m1"), RowState::Delivered);
        assert_eq!(world.state("l:conv-1:1"), RowState::Delivered);
        assert_eq!(
            (world.outside.said.len(), world.outside.phone.len()),
            (2, 1)
        );
    }
}

#[test]
fn an_outage_of_71_hours_makes_no_dead_letter() {
    type Failure = fn() -> Reply;
    let outages: [(&'static str, Failure); 8] = [
        ("publish", || Reply::status(503)),
        ("publish", || Reply::NotSent),
        ("publish", || Reply::unauthorized(40102)),
        ("publish", || Reply::unauthorized(40001)),
        ("create", || Reply::status(400)),
        ("token", || Reply::status(500)),
        ("access", || Reply::status(503)),
        ("register", || Reply::status(503)),
    ];
    for (kind, reply) in outages {
        let mut world = World::new();
        world.outside.script(kind, (0..10_000).map(|_| reply()));
        world.receive(&sms("m1", "one"));
        world.advance(HOUR);
        world.receive(&sms("m2", "two"));
        let rung = world.run_for(70 * HOUR);
        assert!(
            rung > 700,
            "{kind}: at most five minutes between tries, {rung}"
        );
        assert!(rung < 5000, "{kind}: {rung} tries");
        let waits = world
            .engine
            .store()
            .rows()
            .all(|row| row.state == RowState::Waiting);
        assert!(waits, "{kind}");
        world.outside.forget_script();
        world.run_for(6 * MINUTE);
        assert_eq!(world.outside.transcript(), ["one", "two"], "{kind}");
    }
}

#[test]
fn an_outage_of_twilio_makes_no_dead_letter() {
    let mut world = talking();
    let failures = (0..2000).map(|_| Reply::twilio(401, 20003));
    world.outside.script("sms", failures);
    for words in ["one", "two"] {
        let agent = world.outside.agent_says(words);
        world.receive(&event(agent));
    }
    world.run_for(71 * HOUR);
    assert!(world.has_open());
    world.outside.forget_script();
    world.run_for(6 * MINUTE);
    assert_eq!(world.outside.phone, ["one", "two"]);
}

#[test]
fn a_message_past_its_age_is_a_dead_letter_and_the_lane_goes_on() {
    let mut world = talking();
    world
        .outside
        .script("publish", (0..5000).map(|_| Reply::status(503)));
    world.receive(&sms("m1", "one"));
    world.advance(2 * HOUR);
    world.receive(&sms("m2", "two"));
    world.run_until(START + 72 * HOUR + 6 * MINUTE);
    let row = world.row("c:m1");
    assert_eq!(row.detail.refusal, Some(Refusal::Expired));
    assert_eq!(row.content, Some(text("one")), "kept whole");
    assert!(world.alarms().contains(&"refused"));
    assert_eq!(world.state("c:m2"), RowState::Waiting);
    world.outside.forget_script();
    world.run_for(6 * MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "two"]);
}

#[test]
fn a_permanent_refusal_is_a_dead_letter_and_the_lane_goes_on() {
    let mut world = talking();
    world.outside.script("sms", [Reply::twilio(400, 21610)]);
    for words in ["one", "two"] {
        let agent = world.outside.agent_says(words);
        world.receive(&event(agent));
    }
    let code = "21610".to_owned();
    let row = world.row("l:conv-1:1");
    assert_eq!(row.detail.refusal, Some(Refusal::Rejected { code }));
    assert_eq!(row.content, Some(text("one")));
    assert_eq!(world.outside.phone, ["two"]);
    assert_eq!(world.alarms(), ["refused"]);
}

#[test]
fn what_liveengage_refuses_for_good_is_a_dead_letter_and_the_lane_goes_on() {
    let mut world = talking();
    world.outside.script("publish", [Reply::status(413)]);
    world.receive(&sms_batch(&[("m1", "one"), ("m2", "two")]));
    assert_eq!(world.story("c:m1"), "accepted started refused(rejected)");
    assert_eq!(world.outside.transcript(), ["hello", "two"]);
}
