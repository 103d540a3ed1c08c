//! Reading the fields of an object, and noticing those that nobody has read.

use serde_json::{Map, Value};

use super::Wrong;

/// The fields of one object.
pub(super) struct Fields<'a> {
    map: &'a Map<String, Value>,
    /// Where it stands, for refusals.
    at: &'a str,
    read: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(value: &'a Value, at: &'a str) -> Result<Self, Wrong> {
        let map = value.as_object();
        let map = map.ok_or_else(|| format!("{at} must be an object"))?;
        Ok(Self {
            map,
            at,
            read: Vec::new(),
        })
    }

    pub(super) fn wrong(&self, name: &str, what: &str) -> Wrong {
        format!("{}.{name} {what}", self.at)
    }

    /// The field, if it is there. A null is there.
    pub(super) fn get(&mut self, name: &'a str) -> Option<&'a Value> {
        self.read.push(name);
        self.map.get(name)
    }

    fn need(&mut self, name: &'a str) -> Result<&'a Value, Wrong> {
        self.get(name).ok_or_else(|| self.wrong(name, "is missing"))
    }

    pub(super) fn text(&mut self, name: &'a str) -> Result<&'a str, Wrong> {
        let value = self.need(name)?.as_str();
        value.ok_or_else(|| self.wrong(name, "must be a text"))
    }

    /// A text that is not blank.
    pub(super) fn filled(&mut self, name: &'a str) -> Result<&'a str, Wrong> {
        let text = self.text(name)?;
        if text.trim().is_empty() {
            return Err(self.wrong(name, "must not be blank"));
        }
        Ok(text)
    }

    pub(super) fn optional_text(&mut self, name: &'a str) -> Result<Option<&'a str>, Wrong> {
        if self.map.contains_key(name) {
            return self.text(name).map(Some);
        }
        self.read.push(name);
        Ok(None)
    }

    pub(super) fn word(&mut self, name: &'a str, words: &[&str]) -> Result<&'a str, Wrong> {
        let word = self.text(name)?;
        if words.contains(&word) {
            return Ok(word);
        }
        Err(self.wrong(name, &format!("must be one of {}", words.join(", "))))
    }

    pub(super) fn whole(&mut self, name: &'a str) -> Result<u64, Wrong> {
        let number = self.need(name)?.as_u64();
        number.ok_or_else(|| self.wrong(name, "must be a whole number that is not negative"))
    }

    pub(super) fn optional_whole(&mut self, name: &'a str) -> Result<Option<u64>, Wrong> {
        if self.map.contains_key(name) {
            return self.whole(name).map(Some);
        }
        self.read.push(name);
        Ok(None)
    }

    pub(super) fn degrees(&mut self, name: &'a str, limit: f64) -> Result<(), Wrong> {
        let number = self.need(name)?.as_f64();
        let right = number.is_some_and(|number| number.abs() <= limit);
        right
            .then_some(())
            .ok_or_else(|| self.wrong(name, "must be a number of degrees"))
    }

    pub(super) fn object(&mut self, name: &'a str) -> Result<Fields<'a>, Wrong> {
        Fields::of(self.need(name)?, name)
    }

    pub(super) fn optional_object(&mut self, name: &'a str) -> Result<Option<Fields<'a>>, Wrong> {
        let value = self.get(name);
        value.map(|value| Fields::of(value, name)).transpose()
    }

    /// Whatever it is, it must be something.
    pub(super) fn something(&mut self, name: &'a str) -> Result<bool, Wrong> {
        match self.get(name) {
            Some(Value::Null) => Err(self.wrong(name, "must not be null")),
            found => Ok(found.is_some()),
        }
    }

    /// Refuses fields that nobody has read.
    pub(super) fn end(self) -> Result<(), Wrong> {
        let mut names = self.map.keys();
        let unknown = names.find(|name| !self.read.contains(&name.as_str()));
        unknown.map_or(Ok(()), |name| {
            Err(self.wrong(name, "is not in the contract"))
        })
    }
}
