//! What a platform that shows more than messages hears of a conversation.

use liveengage_connector::liveengage::agent_profile::AgentProfile;
use liveengage_connector::liveengage::notification::ConversationChange;
use liveengage_connector::message::Command;
use serde_json::{Value, json};

use super::support::*;
use super::{gateway, talking, talking_by_gateway, talking_on};

/// What the app was told, in its order: the news by name, messages by text.
fn heard(world: &World) -> Vec<&str> {
    let word = |sent: &'_ Value| match sent["type"].as_str() {
        Some("conversation") => sent["news"].as_str().map(str::len).map(|_| ()),
        _ => None,
    };
    let mut heard = Vec::new();
    for sent in &world.outside.app {
        let name = if word(sent).is_some() { "news" } else { "text" };
        heard.extend(sent[name].as_str());
    }
    heard
}

/// A conversation's whole life.
fn life() -> Vec<ConversationChange> {
    let mut closed = closed("conv-1", 70);
    closed.close_reason = Some("AGENT".to_owned());
    vec![
        opened("conv-1", 10),
        off_hours("conv-1", 99, 20),
        with_skill("1", "conv-1", 30),
        with_skill("2", "conv-1", 40),
        surveyed("conv-1", "survey-1", 60),
        closed,
    ]
}

const WHOLE: [&str; 6] = [
    "opened",
    "off_hours",
    "agent_joined",
    "transferred",
    "survey_started",
    "closed",
];

#[test]
fn a_gateway_hears_of_every_change_once() {
    let mut world = talking_by_gateway();
    for state in life() {
        world.receive(&change(state));
    }
    assert_eq!(heard(&world), WHOLE);
    let told = &world.outside.app;
    for sent in told {
        assert_eq!(sent["to"], ADDRESS);
        assert_eq!(sent["conversation_id"], "conv-1");
    }
    assert_eq!(told[1]["until"], 99);
    assert_eq!(told[2]["agent_id"], AGENT);
    assert_eq!(
        told[2]["agent"],
        json!({ "id": AGENT, "role": "ASSIGNED_AGENT" })
    );
    assert_eq!(told[5]["by"], "AGENT");
}

#[test]
fn redelivered_and_stale_states_are_no_news() {
    for crash in [false, true] {
        let mut world = talking_by_gateway();
        let life = life();
        for (index, state) in life.iter().enumerate() {
            world.receive(&change(state.clone()));
            if crash {
                world.crash();
            }
            for earlier in &life[..=index] {
                world.receive(&change(earlier.clone()));
            }
        }
        assert_eq!(heard(&world), WHOLE);
    }
}

#[test]
fn news_keep_their_order_among_messages_even_if_the_app_is_down() {
    let mut world = talking_by_gateway();
    world
        .outside
        .script("app", [Reply::status(503), Reply::LostAfter]);
    world.receive(&change(taken_by(AGENT, "conv-1", 10)));
    let agent = world.outside.agent_says("Hello");
    world.receive(&event(agent));
    world.receive(&change(surveyed("conv-1", "survey-1", 20)));
    assert!(heard(&world).is_empty());
    world.run_for(MINUTE);
    assert_eq!(
        heard(&world),
        ["opened", "agent_joined", "Hello", "survey_started"]
    );
}

#[test]
fn a_conversation_that_was_heard_of_by_its_close_is_closed() {
    let mut world = talking_by_gateway();
    world.receive(&change(closed("conv-1", 10)));
    assert_eq!(heard(&world), ["closed"]);
}

#[test]
fn what_the_consumer_has_closed_is_told_to_be_closed() {
    let mut world = talking_by_gateway();
    world.receive(&change(opened("conv-1", 10)));
    world.receive(&sends("m1", command(Command::Close { survey: false })));
    assert_eq!(heard(&world), ["opened"]);
    world.receive(&change(closed("conv-1", 20)));
    world.receive(&change(closed("conv-1", 20)));
    world.receive(&change(closed("conv-1", 30)));
    assert_eq!(heard(&world), ["opened", "closed"]);
}

#[test]
fn an_agent_who_comes_back_and_a_skill_that_returns_are_told_again() {
    let mut world = talking_by_gateway();
    for (at, skill) in [(10, "1"), (20, "2"), (30, "1")] {
        world.receive(&change(with_skill(skill, "conv-1", at)));
        world.receive(&change(opened("conv-1", at + 5)));
    }
    assert_eq!(
        heard(&world),
        [
            "opened",
            "agent_joined",
            "transferred",
            "agent_joined",
            "transferred",
            "agent_joined"
        ]
    );
}

#[test]
fn an_agent_who_joins_is_shown_by_name() {
    let mut world = talking_on(gateway(json!({ "show_agent": true })));
    let profile = AgentProfile {
        nickname: Some("Ann".to_owned()),
        ..AgentProfile::default()
    };
    world.outside.agents.insert(AGENT.to_owned(), profile);
    world.receive(&change(taken_by(AGENT, "conv-1", 10)));
    let joined = &world.outside.app[1];
    assert_eq!(joined["agent"]["name"], "Ann", "{joined}");
    assert_eq!(joined["agent_id"], AGENT);
    let looked_up = |it: &&String| it.starts_with("look up");
    assert_eq!(world.worked().iter().filter(looked_up).count(), 1);
}

#[test]
fn a_text_message_has_no_use_for_news() {
    let mut world = talking();
    let rows = world.engine.store().rows().count();
    for state in life() {
        world.receive(&change(state));
    }
    assert_eq!(world.engine.store().rows().count(), rows);
    assert!(world.outside.phone.is_empty());
}

#[test]
fn news_withdraw_no_choices() {
    let mut world = talking_by_gateway();
    let question = world.outside.agent_sends(asks("Which?", &["Red", "Blue"]));
    world.receive(&event(question));
    world.receive(&change(taken_by(AGENT, "conv-1", 10)));
    world.receive(&sms("m1", "2"));
    assert_eq!(world.outside.heard(), ["ACTION conv-1 [1]"]);
}
