//! Who speaks: looked up once, where the channel shows it.

use liveengage_connector::liveengage::agent_profile::AgentProfile;
use liveengage_connector::liveengage::notification::DialogEvent;
use serde_json::json;

use super::support::*;
use super::{gateway, talking, talking_on};

fn named(name: &str) -> AgentProfile {
    AgentProfile {
        nickname: Some(name.to_owned()),
        picture_url: Some("https://pictures.example/ann.png".to_owned()),
    }
}

fn showing() -> World {
    let mut world = talking_on(World::with_channel(&json!({ "show_agent": true })));
    world.outside.agents.insert(AGENT.to_owned(), named("Ann"));
    world
}

fn says(world: &mut World, agent: &str, words: &str) {
    let said = world.outside.agent_says(words);
    world.receive(&event(DialogEvent {
        originator_id: Some(agent.to_owned()),
        ..said
    }));
}

#[test]
fn an_agent_is_looked_up_once_and_named_before_the_text() {
    let mut world = showing();
    says(&mut world, AGENT, "hi");
    says(&mut world, AGENT, "well?");
    world.crash();
    says(&mut world, AGENT, "bye");
    assert_eq!(
        world.worked(),
        [
            "look up agent-1",
            "sms Ann: hi",
            "sms Ann: well?",
            "sms Ann: bye"
        ]
    );
    world.advance(7 * DAY);
    says(&mut world, AGENT, "me again");
    assert_eq!(world.worked(), ["look up agent-1", "sms Ann: me again"]);
}

#[test]
fn each_agent_has_a_nickname_or_none() {
    let mut world = showing();
    let nameless = AgentProfile {
        nickname: None,
        ..named("")
    };
    world.outside.agents.insert("agent-2".to_owned(), nameless);
    says(&mut world, AGENT, "hi");
    says(&mut world, "agent-2", "ho");
    // Their full names are not for consumers.
    assert_eq!(world.outside.phone, ["Ann: hi", "ho"]);
}

#[test]
fn a_look_up_that_fails_keeps_no_message_and_is_repeated_after_an_hour() {
    let mut world = showing();
    world.outside.agents.clear();
    says(&mut world, AGENT, "hi");
    says(&mut world, AGENT, "well?");
    assert_eq!(world.worked(), ["look up agent-1", "sms hi", "sms well?"]);
    world.advance(HOUR);
    world.outside.agents.insert(AGENT.to_owned(), named("Ann"));
    says(&mut world, AGENT, "bye");
    assert_eq!(world.worked(), ["look up agent-1", "sms Ann: bye"]);
}

#[test]
fn automatic_messages_have_no_speaker() {
    let mut world = showing();
    let said = world.outside.agent_says("Welcome");
    world.receive(&event(DialogEvent {
        role: Some("CONTROLLER".to_owned()),
        ..said
    }));
    assert_eq!(world.worked(), ["sms Welcome"]);
}

#[test]
fn a_channel_that_shows_nobody_looks_nobody_up() {
    let mut world = talking();
    world.outside.agents.insert(AGENT.to_owned(), named("Ann"));
    says(&mut world, AGENT, "hi");
    assert_eq!(world.worked(), ["sms hi"]);
}

#[test]
fn a_gateway_is_told_the_speaker_beside_the_text() {
    for shown in [true, false] {
        let mut world = talking_on(gateway(json!({ "show_agent": shown })));
        world.outside.agents.insert(AGENT.to_owned(), named("Ann"));
        says(&mut world, AGENT, "hi");
        let mut agent = json!({ "id": AGENT, "role": "ASSIGNED_AGENT" });
        if shown {
            agent["name"] = json!("Ann");
            agent["picture"] = json!("https://pictures.example/ann.png");
        }
        assert_eq!(world.outside.app[0]["agent"], agent);
        assert_eq!(world.outside.app[0]["text"], "hi");
    }
}

#[test]
fn agents_are_bounded() {
    let mut world = showing();
    for number in 0..30 {
        says(&mut world, &format!("agent-{number}"), "hi");
    }
    assert_eq!(world.engine.consumer().unwrap().agents.len(), 20);
    assert_eq!(world.outside.phone.len(), 30);
}
