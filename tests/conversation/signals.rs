//! The consumer types: told once, soon or never, and without a row.

use liveengage_connector::message::ReceiptStatus;
use serde_json::json;

use super::support::*;
use super::talking;

fn composing(world: &mut World) {
    world.receive(&state("COMPOSING"));
    assert_eq!(world.outside.heard(), ["COMPOSING conv-1"]);
    world.worked();
}

#[test]
fn who_types_is_active_again_after_the_text() {
    let mut world = talking();
    let rows = world.engine.store().rows().count();
    world.receive(&state("COMPOSING"));
    assert_eq!(world.engine.store().rows().count(), rows);
    world.receive(&sms("m1", "one"));
    assert_eq!(
        world.worked(),
        ["signal chat_state", "publish one", "signal chat_state"]
    );
    assert_eq!(world.outside.heard(), ["COMPOSING conv-1", "ACTIVE conv-1"]);
    world.ring_for(HOUR);
    assert!(world.outside.heard().is_empty());
}

#[test]
fn who_types_and_says_nothing_pauses_after_30_seconds_also_after_a_crash() {
    for crash in [false, true] {
        let mut world = talking();
        composing(&mut world);
        if crash {
            world.crash();
        }
        world.ring_for(30 * SECOND - 1);
        assert!(world.outside.heard().is_empty());
        world.ring_for(1);
        assert_eq!(world.outside.heard(), ["PAUSE conv-1"]);
        assert!(world.ring_for(HOUR) < 3);
        assert!(world.outside.heard().is_empty());
    }
}

#[test]
fn who_goes_on_typing_is_not_told_again_and_pauses_later() {
    let mut world = talking();
    composing(&mut world);
    for _ in 0..10 {
        world.ring_for(10 * SECOND);
        world.receive(&state("COMPOSING"));
    }
    assert!(world.outside.heard().is_empty());
    world.ring_for(31 * SECOND);
    assert_eq!(world.outside.heard(), ["PAUSE conv-1"]);
    world.receive(&state("COMPOSING"));
    world.receive(&state("PAUSE"));
    world.ring_for(HOUR);
    assert_eq!(world.outside.heard(), ["COMPOSING conv-1", "PAUSE conv-1"]);
}

#[test]
fn a_message_that_did_not_arrive_ends_no_typing() {
    let mut world = super::talking_on(World::with_channel(&json!({ "notify_agent": true })));
    composing(&mut world);
    world.outside.script("sms", [Reply::twilio(400, 21610)]);
    let agent = world.outside.agent_says("hm");
    world.receive(&event(agent));
    world.drain_all();
    assert_eq!(world.outside.heard(), ["NACK conv-1 [1]"]);
}

#[test]
fn no_chat_state_goes_into_a_survey_or_opens_a_conversation() {
    let mut world = talking();
    composing(&mut world);
    world.receive(&change(surveyed("conv-1", "survey-1", 30)));
    world.receive(&state("ACTIVE"));
    world.receive(&state("COMPOSING"));
    world.ring_for(HOUR);
    assert!(world.outside.heard().is_empty());
    assert_eq!(world.engine.consumer().unwrap().composing, None);
    let mut world = World::new();
    world.receive(&state("COMPOSING"));
    assert!(world.worked().is_empty());
    let mut world = talking();
    let close = world.outside.agent_closes().unwrap();
    world.receive(&change(close));
    world.receive(&state("COMPOSING"));
    assert!(world.worked().is_empty());
}

#[test]
fn what_is_stale_or_meets_a_liveengage_that_is_down_is_dropped() {
    let mut world = talking();
    world.accept(&state("COMPOSING"));
    world.advance(MINUTE);
    world.drain_all();
    world.outside.script("access", [Reply::NotSent]);
    world.receive(&state("COMPOSING"));
    world.drain_all();
    assert!(world.outside.heard().is_empty());
    let agent = world.outside.agent_says("hi");
    world.receive(&event(agent));
    world.accept(&receipt("SM1", ReceiptStatus::Read));
    world.advance(10 * MINUTE);
    world.drain_all();
    assert!(world.outside.heard().is_empty());
    assert!(world.ring_for(HOUR) < 3);
}

#[test]
fn a_signal_that_fails_is_not_sent_again_and_the_end_of_typing_three_times() {
    for reply in [
        Reply::status(503),
        Reply::status(400),
        Reply::LostBefore,
        Reply::unauthorized(40102),
        Reply::unauthorized(40103),
        Reply::RetryAfter(429, 60),
    ] {
        let mut world = talking();
        world.outside.script("chat_state", vec![reply.clone(); 100]);
        world.receive(&state("ACTIVE"));
        world.ring_for(HOUR);
        assert_eq!(world.signals.len(), 1, "{reply:?}");
        world.receive(&state("COMPOSING"));
        let rung = world.ring_for(HOUR);
        assert_eq!(world.signals.len(), 1 + 1 + 3, "{reply:?}");
        assert!(rung < 8, "{rung}");
        assert_eq!(world.engine.consumer().unwrap().composing, None);
    }
}

#[test]
fn a_signal_that_is_unauthorized_renews_the_app_jwt() {
    let mut world = talking();
    world
        .outside
        .script("chat_state", [Reply::unauthorized(40102)]);
    world.receive(&state("ACTIVE"));
    world.receive(&sms("m1", "one"));
    assert_eq!(world.worked(), ["signal chat_state", "publish one"]);
    assert_eq!(world.outside.app_jwt, 1);
}

#[test]
fn typing_without_a_channel_does_not_keep_the_alarm_ringing() {
    let mut world = talking();
    composing(&mut world);
    world.configure(None);
    let rung = world.ring_for(HOUR);
    assert!(rung < 8, "{rung}");
}

#[test]
fn signals_leave_the_back_off_of_a_waiting_message_alone() {
    let mut world = talking();
    world.outside.script("publish", [Reply::LostAfter]);
    world.receive(&sms("m1", "one"));
    let (due_at, failures) = (world.row("c:m1").due_at, world.row("c:m1").detail.failures);
    for _ in 0..5 {
        world.outside.script("access", [Reply::NotSent]);
        world.receive(&state("ACTIVE"));
        world.advance(SECOND);
    }
    assert_eq!(world.row("c:m1").due_at, due_at);
    assert_eq!(world.row("c:m1").detail.failures, failures);
}
