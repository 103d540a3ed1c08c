//! Quick replies and cards: shown as numbers where there is nothing but text, and found again in the answer.

use serde_json::json;

use super::support::*;
use super::{talking, talking_by_gateway};

/// An agent asks for a colour, with sequence 1.
fn asked(mut world: World) -> World {
    let question = world.outside.agent_sends(asks("Which?", &["Red", "Blue"]));
    world.receive(&event(question));
    world.worked();
    world.outside.echo_metadata = true;
    world
}

fn reference(world: &World, index: usize) -> String {
    let offers = &world.engine.consumer().unwrap().offers;
    offers.last().expect("an offer").reference(index)
}

/// The last thing that the consumer said, with its metadata.
fn last_said(world: &mut World) -> (String, serde_json::Value) {
    let echo = world.outside.echoes.pop_back().unwrap();
    let said = world.outside.transcript().pop().unwrap().to_owned();
    (said, echo.metadata.unwrap_or_default())
}

#[test]
fn quick_replies_and_cards_are_numbered_in_an_sms() {
    let mut world = asked(talking());
    let card = world
        .outside
        .agent_sends(card("Our colours", &["Red", "Blue"]));
    world.receive(&event(card));
    assert_eq!(
        world.outside.phone,
        ["Which?\n1. Red\n2. Blue", "Our colours\n1. Red\n2. Blue"]
    );
}

#[test]
fn a_typed_number_or_title_is_an_action_and_then_the_text_with_the_same_metadata() {
    for typed in ["2", "2.", " blue ", "BLUE", "(2)"] {
        let mut world = asked(talking());
        world.receive(&sms("m1", typed));
        assert_eq!(world.worked(), ["receipt", "publish Blue"], "{typed}");
        let action = &world.outside.told[0];
        assert_eq!(action["metadata"], json!([metadata("Blue")]));
        assert_eq!(world.outside.heard(), ["ACTION conv-1 [1]"]);
        let expected = ("Blue".to_owned(), json!([metadata("Blue")]));
        assert_eq!(last_said(&mut world), expected);
    }
}

#[test]
fn what_fits_no_choice_is_just_said() {
    for typed in ["3", "0", "Green", "2 please"] {
        let mut world = asked(talking());
        world.receive(&sms("m1", typed));
        assert_eq!(world.worked(), [format!("publish {typed}")]);
    }
}

#[test]
fn the_next_message_withdraws_the_numbers_but_a_tap_still_finds_its_choice() {
    let mut world = asked(talking());
    let tapped = reference(&world, 1);
    let agent = world.outside.agent_says("Take your time");
    world.receive(&event(agent));
    world.worked();
    world.receive(&sms("m1", "2"));
    assert_eq!(world.worked(), ["publish 2"]);
    world.receive(&tap("m2", "Blue", &tapped));
    assert_eq!(world.worked(), ["receipt", "publish Blue"]);
    assert_eq!(world.outside.heard(), ["ACTION conv-1 [1]"]);
}

#[test]
fn a_private_note_or_an_echo_withdraws_nothing() {
    let mut world = asked(talking());
    world.receive(&event(private_note("conv-1", 2, "hm")));
    world.receive(&sms("m1", "let me see"));
    let echo = world.outside.echo();
    world.receive(&event(echo));
    world.worked();
    world.receive(&sms("m2", "1"));
    assert_eq!(world.worked(), ["receipt", "publish Red"]);
}

#[test]
fn a_reference_that_nobody_knows_is_just_its_text() {
    for unknown in ["ffffffff.0", "nonsense", "", "1", ".1", "ffffffff.x"] {
        let mut world = asked(talking_by_gateway());
        world.receive(&tap("m1", "Blue", unknown));
        assert_eq!(world.worked(), ["publish Blue"], "{unknown}");
    }
    let mut world = asked(talking_by_gateway());
    let beyond = reference(&world, 2);
    world.receive(&tap("m1", "Blue", &beyond));
    assert_eq!(world.worked(), ["publish Blue"]);
}

