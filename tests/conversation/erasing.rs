//! Erasing a person.

use liveengage_connector::conversation::operate::{Answer, Erased, Operation};
use liveengage_connector::conversation::{DEDUP_HORIZON, RowState};

use super::support::*;
use super::talking;

fn erase(world: &mut World) -> Erased {
    match operate(world, &Operation::Erase { dry_run: false }) {
        Answer::Erased { erased } => *erased,
        other => panic!("{other:?}"),
    }
}

/// A consumer with a delivered message each way, a dead letter and one that waits.
fn busy() -> (
    World,
    [liveengage_connector::conversation::wire::AcceptRequest; 3],
) {
    let mut world = talking();
    let one = event(world.outside.agent_says("agent 1"));
    world.receive(&one);
    world.outside.script("sms", [Reply::twilio(400, 21610)]);
    let two = event(world.outside.agent_says("agent 2"));
    world.receive(&two);
    world.outside.script("sms", [Reply::status(503)]);
    let three = event(world.outside.agent_says("agent 3"));
    world.receive(&three);
    (world, [one, two, three])
}

#[test]
fn nothing_of_the_person_is_left_in_storage() {
    let (mut world, _) = busy();
    let erased = erase(&mut world);
    assert_eq!(
        (erased.dead_letters, erased.waiting),
        (1, 1),
        "of {} messages",
        erased.messages
    );
    assert_eq!(erased.conversations, ["conv-1"]);
    assert_eq!(erased.lp_consumer_id.as_deref(), Some(LP_CONSUMER));
    world.drain_all();
    let stored = format!("{:?}", world.engine.store().reopened());
    for trace in [
        ADDRESS,
        "agent",
        "hello",
        "m0",
        "conv-1",
        LP_CONSUMER,
        JWS_MARK,
    ] {
        assert!(!stored.contains(trace), "{trace} in {stored}");
    }
}

#[test]
fn what_leads_here_is_forgotten_also_after_a_crash_and_a_failure() {
    let (mut world, _) = busy();
    erase(&mut world);
    world.crash();
    world.worked();
    world.outside.script("forget", [Reply::NotSent]);
    world.ring_for(MINUTE);
    let consumer = format!("forget consumer:{ACCOUNT}:{LP_CONSUMER}");
    let conversation = format!("forget conversation:{ACCOUNT}:conv-1");
    let worked = world.worked();
    assert_eq!(worked, [&consumer, &consumer, &conversation, "report"]);
    assert!(
        world.reports.last().unwrap().is_empty(),
        "the index forgets"
    );
}

#[test]
fn a_redelivery_does_not_bring_the_person_back() {
    let (mut world, webhooks) = busy();
    erase(&mut world);
    world.drain_all();
    let phone = world.outside.phone.len();
    for _ in 0..2 {
        assert_eq!(world.receive(&sms("m0", "hello")).duplicates, 1);
        for webhook in &webhooks {
            assert_eq!(world.receive(webhook).accepted, 0);
        }
        world.run_for(HOUR);
        world.crash();
    }
    assert_eq!(world.engine.consumer(), None);
    assert_eq!(world.outside.phone.len(), phone);
}

#[test]
fn what_agents_still_write_goes_nowhere_and_is_not_kept() {
    let (mut world, _) = busy();
    erase(&mut world);
    let said = world.outside.agent_says("are you there?");
    assert_eq!(world.receive(&event(said)).facts, 1);
    world.receive(&change(opened("conv-1", 9)));
    assert_eq!(world.engine.consumer(), None);
    assert_eq!(world.engine.store().rows().count(), 0);
}

#[test]
fn a_person_who_writes_again_is_a_new_one() {
    let (mut world, webhooks) = busy();
    erase(&mut world);
    world.drain_all();
    world.outside.agent_closes();
    world.receive(&sms("m9", "hello again"));
    assert_eq!(world.outside.transcript(), ["hello", "hello again"]);
    assert_eq!(world.state("c:m9"), RowState::Delivered);
    assert_eq!(
        world.receive(&webhooks[0]).accepted,
        0,
        "the past stays past"
    );
}

#[test]
fn the_tombstone_goes_with_the_horizon_and_then_nothing_is_left() {
    let (mut world, _) = busy();
    erase(&mut world);
    world.drain_all();
    assert_eq!(world.wake(), world.now + DEDUP_HORIZON);
    world.advance(DEDUP_HORIZON - 1);
    assert!(!world.with(|engine, context| engine.prune(context)).unwrap());
    world.advance(1);
    assert!(world.with(|engine, context| engine.prune(context)).unwrap());
}

#[test]
fn an_answer_that_comes_after_the_erasure_changes_nothing() {
    let mut world = talking();
    world.accept(&sms("m1", "on its way"));
    let pending = world.take(super::IN).pending();
    erase(&mut world);
    let answer = world.perform(&pending);
    world.end(&pending, &answer);
    assert_eq!(world.engine.store().rows().count(), 0);
    assert_eq!(world.engine.consumer(), None);
}

#[test]
fn erasing_again_tells_the_same_and_a_dry_run_nothing_new() {
    let (mut world, _) = busy();
    let writes = world.engine.store().writes;
    operate(&mut world, &Operation::Erase { dry_run: true });
    assert_eq!(world.engine.store().writes, writes);
    let first = erase(&mut world);
    let again = erase(&mut world);
    assert_eq!((first.messages > 0, again.messages), (true, 0));
    assert_eq!(again.remembered, first.remembered);
    assert_eq!(
        operate(&mut World::new(), &Operation::Erase { dry_run: false }),
        Answer::Unknown
    );
}
