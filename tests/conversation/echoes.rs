//! Unknown outcomes, and the echoes and late answers that settle them.

use liveengage_connector::conversation::RowState;
use liveengage_connector::outcome::Refusal;
use serde_json::json;

use super::support::*;
use super::{IN, talking, talking_on};

pub(crate) fn refusing() -> World {
    talking_on(World::with_channel(&json!({ "on_unknown": "refuse" })))
}

#[test]
fn an_echo_settles_a_publish_whose_outcome_is_unknown() {
    for reply in [
        Reply::LostAfter,
        Reply::FailedAfter(500),
        Reply::FailedAfter(504),
    ] {
        for mut world in [talking(), refusing()] {
            world.outside.script("publish", [reply.clone()]);
            world.receive(&sms_batch(&[("m1", "one"), ("m2", "two")]));
            assert!(world.row("c:m1").detail.unknown);
            assert_eq!(world.worked(), ["publish one"], "nothing overtakes it");
            let echo = world.outside.echo();
            world.receive(&event(echo));
            assert!(world.story("c:m1").ends_with("delivered(echo)"));
            assert_eq!(world.worked(), ["publish two"]);
            assert_eq!(world.outside.transcript(), ["hello", "one", "two"]);
        }
    }
}

#[test]
fn white_space_at_the_ends_does_not_hide_an_echo() {
    let mut world = talking();
    world.outside.script("publish", [Reply::LostAfter]);
    world.receive(&sms("m1", "one \n"));
    world.outside.echoes.clear();
    world.receive(&event(echo("conv-1", 1, "one")));
    assert_eq!(world.state("c:m1"), RowState::Delivered);
}

#[test]
fn another_text_another_dialog_or_a_known_sequence_settles_nothing() {
    let mut world = talking();
    world.outside.script("publish", [Reply::LostBefore]);
    world.receive(&sms("m1", "hello"));
    for other in [
        echo("conv-1", 1, "something else"),
        echo("conv-0", 5, "hello"),
        echo("conv-1", 0, "hello"),
        agent_text("conv-1", 2, "hello"),
    ] {
        world.accept(&event(other));
        assert!(world.row("c:m1").detail.unknown);
    }
}

#[test]
fn an_echo_below_what_was_known_at_the_start_settles_nothing() {
    let mut world = talking();
    world.receive(&event(agent_text("conv-1", 5, "yes?")));
    world.outside.script("publish", [Reply::LostBefore]);
    world.receive(&sms("m1", "one"));
    world.receive(&event(echo("conv-1", 4, "one")));
    assert!(world.row("c:m1").detail.unknown);
    world.receive(&event(echo("conv-1", 6, "one")));
    assert_eq!(world.state("c:m1"), RowState::Delivered);
}

#[test]
fn without_an_echo_in_15_seconds_resend_sends_again() {
    let mut world = talking();
    world.outside.script("publish", [Reply::LostBefore]);
    world.receive(&sms("m1", "one"));
    world.advance(15 * SECOND - 1);
    world.drain(IN);
    assert_eq!(world.worked(), ["publish one"]);
    world.advance(1);
    world.drain(IN);
    assert_eq!(world.worked(), ["publish one"]);
    assert_eq!(
        world.story("c:m1"),
        "accepted started unknown(no_answer) started delivered"
    );
}

#[test]
fn without_an_echo_in_15_seconds_refuse_makes_a_dead_letter() {
    let mut world = refusing();
    world.outside.script("publish", [Reply::LostBefore]);
    world.receive(&sms_batch(&[("m1", "one"), ("m2", "two")]));
    world.run_for(15 * SECOND);
    let row = world.row("c:m1");
    assert_eq!(row.detail.refusal, Some(Refusal::OutcomeUnknown));
    assert_eq!(row.content, Some(text("one")));
    assert_eq!(world.outside.transcript(), ["hello", "two"]);
}

#[test]
fn the_policy_decides_towards_twilio_too() {
    for (mut world, texts) in [(talking(), 2), (refusing(), 1)] {
        world.outside.script("sms", [Reply::LostAfter]);
        let agent = world.outside.agent_says("yes?");
        world.receive(&event(agent));
        world.run_for(MINUTE);
        assert_eq!(world.outside.phone.len(), texts);
        assert!(world.story("l:conv-1:1").contains("unknown(no_answer)"));
    }
}

#[test]
fn the_same_text_twice_with_the_first_unknown_settles_each_once() {
    let mut world = talking();
    world
        .outside
        .script("publish", [Reply::LostAfter, Reply::LostAfter]);
    world.receive(&sms_batch(&[("m1", "ok"), ("m2", "ok")]));
    let first = world.outside.echo();
    world.receive(&event(first.clone()));
    assert_eq!(world.state("c:m1"), RowState::Delivered);
    assert!(world.row("c:m2").detail.unknown);
    world.receive(&event(first));
    assert!(world.row("c:m2").detail.unknown, "an echo is used once");
    let second = world.outside.echo();
    world.receive(&event(second));
    assert_eq!(world.state("c:m2"), RowState::Delivered);
    assert_eq!(world.outside.transcript(), ["hello", "ok", "ok"]);
}

#[test]
fn used_echoes_stay_used_over_a_restart() {
    let mut world = talking();
    world
        .outside
        .script("publish", [Reply::LostAfter, Reply::LostBefore]);
    world.receive(&sms_batch(&[("m1", "ok"), ("m2", "ok")]));
    let first = world.outside.echo();
    world.receive(&event(first.clone()));
    world.crash();
    world.receive(&event(first));
    assert!(world.row("c:m2").detail.unknown);
}

#[test]
fn an_echo_before_the_answer_settles_and_the_answer_changes_nothing() {
    let mut world = talking();
    world.accept(&sms("m1", "one"));
    let pending = world.take(IN).pending();
    let answer = world.perform(&pending);
    let echo = world.outside.echo();
    world.accept(&event(echo));
    assert_eq!(world.story("c:m1"), "accepted started delivered(echo)");
    world.end(&pending, &answer);
    assert_eq!(world.story("c:m1"), "accepted started delivered(echo)");
    assert_eq!(world.row("c:m1").detail.published.len(), 1);
}

/// Both echoes may be those of the first message. What counts is what agents see: as many texts as were written, in their order.
#[test]
fn of_two_neighbours_with_the_same_text_none_is_missing() {
    let mut world = talking();
    world.outside.script(
        "publish",
        [Reply::LostAfter, Reply::LostAfter, Reply::LostBefore],
    );
    world.receive(&sms_batch(&[("m1", "ok"), ("m2", "ok"), ("m3", "next")]));
    world.advance(15 * SECOND);
    world.drain(IN);
    for _ in 0..2 {
        let echo = world.outside.echo();
        world.receive(&event(echo));
    }
    world.run_for(MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "ok", "ok", "next"]);
}

#[test]
fn an_answer_without_a_sequence_is_a_delivery_too() {
    let mut world = talking();
    world.outside.script("publish", [Reply::Silent]);
    world.receive(&sms("m1", "one"));
    assert_eq!(world.state("c:m1"), RowState::Delivered);
    let echo = world.outside.echo();
    world.receive(&event(echo));
    assert_eq!(world.story("c:m1"), "accepted started delivered");
}

#[test]
fn unknown_outcomes_in_a_row_are_met_with_growing_pauses() {
    let mut world = talking();
    world
        .outside
        .script("publish", vec![Reply::status(500); 2000]);
    world.receive(&sms("m1", "one"));
    let rung = world.run_for(10 * HOUR);
    assert!((100..200).contains(&rung), "{rung}");
    assert!(world.has_open());
}
