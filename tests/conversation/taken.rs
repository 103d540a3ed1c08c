//! Sends to the consumer whose answer was lost, and the reports that repeat what the request carried.

use liveengage_connector::conversation::operate::{Operation, Selection};
use liveengage_connector::conversation::wire::AcceptEvent;
use liveengage_connector::conversation::{RowState, StepEvent, Store as _};
use liveengage_connector::message::{ReceiptStatus, Reference, Signal};
use liveengage_connector::outcome::Refusal;
use serde_json::json;

use super::support::*;
use super::{IN, OUT, talking, talking_on};

const KEY: &str = "l:conv-1:1";

fn refusing() -> World {
    talking_on(World::with_channel(&json!({ "on_unknown": "refuse" })))
}

/// An agent's text, of which the answers come so.
fn says(world: &mut World, words: &str, replies: impl IntoIterator<Item = Reply>) {
    world.outside.script("sms", replies);
    let agent = world.outside.agent_says(words);
    world.receive(&event(agent));
}

/// The platform's report about the n-th request that it was sent, as the message of that number.
fn report(world: &mut World, request: usize, number: usize) {
    let taken = taken(
        &world.outside.references[request - 1],
        &format!("SM{number}"),
    );
    world.receive(&taken);
}

/// A text of three pieces.
fn long() -> String {
    (0..600).map(|n| format!("word{n:03} ")).collect()
}

fn doubles(world: &World) -> usize {
    let steps = world.row(KEY).trace.iter();
    let doubled = |event: &StepEvent| matches!(event, StepEvent::Doubled { .. });
    steps.filter(|step| doubled(&step.event)).count()
}

#[test]
fn a_report_settles_a_send_whose_answer_was_lost() {
    for mut world in [talking(), refusing()] {
        says(&mut world, "yes?", [Reply::LostAfter]);
        report(&mut world, 1, 1);
        let story = "accepted started unknown(no_answer) delivered(echo)";
        assert_eq!(world.story(KEY), story);
        world.receive(&receipt("SM1", ReceiptStatus::Read));
        assert_eq!(world.outside.heard(), ["READ conv-1 [1]"]);
        world.run_for(HOUR);
        assert_eq!(world.outside.phone, ["yes?"]);
        // It tells nothing new the next time.
        report(&mut world, 1, 1);
        assert_eq!(world.story(KEY), story);
    }
}

#[test]
fn a_report_settles_an_attempt_that_was_interrupted() {
    let mut world = refusing();
    let agent = world.outside.agent_says("yes?");
    world.accept(&event(agent));
    let pending = world.take(OUT).pending();
    let _ = world.perform(&pending);
    world.crash();
    report(&mut world, 1, 1);
    world.run_for(HOUR);
    assert_eq!(world.state(KEY), RowState::Delivered);
    assert_eq!(world.outside.phone, ["yes?"]);
}

#[test]
fn a_report_may_come_before_the_answer_to_its_send() {
    let mut world = talking();
    for words in ["one", "two"] {
        let agent = world.outside.agent_says(words);
        world.accept(&event(agent));
    }
    let sending = world.take(OUT).pending();
    let answer = world.perform(&sending);
    let first = taken(&world.outside.references[0], "SM1");
    world.accept(&first);
    assert_eq!(world.story(KEY), "accepted started delivered(echo)");
    world.drain(IN);
    world.end(&sending, &answer);
    world.drain_all();
    assert_eq!(world.story(KEY), "accepted started delivered(echo)");
    assert_eq!(world.outside.phone, ["one", "two"]);
}

#[test]
fn an_answer_that_fails_does_not_undo_what_a_report_has_told() {
    let mut world = talking();
    world.outside.script("sms", [Reply::FailedAfter(500)]);
    let agent = world.outside.agent_says("yes?");
    world.accept(&event(agent));
    let sending = world.take(OUT).pending();
    let answer = world.perform(&sending);
    let first = taken(&world.outside.references[0], "SM1");
    world.accept(&first);
    world.end(&sending, &answer);
    world.run_for(HOUR);
    assert_eq!(world.story(KEY), "accepted started delivered(echo)");
    assert_eq!(world.outside.phone, ["yes?"]);
}

