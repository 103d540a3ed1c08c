//! Taking known fields out of JSON objects. What does not fit stays where it was, so that nothing is lost.

use std::fmt;
use std::ops::Deref;

use serde::{Serialize, Serializer};
use serde_json::{Map, Number, Value};

/// A text, or a number or a truth value where a text was expected, or the other way round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Scalar {
    /// A text.
    Text(String),
    /// A number.
    Number(Number),
    /// A truth value.
    Flag(bool),
}

impl Scalar {
    pub(super) fn read(value: Value) -> Result<Self, Value> {
        match value {
            Value::String(text) => Ok(Self::Text(text)),
            Value::Number(number) => Ok(Self::Number(number)),
            Value::Bool(flag) => Ok(Self::Flag(flag)),
            value => Err(value),
        }
    }

    /// The number, also when it is written as a text.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Text(text) => parsed(text),
            Self::Number(number) => number.as_f64(),
            Self::Flag(_) => None,
        }
    }
}

impl fmt::Display for Scalar {
    /// As it was written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
        }
    }
}

fn parsed(text: &str) -> Option<f64> {
    let number: f64 = text.trim().parse().ok()?;
    number.is_finite().then_some(number)
}

/// The members of a list, which LivePerson may write without its list if there is only one.
#[derive(Clone, Debug, PartialEq)]
pub struct Many<T> {
    items: Vec<T>,
    written: Written,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Written {
    Absent,
    Bare,
    List,
}

impl<T> Many<T> {
    /// Whether there is no such field at all.
    pub fn is_absent(&self) -> bool {
        self.written == Written::Absent
    }
}

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            written: Written::Absent,
        }
    }
}

impl<T> From<Vec<T>> for Many<T> {
    fn from(items: Vec<T>) -> Self {
        let written = Written::List;
        Self { items, written }
    }
}

impl<T> Deref for Many<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T: Serialize> Serialize for Many<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.written {
            Written::Bare => self.items.first().serialize(serializer),
            Written::Absent | Written::List => self.items.serialize(serializer),
        }
    }
}

/// A part that has a type, if it fits.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Fit<T> {
    /// It does.
    Known(T),
    /// It does not.
    Unknown(Value),
}

impl<T> Fit<T> {
    /// The part, if it fits.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(part) => Some(part),
            Self::Unknown(_) => None,
        }
    }
}

/// An object whose known fields are taken one by one.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// Reads an object. `read` must leave the fields as they are if it finds that they do not fit.
    pub(super) fn of<T>(
        value: Value,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Result<T, Value> {
        let Value::Object(map) = value else {
            return Err(value);
        };
        let mut fields = Self(map);
        read(&mut fields).ok_or(Value::Object(fields.0))
    }

    /// The value of `type`.
    pub(super) fn kind(&self) -> &str {
        kind(&self.0)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    pub(super) fn has_list(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(Value::is_array)
    }

    pub(super) fn has_number(&self, name: &str) -> bool {
        match self.0.get(name) {
            Some(Value::String(text)) => parsed(text).is_some(),
            value => value.is_some_and(Value::is_number),
        }
    }

    /// Takes a field if it fits.
    pub(super) fn take<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Value) -> Result<T, Value>,
    ) -> Option<T> {
        match read(self.0.remove(name)?) {
            Ok(taken) => Some(taken),
            Err(value) => {
                self.0.insert(name.to_owned(), value);
                None
            }
        }
    }

    pub(super) fn scalar(&mut self, name: &str) -> Option<Scalar> {
        self.take(name, Scalar::read)
    }

    pub(super) fn number(&mut self, name: &str) -> Option<Scalar> {
        self.has_number(name).then(|| self.scalar(name)).flatten()
    }

    pub(super) fn object<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        self.take(name, |value| Self::of(value, read))
    }

    /// Takes a list, or its only member.
    pub(super) fn many<T>(&mut self, name: &str, read: impl FnMut(Value) -> T) -> Many<T> {
        let (values, written) = match self.0.remove(name) {
            None => return Many::default(),
            Some(Value::Null) => {
                self.0.insert(name.to_owned(), Value::Null);
                return Many::default();
            }
            Some(Value::Array(list)) => (list, Written::List),
            Some(only) => (vec![only], Written::Bare),
        };
        Many {
            items: values.into_iter().map(read).collect(),
            written,
        }
    }

    /// Takes a list of objects.
    pub(super) fn parts<T>(
        &mut self,
        name: &str,
        read: impl Fn(&mut Self) -> Option<T>,
    ) -> Many<Fit<T>> {
        self.many(name, |value| match Self::of(value, &read) {
            Ok(part) => Fit::Known(part),
            Err(value) => Fit::Unknown(value),
        })
    }

    /// All that has not been taken.
    pub(super) fn rest(&mut self) -> Map<String, Value> {
        std::mem::take(&mut self.0)
    }
}

/// The value of `type`, or nothing.
pub(super) fn kind(map: &Map<String, Value>) -> &str {
    map.get("type").and_then(Value::as_str).unwrap_or_default()
}
