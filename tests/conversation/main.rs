//! How one consumer's conversation behaves: what is done in which order, and what is stored in the end.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

#[path = "../support/mod.rs"]
mod support;

mod crashes;
mod creating;
mod credentials;
mod delivery;
mod echoes;
mod from_agents;
mod late;
mod life_cycle;
mod order;
mod retries;
mod silence;
mod waking;

use liveengage_connector::conversation::Lane;
use support::World;

const IN: Lane = Lane::ToLiveengage;
const OUT: Lane = Lane::ToConsumer;

/// A consumer whose first message `m0` has opened `conv-1`, with its echo heard.
fn talking() -> World {
    talking_on(World::new())
}

fn talking_on(mut world: World) -> World {
    world.receive(&support::sms("m0", "hello"));
    let echo = world.outside.echo();
    world.receive(&support::event(echo));
    world.worked();
    world.logs.clear();
    world
}
