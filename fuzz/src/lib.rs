//! Fuzz targets: every reader and verifier of what comes from outside, with what must hold for any input.
//!
//! A target is a function over bytes that panics where a property does not hold. Two things run them: `npm run fuzz`, which
//! lets LLVM's libFuzzer look for inputs that reach new branches, and `tests/corpus.rs`, a plain test that runs each target over
//! its seeds, over what once broke it (`crashes/`), and over a bounded number of seeded changes of both. `docs/fuzzing.md` says
//! what they showed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a target's panic is its finding, and nothing here is deployed"
)]

pub mod channels;
pub mod corpus;
pub mod independent;
pub mod input;
pub mod mutation;
pub mod targets;

pub use targets::{TARGETS, Target, target};
