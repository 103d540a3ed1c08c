//! Events of a later release: a newer Worker speaks to an older object while a deployment spreads, and after a roll-back what was
//! parked meanwhile is still handed over.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{AcceptEvent, Route};
use crate::conversation::Lane;
use crate::crypto;
use crate::message::{Content, short_kind};

/// An event that this release cannot read, as it came. It becomes a dead letter, in its turn; the events around it go their ways.
#[derive(Clone, Debug, PartialEq)]
pub struct LaterEvent {
    /// What it calls itself.
    pub kind: String,
    whole: Value,
}

impl LaterEvent {
    /// An event that says what it is.
    fn read(whole: Value) -> Option<Self> {
        let kind = short_kind(whole.get("event")?)?;
        Some(Self { kind, whole })
    }

    /// Whether it is best effort: a signal of a new kind may be lost, as any other may.
    pub fn is_signal(&self) -> bool {
        self.kind == "signal"
    }

    /// The key of its row.
    pub fn key(&self) -> String {
        format!(
            "x:{}",
            crypto::sha256_hex(self.whole.to_string().as_bytes())
        )
    }

    /// The direction that it would have taken, as far as can be told.
    pub fn lane(&self, route: &Route) -> Lane {
        let said = self.whole.get("lane").and_then(Value::as_str);
        said.and_then(Lane::from_stored)
            .unwrap_or(match route.namespace {
                Some(_) => Lane::ToLiveengage,
                None => Lane::ToConsumer,
            })
    }

    /// What is wrong with it.
    pub fn what(&self) -> String {
        format!("event of another release ({})", self.kind)
    }

    /// What is kept of it: all.
    pub fn content(&self) -> Content {
        Content::Malformed {
            what: self.what(),
            raw: self.whole.to_string(),
        }
    }
}

impl Serialize for AcceptEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Later(later) => later.whole.serialize(serializer),
            known => Self::serialize(known, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for AcceptEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let whole = Value::deserialize(deserializer)?;
        match Self::deserialize(&whole) {
            Ok(event) => Ok(event),
            Err(fault) => LaterEvent::read(whole)
                .map(Self::Later)
                .ok_or_else(|| D::Error::custom(fault)),
        }
    }
}