#[test]
fn a_report_about_one_piece_lets_the_next_one_go() {
    let mut world = talking();
    says(&mut world, &long(), [Reply::Ok, Reply::LostAfter]);
    assert_eq!(world.outside.phone.len(), 2);
    assert!(world.row(KEY).detail.unknown);
    // What is reported about another piece says nothing about this one.
    report(&mut world, 1, 1);
    assert!(world.row(KEY).detail.unknown);
    report(&mut world, 2, 2);
    assert_eq!(world.state(KEY), RowState::Delivered);
    let remote_id = world.row(KEY).detail.remote_id.as_deref();
    assert_eq!(remote_id, Some("SM1 SM2 SM3"));
    assert_eq!(
        world.outside.phone.concat().replace(' ', ""),
        long().replace(' ', "")
    );
}

#[test]
fn without_a_report_in_15_seconds_the_policy_decides() {
    for (mut world, end) in [
        (talking(), RowState::Delivered),
        (refusing(), RowState::Refused),
    ] {
        says(&mut world, "yes?", [Reply::LostBefore]);
        world.run_for(14 * SECOND);
        assert_eq!(world.state(KEY), RowState::Waiting);
        world.run_for(10 * SECOND);
        assert_eq!(world.state(KEY), end);
    }
}

#[test]
fn a_report_that_comes_behind_a_second_attempt_counts_the_message_as_doubled_once() {
    let mut world = talking();
    says(&mut world, "yes?", [Reply::LostAfter]);
    world.run_for(MINUTE);
    assert_eq!(world.outside.phone, ["yes?", "yes?"]);
    assert_eq!(doubles(&world), 0);
    world.crash();
    report(&mut world, 2, 2);
    assert_eq!(doubles(&world), 0, "that one is known");
    for _ in 0..3 {
        report(&mut world, 1, 1);
    }
    assert_eq!(doubles(&world), 1);
}

#[test]
fn a_late_report_spares_the_attempt_that_still_waits() {
    let mut world = talking();
    says(&mut world, "yes?", [Reply::LostAfter, Reply::status(503)]);
    world.run_for(16 * SECOND);
    assert_eq!(world.outside.references.len(), 2);
    assert_eq!(world.state(KEY), RowState::Waiting);
    report(&mut world, 1, 1);
    world.run_for(HOUR);
    assert_eq!(world.outside.phone, ["yes?"]);
    assert_eq!(world.state(KEY), RowState::Delivered);
}

#[test]
fn a_late_report_about_one_piece_does_not_settle_the_next() {
    let mut world = talking();
    let replies = [Reply::LostAfter, Reply::Ok, Reply::LostBefore];
    says(&mut world, &long(), replies);
    world.run_for(20 * SECOND);
    assert_eq!(world.outside.references.len(), 3);
    assert!(world.row(KEY).detail.unknown);
    report(&mut world, 1, 1);
    assert!(world.row(KEY).detail.unknown);
    assert_eq!(doubles(&world), 1);
    world.run_for(HOUR);
    assert_eq!(world.state(KEY), RowState::Delivered);
    assert_eq!(world.outside.phone.len(), 4, "the first piece twice");
}

#[test]
fn a_dead_letter_of_unknown_outcome_that_is_reported_is_delivered_after_all() {
    let mut world = refusing();
    says(&mut world, "yes?", [Reply::LostAfter]);
    world.run_for(MINUTE);
    let refusal = world.row(KEY).detail.refusal.clone();
    assert_eq!(refusal, Some(Refusal::OutcomeUnknown));
    assert_eq!(world.outside.heard(), ["NACK conv-1 [1]"]);
    world.crash();
    report(&mut world, 1, 1);
    let story = world.story(KEY);
    assert!(
        story.ends_with("refused(outcome_unknown) delivered(echo)"),
        "{story}"
    );
    assert_eq!(world.row(KEY).content, None);
}

