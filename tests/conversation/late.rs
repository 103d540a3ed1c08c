//! Echoes and answers that come late: what was unknown turns out to have arrived, once or twice.

use liveengage_connector::conversation::{RowState, StepEvent};
use liveengage_connector::outcome::Refusal;
use serde_json::json;

use super::echoes::refusing;
use super::support::*;
use super::{IN, talking};

#[test]
fn the_late_failure_of_an_earlier_attempt_does_not_touch_the_present_one() {
    let mut world = talking();
    world.accept(&sms("m1", "one"));
    let first = world.take(IN).pending();
    world.advance(15 * SECOND);
    world.drain(IN);
    world.advance(15 * SECOND);
    let second = world.take(IN).pending();
    for reply in [Reply::status(503), Reply::status(413), Reply::LostBefore] {
        world.outside.script("publish", [reply]);
        let answer = world.perform(&first);
        world.end(&first, &answer);
        assert_eq!(world.state("c:m1"), RowState::Sending);
    }
    let answer = world.perform(&second);
    world.end(&second, &answer);
    assert_eq!(world.outside.transcript(), ["hello", "one"]);
}

#[test]
fn a_late_echo_of_the_first_attempt_shows_that_the_text_is_there_twice() {
    let mut world = talking();
    world.outside.script("publish", [Reply::LostAfter]);
    world.receive(&sms("m1", "one"));
    let late = world.outside.echo();
    world.run_for(15 * SECOND);
    assert_eq!(world.state("c:m1"), RowState::Delivered);
    world.crash();
    world.receive(&event(late.clone()));
    world.receive(&event(late));
    let story = "accepted started unknown(no_answer) started delivered doubled";
    assert_eq!(world.story("c:m1"), story);
    assert_eq!(world.outside.transcript(), ["hello", "one", "one"]);
}

#[test]
fn the_second_attempts_echo_may_come_before_the_late_one_of_the_first() {
    let mut world = talking();
    world.outside.script("publish", [Reply::LostAfter]);
    world.receive(&sms("m1", "one"));
    let late = world.outside.echo();
    world.run_for(15 * SECOND);
    let second = world.outside.echo();
    world.receive(&event(second));
    assert!(!world.story("c:m1").contains("doubled"));
    world.receive(&event(late));
    assert!(world.story("c:m1").ends_with("delivered doubled"));
}

/// While one endpoint of an installation fails, LiveEngage holds back all of a conversation's events and then sends them in order.
#[test]
fn echoes_that_were_stuck_in_liveengages_own_backlog_tell_what_was_doubled_and_nothing_else() {
    let mut world = talking();
    world.outside.script("publish", [Reply::LostAfter]);
    world.receive(&sms_batch(&[("m1", "ok"), ("m2", "ok"), ("m3", "end")]));
    world.run_for(10 * MINUTE);
    // Nothing waited for the echoes longer than the policy says.
    assert_eq!(
        world.outside.transcript(),
        ["hello", "ok", "ok", "ok", "end"]
    );
    assert_eq!(world.outside.echoes.len(), 4);
    let answer = world.outside.agent_says("twice?");
    while let Some(echo) = world.outside.echoes.pop_front() {
        world.receive(&event(echo));
    }
    world.receive(&event(answer));
    world.run_for(MINUTE);
    let story = "accepted started unknown(no_answer) started delivered doubled";
    assert_eq!(world.story("c:m1"), story);
    for key in ["c:m2", "c:m3"] {
        assert_eq!(world.story(key), "accepted started delivered");
    }
    assert_eq!(world.outside.transcript().len(), 5);
    assert_eq!(world.outside.phone, ["twice?"]);
}

#[test]
fn a_dead_letter_whose_echo_was_stuck_in_the_backlog_is_delivered_after_all_and_its_neighbour_stays()
 {
    let mut world = refusing();
    let lost = [Reply::LostAfter, Reply::LostBefore];
    world.outside.script("publish", lost);
    world.receive(&sms_batch(&[("m1", "one"), ("m2", "two"), ("m3", "end")]));
    world.run_for(10 * MINUTE);
    for key in ["c:m1", "c:m2"] {
        assert_eq!(world.state(key), RowState::Refused);
    }
    while let Some(echo) = world.outside.echoes.pop_front() {
        world.receive(&event(echo));
    }
    assert_eq!(world.state("c:m1"), RowState::Delivered);
    assert_eq!(world.state("c:m2"), RowState::Refused);
    assert_eq!(world.outside.transcript(), ["hello", "one", "end"]);
}

