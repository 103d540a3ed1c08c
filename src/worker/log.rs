//! One JSON line per event. Fields carry ids, kinds and outcomes; never text, addresses or tokens.

use serde_json::{Map, Value};
use worker::{console_error, console_log};

/// Writes one line; alarming ones go to the error log.
pub(super) fn write(event: &str, fields: &[(&str, &str)], alarming: bool) {
    let mut line = Map::new();
    line.insert("event".to_owned(), Value::from(event));
    for (name, value) in fields {
        line.insert((*name).to_owned(), Value::from(*value));
    }
    let line = Value::Object(line);
    if alarming {
        console_error!("{line}");
    } else {
        console_log!("{line}");
    }
}