#[test]
fn a_piece_of_a_dead_letter_that_is_reported_is_not_sent_again() {
    let mut world = refusing();
    says(&mut world, &long(), [Reply::LostAfter]);
    world.run_for(MINUTE);
    assert_eq!(world.state(KEY), RowState::Refused);
    report(&mut world, 1, 1);
    assert_eq!(world.state(KEY), RowState::Refused);
    let select = Selection::default();
    operate(
        &mut world,
        &Operation::Resend {
            select,
            dry_run: false,
        },
    );
    world.run_for(MINUTE);
    assert_eq!(
        world.outside.phone.concat().replace(' ', ""),
        long().replace(' ', "")
    );
}

#[test]
fn a_failure_that_is_reported_settles_the_send_and_is_told() {
    let mut world = talking();
    says(&mut world, "yes?", [Reply::LostAfter]);
    let reference = Reference::parse(&world.outside.references[0]).unwrap();
    let signals = [
        Signal::Taken {
            reference,
            remote_id: "SM1".to_owned(),
        },
        Signal::Receipt {
            remote_id: "SM1".to_owned(),
            status: ReceiptStatus::Failed,
            code: Some("30003".to_owned()),
        },
    ];
    let events = signals.map(|signal| AcceptEvent::Signal { signal });
    world.receive(&callback(events.into()));
    assert_eq!(world.outside.heard(), ["NACK conv-1 [1]"]);
    world.run_for(HOUR);
    assert_eq!(world.outside.phone, ["yes?"]);
}

#[test]
fn what_nobody_sent_settles_nothing() {
    let mut world = talking();
    says(&mut world, "yes?", [Reply::LostAfter]);
    let known = world.outside.references[0].clone();
    let (_, message) = known.split_once('-').unwrap();
    let another = Reference::of("l:conv-1:2", 1).to_string();
    for reference in [format!("0-{message}"), format!("2-{message}"), another] {
        world.receive(&taken(&reference, "SM1"));
        assert!(world.row(KEY).detail.unknown, "{reference}");
    }
    let mut stranger = World::new();
    stranger.receive(&taken(&known, "SM1"));
    assert_eq!(stranger.engine.store().rows().count(), 0);
    assert_eq!(stranger.engine.store().consumer().unwrap(), None);
    assert_eq!(stranger.engine.next_wake(), None);
}

#[test]
fn platforms_that_take_no_message_twice_are_not_waited_for() {
    let mut world = super::talking_by_gateway();
    world.outside.script("app", [Reply::LostAfter]);
    let agent = world.outside.agent_says("yes?");
    world.receive(&event(agent));
    world.run_for(5 * SECOND);
    assert_eq!(world.state(KEY), RowState::Delivered);
}

#[test]
fn a_late_report_spares_a_message_whose_first_attempt_was_interrupted() {
    let mut world = talking();
    world
        .outside
        .script("sms", [Reply::LostAfter, Reply::LostBefore]);
    let agent = world.outside.agent_says("yes?");
    world.accept(&event(agent));
    let pending = world.take(OUT).pending();
    let _ = world.perform(&pending);
    world.crash();
    world.drain_all();
    until_attempt(&mut world, 2);
    report(&mut world, 1, 1);
    world.run_for(HOUR);
    assert_eq!(world.outside.phone, ["yes?"]);
    assert_eq!(doubles(&world), 0);
    assert_eq!(world.state(KEY), RowState::Delivered);
}

#[test]
fn a_report_about_any_attempt_at_the_step_settles_it() {
    let mut world = talking();
    let lost = || Reply::LostBefore;
    says(&mut world, "yes?", [Reply::LostAfter, lost(), lost()]);
    until_attempt(&mut world, 3);
    assert!(world.row(KEY).detail.unknown);
    world.crash();
    report(&mut world, 1, 1);
    world.run_for(HOUR);
    assert_eq!(world.outside.phone, ["yes?"]);
    assert_eq!(world.state(KEY), RowState::Delivered);
}

