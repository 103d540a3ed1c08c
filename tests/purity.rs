//! The lines between pure code and shell, checked in the source's own text.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

use std::path::{Path, PathBuf};

/// A source file: its path below `src`, and its lines without tests and comments, with their numbers.
struct Source {
    path: String,
    lines: Vec<(usize, String)>,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 40, "{}", files.len());
    let read = |file: PathBuf| {
        let path = file.strip_prefix(&root).unwrap().display().to_string();
        let text = std::fs::read_to_string(file).unwrap();
        Source {
            path: path.replace('\\', "/"),
            lines: code(&text),
        }
    };
    files
        .into_iter()
        .map(read)
        .filter(|source| !is_test(&source.path))
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// The lines before the tests, which end every file, without comments.
fn code(text: &str) -> Vec<(usize, String)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| *line != "#[cfg(test)]")
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(number, line)| {
            let code = line.split(" // ").next().unwrap_or_default();
            (number + 1, code.to_owned())
        })
        .collect()
}

/// Every place where a line of those files has one of the words, but for lines that are excused.
fn places(
    words: &[&str],
    file: impl Fn(&str) -> bool,
    excused: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| file(&source.path)) {
        for (number, line) in &source.lines {
            if words.iter().any(|word| line.contains(word)) && !excused(line) {
                found.push(format!("src/{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    found
}

#[test]
fn tests_end_their_files() {
    for source in sources() {
        let text = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src")
            .join(&source.path);
        let text = std::fs::read_to_string(text).unwrap();
        let after = text.split("\n#[cfg(test)]\n").nth(1).unwrap_or_default();
        let items = after.lines().filter(|line| {
            let item = !line.starts_with([' ', '}', '/', '#']) && !line.is_empty();
            item && !line.contains("mod ")
        });
        assert_eq!(
            items.count(),
            0,
            "src/{}: code behind its tests",
            source.path
        );
    }
}

#[test]
fn only_the_shell_names_the_worker_crate() {
    let shell = |path: &str| path == "lib.rs" || path.starts_with("worker/");
    let words = [
        "worker::",
        "use worker",
        "js_sys",
        "wasm_bindgen",
        "web_sys",
    ];
    assert_eq!(places(&words, |path| !shell(path), |_| false), [""; 0]);
}

#[test]
fn what_decides_does_not_await() {
    let words = [
        ".await;",
        ".await?",
        ".await)",
        ".await.",
        ".await,",
        "async fn",
        "async move",
        "async {",
    ];
    let waits = ["worker/", "objects/", "intake/"];
    let pure = |path: &str| path != "lib.rs" && !waits.iter().any(|it| path.starts_with(it));
    assert_eq!(places(&words, pure, |_| false), [""; 0]);
}

#[test]
fn nothing_panics_on_purpose() {
    let words = [
        ".unwrap()",
        ".expect(",
        "panic!(",
        "todo!(",
        "unimplemented!(",
        "unreachable!(",
        " assert!(",
        " assert_eq!(",
    ];
    let constant = |line: &str| line.trim_start().starts_with("const ");
    assert_eq!(places(&words, |_| true, constant), [""; 0]);
}

#[test]
fn nothing_reads_a_clock_that_wasm_does_not_have() {
    let words = [
        "SystemTime",
        "Instant::",
        "std::time::Instant",
        "std::thread",
    ];
    assert_eq!(places(&words, |_| true, |_| false), [""; 0]);
}

#[test]
fn nothing_prints_but_the_shells_log() {
    let words = ["println!", "print!(", "console_", "dbg!("];
    assert_eq!(
        places(&words, |path| path != "worker/log.rs", |_| false),
        [""; 0]
    );
}

/// What goes to a log stands in these calls; none of them may name what holds text, an address or a token.
#[test]
fn nothing_private_is_handed_to_a_log() {
    let logs = ["log::write(", ".log(", "self.raise(", "self.alarm("];
    let private = [
        "content", "address", "body", "jws", "jwt", "secret", "expose", "profile", "phone", "raw",
    ];
    for source in sources() {
        let lines = &source.lines;
        for (index, (number, line)) in lines.iter().enumerate() {
            if !logs.iter().any(|log| line.contains(log)) || line.contains("fn ") {
                continue;
            }
            let call: Vec<&str> = lines[index..]
                .iter()
                .map(|(_, line)| line.as_str())
                .scan(false, |over, line| {
                    let go_on = !*over;
                    *over = line.trim_end().ends_with(';');
                    go_on.then_some(line)
                })
                .collect();
            let call = call.join(" ");
            let named = private.iter().find(|word| has_word(&call, word));
            assert!(
                named.is_none(),
                "src/{}:{number} hands over {named:?}: {call}",
                source.path
            );
        }
    }
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|part| part == word)
}
