//! What holds of the callbacks of every platform.

use liveengage_connector::config::Channel;
use liveengage_connector::conversation::wire::{AcceptEvent, AcceptRequest};
use liveengage_connector::message::{ConsumerEvent, EventKind};
use liveengage_connector::platforms::{Callback, Parsed};

use super::stored::read_again;
use crate::channels;

/// What a callback says: the same each time, and what is wrong with it without repeating it. `None`: it cannot be read.
pub(super) fn parsed(channel: &Channel, callback: &Callback<'_>) -> Option<Parsed> {
    let parsed = channel.adapter.parse(callback);
    assert_eq!(
        parsed,
        channel.adapter.parse(callback),
        "read twice it is two things"
    );
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(unreadable) => {
            assert!(unreadable.what.len() < 100, "it repeats what came");
            return None;
        }
    };
    assert!(
        parsed.ignored.iter().all(|ignored| is_kind(&ignored.kind)),
        "{:?}",
        parsed.ignored
    );
    Some(parsed)
}

/// A kind that is logged: a word of ours and one of theirs.
fn is_kind(kind: &str) -> bool {
    kind.len() <= 64 && kind.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The events reach their objects as they were read.
pub(super) fn handed_over(events: Vec<ConsumerEvent>) {
    let events = events.into_iter().map(as_wire).collect();
    read_again(&AcceptRequest::of_account(channels::ACCOUNT, events));
}

/// An event as the Worker hands it to an object.
fn as_wire(event: ConsumerEvent) -> AcceptEvent {
    match event.event {
        EventKind::Message {
            id,
            content,
            sent_at,
        } => AcceptEvent::Message {
            id,
            content,
            sent_at,
            handle: event.handle,
        },
        EventKind::Signal(signal) => AcceptEvent::Signal { signal },
    }
}
