//! Actions that let the consumer choose a day or a time.
//!
//! LivePerson's schema has whole numbers for days and times and does not say what they count; its samples are in seconds since
//! the epoch, in universal time.

use serde::Serialize;
use serde_json::{Map, Value};

use super::fields::{Fields, Fit, Many, Scalar};

/// Lets the consumer choose a day or a range of days.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DatePicker {
    /// `single` or `range`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<Scalar>,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Scalar>,
    /// The first day (seconds since the epoch).
    #[serde(rename = "minDate", skip_serializing_if = "Option::is_none")]
    pub min_date: Option<Scalar>,
    /// The last day (seconds since the epoch).
    #[serde(rename = "maxDate", skip_serializing_if = "Option::is_none")]
    pub max_date: Option<Scalar>,
    /// How the day is to be written.
    #[serde(rename = "dateFormat", skip_serializing_if = "Option::is_none")]
    pub date_format: Option<Scalar>,
    /// The other fields.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl DatePicker {
    pub(super) fn read(fields: &mut Fields) -> Self {
        Self {
            class: fields.scalar("class"),
            title: fields.scalar("title"),
            min_date: fields.scalar("minDate"),
            max_date: fields.scalar("maxDate"),
            date_format: fields.scalar("dateFormat"),
            rest: fields.rest(),
        }
    }
}

/// Lets the consumer choose a time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScheduleSlotList {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Scalar>,
    /// The times.
    #[serde(skip_serializing_if = "Many::is_absent")]
    pub slots: Many<Fit<Slot>>,
    /// The other fields.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl ScheduleSlotList {
    pub(super) fn read(fields: &mut Fields) -> Self {
        Self {
            title: fields.scalar("title"),
            slots: fields.parts("slots", Slot::read),
            rest: fields.rest(),
        }
    }
}

/// A time that can be chosen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Slot {
    /// When it starts (seconds since the epoch).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Scalar>,
    /// When it ends (seconds since the epoch).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<Scalar>,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Scalar>,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Scalar>,
    /// The other fields.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Slot {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            start: fields.scalar("start"),
            end: fields.scalar("end"),
            title: fields.scalar("title"),
            description: fields.scalar("description"),
            rest: fields.rest(),
        })
    }
}
