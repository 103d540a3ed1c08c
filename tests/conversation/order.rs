//! The order of what comes from LiveEngage.

use liveengage_connector::http::Millis;
use serde_json::json;

use super::support::*;
use super::{OUT, talking, talking_on};

fn patient() -> World {
    talking_on(World::with_channel(&json!({ "reorder_wait_ms": 800 })))
}

fn agent(world: &mut World, sequence: u64) {
    world.receive(&event(agent_text(
        "conv-1",
        sequence,
        &sequence.to_string(),
    )));
}

/// A world whose dialog has just shown disorder: 3 came before 2.
fn disordered() -> World {
    let mut world = patient();
    for sequence in [1, 3, 2] {
        agent(&mut world, sequence);
    }
    world.outside.phone.clear();
    world
}

#[test]
fn by_default_arrival_is_the_order() {
    let mut world = talking();
    for sequence in [3, 1, 2] {
        world.accept(&event(agent_text(
            "conv-1",
            sequence,
            &sequence.to_string(),
        )));
    }
    world.drain_all();
    assert_eq!(world.outside.phone, ["3", "1", "2"]);
}

#[test]
fn a_gap_alone_makes_nothing_wait() {
    let mut world = patient();
    agent(&mut world, 5);
    agent(&mut world, 9);
    assert_eq!(world.outside.phone, ["5", "9"]);
}

#[test]
fn after_disorder_a_gap_is_waited_for_so_long() {
    let mut world = disordered();
    agent(&mut world, 6);
    assert!(world.outside.phone.is_empty());
    assert_eq!(world.row("l:conv-1:6").due_at, START + 800);
    world.run_for(800);
    assert_eq!(world.outside.phone, ["6"]);
}

#[test]
fn a_late_lower_sequence_goes_first_and_releases_what_waited() {
    let mut world = disordered();
    agent(&mut world, 5);
    agent(&mut world, 4);
    assert_eq!(world.outside.phone, ["4", "5"]);
}

#[test]
fn several_late_ones_find_their_places() {
    let mut world = disordered();
    for sequence in [8, 6, 7, 5, 4] {
        world.accept(&event(agent_text(
            "conv-1",
            sequence,
            &sequence.to_string(),
        )));
    }
    world.drain(OUT);
    assert_eq!(world.outside.phone, ["4", "5", "6", "7", "8"]);
}

#[test]
fn a_private_note_or_an_echo_fills_a_gap() {
    for filler in [private_note("conv-1", 4, "note"), echo("conv-1", 4, "echo")] {
        let mut world = disordered();
        agent(&mut world, 5);
        world.receive(&event(filler));
        assert_eq!(world.outside.phone, ["5"]);
    }
}

#[test]
fn disorder_is_forgotten_after_a_minute() {
    let mut world = disordered();
    world.advance(MINUTE + 1);
    agent(&mut world, 6);
    assert_eq!(world.outside.phone, ["6"]);
}

#[test]
fn a_restart_is_no_disorder() {
    let mut world = patient();
    for sequence in [1, 2, 3, 9, 10, 11] {
        agent(&mut world, sequence);
    }
    world.receive(&sms("m1", "one"));
    world.outside.phone.clear();
    world.crash();
    agent(&mut world, 20);
    assert_eq!(world.outside.phone, ["20"]);
}

#[test]
fn a_message_already_tried_is_not_overtaken() {
    let mut world = disordered();
    world.outside.script("sms", [Reply::status(503)]);
    agent(&mut world, 6);
    world.run_for(900);
    assert_eq!(world.row("l:conv-1:6").detail.attempt, 1);
    agent(&mut world, 5);
    world.run_for(MINUTE);
    assert_eq!(world.outside.phone, ["6", "5"]);
}

#[test]
fn waiting_never_exceeds_the_setting() {
    let mut world = disordered();
    for sequence in [6, 8, 10] {
        agent(&mut world, sequence);
    }
    let latest: Millis = world
        .engine
        .store()
        .rows()
        .map(|row| row.due_at)
        .max()
        .unwrap();
    assert!(latest <= START + 800);
    world.run_for(800);
    assert_eq!(world.outside.phone, ["6", "8", "10"]);
}
