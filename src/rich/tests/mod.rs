//! Structured content over written samples, each named by what it is about.

mod bounds;
mod matching;
mod model;
mod outline;
mod outline_fit;
mod outline_properties;
mod outline_samples;
mod plain;
mod properties;
mod samples;

use serde_json::{Value, json};

use super::{Choice, Element, QuickReplies, choices, parse, plain_text};

const FOLDER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/liveengage/rich"
);

fn fixture(name: &str) -> Value {
    let path = format!("{FOLDER}/{name}.json");
    let text = std::fs::read_to_string(&path).expect(&path);
    serde_json::from_str(&text).expect(&path)
}

/// All samples, in the order of their names.
fn fixtures() -> Vec<(String, Value)> {
    let mut names: Vec<String> = std::fs::read_dir(FOLDER)
        .unwrap()
        .map(|file| file.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert!(names.len() > 30, "{}", names.len());
    let read = |name: String| (name.clone(), fixture(&name));
    names.into_iter().map(read).collect()
}

fn shown(name: &str) -> String {
    plain_text(None, Some(&parse(&fixture(name))), None)
}

fn offered(name: &str) -> Vec<Choice> {
    choices(Some(&parse(&fixture(name))), None)
}
