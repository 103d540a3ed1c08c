//! Opening a conversation, above all when LiveEngage says that one is open already.

use super::support::*;
use super::{IN, talking};

#[test]
fn two_callbacks_of_a_new_consumer_open_one_conversation() {
    let mut world = World::new();
    world.accept(&sms("m1", "one"));
    world.accept(&sms("m2", "two"));
    world.drain_all();
    assert_eq!(world.outside.conversations.len(), 1);
    assert_eq!(world.outside.transcript(), ["one", "two"]);
}

#[test]
fn the_consumer_is_registered_before_a_conversation_can_exist() {
    let mut world = World::new();
    world.outside.script("register", [Reply::NotSent]);
    world.receive(&sms("m1", "one"));
    assert_eq!(world.worked(), ["token", "register"]);
    assert!(world.story("c:m1").ends_with("retry(internal)"));
    world.run_for(MINUTE);
    assert_eq!(
        world.worked(),
        ["register", "create", "claim conv-1", "publish one"]
    );
}

#[test]
fn a_failed_claim_holds_up_nothing_and_is_tried_again() {
    let mut world = World::new();
    world
        .outside
        .script("claim", [Reply::NotSent, Reply::NotSent]);
    world.receive(&sms("m1", "one"));
    assert_eq!(world.outside.transcript(), ["one"]);
    let wake = world.wake();
    assert!(
        wake > START && wake <= START + 2 * SECOND,
        "{}",
        wake - START
    );
    world.now = wake;
    world.drain_all();
    let again = world.wake();
    assert!(again > wake && again <= wake + 3 * SECOND);
    world.now = again;
    world.drain_all();
    let claims = world
        .worked()
        .iter()
        .filter(|work| *work == "claim conv-1")
        .count();
    assert_eq!(claims, 3);
    assert_eq!(
        world.engine.consumer().unwrap().conversations[0].claimed_at,
        Some(again)
    );
}

#[test]
fn a_create_that_fails_is_sent_again() {
    for reply in [
        Reply::NotSent,
        Reply::LostBefore,
        Reply::status(500),
        Reply::status(503),
        Reply::status(504),
        Reply::status(429),
        Reply::status(400),
    ] {
        let mut world = World::new();
        world.outside.script("create", [reply]);
        world.receive(&sms("m1", "one"));
        assert!(world.has_open());
        world.run_for(MINUTE);
        assert_eq!(world.outside.transcript(), ["one"]);
        assert_eq!(world.outside.conversations.len(), 1);
    }
}

/// A create whose answer was lost, and the second one that LiveEngage refuses.
fn lost_create(status: u16) -> World {
    let mut world = World::new();
    world
        .outside
        .script("create", [Reply::LostAfter, Reply::already_open(status)]);
    world.receive(&sms("m1", "one"));
    assert!(world.story("c:m1").ends_with("retry(no_answer)"));
    world
}

#[test]
fn a_lost_create_is_found_by_a_conversation_change_heard_before_the_answer() {
    for status in [200, 400] {
        let mut world = lost_create(status);
        world.advance(5 * SECOND);
        let create = world.take(IN).pending();
        world.accept(&change(opened("conv-1", 10)));
        let answer = world.perform(&create);
        world.end(&create, &answer);
        world.drain(IN);
        assert_eq!(world.outside.transcript(), ["one"]);
        let worked = world.worked();
        assert_eq!(worked[3..], ["create", "claim conv-1", "publish one"]);
    }
}

#[test]
fn a_lost_create_is_found_by_a_conversation_change_heard_after_the_answer() {
    for status in [200, 400] {
        let mut world = lost_create(status);
        world.run_for(5 * SECOND);
        assert!(world.story("c:m1").ends_with("retry(already_open)"));
        world.receive(&change(opened("conv-1", 10)));
        assert_eq!(world.outside.transcript(), ["one"], "at once");
        assert_eq!(world.outside.conversations.len(), 1);
        assert_eq!(world.engine.consumer().unwrap().already_open_since, None);
    }
}

#[test]
fn a_lost_create_is_found_by_an_event_of_the_conversation() {
    for heard in [
        echo("conv-1", 0, "from elsewhere"),
        agent_text("conv-1", 0, "welcome"),
    ] {
        let mut world = lost_create(200);
        world.run_for(5 * SECOND);
        world.receive(&event(heard));
        world.run_for(10 * SECOND);
        assert_eq!(world.outside.transcript(), ["one"]);
        assert_eq!(world.outside.conversations.len(), 1);
    }
}

#[test]
fn a_conversation_heard_before_any_create_is_used() {
    let mut world = World::new();
    world.accept(&sms("m1", "one"));
    world.accept(&change(opened("conv-1", 10)));
    world
        .outside
        .conversations
        .push(("conv-1".to_owned(), true));
    world.drain_all();
    assert_eq!(
        world.worked(),
        ["claim conv-1", "token", "register", "publish one"]
    );
}

#[test]
fn an_open_conversation_that_cannot_be_found_is_raised_after_15_minutes() {
    let mut world = World::new();
    world
        .outside
        .conversations
        .push(("hidden".to_owned(), true));
    world.receive(&sms("m1", "one"));
    world.run_until(START + 15 * MINUTE - SECOND);
    assert!(world.alarms().is_empty());
    world.run_for(2 * MINUTE);
    assert!(world.alarms().contains(&"already_open_unresolved"));
    assert!(world.has_open(), "it still waits");
    world.receive(&change(opened("hidden", 10)));
    world.run_for(2 * MINUTE);
    assert_eq!(world.outside.transcript(), ["one"]);
}

#[test]
fn a_create_answered_after_its_lease_is_used() {
    let mut world = World::new();
    world.outside.script("create", [Reply::Ok]);
    world.accept(&sms("m1", "one"));
    let token = world.take(IN).pending();
    let answer = world.perform(&token);
    world.end(&token, &answer);
    let create = world.take(IN).pending();
    let answer = world.perform(&create);
    world.advance(15 * SECOND);
    world.drain(IN);
    assert!(world.story("c:m1").ends_with("retry(interrupted)"));
    world.end(&create, &answer);
    world.run_for(MINUTE);
    assert_eq!(world.outside.transcript(), ["one"]);
    assert_eq!(world.outside.conversations.len(), 1);
}

#[test]
fn a_second_create_of_an_open_conversation_is_never_asked_for() {
    let mut world = talking();
    for number in 1..10 {
        world.receive(&sms(&format!("m{number}"), "again"));
    }
    assert!(world.worked().iter().all(|work| work == "publish again"));
}
