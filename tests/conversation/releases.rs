//! A newer Worker speaks to an older object, and rows that a later release has left behind.

use liveengage_connector::conversation::wire::AcceptRequest;
use liveengage_connector::conversation::{Engine, Lane, Row, RowState, Store};
use liveengage_connector::message::Content;
use liveengage_connector::outcome::Refusal;
use serde_json::{Value, json};

use super::support::*;
use super::{IN, talking};

/// A request as a later release writes it.
fn of_a_later_release(request: &AcceptRequest, at: usize, event: Value) -> AcceptRequest {
    let mut whole = serde_json::to_value(request).unwrap();
    whole["events"].as_array_mut().unwrap().insert(at, event);
    serde_json::from_value(whole).unwrap()
}

fn letters(world: &World) -> Vec<(Lane, Option<Refusal>, Option<Content>)> {
    let rows = world.engine.store().rows();
    let refused = rows.filter(|row| row.state == RowState::Refused);
    let letter = |row: &Row| (row.lane, row.detail.refusal.clone(), row.content.clone());
    refused.map(letter).collect()
}

#[test]
fn an_unknown_event_becomes_a_dead_letter_and_what_stands_around_it_is_delivered_in_order() {
    let mut world = talking();
    let merged = json!({ "event": "merged", "with": "somebody" });
    let batch = sms_batch(&[("m1", "one"), ("m2", "two")]);
    let batch = of_a_later_release(&batch, 1, merged.clone());
    let response = world.receive(&batch);
    assert_eq!((response.accepted, response.duplicates), (3, 0));
    let again = world.receive(&batch);
    assert_eq!((again.accepted, again.duplicates), (0, 3));
    assert_eq!(world.outside.transcript(), ["hello", "one", "two"]);
    let what = "event of another release (merged)".to_owned();
    let kept = Content::Malformed {
        what: what.clone(),
        raw: merged.to_string(),
    };
    let letter = (IN, Some(Refusal::Malformed { what }), Some(kept));
    assert_eq!(letters(&world), [letter]);
}

#[test]
fn an_unknown_event_is_kept_where_nobody_is_known() {
    let mut world = World::new();
    let batch = of_a_later_release(&webhook(Vec::new()), 0, json!({ "event": "rated" }));
    assert_eq!(world.receive(&batch).accepted, 1);
    world.crash();
    assert_eq!(letters(&world).len(), 1);
    assert!(world.engine.next_wake().is_some(), "it is pruned one day");
}

#[test]
fn an_unknown_signal_leaves_nothing_behind() {
    let mut world = talking();
    let signal = json!({ "event": "signal", "signal": "reaction", "emoji": "+" });
    let batch = of_a_later_release(&sms("m1", "one"), 0, signal);
    let response = world.receive(&batch);
    assert_eq!((response.accepted, response.facts), (1, 1));
    assert_eq!(world.outside.transcript(), ["hello", "one"]);
    assert_eq!(letters(&world), []);
}

#[test]
fn an_agents_event_of_an_unknown_kind_is_refused_in_its_turn_and_a_note_of_one_leaves_nothing() {
    let mut world = talking();
    for (words, audience) in [("one", "ALL"), ("?", "ALL"), ("!", "NOTES"), ("two", "ALL")] {
        let mut event = world.outside.agent_says(words);
        event.audience = Some(audience.to_owned());
        let mut whole = serde_json::to_value(event).unwrap();
        if !words.chars().all(char::is_alphabetic) {
            whole["body"] = json!({ "kind": "poll", "question": words });
        }
        world.receive(&event_of(whole));
    }
    world.run_for(MINUTE);
    assert_eq!(world.outside.phone, ["one", "two"]);
    let [(lane, _, kept)] = &letters(&world)[..] else {
        panic!("{:?}", letters(&world));
    };
    let raw = json!({ "kind": "poll", "question": "?" });
    let name = "poll".to_owned();
    assert_eq!(*lane, Lane::ToConsumer);
    assert_eq!(*kept, Some(Content::Unsupported { name, raw }));
}

fn event_of(change: Value) -> AcceptRequest {
    event(serde_json::from_value(change).unwrap())
}

#[test]
fn content_of_a_later_release_is_refused_in_its_turn() {
    let mut world = talking();
    let content = json!({ "kind": "poll", "question": "?" });
    let poll = json!({ "event": "message", "id": "m2", "content": content });
    let batch = sms_batch(&[("m1", "one"), ("m3", "three")]);
    world.receive(&of_a_later_release(&batch, 1, poll));
    world.run_for(MINUTE);
    assert_eq!(world.outside.transcript(), ["hello", "one", "three"]);
    assert_eq!(letters(&world).len(), 1);
}

#[test]
fn what_a_later_release_noted_outlives_the_writes_of_this_one() {
    let mut world = talking();
    world.accept(&sms("m1", "one"));
    let mut disk = world.engine.store().reopened();
    let mut row = world.row("c:m1").clone();
    row.detail.later.insert("mood".to_owned(), json!("good"));
    disk.update(&row).unwrap();
    let mut consumer = disk.consumer().unwrap().unwrap();
    consumer.later.insert("tier".to_owned(), json!({ "is": 3 }));
    for known in &mut consumer.conversations {
        known.later.insert("queue".to_owned(), json!(7));
    }
    disk.put_consumer(&consumer).unwrap();
    world.engine = Engine::load(disk).unwrap();
    world.run_for(MINUTE);
    world.receive(&change(closed("conv-1", 20)));
    world.crash();
    let row = world.row("c:m1");
    assert_eq!(row.state, RowState::Delivered);
    assert_eq!(row.detail.later["mood"], "good");
    let consumer = world.engine.consumer().unwrap();
    assert!(!consumer.has_open_conversation());
    assert_eq!(consumer.later["tier"], json!({ "is": 3 }));
    assert_eq!(consumer.conversations[0].later["queue"], 7);
}