#[test]
fn an_echo_that_comes_after_a_fruitless_second_attempt_spares_the_third() {
    let mut world = talking();
    world
        .outside
        .script("publish", [Reply::LostAfter, Reply::status(503)]);
    world.receive(&sms("m1", "one"));
    let late = world.outside.echo();
    world.advance(15 * SECOND);
    world.drain(IN);
    assert!(world.story("c:m1").ends_with("retry(server)"));
    world.receive(&event(late));
    world.run_for(MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "one"]);
    assert!(world.story("c:m1").ends_with("delivered(echo)"));
}

#[test]
fn an_echo_settles_although_the_second_attempt_could_not_begin() {
    let mut world = talking();
    world.outside.script("publish", [Reply::LostAfter]);
    world.receive(&sms("m1", "one"));
    let late = world.outside.echo();
    world.outside.script("access", [Reply::NotSent]);
    world.advance(15 * SECOND);
    world.drain(IN);
    world.receive(&event(late));
    world.run_for(MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "one"]);
    assert!(world.story("c:m1").ends_with("delivered(echo)"));
}

#[test]
fn a_late_answer_after_the_lease_settles_its_message() {
    let mut world = talking();
    world.accept(&sms("m1", "one"));
    let pending = world.take(IN).pending();
    world.advance(15 * SECOND);
    world.drain(IN);
    assert_eq!(world.story("c:m1"), "accepted started unknown(interrupted)");
    let answer = world.perform(&pending);
    world.end(&pending, &answer);
    assert_eq!(
        world.story("c:m1"),
        "accepted started unknown(interrupted) delivered"
    );
    world.run_for(MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "one"]);
}

#[test]
fn a_late_answer_after_a_fruitless_second_attempt_spares_the_third() {
    let mut world = talking();
    world.accept(&sms("m1", "one"));
    let first = world.take(IN).pending();
    let answer = world.perform(&first);
    world.advance(15 * SECOND);
    world.drain(IN);
    world.advance(15 * SECOND);
    world.outside.script("publish", [Reply::status(503)]);
    world.drain(IN);
    assert!(world.story("c:m1").ends_with("retry(server)"));
    world.end(&first, &answer);
    world.run_for(MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "one"]);
    assert!(world.story("c:m1").ends_with("delivered"));
}

#[test]
fn a_late_answer_after_the_second_attempt_succeeded_shows_the_double() {
    let mut world = talking();
    world.accept(&sms("m1", "one"));
    let first = world.take(IN).pending();
    let answer = world.perform(&first);
    world.advance(15 * SECOND);
    world.drain(IN);
    world.advance(15 * SECOND);
    world.drain(IN);
    assert_eq!(world.state("c:m1"), RowState::Delivered);
    world.end(&first, &answer);
    let doubled = world
        .row("c:m1")
        .trace
        .last()
        .map(|step| step.event.clone());
    assert_eq!(doubled, Some(StepEvent::Doubled { sequence: Some(1) }));
    while let Some(echo) = world.outside.echoes.pop_front() {
        world.receive(&event(echo));
    }
    let steps = &world.row("c:m1").trace;
    let doubles = steps
        .iter()
        .filter(|step| matches!(step.event, StepEvent::Doubled { .. }));
    assert_eq!(doubles.count(), 1);
}
#[test]
fn an_unknown_outcome_stays_unknown_while_the_channel_is_out_of_service() {
    let mut world = refusing();
    world.outside.script("publish", [Reply::LostAfter]);
    world.receive(&sms("m1", "one"));
    world.configure(None);
    world.run_for(MINUTE);
    world.configure(Some(&json!({ "on_unknown": "refuse" })));
    world.run_for(10 * MINUTE);
    assert_eq!(
        world.row("c:m1").detail.refusal,
        Some(Refusal::OutcomeUnknown)
    );
    assert_eq!(world.outside.transcript(), ["hello", "one"]);
}

#[test]
fn a_dead_letter_of_unknown_outcome_that_has_arrived_is_delivered_after_all() {
    let mut world = refusing();
    world.outside.script("publish", [Reply::LostAfter]);
    world.receive(&sms("m1", "one"));
    let late = world.outside.echo();
    world.run_for(MINUTE);
    assert_eq!(
        world.row("c:m1").detail.refusal,
        Some(Refusal::OutcomeUnknown)
    );
    world.crash();
    world.receive(&event(late));
    assert!(
        world
            .story("c:m1")
            .ends_with("refused(outcome_unknown) delivered(echo)")
    );
    assert_eq!(world.row("c:m1").content, None);
}
