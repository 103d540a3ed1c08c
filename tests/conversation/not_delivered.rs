//! A message that did not arrive: LiveEngage is told, and the agent where the channel wants it.

use liveengage_connector::conversation::RowState;
use liveengage_connector::liveengage::notification::{DialogEvent, EventBody};
use liveengage_connector::message::ReceiptStatus;
use serde_json::json;

use super::support::*;
use super::{IN, gateway, talking, talking_on};

const NEWS: &str = "n:l:conv-1:1";

fn notifying() -> World {
    talking_on(World::with_channel(&json!({ "notify_agent": true })))
}

/// An agent's message, with sequence 1, that Twilio refuses.
fn refused(world: &mut World) {
    world.outside.script("sms", [Reply::twilio(400, 21610)]);
    let agent = world.outside.agent_says("yes?");
    world.accept(&event(agent));
    world.drain(super::OUT);
    assert_eq!(world.state("l:conv-1:1"), RowState::Refused);
}

fn line(world: &World) -> Option<&str> {
    let said = world.outside.transcript().pop().unwrap();
    said.strip_prefix("Not delivered: ")
}

#[test]
fn a_refused_message_is_told_and_explained_where_the_channel_wants_it() {
    let mut world = notifying();
    refused(&mut world);
    world.run_for(MINUTE);
    assert_eq!(world.outside.heard(), ["NACK conv-1 [1]"]);
    assert_eq!(line(&world), Some("the recipient has opted out"));
    let mut world = talking();
    refused(&mut world);
    world.run_for(MINUTE);
    assert_eq!(world.outside.heard(), ["NACK conv-1 [1]"]);
    assert_eq!(world.outside.transcript(), ["hello"]);
    assert_eq!(world.state(NEWS), RowState::Delivered);
}

#[test]
fn an_expired_and_an_unsupported_message_are_told() {
    let mut world = notifying();
    world.outside.script("sms", vec![Reply::status(503); 2000]);
    let agent = world.outside.agent_says("yes?");
    world.receive(&event(agent));
    world.run_for(73 * HOUR);
    assert_eq!(world.outside.heard(), ["NACK conv-1 [1]"]);
    assert_eq!(line(&world), Some("it could not be handed over in time"));

    let mut world = notifying();
    let unknown = world.outside.agent_sends(EventBody::Other {
        name: "DanceEvent".to_owned(),
        raw: json!({}),
    });
    world.receive(&event(unknown));
    world.run_for(MINUTE);
    assert_eq!(world.outside.heard(), ["NACK conv-1 [1]"]);
    assert_eq!(
        line(&world),
        Some("this channel cannot show it (DanceEvent)")
    );
}

#[test]
fn a_message_that_fails_later_is_told_once() {
    let mut world = notifying();
    let agent = world.outside.agent_says("yes?");
    world.receive(&event(agent));
    world.crash();
    for _ in 0..3 {
        world.receive(&receipt("SM1", ReceiptStatus::Failed));
        world.crash();
    }
    assert_eq!(world.outside.heard(), ["NACK conv-1 [1]"]);
    assert_eq!(
        line(&world),
        Some("the platform reported later that it failed")
    );
    assert_eq!(world.outside.transcript().len(), 2);
}

#[test]
fn a_message_that_fails_later_is_explained_as_far_as_the_platform_says_why() {
    for (code, words) in [
        ("21610", "the recipient has opted out"),
        (
            "99999",
            "the platform reported later that it failed (99999)",
        ),
    ] {
        let mut world = notifying();
        let agent = world.outside.agent_says("yes?");
        world.receive(&event(agent));
        world.receive(&failed_for("SM1", code));
        assert_eq!(line(&world), Some(words));

        let mut world = notifying();
        let agent = world.outside.agent_says("yes?");
        world.accept(&event(agent));
        let sending = world.take(super::OUT).pending();
        let answer = world.perform(&sending);
        world.accept(&failed_for("SM1", code));
        world.end(&sending, &answer);
        world.drain_all();
        assert_eq!(line(&world), Some(words), "told before the answer");
    }
}

#[test]
fn a_message_that_was_refused_and_failed_is_told_once() {
    let mut world = talking_on(gateway(json!({ "notify_agent": true })));
    let agent = world.outside.agent_says("yes?");
    world.receive(&event(agent));
    let id = world.row("l:conv-1:1").detail.remote_id.clone().unwrap();
    world.receive(&receipt(&id, ReceiptStatus::Failed));
    world.receive(&receipt(&id, ReceiptStatus::Failed));
    world.receive(&receipt("nobody's", ReceiptStatus::Failed));
    assert_eq!(world.outside.heard(), ["NACK conv-1 [1]"]);
    assert_eq!(world.outside.transcript().len(), 2);
}

