//! A platform on which the first answer goes by a token of what was said, and what may be sent again depends on how it went.

use liveengage_connector::conversation::RowState;
use liveengage_connector::conversation::wire::{AcceptEvent, AcceptRequest};
use liveengage_connector::message::Content;
use liveengage_connector::outcome::Refusal;
use serde_json::json;

use super::OUT;
use super::support::*;

const POLICIES: [&str; 2] = ["resend", "refuse"];

fn says(id: &str, words: &str, at: u64) -> AcceptRequest {
    callback(vec![AcceptEvent::Message {
        id: id.to_owned(),
        content: text(words),
        sent_at: Some(at),
        handle: Some(json!({ "reply": format!("token-{id}") }).to_string()),
    }])
}

/// Somebody has just said hello.
fn talking(policy: &str) -> World {
    let mut world = World::with_channel(&json!({ "platform": "line", "on_unknown": policy }));
    world.receive(&says("m0", "hello", START));
    let echo = world.outside.echo();
    world.receive(&event(echo));
    world.worked();
    world
}

fn agent_says(world: &mut World, words: &str) {
    let agent = world.outside.agent_says(words);
    world.receive(&event(agent));
}

#[test]
fn the_first_answer_is_a_reply_and_the_next_ones_are_pushes() {
    let mut world = talking("resend");
    agent_says(&mut world, "one");
    agent_says(&mut world, "two");
    world.advance(SECOND);
    let at = world.now;
    world.receive(&says("m1", "and?", at));
    agent_says(&mut world, "three");
    assert_eq!(
        world.worked(),
        ["reply one", "push two", "publish and?", "reply three"]
    );
    assert_eq!(world.outside.phone, ["one", "two", "three"]);
}

#[test]
fn an_answer_that_comes_late_is_a_push() {
    let mut world = talking("resend");
    world.advance(MINUTE);
    agent_says(&mut world, "one");
    assert_eq!(world.worked(), ["push one"]);
}

#[test]
fn what_cannot_be_read_takes_no_token_away() {
    let mut world = talking("resend");
    world.receive(&callback(vec![AcceptEvent::Message {
        id: "malformed-1".to_owned(),
        content: Content::Malformed {
            what: "it has no id".to_owned(),
            raw: "{}".to_owned(),
        },
        sent_at: None,
        handle: None,
    }]));
    agent_says(&mut world, "one");
    assert_eq!(world.worked(), ["report", "reply one"]);
}

#[test]
fn what_was_lost_before_it_had_an_effect_is_sent_again_whatever_the_policy() {
    for policy in POLICIES {
        for (kind, late) in [("reply", 0), ("push", MINUTE)] {
            let mut world = talking(policy);
            world.advance(late);
            world.outside.script(kind, [Reply::LostBefore]);
            agent_says(&mut world, "one");
            world.run_for(MINUTE);
            assert_eq!(world.outside.phone, ["one"], "{policy} {kind}");
            assert_eq!(world.state("l:conv-1:1"), RowState::Delivered);
            assert_eq!(
                world.worked(),
                [format!("{kind} one"), format!("{kind} one")]
            );
        }
    }
}

#[test]
fn a_push_that_had_its_effect_is_not_shown_twice() {
    for policy in POLICIES {
        for reply in [Reply::LostAfter, Reply::FailedAfter(500)] {
            let mut world = talking(policy);
            world.advance(MINUTE);
            world.outside.script("push", [reply]);
            agent_says(&mut world, "one");
            world.run_for(MINUTE);
            assert_eq!(world.outside.phone, ["one"], "{policy}");
            assert_eq!(world.state("l:conv-1:1"), RowState::Delivered);
        }
    }
}

#[test]
fn the_policy_decides_about_a_reply_whose_token_is_spent_when_it_is_sent_again() {
    let mut world = talking("refuse");
    world.outside.script("reply", [Reply::LostAfter]);
    agent_says(&mut world, "one");
    world.run_for(MINUTE);
    assert_eq!(world.worked()[..2], ["reply one", "reply one"]);
    assert_eq!(world.outside.phone, ["one"]);
    let row = world.row("l:conv-1:1");
    assert_eq!(row.state, RowState::Refused);
    assert_eq!(row.detail.refusal, Some(Refusal::OutcomeUnknown));

    let mut world = talking("resend");
    world.outside.script("reply", [Reply::LostAfter]);
    agent_says(&mut world, "one");
    world.run_for(MINUTE);
    assert_eq!(world.worked(), ["reply one", "reply one", "push one"]);
    assert_eq!(world.outside.phone, ["one", "one"]);
    assert_eq!(world.state("l:conv-1:1"), RowState::Delivered);
}

#[test]
fn a_crash_before_the_answer_loses_nothing_and_shows_nothing_twice() {
    for (late, shown) in [(0, 1), (MINUTE, 1)] {
        let mut world = talking("refuse");
        world.advance(late);
        let agent = world.outside.agent_says("one");
        world.accept(&event(agent));
        let pending = world.take(OUT).pending();
        assert!(pending.says("one"));
        world.crash();
        world.run_for(MINUTE);
        assert_eq!(world.outside.phone.len(), shown);
        assert_eq!(world.state("l:conv-1:1"), RowState::Delivered);
    }
}

#[test]
fn a_message_that_comes_again_does_not_bring_its_token_back() {
    let mut world = talking("resend");
    agent_says(&mut world, "one");
    world.receive(&says("m1", "and?", START));
    world.receive(&says("m0", "hello", START));
    agent_says(&mut world, "two");
    agent_says(&mut world, "three");
    let worked = world.worked();
    assert_eq!(
        worked,
        ["reply one", "publish and?", "reply two", "push three"]
    );
    assert_eq!(world.outside.phone, ["one", "two", "three"]);
}