#[test]
fn where_two_attempts_have_arrived_the_second_report_says_so() {
    let mut world = talking();
    says(&mut world, "yes?", [Reply::LostAfter, Reply::LostAfter]);
    until_attempt(&mut world, 2);
    report(&mut world, 1, 1);
    assert_eq!(doubles(&world), 0);
    world.crash();
    report(&mut world, 2, 2);
    report(&mut world, 2, 2);
    assert_eq!(doubles(&world), 1);
    assert_eq!(world.outside.phone, ["yes?", "yes?"]);
}

#[test]
fn a_report_about_the_first_attempt_may_come_while_the_second_is_under_way() {
    let mut world = talking();
    says(&mut world, "yes?", [Reply::LostAfter]);
    world.now += 20 * SECOND;
    let pending = world.take(OUT).pending();
    let answer = world.perform(&pending);
    let first = taken(&world.outside.references[0], "SM1");
    world.accept(&first);
    assert_eq!(world.state(KEY), RowState::Delivered);
    world.end(&pending, &answer);
    world.drain_all();
    report(&mut world, 2, 2);
    assert_eq!(doubles(&world), 1);
    assert_eq!(world.outside.phone, ["yes?", "yes?"]);
}

#[test]
fn a_refused_message_whose_earlier_attempt_has_arrived_is_delivered_after_all() {
    let mut world = talking();
    let opted_out = Reply::twilio(400, 21610);
    says(&mut world, "yes?", [Reply::LostAfter, opted_out]);
    world.run_for(MINUTE);
    assert_eq!(world.state(KEY), RowState::Refused);
    world.crash();
    report(&mut world, 1, 1);
    assert_eq!(world.state(KEY), RowState::Delivered);
    assert_eq!(doubles(&world), 0);
}

#[test]
fn so_is_one_that_grew_too_old() {
    let old = || talking_on(World::with_channel(&json!({ "max_age_hours": 1 })));
    let mut given_up = old();
    let busy = (0..60).map(|_| Reply::status(503));
    says(
        &mut given_up,
        "yes?",
        std::iter::once(Reply::LostAfter).chain(busy),
    );
    given_up.run_for(2 * HOUR);
    let mut unknown = old();
    says(&mut unknown, "yes?", [Reply::LostAfter]);
    unknown.configure(None);
    unknown.run_for(2 * HOUR);
    unknown.configure(Some(&json!({ "max_age_hours": 1 })));
    unknown.run_for(10 * MINUTE);
    for mut world in [given_up, unknown] {
        assert_eq!(world.row(KEY).detail.refusal, Some(Refusal::Expired));
        report(&mut world, 1, 1);
        assert_eq!(world.state(KEY), RowState::Delivered);
        assert_eq!(doubles(&world), 0);
    }
}

#[test]
fn that_it_did_not_arrive_is_not_told_where_the_report_comes_first() {
    let mut world = refusing();
    says(&mut world, "yes?", [Reply::LostAfter]);
    // LiveEngage cannot be told yet.
    world
        .outside
        .script("publish", (0..50).map(|_| Reply::status(503)));
    world.receive(&sms("m9", "hello?"));
    world.run_for(MINUTE);
    assert_eq!(world.state(KEY), RowState::Refused);
    report(&mut world, 1, 1);
    world.outside.forget_script();
    world.run_for(HOUR);
    assert_eq!(world.state(KEY), RowState::Delivered);
    assert_eq!(world.outside.heard(), [""; 0]);
    assert!(world.story("n:l:conv-1:1").ends_with("moot"));
}

#[test]
fn a_report_settles_what_waits_for_its_channel() {
    let mut world = refusing();
    says(&mut world, "yes?", [Reply::LostAfter]);
    world.configure(None);
    world.run_for(MINUTE);
    // Without its channel nothing is read; the report can come again.
    report(&mut world, 1, 1);
    assert_eq!(world.state(KEY), RowState::Waiting);
    world.configure(Some(&json!({ "on_unknown": "refuse" })));
    report(&mut world, 1, 1);
    assert_eq!(world.state(KEY), RowState::Delivered);
}

/// Time passes until so many requests have been made.
fn until_attempt(world: &mut World, requests: usize) {
    while world.outside.references.len() < requests {
        world.run_for(SECOND);
    }
}
