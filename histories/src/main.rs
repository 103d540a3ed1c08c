//! Histories: many lives of the connector's own code, each from one seed, with everything that may go wrong. `docs/reliability/` says
//! what they show.
//!
//! ```sh
//! npm run histories -- --seeds 100000
//! npm run histories -- --seed 42 --trace
//! ```

mod checks;
mod configs;
mod dice;
mod disk;
mod executor;
mod history;
mod liveengage;
mod marks;
mod network;
mod paths;
mod plan;
mod platforms;
mod runtime;
mod world;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const USAGE: &str = "Runs histories of the connector, and checks its promise in each.

  --seeds N       so many, from --from (0)
  --minutes N     for so long instead
  --seed N        one
  --trace         with everything that happens in it
  --keep-going    also after a failure
  --any-path      without asking that every path was taken";

#[derive(Debug, Default)]
struct Options {
    from: u64,
    seeds: Option<u64>,
    minutes: Option<u64>,
    trace: bool,
    keep_going: bool,
    any_path: bool,
}

fn options() -> Option<Options> {
    let mut options = Options::default();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || words.next()?.replace('_', "").parse::<u64>().ok();
        match word.as_str() {
            "--from" => options.from = number()?,
            "--seeds" => options.seeds = Some(number()?),
            "--minutes" => options.minutes = Some(number()?),
            "--seed" => {
                options.from = number()?;
                options.seeds = Some(1);
            }
            "--trace" => options.trace = true,
            "--keep-going" => options.keep_going = true,
            "--any-path" => options.any_path = true,
            _ => return None,
        }
    }
    Some(options)
}

/// From so many histories on each path must have been taken.
const MANY: u64 = 2000;

fn main() -> ExitCode {
    let Some(options) = options() else {
        println!("{USAGE}");
        return ExitCode::from(2);
    };
    let configs = match configs::all() {
        Ok(configs) => configs,
        Err(problem) => {
            println!("the configuration: {problem}");
            return ExitCode::FAILURE;
        }
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "this never runs on wasm: it is the clock of the person who waits"
    )]
    let started = Instant::now();
    let until = options
        .minutes
        .map(|minutes| Duration::from_secs(minutes * 60));
    let seeds = options
        .seeds
        .unwrap_or(if until.is_some() { u64::MAX } else { 3000 });
    let mut seen: BTreeMap<&'static str, u64> = BTreeMap::new();
    let (mut passed, mut failed) = (0_u64, 0_u64);
    for seed in options.from..options.from.saturating_add(seeds) {
        if until.is_some_and(|until| started.elapsed() >= until) {
            break;
        }
        let outcome = history::live(seed, &configs, options.trace);
        for (name, times) in outcome.seen {
            *seen.entry(name).or_default() += times;
        }
        if outcome.wrong.is_empty() {
            passed += 1;
            continue;
        }
        failed += 1;
        for (check, what) in outcome.wrong.iter().take(3) {
            println!("seed {seed} breaks \"{check}\": {what}");
        }
        println!("it replays with: npm run histories -- --seed {seed} --trace");
        if !options.keep_going {
            break;
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let histories = passed + failed;
    if !options.trace {
        for (name, times) in &seen {
            println!("{times:>10}  {name}");
        }
    }
    let missing = paths::missing(&seen);
    let incomplete = failed == 0 && histories >= MANY && !options.any_path && !missing.is_empty();
    if incomplete {
        println!("paths that no history took: {missing:?}");
        failed += 1;
    }
    if paths::are_too_many(&seen, histories) {
        println!("too many objects whose alarm was given up");
        failed += 1;
    }
    println!(
        "{:.0} histories per second",
        histories as f64 / seconds.max(0.001)
    );
    println!("histories: {passed} passed, {failed} failed");
    if failed > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