#[test]
fn nothing_about_the_main_dialog_goes_into_its_survey() {
    let mut world = notifying();
    refused(&mut world);
    world.accept(&change(surveyed("conv-1", "survey-1", 30)));
    world.run_for(MINUTE);
    assert_eq!(world.worked(), ["sms yes?", "report"]);
    assert_eq!(world.story(NEWS), "accepted advanced moot");
}

#[test]
fn a_question_of_the_survey_is_told_there_but_without_a_line() {
    let mut world = notifying();
    world.receive(&change(surveyed("conv-1", "survey-1", 30)));
    world.outside.script("sms", [Reply::twilio(400, 21610)]);
    let mut question = agent_text("conv-1", 1, "stars?");
    question.dialog_id = "survey-1".to_owned();
    world.receive(&event(question));
    world.run_for(MINUTE);
    assert_eq!(world.outside.heard(), ["NACK survey-1 [1]"]);
    assert_eq!(world.outside.transcript(), ["hello"]);
    assert_eq!(world.state("n:l:survey-1:1"), RowState::Delivered);
}

#[test]
fn when_the_conversation_is_over_nothing_is_told_and_none_is_opened() {
    for told in [true, false] {
        let mut world = notifying();
        refused(&mut world);
        let close = world.outside.agent_closes().unwrap();
        if told {
            world.accept(&change(close));
        }
        world.run_for(5 * MINUTE);
        assert!(world.outside.heard().is_empty());
        assert_eq!(world.outside.conversations.len(), 1);
        assert_eq!(world.outside.transcript(), ["hello"]);
        assert_eq!(world.state(NEWS), RowState::Delivered);
        assert!(world.story(NEWS).ends_with("moot"));
    }
}

#[test]
fn what_has_no_sequence_is_not_told() {
    let mut world = notifying();
    world.outside.script("sms", [Reply::twilio(400, 21610)]);
    world.receive(&event(DialogEvent {
        sequence: None,
        ..agent_text("conv-1", 0, "yes?")
    }));
    assert_eq!(world.alarms(), ["refused"]);
    assert!(
        world
            .engine
            .store()
            .rows()
            .all(|row| !row.key.starts_with("n:"))
    );

    let mut world = talking_on(gateway(json!({ "notify_agent": true })));
    world.outside.script("app", [Reply::status(400)]);
    world.receive(&change(opened("conv-1", 10)));
    assert_eq!(world.alarms(), ["refused"]);
    assert!(
        world
            .engine
            .store()
            .rows()
            .all(|row| !row.key.starts_with("n:"))
    );
}

#[test]
fn it_is_told_behind_what_the_consumer_has_said() {
    let mut world = notifying();
    world.outside.script("publish", [Reply::status(503)]);
    world.receive(&sms("m1", "one"));
    refused(&mut world);
    world.receive(&sms("m2", "two"));
    assert!(world.outside.heard().is_empty());
    world.run_for(MINUTE);
    let said = world.outside.transcript();
    assert_eq!(said[1], "one");
    assert!(said[2].starts_with("Not delivered"), "{said:?}");
    assert_eq!(said[3], "two");
}

#[test]
fn a_nack_that_liveengage_refuses_keeps_no_line_and_one_that_fails_is_repeated() {
    for (reply, tries) in [
        (Reply::status(400), 1),
        (Reply::status(503), 2),
        (Reply::LostBefore, 2),
        (Reply::unauthorized(40103), 2),
    ] {
        let mut world = notifying();
        world.outside.script("receipt", [reply]);
        refused(&mut world);
        world.run_for(MINUTE);
        let worked = world.worked();
        assert_eq!(worked.iter().filter(|it| *it == "receipt").count(), tries);
        assert!(line(&world).is_some());
        assert_eq!(world.state(NEWS), RowState::Delivered);
    }
}

#[test]
fn a_crash_tells_it_once() {
    for steps in 0..6 {
        let mut world = notifying();
        refused(&mut world);
        for _ in 0..steps {
            if let Some(Taken::Send(pending)) = world.step(IN).unwrap() {
                let answer = world.perform(&pending);
                world.end(&pending, &answer);
            }
        }
        world.crash();
        while let Some(echo) = world.outside.echoes.pop_front() {
            world.receive(&event(echo));
        }
        world.run_for(MINUTE);
        assert_eq!(world.outside.heard(), ["NACK conv-1 [1]"]);
        assert_eq!(world.outside.transcript().len(), 2, "{steps}");
    }
}