#[test]
fn a_gateway_is_told_the_references() {
    let world = asked(talking_by_gateway());
    let choices = json!([
        { "reference": reference(&world, 0), "title": "Red", "text": "Red" },
        { "reference": reference(&world, 1), "title": "Blue", "text": "Blue" },
    ]);
    assert_eq!(world.outside.app[0]["choices"], choices);
    assert_eq!(
        world.outside.app[0]["place"],
        json!({ "dialog_id": "conv-1", "sequence": 1 })
    );
}

#[test]
fn what_was_offered_in_the_main_dialog_is_no_action_in_a_survey() {
    let mut world = asked(talking());
    world.receive(&change(surveyed("conv-1", "survey-1", 30)));
    world.receive(&sms("m1", "2"));
    assert_eq!(world.worked(), ["publish Blue"]);
    let expected = ("Blue".to_owned(), json!([metadata("Blue")]));
    assert_eq!(last_said(&mut world), expected);
}

#[test]
fn what_was_offered_in_a_closed_conversation_is_no_action() {
    // Told of the end, a number is a number again.
    for (told, said) in [(true, "publish 2"), (false, "publish Blue")] {
        let mut world = asked(talking());
        let close = world.outside.agent_closes().unwrap();
        if told {
            world.receive(&change(close));
        }
        world.receive(&sms("m1", "2"));
        assert!(world.outside.heard().is_empty());
        let worked = world.worked();
        assert_eq!(worked.last().unwrap(), said);
        assert!(worked.contains(&"create".to_owned()), "{worked:?}");
    }
}

#[test]
fn an_action_that_is_refused_keeps_no_text() {
    let mut world = asked(talking());
    world.outside.script("receipt", [Reply::status(400)]);
    world.receive(&sms("m1", "2"));
    assert_eq!(world.worked(), ["receipt", "publish Blue"]);
    assert!(world.alarms().is_empty());
}

#[test]
fn an_action_is_repeated_until_it_is_answered_and_the_text_waits_for_it() {
    for reply in [
        Reply::status(503),
        Reply::LostAfter,
        Reply::status(500),
        Reply::NotSent,
    ] {
        let mut world = asked(talking());
        world.outside.script("receipt", [reply]);
        world.receive(&sms("m1", "2"));
        assert_eq!(world.worked(), ["receipt"]);
        world.run_for(MINUTE);
        assert_eq!(world.worked(), ["receipt", "publish Blue"]);
    }
}

#[test]
fn offers_are_bounded() {
    let mut world = talking();
    let mut first = None;
    for _ in 0..30 {
        let question = world.outside.agent_sends(asks("Which?", &["Red", "Blue"]));
        world.receive(&event(question));
        first.get_or_insert_with(|| reference(&world, 1));
    }
    let long = "x".repeat(9000);
    let kept = |world: &World| world.engine.consumer().unwrap().offers.len();
    assert_eq!(kept(&world), 20);
    world.worked();
    world.receive(&tap("m1", "Blue", &first.unwrap()));
    assert_eq!(world.worked(), ["publish Blue"], "it is forgotten");
    for _ in 0..10 {
        let question = world.outside.agent_sends(asks("Which?", &[&long]));
        world.receive(&event(question));
    }
    let consumer = world.engine.consumer().unwrap();
    assert!(serde_json::to_string(&consumer.offers).unwrap().len() <= 48 * 1024);
    assert!(kept(&world) < 3, "long ones count for more");
    assert!(kept(&world) > 0);
}

#[test]
fn a_redelivered_callback_or_notification_has_no_second_effect() {
    let mut world = talking();
    let question = world.outside.agent_sends(asks("Which?", &["Red", "Blue"]));
    world.receive(&event(question.clone()));
    let answer = sms("m1", "2");
    world.receive(&answer);
    let agent = world.outside.agent_says("Thanks");
    world.receive(&event(agent));
    world.receive(&event(question));
    world.receive(&answer);
    assert_eq!(world.outside.heard(), ["ACTION conv-1 [1]"]);
    assert_eq!(world.outside.transcript(), ["hello", "Blue"]);
    world.receive(&sms("m2", "2"));
    assert_eq!(world.outside.transcript(), ["hello", "Blue", "2"]);
}

#[test]
fn offers_outlive_the_process() {
    let mut world = asked(talking());
    world.crash();
    world.accept(&sms("m1", "2"));
    world.crash();
    world.drain_all();
    assert_eq!(world.worked(), ["receipt", "publish Blue"]);
}
