//! Words that do something with the conversation, and what the platform newly tells about the person.

use liveengage_connector::conversation::RowState;
use liveengage_connector::message::{Command, Profile};
use liveengage_connector::outcome::Refusal;
use serde_json::json;

use super::support::*;
use super::{IN, gateway, talking, talking_by_gateway, talking_on};

fn channel() -> World {
    World::with_channel(&json!({ "commands": {
        "stop": "close", "end": "close_without_survey", "no thanks": "stop_survey", "Urgent": "urgent",
    }}))
}

fn commanding() -> World {
    talking_on(channel())
}

fn in_survey() -> World {
    let mut world = commanding();
    world.receive(&change(surveyed("conv-1", "survey-1", 30)));
    world
}

#[test]
fn a_word_alone_is_done_and_not_said() {
    for (words, told) in [
        ("stop", "DialogChange conv-1"),
        (" STOP\n", "DialogChange conv-1"),
        ("End", "ConversationStateField conv-1"),
        ("URGENT", "URGENT conv-1"),
    ] {
        let mut world = commanding();
        world.receive(&sms("m1", words));
        assert_eq!(world.worked(), ["update"], "{words}");
        assert_eq!(world.outside.heard(), [told]);
        assert_eq!(world.outside.transcript(), ["hello"]);
        assert_eq!(world.story("c:m1"), "accepted started delivered");
    }
}

#[test]
fn in_a_survey_closing_words_end_it_and_others_have_nothing_to_do() {
    for (words, told) in [
        ("No   Thanks", vec!["Stage conv-1"]),
        ("stop", vec!["Stage conv-1"]),
        ("end", vec!["Stage conv-1"]),
        ("urgent", vec![]),
    ] {
        let mut world = in_survey();
        world.receive(&sms("m1", words));
        assert_eq!(world.outside.heard(), told, "{words}");
        assert_eq!(world.state("c:m1"), RowState::Delivered);
    }
    let mut world = commanding();
    world.receive(&sms("m1", "no thanks"));
    assert_eq!(world.story("c:m1"), "accepted moot", "there is no survey");
}

#[test]
fn a_text_that_only_contains_a_word_is_said() {
    let mut world = commanding();
    for (id, words) in [("m1", "please stop"), ("m2", "stop."), ("m3", "stop end")] {
        world.receive(&sms(id, words));
    }
    assert_eq!(
        world.outside.transcript()[1..],
        ["please stop", "stop.", "stop end"]
    );
    let mut world = talking();
    world.receive(&sms("m1", "stop"));
    assert_eq!(world.worked(), ["publish stop"], "nobody has configured it");
}

#[test]
fn where_nothing_is_open_nothing_is_opened() {
    for words in ["stop", "end", "no thanks", "urgent"] {
        let mut world = channel();
        world.receive(&sms("m1", words));
        assert!(world.worked().is_empty(), "{words}");
        assert_eq!(world.story("c:m1"), "accepted moot");
        let mut world = commanding();
        let close = world.outside.agent_closes().unwrap();
        world.receive(&change(close));
        world.receive(&sms("m1", words));
        assert!(world.worked().is_empty(), "{words}");
        assert!(!world.has_open());
    }
}

#[test]
fn what_is_said_after_the_end_opens_a_new_conversation() {
    let mut world = commanding();
    world.receive(&sms_batch(&[("m1", "end"), ("m2", "one more thing")]));
    assert_eq!(
        world.worked(),
        ["update", "create", "claim conv-2", "publish one more thing"]
    );
}

#[test]
fn what_is_said_during_the_closing_waits_for_the_survey_or_the_end() {
    for survey in [true, false] {
        let mut world = commanding();
        world.receive(&sms_batch(&[("m1", "stop"), ("m2", "bye")]));
        assert_eq!(world.worked(), ["update"]);
        assert!(world.story("c:m2").ends_with("retry(closing)"));
        if survey {
            world.outside.conversations[0].1 = true;
            world.receive(&change(surveyed("conv-1", "survey-1", 2_000_000)));
        } else {
            world.receive(&change(closed("conv-1", 2_000_000)));
        }
        world.run_for(10 * SECOND);
        let said = world.outside.said.last().unwrap();
        let expected = if survey { "survey-1" } else { "conv-2" };
        assert_eq!(
            (said.dialog.as_str(), said.text.as_str()),
            (expected, "bye")
        );
    }
}

#[test]
fn a_gateway_commands_without_words() {
    let mut world = talking_by_gateway();
    world.receive(&sends("m1", command(Command::Close { survey: false })));
    assert_eq!(world.outside.heard(), ["ConversationStateField conv-1"]);
}

