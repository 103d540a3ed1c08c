//! Random lives of one consumer: messages, photos, choices, commands and signals both ways, duplicates, faults, crashes, late echoes
//! and answers. Whatever happens, the promise holds in the end. A failure names its seed;
//! `SEED=n cargo test --test conversation_properties` runs it alone, and `CASES=n` runs more of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

#[path = "../support/mod.rs"]
mod support;

mod checks;
mod dice;
mod ends;
mod life;
mod shell;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use life::Life;

const CASES: u64 = 2000;
const ACTIONS: u64 = 50;

fn live(seed: u64, seen: &mut BTreeSet<&'static str>) {
    let mut life = Life::new(seed);
    for _ in 0..life.dice.below(ACTIONS) + 10 {
        life.act();
    }
    life.calm_down();
    life.check(seen);
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn whatever_happens_every_message_ends_and_nothing_is_lost_or_out_of_order() {
    let mut seen = BTreeSet::new();
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("CASES").unwrap_or(CASES),
    };
    let many = seeds.end - seeds.start > 500;
    for seed in seeds {
        let lived = catch_unwind(AssertUnwindSafe(|| live(seed, &mut seen)));
        assert!(lived.is_ok(), "it fails with SEED={seed}");
    }
    if many {
        for word in [
            "unknown",
            "(echo)",
            "doubled",
            "refused",
            "interrupted",
            "already_open",
            "moot",
            "ACTION",
            "NACK",
            "COMPOSING",
            "rejected",
            "photo",
            "photo as text",
            "news",
        ] {
            assert!(seen.contains(word), "no life came to `{word}`: {seen:?}");
        }
    }
}
