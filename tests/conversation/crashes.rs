//! The process may end between any two awaits; what goes on is what was stored.

use liveengage_connector::conversation::{Lane, RowState};
use liveengage_connector::outcome::Refusal;
use serde_json::json;

use super::support::*;
use super::{IN, OUT, talking, talking_on};

#[test]
fn a_first_message_survives_a_crash_at_every_step() {
    for crash_at in 0..8 {
        for after_the_answer in [false, true] {
            let mut world = World::new();
            world.accept(&sms("m1", "one"));
            for step in 0..crash_at {
                match world.step(IN).unwrap() {
                    Some(Taken::Send(pending)) => {
                        let answer = world.perform(&pending);
                        if after_the_answer || step + 1 < crash_at {
                            world.end(&pending, &answer);
                        }
                    }
                    Some(_) => break,
                    None => {}
                }
            }
            world.crash();
            while let Some(echo) = world.outside.echoes.pop_front() {
                world.receive(&event(echo));
            }
            if world.outside.open_conversation().is_some() {
                world.receive(&change(opened("conv-1", 10)));
            }
            world.run_for(5 * MINUTE);
            assert_eq!(
                world.outside.transcript(),
                ["one"],
                "{crash_at} {after_the_answer}"
            );
            assert_eq!(world.outside.conversations.len(), 1);
            assert_eq!(world.state("c:m1"), RowState::Delivered);
        }
    }
}

#[test]
fn an_interrupted_publish_waits_for_its_echo() {
    let mut world = talking();
    world.accept(&sms("m1", "one"));
    let pending = world.take(IN).pending();
    let _ = world.perform(&pending);
    world.crash();
    world.drain_all();
    assert_eq!(world.story("c:m1"), "accepted started unknown(interrupted)");
    assert_eq!(world.row("c:m1").due_at, START + 15 * SECOND);
    let echo = world.outside.echo();
    world.receive(&event(echo));
    world.run_for(MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "one"]);
}

#[test]
fn an_echo_settles_an_interrupted_publish_before_its_lane_is_looked_at() {
    let mut world = talking();
    world.accept(&sms("m1", "one"));
    let pending = world.take(IN).pending();
    let _ = world.perform(&pending);
    world.crash();
    let echo = world.outside.echo();
    world.accept(&event(echo));
    assert_eq!(world.story("c:m1"), "accepted started delivered(echo)");
}

#[test]
fn an_interrupted_send_to_the_phone_obeys_the_policy() {
    for (policy, texts, end) in [
        ("resend", 2, RowState::Delivered),
        ("refuse", 1, RowState::Refused),
    ] {
        let mut world = talking_on(World::with_channel(&json!({ "on_unknown": policy })));
        let agent = world.outside.agent_says("yes?");
        world.accept(&event(agent));
        let pending = world.take(OUT).pending();
        let _ = world.perform(&pending);
        world.crash();
        world.run_for(MINUTE);
        assert_eq!(world.outside.phone.len(), texts, "{policy}");
        assert_eq!(world.state("l:conv-1:1"), end);
    }
}

#[test]
fn an_interrupted_create_or_token_is_simply_tried_again() {
    let mut world = World::with_channel(&json!({ "on_unknown": "refuse" }));
    world.accept(&sms("m1", "one"));
    let token = world.take(IN).pending();
    let _ = world.perform(&token);
    world.crash();
    world.run_for(MINUTE);
    assert_eq!(world.state("c:m1"), RowState::Delivered);
}

/// One attempt whose process ends in our own code, between the mark and the request.
fn crash_in_our_code(world: &mut World, lane: Lane) {
    for _ in 0..100 {
        world.engine.store().fail_after(1);
        let taken = world.step(lane);
        world.engine.store().never_fail();
        match taken {
            // The write that failed stands for the panic: the process ends.
            Err(_) => {
                world.crash();
                return;
            }
            Ok(Some(Taken::Idle)) => world.now = world.now.max(world.wake()),
            Ok(Some(Taken::Send(_))) => {
                world.crash();
                return;
            }
            Ok(None) => {}
        }
    }
}

#[test]
fn interruptions_between_attempts_that_ended_never_make_a_dead_letter() {
    for lane in Lane::ALL {
        let mut world = talking();
        let key = if lane == IN {
            world.accept(&sms("m1", "one"));
            "c:m1"
        } else {
            let agent = world.outside.agent_says("one");
            world.accept(&event(agent));
            "l:conv-1:1"
        };
        for _ in 0..6 {
            for _ in 0..2 {
                crash_in_our_code(&mut world, lane);
            }
            let kind = if lane == IN { "publish" } else { "sms" };
            world.outside.script(kind, vec![Reply::status(503); 100]);
            world.run_for(10 * MINUTE);
            world.outside.forget(kind);
            assert!(world.row(key).state.is_open(), "{}", world.story(key));
        }
        world.run_for(30 * MINUTE);
        assert_eq!(world.state(key), RowState::Delivered);
    }
}

