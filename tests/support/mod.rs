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
mod outside;
mod store;
mod words;
mod world;

pub(crate) use outside::{Outside, Reply, Said};
pub(crate) use store::MemoryStore;
pub(crate) use words::*;
pub(crate) use world::{Pending, Taken, World, story};
