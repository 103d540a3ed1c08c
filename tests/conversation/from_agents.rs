//! What comes from LiveEngage, and what of it is for the consumer.

use liveengage_connector::conversation::RowState;
use liveengage_connector::conversation::wire::{AcceptEvent, AcceptRequest};
use liveengage_connector::liveengage::notification::{DialogEvent, EventBody};
use liveengage_connector::message::{Content, ReceiptStatus, Signal};
use liveengage_connector::outcome::Refusal;
use serde_json::json;

use super::support::*;
use super::{OUT, talking};

#[test]
fn a_private_note_makes_no_row_and_leaves_nothing_behind() {
    let mut world = talking();
    let response = world.receive(&event(private_note("conv-1", 1, "the customer is rude")));
    assert_eq!((response.accepted, response.facts), (0, 1));
    assert_eq!(world.engine.store().rows().count(), 1);
    assert!(world.outside.phone.is_empty());
}

#[test]
fn an_audience_that_nobody_knows_is_private() {
    for audience in ["AGENTS_AND_MANAGERS", "all", "All", "", "EVERYBODY", "ALL "] {
        let mut world = talking();
        let mut note = agent_text("conv-1", 1, "note");
        note.audience = Some(audience.to_owned());
        world.receive(&event(note));
        assert_eq!(world.engine.store().rows().count(), 1, "{audience:?}");
    }
    let mut world = talking();
    let mut text = agent_text("conv-1", 1, "for all");
    text.audience = None;
    world.receive(&event(text));
    assert_eq!(world.outside.phone, ["for all"]);
}

#[test]
fn an_unattributed_event_is_a_dead_letter_and_never_forwarded() {
    let mut world = talking();
    world.receive(&event(unattributed("conv-1", 1, "who said that?")));
    let row = world.row("l:conv-1:1");
    assert!(matches!(
        row.detail.refusal,
        Some(Refusal::Malformed { .. })
    ));
    assert_eq!(row.content, Some(text("who said that?")));
    assert!(world.outside.phone.is_empty());
    assert_eq!(world.alarms(), ["refused"]);
}

#[test]
fn our_own_words_are_recognised_by_the_consumer_id_alone() {
    let mut world = talking();
    let mut own = echo("conv-1", 1, "from another device");
    own.role = None;
    world.receive(&event(own));
    assert_eq!(world.engine.store().rows().count(), 1);
    assert!(world.outside.phone.is_empty());
}

#[test]
fn signals_make_no_row_in_either_direction() {
    let mut world = talking();
    let silent = |body| DialogEvent {
        body,
        ..agent_text("conv-1", 1, "")
    };
    let signals = [
        AcceptEvent::Dialog {
            change: silent(EventBody::ChatState {
                state: "COMPOSING".to_owned(),
            }),
        },
        AcceptEvent::Dialog {
            change: silent(EventBody::Accept {
                status: "READ".to_owned(),
                sequences: vec![0],
            }),
        },
        AcceptEvent::Signal {
            signal: Signal::ChatState {
                state: "ACTIVE".to_owned(),
            },
        },
        AcceptEvent::Signal {
            signal: Signal::Receipt {
                remote_id: "SM1".to_owned(),
                status: ReceiptStatus::Read,
                code: None,
            },
        },
    ];
    for signal in signals {
        let response = world.receive(&webhook(vec![signal]));
        assert_eq!((response.accepted, response.facts), (0, 1));
    }
    assert_eq!(world.engine.store().rows().count(), 1);
    // What the consumer does is told; a text message has no use for the rest.
    assert_eq!(world.worked(), ["signal chat_state"]);
}

#[test]
fn signals_alone_do_not_make_an_object_exist() {
    let mut world = World::new();
    let signal = AcceptEvent::Signal {
        signal: Signal::ChatState {
            state: "ACTIVE".to_owned(),
        },
    };
    world.receive(&webhook(vec![signal]));
    world.receive(&event(private_note("conv-1", 1, "note")));
    world.receive(&event(echo("conv-1", 2, "echo")));
    assert_eq!(world.engine.store().writes, 0);
    assert_eq!(world.engine.next_wake(), None);
}

#[test]
fn content_for_somebody_without_an_address_is_a_dead_letter() {
    let mut world = World::new();
    world.receive(&event(agent_text("conv-1", 1, "hello?")));
    assert_eq!(
        world.row("l:conv-1:1").detail.refusal,
        Some(Refusal::NoAddress)
    );
    assert!(world.engine.next_wake().is_some());
}

#[test]
fn authentic_input_that_cannot_be_read_is_a_dead_letter_once() {
    let mut world = World::new();
    let letter = || AcceptRequest {
        route: consumer_route(),
        events: vec![AcceptEvent::DeadLetter {
            id: "body-1".to_owned(),
            lane: OUT,
            content: Content::Malformed {
                what: "not JSON".to_owned(),
                raw: "{".to_owned(),
            },
            refusal: Refusal::Malformed {
                what: "not JSON".to_owned(),
            },
        }],
    };
    world.receive(&letter());
    let again = world.receive(&letter());
    assert_eq!(again.duplicates, 1);
    assert_eq!(world.state("x:body-1"), RowState::Refused);
    assert_eq!(world.worked(), ["report"], "operators are told, once");
}

#[test]
fn content_without_a_sequence_is_told_apart_by_what_it_says() {
    let mut world = talking();
    let mut first = agent_text("conv-1", 0, "one");
    first.sequence = None;
    let mut second = agent_text("conv-1", 0, "two");
    second.sequence = None;
    world.receive(&event(first.clone()));
    world.receive(&event(second));
    world.receive(&event(first));
    assert_eq!(world.outside.phone, ["one", "two"]);
}

#[test]
fn content_that_the_platform_cannot_show_is_a_dead_letter_and_the_lane_goes_on() {
    let mut world = talking();
    let rich = DialogEvent {
        body: EventBody::Rich {
            raw: json!({ "type": "vertical" }),
        },
        ..agent_text("conv-1", 1, "")
    };
    world.accept(&event(rich));
    world.receive(&event(agent_text("conv-1", 2, "next")));
    assert!(matches!(
        world.row("l:conv-1:1").detail.refusal,
        Some(Refusal::Unsupported { .. })
    ));
    assert_eq!(world.outside.phone, ["next"]);
}

#[test]
fn the_same_sequence_in_two_dialogs_is_two_messages() {
    let mut world = talking();
    let mut survey = agent_text("conv-1", 1, "how was it?");
    survey.dialog_id = "survey-1".to_owned();
    world.accept(&event(agent_text("conv-1", 1, "bye")));
    world.receive(&event(survey));
    assert_eq!(world.outside.phone, ["bye", "how was it?"]);
}

#[test]
fn an_answer_goes_to_the_phone_although_the_token_is_not_known_yet() {
    let mut world = World::new();
    world.outside.script("access", vec![Reply::NotSent; 9]);
    world.receive(&sms("m1", "one"));
    world.receive(&event(agent_text("conv-0", 1, "from before")));
    assert_eq!(world.outside.phone, ["from before"]);
}
