//! Asides: they open no conversation, and reach one that is open.

use liveengage_connector::conversation::{Consumer, Lane, Row, RowState, StepEvent};
use liveengage_connector::message::Content;

use crate::disk::Disk;
use crate::world::World;

pub(crate) fn is_aside(row: &Row) -> bool {
    matches!(row.content, Some(Content::Aside { .. }))
}

/// A conversation is being created: for whom?
pub(crate) fn check_create(world: &World, disk: &Disk) {
    let sending = |row: &&Row| row.lane == Lane::ToLiveengage && row.state == RowState::Sending;
    if let Some(row) = disk.rows.values().find(sending).filter(|row| is_aside(row)) {
        world.violation("an aside opens no conversation", row.key.clone());
    }
}

/// A message ends: as pointless, though the conversation that it belongs to is open?
pub(crate) fn check_moot(world: &World, consumer: Option<&Consumer>, before: &Row, after: &Row) {
    let ends = before.state.is_open() && after.state == RowState::Delivered;
    if !ends || !is_aside(before) {
        return;
    }
    if after.trace.last().map(|step| &step.event) != Some(&StepEvent::Moot) {
        world.note("an aside");
        return;
    }
    world.note("an aside outside of a conversation");
    let known = consumer.map(|it| it.conversations.as_slice());
    let mut known = known.unwrap_or_default().iter().rev();
    let newest = known.find(|it| it.stage_open);
    if newest.is_some_and(|it| it.main_open && it.survey.is_none()) {
        world.violation("an aside is not lost", after.key.clone());
    }
}
