//! Leading a consumer to a conversation by hand.

use liveengage_connector::conversation::operate::{Answer, Operation};

use super::support::*;
use super::talking;

fn adopt(world: &mut World, conversation: &str) -> Answer {
    let conversation_id = conversation.to_owned();
    operate(world, &Operation::Adopt { conversation_id })
}

fn import(world: &mut World, conversation: &str) -> Answer {
    let operation = Operation::Import {
        route: Box::new(consumer_route()),
        conversation_id: conversation.to_owned(),
    };
    operate(world, &operation)
}

#[test]
fn what_waits_for_an_unknown_open_conversation_goes_to_the_adopted_one() {
    let mut world = World::new();
    world.outside.conversations.push(("lost".to_owned(), true));
    world.receive(&sms("m0", "hello"));
    world.run_for(20 * MINUTE);
    assert!(world.alarms().contains(&"already_open_unresolved"));
    assert_eq!(adopt(&mut world, "lost"), Answer::Done);
    world.drain_all();
    assert_eq!(world.outside.transcript(), ["hello"]);
    assert!(world.worked().contains(&"claim lost".to_owned()));
}

#[test]
fn an_adopted_conversation_comes_before_others_that_are_open() {
    let mut world = talking();
    world.outside.conversations = vec![("other".to_owned(), true)];
    assert_eq!(adopt(&mut world, "other"), Answer::Done);
    world.receive(&sms("m1", "are you there"));
    let said = world.outside.said.last().unwrap();
    assert_eq!(
        (said.conversation.as_str(), said.text.as_str()),
        ("other", "are you there")
    );
}

#[test]
fn nobody_and_nonsense_adopt_nothing() {
    assert_eq!(adopt(&mut World::new(), "conv-9"), Answer::Unknown);
    let mut world = talking();
    for nonsense in ["", "a b", "\u{1}", &"x".repeat(201)] {
        assert!(matches!(
            adopt(&mut world, nonsense),
            Answer::Impossible { .. }
        ));
    }
}

#[test]
fn an_imported_consumer_goes_on_in_the_open_conversation() {
    let mut world = World::new();
    world.outside.conversations.push(("old".to_owned(), true));
    assert_eq!(import(&mut world, "old"), Answer::Done);
    world.drain_all();
    assert_eq!(world.worked(), ["claim old"], "agents are led here at once");
    let said = world.outside.agent_says("welcome back");
    world.receive(&event(said));
    assert_eq!(world.outside.phone, ["welcome back"]);
    world.receive(&sms("m0", "hello"));
    assert_eq!(world.outside.transcript(), ["hello"]);
    assert_eq!(
        world.outside.conversations.len(),
        1,
        "no second conversation"
    );
}

#[test]
fn importing_again_changes_nothing_and_another_conversation_is_refused() {
    let mut world = World::new();
    import(&mut world, "old");
    world.drain_all();
    let before = world.engine.consumer().cloned();
    assert_eq!(import(&mut world, "old"), Answer::Done);
    let now = world.engine.consumer().cloned();
    assert_eq!(
        now.map(|it| it.conversations),
        before.map(|it| it.conversations)
    );
    assert!(matches!(
        import(&mut world, "new"),
        Answer::Impossible { .. }
    ));
    assert!(!world.has_open());
}
