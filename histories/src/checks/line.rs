//! What only LINE's people are promised.

use std::rc::Rc;

use liveengage_connector::conversation::{Row, StepEvent};
use liveengage_connector::http::{HttpAnswer, Millis};

use crate::disk::Disk;
use crate::executor::Owner;
use crate::plan::HOUR;
use crate::world::World;

/// A push's key holds at least so long.
const KEY: Millis = 23 * HOUR;
/// Steps from which on a trace leaves some out.
const TRACE: usize = 32;

/// A text is on a phone more than once. What a push has shown is shown again only when its key is forgotten, and what a reply has
/// shown only where the trace says that it was not known.
pub(super) fn check_doubled(world: &World, row: &Row, text: &str) {
    let platforms = world.platforms.borrow();
    let shown = platforms.line.shown.iter();
    let shown: Vec<_> = shown.filter(|it| it.text == text).collect();
    let told = row.trace.len() >= TRACE
        || row
            .trace
            .iter()
            .any(|step| matches!(step.event, StepEvent::Unknown { .. }));
    let soon = shown
        .windows(2)
        .any(|pair| pair[0].pushed && pair[1].at < pair[0].at + KEY);
    if soon || !told {
        let ways: Vec<_> = shown.iter().map(|it| (it.at, it.pushed)).collect();
        let what = format!("{} {ways:?}: {}", row.key, super::story(row));
        world.violation("LINE shows nothing twice without doubt", what);
    }
}

/// An event that cannot be read is one dead letter, however often it comes.
pub(super) fn check_unreadable(world: &World, disk: &Disk) {
    let address = disk.consumer.as_ref().and_then(|it| it.address.as_ref());
    let letters = disk
        .rows
        .keys()
        .filter(|key| key.starts_with("c:malformed"));
    let letters = letters.count();
    let platforms = world.platforms.borrow();
    let of = platforms.line.unreadable.iter();
    let events = of.filter(|of| Some(*of) == address).count();
    if letters > events {
        let what = format!("{letters} dead letters of {events} events");
        world.violation("a duplicate has no second effect", what);
    }
}

/// Somebody asks who a person is. Once that was answered, however it was, nothing waits for it again soon.
pub(crate) fn check_look_up(world: &World, object: &str, owner: Owner) {
    let known = world.looked_up.borrow().get(object).copied();
    let again = known.is_some_and(|(by, at)| by == owner && world.now() < at + HOUR / 2);
    // Where storage fails, what was learned is forgotten.
    if again && world.plan.storage == 0 {
        let what = "it is asked again".to_owned();
        world.violation("a failed look-up holds up nothing", what);
    }
}

pub(crate) fn looked_up(world: &Rc<World>, object: &str, owner: Owner, answer: &HttpAnswer) {
    if !answer.as_ref().is_ok_and(|answer| answer.status == 200) {
        world.note("who a person is could not be told");
    }
    let known = (owner, world.now());
    let mut looked_up = world.looked_up.borrow_mut();
    looked_up.insert(object.to_owned(), known);
}
