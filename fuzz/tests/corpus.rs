//! The short form of `npm run fuzz`: every target over its seeds, over what once broke it, and over seeded changes of both.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use liveengage_fuzz::mutation::{Numbers, changed};
use liveengage_fuzz::{TARGETS, Target, corpus, target};

/// Changed inputs of each target.
const CHANGES: usize = 400;

fn run(target: &Target, input: &[u8], which: &str) {
    if catch_unwind(AssertUnwindSafe(|| (target.run)(input))).is_err() {
        panic!(
            "{} fails on {which}: b\"{}\"",
            target.name,
            input.escape_ascii()
        );
    }
}

#[test]
fn every_target_holds_on_its_seeds_and_on_what_once_broke_it() {
    for target in TARGETS {
        let seeds = (target.seeds)();
        assert!(!seeds.is_empty(), "{} has no seeds", target.name);
        for (number, seed) in seeds.iter().enumerate() {
            run(target, seed, &format!("seed {number}"));
        }
        for (number, input) in corpus::crashes(target.name).iter().enumerate() {
            run(target, input, &format!("crash {number}"));
        }
    }
}

#[test]
fn every_target_holds_on_seeded_changes() {
    for (seed, target) in TARGETS.iter().enumerate() {
        let mut inputs = (target.seeds)();
        inputs.extend(corpus::crashes(target.name));
        let mut numbers = Numbers::new(seed as u64 + 1);
        for number in 0..CHANGES {
            let input = changed(&inputs, &mut numbers);
            run(target, &input, &format!("change {number}"));
        }
    }
}

#[test]
fn targets_have_names_of_their_own_and_no_crash_lies_in_a_folder_of_another_name() {
    for known in TARGETS {
        assert!(std::ptr::eq(target(known.name).unwrap(), known));
        assert!(!known.about.is_empty());
    }
    let crashes = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("crashes");
    for entry in std::fs::read_dir(crashes).into_iter().flatten() {
        let name = entry.unwrap().file_name();
        assert!(target(name.to_str().unwrap()).is_some(), "{name:?}");
    }
}
