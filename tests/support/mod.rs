//! What the tests of the conversation core share: a storage, a clock, a configuration, and LiveEngage and Twilio played from
//! a script.

#![allow(
    dead_code,
    unused_imports,
    reason = "every test crate uses its own part"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod config;
mod line;
mod outside;
mod reply;
mod requests;
mod sides;
mod store;
mod words;
mod world;

pub(crate) use config::identity_key;
pub(crate) use outside::{Outside, Said};
pub(crate) use reply::Reply;
pub(crate) use requests::{json_of, words_of};
pub(crate) use sides::*;
pub(crate) use store::MemoryStore;
pub(crate) use words::*;
pub(crate) use world::{Pending, Taken, World, story};