fn named(name: &str) -> Profile {
    Profile {
        name: Some(name.to_owned()),
        ..Profile::default()
    }
}

#[test]
fn a_profile_that_has_changed_is_told_before_what_is_said() {
    let mut world = talking();
    world.receive(&sms_of(named("Ada"), "m1", "one"));
    assert_eq!(world.worked(), ["profile", "publish one"]);
    let told = world.outside.told.pop().unwrap();
    assert_eq!(told["type"], "userprofile.SetUserProfile");
    assert!(told["body"].to_string().contains("Ada"), "{told}");
    assert!(
        told["body"].to_string().contains(ADDRESS),
        "the rest stays: {told}"
    );
    world.receive(&sms_of(named("Ada"), "m2", "two"));
    assert_eq!(world.worked(), ["publish two"], "nothing has changed");
    world.receive(&sms_of(named("Eda"), "m3", "three"));
    assert_eq!(world.worked(), ["profile", "publish three"]);
    world.receive(&sms_of(named("Eda"), "m3", "three"));
    assert!(world.worked().is_empty());
}

#[test]
fn where_nothing_is_open_a_profile_goes_with_the_next_conversation() {
    let mut world = World::new();
    world.receive(&sms_of(named("Ada"), "m1", "one"));
    assert!(world.outside.heard().is_empty());
    let mut world = talking();
    let close = world.outside.agent_closes().unwrap();
    world.receive(&change(close));
    world.receive(&sms_of(named("Ada"), "m1", "one"));
    assert_eq!(world.worked(), ["create", "claim conv-2", "publish one"]);
    assert!(world.outside.heard().is_empty());
}

#[test]
fn a_gateways_profile_is_told_once() {
    let mut world = talking_by_gateway();
    let mut request = sends("m1", command(Command::UpdateProfile));
    request.route.profile = Some(named("Ada"));
    world.receive(&request);
    assert_eq!(world.outside.heard(), ["profile"]);
    world.receive(&request);
    assert!(world.outside.heard().is_empty());
}

#[test]
fn a_message_that_comes_again_does_not_bring_an_older_profile_back() {
    let mut world = talking();
    world.receive(&sms_of(named("Zoë"), "m1", "one"));
    world.receive(&sms_of(named("Ada"), "m2", "two"));
    world.run_for(SECOND);
    world.worked();
    world.receive(&sms_of(named("Zoë"), "m1", "one"));
    assert_eq!(world.worked(), Vec::<String>::new());
    let consumer = world.engine.consumer().unwrap();
    assert_eq!(consumer.profile.name.as_deref(), Some("Ada"));
}

#[test]
fn a_profile_without_a_conversation_opens_none() {
    let mut world = gateway(json!({}));
    let mut request = sends("m1", command(Command::UpdateProfile));
    request.route.profile = Some(named("Ada"));
    world.receive(&request);
    assert!(world.worked().is_empty());
    let consumer = world.engine.consumer().unwrap();
    assert_eq!(consumer.profile.name.as_deref(), Some("Ada"));
}

#[test]
fn what_has_no_answer_is_done_again() {
    for (kind, words) in [("update", "end"), ("update", "urgent"), ("profile", "hi")] {
        for reply in [
            Reply::LostAfter,
            Reply::LostBefore,
            Reply::NotSent,
            Reply::status(500),
            Reply::status(503),
            Reply::RetryAfter(429, 2),
        ] {
            let mut world = commanding();
            world.outside.script(kind, [reply]);
            world.receive(&sms_of(named("Ada"), "m1", words));
            world.run_for(MINUTE);
            assert_eq!(world.state("c:m1"), RowState::Delivered);
            let again = world.worked().iter().filter(|it| *it == kind).count();
            assert_eq!(again, 2, "{kind} {words}");
        }
    }
}

#[test]
fn a_command_survives_a_crash() {
    let mut world = commanding();
    world.accept(&sms_batch(&[("m1", "end"), ("m2", "again")]));
    let pending = world.take(IN).pending();
    let _ = world.perform(&pending);
    world.crash();
    world.run_for(MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "again"]);
    assert_eq!(world.outside.conversations.len(), 2);
}

#[test]
fn a_command_that_is_refused_is_a_dead_letter_and_the_lane_goes_on() {
    let mut world = commanding();
    world.outside.script("update", [Reply::status(400)]);
    world.receive(&sms_batch(&[("m1", "urgent"), ("m2", "please")]));
    let code = "400".to_owned();
    let row = world.row("c:m1");
    assert_eq!(row.detail.refusal, Some(Refusal::Rejected { code }));
    assert!(row.content.is_some());
    assert_eq!(world.outside.transcript(), ["hello", "please"]);
    assert_eq!(world.alarms(), ["refused"]);
}
