//! What the consumer does beside talking: agents are told of it while they talk with the consumer.

use liveengage_connector::conversation::RowState;
use liveengage_connector::message::Profile;

use super::support::*;
use super::{talking, talking_on};

#[test]
fn an_aside_is_a_line_among_what_is_said() {
    let mut world = talking();
    world.receive(&sms("m1", "one"));
    world.receive(&aside("a1", "[reacted with 👍]"));
    world.receive(&aside("a1", "[reacted with 👍]"));
    world.receive(&sms("m2", "two"));
    let expected = ["hello", "one", "[reacted with 👍]", "two"];
    assert_eq!(world.outside.transcript(), expected);
}

#[test]
fn an_aside_opens_no_conversation() {
    let mut world = World::new();
    world.receive(&aside("a1", "[added the account]"));
    assert_eq!(world.worked(), Vec::<String>::new());
    assert_eq!(world.state("c:a1"), RowState::Delivered);
    assert_eq!(world.story("c:a1"), "accepted moot");
    world.receive(&sms("m0", "hello"));
    assert_eq!(world.outside.transcript(), ["hello"]);
    let closed = world.outside.agent_closes().unwrap();
    world.receive(&change(closed));
    world.worked();
    world.receive(&aside("a2", "[blocked the account]"));
    world.run_for(HOUR);
    assert_eq!(world.worked(), Vec::<String>::new());
    assert_eq!(world.state("c:a2"), RowState::Delivered);
}

#[test]
fn an_aside_goes_into_no_survey() {
    let mut world = talking();
    world.receive(&change(surveyed("conv-1", "survey-1", 30)));
    world.receive(&aside("a1", "[reacted with 👍]"));
    world.receive(&sms("m1", "5 stars"));
    assert_eq!(world.outside.transcript(), ["hello", "5 stars"]);
}

#[test]
fn a_long_aside_is_cut_like_any_text() {
    let mut world = talking_on(World::new());
    let words = format!("[edited] {}", "word ".repeat(3000));
    world.receive(&aside("a1", &words));
    let said = world.outside.transcript()[1..].join(" ");
    let squeeze = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(squeeze(&said), squeeze(&words));
    assert!(world.outside.transcript().len() > 3);
}

#[test]
fn a_profile_that_comes_with_an_aside_is_learned() {
    let mut world = World::new();
    let mut request = aside("a1", "[added the account]");
    request.route.profile = Some(Profile {
        name: Some("Zoë".to_owned()),
        ..Profile::default()
    });
    world.receive(&request);
    let consumer = world.engine.consumer().unwrap();
    assert_eq!(consumer.profile.name.as_deref(), Some("Zoë"));
}
