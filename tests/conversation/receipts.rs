//! What was received and read, and that agents type: hints in both directions.

use liveengage_connector::message::ReceiptStatus;
use serde_json::{Value, json};

use super::support::*;
use super::{IN, OUT, talking, talking_by_gateway};

#[test]
fn receipts_of_the_platform_are_merged_by_dialog_and_status() {
    let mut world = talking();
    for words in ["a", "b", "c"] {
        let agent = world.outside.agent_says(words);
        world.receive(&event(agent));
    }
    world.receive(&change(surveyed("conv-1", "survey-1", 30)));
    let mut question = agent_text("conv-1", 0, "stars?");
    question.dialog_id = "survey-1".to_owned();
    world.receive(&event(question));
    world.receive(&change(opened("conv-1", 40)));
    world.crash();
    let rows = world.engine.store().rows().count();
    for (id, status) in [
        ("SM3", ReceiptStatus::Delivered),
        ("SM1", ReceiptStatus::Delivered),
        ("SM1", ReceiptStatus::Read),
        ("SM1", ReceiptStatus::Delivered),
        ("SM2", ReceiptStatus::Accessed),
        ("SM4", ReceiptStatus::Read),
        ("SM9", ReceiptStatus::Read),
    ] {
        world.accept(&receipt(id, status));
    }
    world.drain_all();
    assert_eq!(
        world.outside.heard(),
        [
            "ACCEPT conv-1 [1,3]",
            "READ conv-1 [1]",
            "ACCESS conv-1 [2]"
        ],
        "the survey is over, and nobody knows SM9"
    );
    assert_eq!(world.engine.store().rows().count(), rows);
    world.ring_for(HOUR);
    assert!(world.outside.heard().is_empty());
}

#[test]
fn a_receipt_may_be_about_all_messages_until_then() {
    let mut world = talking();
    let mut times = Vec::new();
    for words in ["a", "b", "c"] {
        let agent = world.outside.agent_says(words);
        world.receive(&event(agent));
        times.push(world.now);
        world.advance(MINUTE);
    }
    world.crash();
    let read = ReceiptStatus::Read;
    world.receive(&receipt_until(times[0] - HOUR, read));
    assert!(world.outside.heard().is_empty());
    world.receive(&receipt_until(times[1], read));
    assert_eq!(world.outside.heard(), ["READ conv-1 [1,2]"]);
    world.receive(&receipt_until(times[1], read));
    world.receive(&receipt_until(times[0], read));
    assert!(world.outside.heard().is_empty(), "it was told already");
    world.receive(&receipt_until(world.now, read));
    assert_eq!(world.outside.heard(), ["READ conv-1 [3]"]);
    world.receive(&receipt_until(world.now, ReceiptStatus::Failed));
    assert!(world.outside.heard().is_empty(), "not all of them failed");
}

#[test]
fn a_receipt_may_come_before_the_answer_to_its_send() {
    let mut world = talking();
    let agent = world.outside.agent_says("yes?");
    world.accept(&event(agent));
    let sending = world.take(OUT).pending();
    let answer = world.perform(&sending);
    world.accept(&receipt("SM1", ReceiptStatus::Delivered));
    world.drain(IN);
    assert!(world.outside.heard().is_empty());
    world.end(&sending, &answer);
    world.drain_all();
    assert_eq!(world.outside.heard(), ["ACCEPT conv-1 [1]"]);
}

#[test]
fn a_failure_may_come_before_the_answer_to_its_send() {
    let mut world = talking();
    let agent = world.outside.agent_says("yes?");
    world.accept(&event(agent));
    let sending = world.take(OUT).pending();
    let answer = world.perform(&sending);
    world.accept(&receipt("SM1", ReceiptStatus::Failed));
    world.end(&sending, &answer);
    world.drain_all();
    assert_eq!(world.outside.heard(), ["NACK conv-1 [1]"]);
}

fn hints(world: &mut World) -> Vec<Value> {
    world.outside.app.drain(..).collect()
}

#[test]
fn a_gateway_sees_agents_type_and_read() {
    let mut world = talking_by_gateway();
    let long: String = (0..2000).map(|n| format!("word{n} ")).collect();
    world.receive(&sms("m1", &long));
    let pieces: Vec<u64> = (1..=world.row("c:m1").detail.published.len() as u64).collect();
    assert!(pieces.len() > 1);
    world.receive(&event(agent_state("conv-1", "COMPOSING")));
    let to = ADDRESS;
    assert_eq!(
        hints(&mut world),
        [json!({ "to": to, "timestamp": START, "type": "typing", "state": "composing" })]
    );
    world.receive(&event(agent_saw("conv-1", 20, "ACCEPT", &[0])));
    world.receive(&event(agent_saw("conv-1", 21, "READ", &pieces)));
    world.receive(&event(agent_saw("conv-1", 22, "READ", &[77])));
    world.receive(&event(agent_saw("conv-1", 23, "NACK", &[0])));
    let seen = |message, status| json!({ "to": to, "timestamp": START, "type": "receipt", "message": message, "status": status });
    assert_eq!(
        hints(&mut world),
        [seen("m0", "delivered"), seen("m1", "read")]
    );
}

#[test]
fn an_app_that_fails_on_a_hint_is_not_asked_again() {
    let mut world = talking_by_gateway();
    for reply in [Reply::status(500), Reply::LostAfter, Reply::status(401)] {
        world.outside.script("app", [reply]);
        world.receive(&event(agent_state("conv-1", "COMPOSING")));
    }
    world.ring_for(HOUR);
    assert_eq!(world.signals.len(), 3);
}

#[test]
fn messages_go_before_receipts_however_many_there_are() {
    let mut world = talking_by_gateway();
    for n in 1..=20 {
        world.receive(&sms(&format!("m{n}"), "x"));
    }
    let seen: Vec<u64> = world
        .outside
        .said
        .iter()
        .map(|said| said.sequence)
        .collect();
    world.worked();
    world.accept(&event(agent_saw("conv-1", 50, "READ", &seen)));
    let said = world.outside.agent_says("first of all");
    world.accept(&event(said));
    world.outside.script("app", [Reply::Ok, Reply::LostBefore]);
    world.drain(OUT);
    // The first hint that fails is the last one.
    assert_eq!(world.worked(), ["app first of all", "signal app"]);
}

#[test]
fn a_text_message_has_no_use_for_what_agents_do() {
    let mut world = talking();
    world.accept(&event(agent_state("conv-1", "COMPOSING")));
    world.accept(&event(agent_saw("conv-1", 1, "READ", &[0])));
    assert!(matches!(world.drain(OUT), Taken::Idle));
    assert!(matches!(world.drain(IN), Taken::Idle));
    assert!(world.worked().is_empty());
}
