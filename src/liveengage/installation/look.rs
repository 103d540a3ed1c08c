//! Walking through a manifest that anybody may have written.

use serde_json::{Map, Value};

use super::{Finding, Severity};

/// The findings so far.
#[derive(Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

impl Findings {
    pub(super) fn add(
        &mut self,
        severity: Severity,
        path: impl Into<String>,
        problem: impl Into<String>,
        cure: impl Into<String>,
    ) {
        self.0.push(Finding {
            severity,
            path: path.into(),
            problem: problem.into(),
            cure: cure.into(),
        });
    }

    pub(super) fn wrong(
        &mut self,
        path: impl Into<String>,
        problem: impl Into<String>,
        cure: impl Into<String>,
    ) {
        self.add(Severity::Wrong, path, problem, cure);
    }

    pub(super) fn unwise(
        &mut self,
        path: impl Into<String>,
        problem: impl Into<String>,
        cure: impl Into<String>,
    ) {
        self.add(Severity::Unwise, path, problem, cure);
    }

    pub(super) fn note(
        &mut self,
        path: impl Into<String>,
        problem: impl Into<String>,
        cure: impl Into<String>,
    ) {
        self.add(Severity::Note, path, problem, cure);
    }
}

/// An object of the manifest with its place. A field that is `null` counts as absent.
#[derive(Clone, Copy)]
pub(super) struct Object<'a> {
    pub(super) path: &'a str,
    pub(super) fields: &'a Map<String, Value>,
}

impl<'a> Object<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.fields.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn at(&self, key: &str) -> String {
        pointer(self.path, key)
    }

    /// A text that may be left out, of at most `most` characters.
    pub(super) fn text(&self, found: &mut Findings, key: &str, most: usize) -> Option<&'a str> {
        let value = self.get(key)?;
        let Some(text) = value.as_str() else {
            found.wrong(self.at(key), "is not a text", "write a text");
            return None;
        };
        if text.chars().count() > most {
            found.wrong(
                self.at(key),
                format!("has more than {most} characters"),
                "shorten it",
            );
        }
        Some(text)
    }

    /// `true` or `false`, which may be left out.
    pub(super) fn flag(&self, found: &mut Findings, key: &str) -> Option<bool> {
        let value = self.get(key)?;
        if !value.is_boolean() {
            found.wrong(self.at(key), "is neither true nor false", "write false");
        }
        value.as_bool()
    }

    /// A list of texts, which may be left out; `check` looks at each.
    pub(super) fn texts(
        &self,
        found: &mut Findings,
        key: &str,
        mut check: impl FnMut(&mut Findings, String, &'a str),
    ) -> Option<Vec<&'a str>> {
        let value = self.get(key)?;
        let Some(list) = value.as_array() else {
            found.wrong(
                self.at(key),
                "is not a list",
                "write it between square brackets",
            );
            return None;
        };
        let mut texts = Vec::new();
        for (index, value) in list.iter().enumerate() {
            let path = pointer(&self.at(key), &index.to_string());
            match value.as_str() {
                Some(text) => {
                    check(found, path, text);
                    texts.push(text);
                }
                None => found.wrong(path, "is not a text", "write a text"),
            }
        }
        Some(texts)
    }

    /// Notes every field that no document names.
    pub(super) fn unknown(&self, found: &mut Findings, known: &[&str]) {
        for key in self.fields.keys() {
            if !known.contains(&key.as_str()) {
                found.note(
                    self.at(key),
                    "is no field that LivePerson documents",
                    "look for a misprint; it may stay otherwise",
                );
            }
        }
    }
}

/// A step further in a JSON pointer.
pub(super) fn pointer(path: &str, key: &str) -> String {
    format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"))
}
