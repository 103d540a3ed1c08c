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

mod asides;
mod choices;
mod commands;
mod crashes;
mod creating;
mod credentials;
mod dead_letters;
mod delivery;
mod echo_metadata;
mod echoes;
mod erasing;
mod files_as_text;
mod files_in;
mod files_out;
mod from_agents;
mod late;
mod life_cycle;
mod moving;
mod news;
mod not_delivered;
mod order;
mod pausing;
mod pressure;
mod receipts;
mod releases;
mod reply_tokens;
mod reports;
mod retries;
mod routing;
mod signals;
mod silence;
mod speakers;
mod taken;
mod waking;

use liveengage_connector::conversation::Lane;
use serde_json::{Value, json};
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

/// The settings of a gateway channel, and these.
fn gateway(settings: Value) -> World {
    let mut whole = json!({ "platform": "gateway" });
    for (name, value) in settings.as_object().unwrap() {
        whole[name] = value.clone();
    }
    World::with_channel(&whole)
}

/// The same as [`talking`], through a gateway.
fn talking_by_gateway() -> World {
    talking_on(gateway(json!({})))
}
