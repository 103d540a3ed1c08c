//! What the index of dead letters and stuck lanes is told, and when.

use liveengage_connector::attention::Report;
use liveengage_connector::conversation::operate::{Operation, Selection};
use liveengage_connector::conversation::{Lane, STUCK};
use liveengage_connector::message::Content;

use super::support::*;
use super::talking;

fn letters(report: &Report) -> Vec<&str> {
    report
        .dead_letters
        .iter()
        .map(|it| it.message.as_str())
        .collect()
}

fn refuse_one(world: &mut World, words: &str) {
    world.outside.script("sms", [Reply::twilio(400, 21610)]);
    let said = world.outside.agent_says(words);
    world.receive(&event(said));
}

/// The alarm rings, as long as it has something to do, until all storage is gone.
fn live_on(world: &mut World, span: u64) {
    let end = world.now + span;
    for _ in 0..1000 {
        world.now = world.now.max(world.wake());
        assert!(world.now < end, "its storage goes");
        if world.with(|engine, context| engine.prune(context)).unwrap() {
            return;
        }
        world.drain_all();
    }
    panic!("the alarm rings without end");
}

#[test]
fn who_has_nothing_to_report_is_never_reported() {
    let mut world = talking();
    world.receive(&sms("m1", "hello"));
    live_on(&mut world, 200 * DAY);
    assert_eq!(world.reports, []);
}

#[test]
fn a_dead_letter_is_reported_after_everything_was_sent_and_once() {
    let mut world = talking();
    refuse_one(&mut world, "agent 1");
    world.drain_all();
    assert_eq!(world.reports.len(), 1);
    assert_eq!(letters(&world.reports[0]), ["l:conv-1:1"]);
    assert_eq!(world.reports[0].dead_letters[0].reason, "rejected");
    world.receive(&sms("m1", "hello"));
    world.crash();
    world.drain_all();
    assert_eq!(world.reports.len(), 1);
}

#[test]
fn a_dead_letter_has_an_alarm_until_it_is_reported() {
    let mut world = World::new();
    let content = Content::Malformed {
        what: "odd".to_owned(),
        raw: "{}".to_owned(),
    };
    world.accept(&sends("m1", content));
    assert_eq!(world.wake(), 0, "should the drain vanish before it reports");
    world.drain_all();
    assert_eq!(world.reports.len(), 1);
    assert!(world.wake() > START + DAY);
}

#[test]
fn it_is_taken_back_when_it_was_sent_again() {
    let mut world = talking();
    refuse_one(&mut world, "agent 1");
    world.drain_all();
    let select = Selection::default();
    operate(
        &mut world,
        &Operation::Resend {
            select,
            dry_run: false,
        },
    );
    world.drain_all();
    world.drain_all();
    assert!(world.reports.last().unwrap().is_empty());
}

#[test]
fn a_report_that_fails_is_made_again_by_the_alarm() {
    let mut world = talking();
    world
        .outside
        .script("report", [Reply::NotSent, Reply::NotSent]);
    refuse_one(&mut world, "agent 1");
    world.drain_all();
    assert_eq!(world.reports, []);
    world.crash();
    world.ring_for(MINUTE);
    assert_eq!(world.reports.len(), 1);
}

#[test]
fn a_lane_that_does_not_move_is_reported_with_its_cause_until_it_moves() {
    let mut world = talking();
    world
        .outside
        .script("publish", (0..100).map(|_| Reply::status(503)));
    world.receive(&sms("m1", "one"));
    world.receive(&sms("m2", "two"));
    world.run_for(STUCK - 2 * MINUTE);
    assert_eq!(world.reports, []);
    world
        .outside
        .script("publish", (0..1000).map(|_| Reply::status(503)));
    world.run_for(HOUR);
    let [report] = world.reports.as_slice() else {
        panic!("{:?}", world.reports);
    };
    let stuck = &report.stuck[0];
    assert_eq!(
        (stuck.lane, stuck.cause.as_str()),
        (Lane::ToLiveengage, "server")
    );
    assert_eq!((stuck.message.as_str(), stuck.since), ("c:m1", START));
    world.outside.forget_script();
    world.run_for(10 * MINUTE);
    world.drain_all();
    assert_eq!(world.outside.transcript(), ["hello", "one", "two"]);
    assert!(world.reports.last().unwrap().is_empty());
}

#[test]
fn a_report_keeps_no_idle_consumer_and_the_last_one_takes_everything_back() {
    let mut world = talking();
    refuse_one(&mut world, "agent 1");
    world.outside.agent_closes();
    world.receive(&change(closed("conv-1", 99)));
    world.drain_all();
    live_on(&mut world, 40 * DAY);
    assert!(world.reports.last().unwrap().is_empty());
    assert!(world.now <= START + 32 * DAY);
}

#[test]
fn whoever_looks_sets_the_index_right() {
    let mut world = talking();
    refuse_one(&mut world, "agent 1");
    world.drain_all();
    operate(&mut world, &Operation::Show);
    world.drain_all();
    assert_eq!(world.reports.len(), 2);
    assert_eq!(world.reports[0], world.reports[1]);
}
