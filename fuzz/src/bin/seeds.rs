//! `seeds FOLDER`: writes the seeds of every target into a folder of its name there, and prints the names of the targets.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a tool of this repository"
)]

use std::fs;
use std::path::PathBuf;

use liveengage_fuzz::{TARGETS, corpus};

fn main() {
    let folder = std::env::args_os().nth(1).expect("the folder to write to");
    for target in TARGETS {
        let folder = PathBuf::from(&folder).join(target.name);
        fs::create_dir_all(&folder).expect("a folder for the seeds");
        let seeds = (target.seeds)()
            .into_iter()
            .chain(corpus::crashes(target.name));
        for (number, seed) in seeds.enumerate() {
            fs::write(folder.join(format!("seed-{number:04}")), seed).expect("a file for a seed");
        }
        println!("{}", target.name);
    }
}
