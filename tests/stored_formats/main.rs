//! Stored and internal formats, pinned. Neighbouring releases read each other's rows and requests: fields and variants are only
//! added, each new field with a default. A change of an expectation here is a change of what lies on disks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod consumer;
mod content;
mod directory;
mod later;
mod liveengage;
mod operate;
mod profile;
mod rows;
mod sends;
mod wire;

use std::fmt::Debug;

use liveengage_connector::conversation::DialogPlace;
use liveengage_connector::message::Content;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// The value is stored as exactly that text, and read back from it.
fn pinned<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, text: &str) {
    assert_eq!(serde_json::to_string(value).unwrap(), text);
    assert_eq!(&serde_json::from_str::<T>(text).unwrap(), value);
}

/// What an older release stored, or a newer one with fields that nobody knows here, reads as that value.
fn reads<T: DeserializeOwned + PartialEq + Debug>(text: &str, value: &T) {
    assert_eq!(&serde_json::from_str::<T>(text).unwrap(), value, "{text}");
    let mut newer: Value = serde_json::from_str(text).unwrap();
    if let Some(fields) = newer.as_object_mut() {
        fields.insert("of_a_later_release".to_owned(), json!({ "x": 1 }));
        assert_eq!(
            &serde_json::from_value::<T>(newer).unwrap(),
            value,
            "{text}"
        );
    }
}

/// What an older release stored reads as that value; what a later one stores beside it is written back with it.
fn keeps<T: Serialize + DeserializeOwned + PartialEq + Debug>(text: &str, value: &T) {
    assert_eq!(&serde_json::from_str::<T>(text).unwrap(), value, "{text}");
    let later = json!({ "x": [1, 2.5, u64::MAX, null, "y"] });
    let mut newer = serde_json::to_value(value).unwrap();
    newer["of_a_later_release"] = later.clone();
    let read: T = serde_json::from_value(newer.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), newer);
    let text = serde_json::to_string(&read).unwrap();
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), read);
}

fn place(sequence: u64) -> DialogPlace {
    DialogPlace {
        dialog_id: "d".to_owned(),
        sequence,
    }
}

fn text(text: &str) -> Content {
    Content::Text {
        text: text.to_owned(),
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}
