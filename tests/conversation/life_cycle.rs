//! Conversations open, close, run surveys and make room for new ones.

use liveengage_connector::conversation::{Consumer, Target};

use super::support::*;
use super::{IN, talking};

fn consumer(world: &World) -> &Consumer {
    world.engine.consumer().unwrap()
}

fn target(world: &World) -> Option<String> {
    match consumer(world).target(world.now) {
        Target::Dialog { dialog_id, .. } => Some(dialog_id),
        Target::None | Target::Closing => None,
    }
}

#[test]
fn a_conversation_closed_while_we_slept_is_replaced_and_the_same_message_sent() {
    let mut world = talking();
    world.outside.agent_closes();
    world.receive(&sms_batch(&[("m1", "one"), ("m2", "two")]));
    assert_eq!(
        world.worked(),
        [
            "publish one",
            "create",
            "claim conv-2",
            "publish one",
            "publish two"
        ]
    );
    assert_eq!(world.outside.transcript(), ["hello", "one", "two"]);
}

#[test]
fn a_close_that_was_told_leads_to_a_new_conversation() {
    let mut world = talking();
    let close = world.outside.agent_closes().unwrap();
    world.receive(&change(close));
    assert!(!consumer(&world).has_open_conversation());
    world.receive(&sms("m1", "one"));
    assert_eq!(world.worked(), ["create", "claim conv-2", "publish one"]);
}

#[test]
fn conversations_that_close_again_and_again_are_met_with_pauses() {
    let mut world = talking();
    world
        .outside
        .script("publish", vec![Reply::conversation_is_close(); 50]);
    for conversation in &mut world.outside.conversations {
        conversation.1 = false;
    }
    world.receive(&sms("m1", "one"));
    assert!(world.worked().len() < 10);
    assert!(world.story("c:m1").ends_with("retry(closing)"));
}

#[test]
fn a_closing_conversation_is_waited_for() {
    let mut world = talking();
    world.receive(&change(closing("conv-1", 20)));
    world.receive(&sms("m1", "one"));
    assert!(world.worked().is_empty());
    assert!(world.story("c:m1").ends_with("retry(closing)"));
    let close = world.outside.agent_closes().unwrap();
    world.receive(&change(close));
    world.run_for(10 * SECOND);
    assert_eq!(world.worked(), ["create", "claim conv-2", "publish one"]);
}

#[test]
fn a_closing_that_does_not_end_is_given_up_after_a_minute() {
    let mut world = talking();
    world.receive(&change(closing("conv-1", 20)));
    world.outside.agent_closes();
    world.receive(&sms("m1", "one"));
    world.run_for(3 * MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "one"]);
    assert_eq!(world.outside.conversations.len(), 2);
}

#[test]
fn a_survey_takes_the_answers_until_it_ends() {
    let mut world = talking();
    world.receive(&change(closing("conv-1", 20)));
    world.receive(&change(surveyed("conv-1", "survey-1", 30)));
    world.receive(&sms("m1", "five stars"));
    let answer = world.outside.said.last().unwrap();
    assert_eq!(
        (answer.conversation.as_str(), answer.dialog.as_str()),
        ("conv-1", "survey-1")
    );
    let close = world.outside.agent_closes().unwrap();
    world.receive(&change(close));
    world.receive(&sms("m2", "one more thing"));
    assert_eq!(world.outside.said.last().unwrap().conversation, "conv-2");
}

#[test]
fn a_message_that_waited_for_the_survey_answers_it() {
    let mut world = talking();
    world.receive(&change(closing("conv-1", 20)));
    world.receive(&sms("m1", "thanks"));
    world.receive(&change(surveyed("conv-1", "survey-1", 30)));
    world.run_for(10 * SECOND);
    assert_eq!(world.outside.said.last().unwrap().dialog, "survey-1");
}

#[test]
fn the_close_of_an_older_conversation_does_not_close_the_present_one() {
    let mut world = talking();
    let first = world.outside.agent_closes().unwrap();
    world.receive(&sms("m1", "one"));
    world.receive(&change(first));
    assert_eq!(target(&world).as_deref(), Some("conv-2"));
    world.worked();
    world.receive(&sms("m2", "two"));
    assert_eq!(world.worked(), ["publish two"]);
}

#[test]
fn content_of_an_older_conversation_is_still_delivered() {
    let mut world = talking();
    let late = world.outside.agent_says("one last thing");
    world.outside.agent_closes();
    world.receive(&sms("m1", "one"));
    world.receive(&event(late));
    assert_eq!(world.outside.phone, ["one last thing"]);
    assert_eq!(target(&world).as_deref(), Some("conv-2"));
}

#[test]
fn a_stale_state_is_ignored() {
    let mut world = talking();
    world.receive(&change(opened("conv-1", 50)));
    world.receive(&change(closed("conv-1", 40)));
    assert_eq!(target(&world).as_deref(), Some("conv-1"));
    world.receive(&change(closed("conv-1", 60)));
    world.receive(&change(opened("conv-1", 55)));
    assert_eq!(target(&world), None);
}

#[test]
fn which_state_is_stale_is_remembered_over_a_restart() {
    let mut world = talking();
    world.receive(&change(opened("conv-1", 10)));
    world.receive(&change(opened("conv-1", 50)));
    world.crash();
    world.receive(&change(closed("conv-1", 40)));
    assert_eq!(target(&world).as_deref(), Some("conv-1"));
}

#[test]
fn a_state_without_a_time_is_taken_as_it_comes() {
    let mut world = talking();
    let mut close = closed("conv-1", 0);
    close.updated_at = None;
    world.receive(&change(close));
    assert_eq!(target(&world), None);
}

#[test]
fn a_conversation_that_leaves_the_subscription_says_nothing() {
    let mut world = talking();
    let mut gone = closed("conv-1", 99);
    gone.deleted = true;
    world.receive(&change(gone.clone()));
    assert_eq!(target(&world).as_deref(), Some("conv-1"));
    gone.conversation_id = "conv-9".to_owned();
    world.receive(&change(gone));
    assert_eq!(consumer(&world).conversations.len(), 1);
}

#[test]
fn an_unknown_publish_into_a_conversation_that_closed_goes_to_the_next_one() {
    let mut world = talking();
    world.outside.script("publish", [Reply::LostBefore]);
    world.receive(&sms("m1", "one"));
    let close = world.outside.agent_closes().unwrap();
    world.receive(&change(close));
    world.run_for(MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "one"]);
    assert_eq!(world.outside.conversations.len(), 2);
}

#[test]
fn an_unknown_publish_stays_unknown_while_its_conversation_closes() {
    let mut world = talking();
    world.outside.script("publish", [Reply::LostAfter]);
    world.receive(&sms("m1", "one"));
    let late = world.outside.echo();
    world.advance(14 * SECOND);
    world.receive(&change(closing("conv-1", 20)));
    world.advance(SECOND);
    world.drain(IN);
    world.receive(&event(late));
    assert!(world.story("c:m1").ends_with("delivered(echo)"));
    world.run_for(MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "one"]);
}

#[test]
fn what_is_remembered_of_conversations_is_bounded() {
    let mut world = talking();
    for number in 2..200 {
        let id = format!("conv-{number}");
        world.accept(&change(opened(&id, 10)));
        world.accept(&change(closed(&id, 20)));
    }
    assert!(consumer(&world).conversations.len() <= 50);
    assert_eq!(
        target(&world).as_deref(),
        Some("conv-1"),
        "the open one stays"
    );
}