#[test]
fn three_crashes_in_our_own_code_make_a_dead_letter_and_the_lane_goes_on() {
    for lane in Lane::ALL {
        let mut world = talking();
        let (key, next) = if lane == IN {
            world.accept(&sms_batch(&[("m1", "one"), ("m2", "two")]));
            ("c:m1", "c:m2")
        } else {
            for words in ["one", "two"] {
                let agent = world.outside.agent_says(words);
                world.accept(&event(agent));
            }
            ("l:conv-1:1", "l:conv-1:2")
        };
        for _ in 0..12 {
            if world.row(key).state.is_open() {
                crash_in_our_code(&mut world, lane);
            }
        }
        world.run_for(MINUTE);
        assert_eq!(
            world.row(key).detail.refusal,
            Some(Refusal::Crashed),
            "{}",
            world.story(key)
        );
        assert!(world.row(key).content.is_some());
        assert_eq!(world.row(key).detail.interruptions, 3);
        assert_eq!(world.state(next), RowState::Delivered);
    }
}

#[test]
fn any_number_of_kills_while_waiting_for_the_answer_make_no_dead_letter() {
    for lane in Lane::ALL {
        let mut world = talking();
        let key = if lane == IN {
            world.accept(&sms("m1", "one"));
            "c:m1"
        } else {
            let agent = world.outside.agent_says("one");
            world.accept(&event(agent));
            "l:conv-1:1"
        };
        for kills in 0..12 {
            assert!(
                world.row(key).state.is_open(),
                "refused after {kills} kills"
            );
            loop {
                match world.take(lane) {
                    Taken::Send(_) => break,
                    Taken::Idle => world.now = world.now.max(world.wake()),
                }
            }
            world.crash();
        }
        world.run_for(10 * MINUTE);
        assert_eq!(world.state(key), RowState::Delivered);
    }
}

#[test]
fn storage_that_fails_at_any_write_loses_nothing() {
    for writes in 0..30 {
        let mut world = talking();
        world.accept(&sms_batch(&[("m1", "one"), ("m2", "two")]));
        let agent = world.outside.agent_says("yes?");
        world.accept(&event(agent));
        world.engine.store().fail_after(writes);
        for lane in Lane::ALL {
            for _ in 0..50 {
                match world.step(lane) {
                    Ok(Some(Taken::Send(pending))) => {
                        let answer = world.perform(&pending);
                        world.end(&pending, &answer);
                    }
                    Ok(Some(_)) | Err(_) => break,
                    Ok(None) => {}
                }
            }
        }
        while let Some(echo) = world.outside.echoes.pop_front() {
            world.receive(&event(echo));
        }
        world.run_for(5 * MINUTE);
        assert_eq!(
            world.outside.transcript(),
            ["hello", "one", "two"],
            "{writes}"
        );
        assert!(!world.has_open());
        assert!(world.outside.phone.len() <= 2);
        assert!(
            world
                .engine
                .store()
                .rows()
                .all(|row| row.state == RowState::Delivered)
        );
    }
}

#[test]
fn what_is_loaded_from_disk_is_what_was_in_memory() {
    let mut world = talking();
    world.outside.script("publish", [Reply::LostAfter]);
    world.receive(&sms_batch(&[("m1", "one"), ("m2", "two")]));
    let wake = world.engine.next_wake();
    let rows: Vec<_> = world.engine.store().rows().cloned().collect();
    world.crash();
    assert_eq!(world.engine.next_wake(), wake);
    assert!(world.engine.store().rows().eq(rows.iter()));
}

#[test]
fn storage_that_fails_again_and_again_is_not_the_messages_fault() {
    let mut world = talking();
    world.accept(&sms("m1", "one"));
    for _ in 0..6 {
        let mut taken = world.take(IN);
        while let Taken::Idle = taken {
            assert!(world.has_open(), "{}", world.story("c:m1"));
            world.now = world.now.max(world.wake());
            taken = world.take(IN);
        }
        let pending = taken.pending();
        world.outside.script("publish", [Reply::status(503)]);
        let answer = world.perform(&pending);
        // That an answer is here is stored, once an attempt has been interrupted; what it means cannot be.
        let careful = world.row("c:m1").detail.interruptions > 0;
        world.engine.store().fail_after(u32::from(careful));
        world.end(&pending, &answer);
        world.engine.store().never_fail();
    }
    world.run_for(HOUR);
    assert_eq!(world.state("c:m1"), RowState::Delivered);
}
