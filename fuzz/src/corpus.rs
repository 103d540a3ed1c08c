//! Where inputs come from: the repository's fixtures and vectors, and inputs that once broke a target.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of a folder of fixtures, in the order of their names, without those of folders in it.
pub fn fixtures(folder: &str) -> Vec<Vec<u8>> {
    let found = files(&root().join("tests/fixtures").join(folder));
    assert!(!found.is_empty(), "no fixtures in {folder}");
    found
}

/// The vectors of a file.
pub fn vectors(name: &str) -> Vec<Value> {
    let path = root().join("tests/fixtures/vectors").join(name);
    let whole: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    whole["vectors"].as_array().unwrap().clone()
}

/// A file of the repository.
pub fn file(path: &str) -> Vec<u8> {
    fs::read(root().join(path)).unwrap()
}

/// Inputs that once broke a target.
pub fn crashes(target: &str) -> Vec<Vec<u8>> {
    let crashes = Path::new(env!("CARGO_MANIFEST_DIR")).join("crashes");
    files(&crashes.join(target))
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let files = paths.iter().filter(|path| path.is_file());
    files.map(|path| fs::read(path).unwrap()).collect()
}
