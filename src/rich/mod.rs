//! LivePerson's structured content and quick replies, in two stages.
//!
//! 1. **Reading without loss**: [`parse`] and [`QuickReplies::parse`] give every element and action that LivePerson documents
//!    a type, and keep whatever does not fit: unknown fields in `rest`, unknown elements and actions whole. One bad node takes
//!    no other with it. What was read is written back as the same JSON, so that it can be stored in this form. No limit of
//!    LivePerson's is enforced: what an account may send is decided there, and what a channel can show is decided later.
//! 2. **Showing it on a channel that has less**: [`plain_text`] for a channel that has text only, [`choices`] for what could be
//!    tapped, and [`matched`] for finding out which of them somebody means who had to type. [`outline()`] is what a channel with
//!    widgets makes them from.
//!
//! Sources: <https://developers.liveperson.com/structured-content-introduction-to-structured-content.html> and the pages below it
//! (templates, element properties, actions), <https://developers.liveperson.com/quick-replies-introduction-to-quick-replies.html>,
//! and the JSON schema of LivePerson's own renderer, <https://github.com/LivePersonInc/json-pollock>.

mod action;
mod basic;
mod container;
mod element;
mod fields;
mod line;
mod matching;
mod moment;
pub mod outline;
mod picker;
mod plain;
mod quick_replies;
mod tapping;
mod walk;
mod words;

pub use action::{
    Action, AddToCart, CartItem, Checked, Click, Custom, Link, Navigate, PublishText, SubmitAsText,
    Target,
};
pub use basic::{
    Button, Checkbox, Image, KeyValue, KeyValuePairList, LinkPreview, Map, SelectRef, SubmitButton,
    Template, Text,
};
pub use container::{CardTitle, Container, Kind, SelectMode};
pub use element::{Common, Element, parse};
pub use fields::{Fit, Many, Scalar};
pub use matching::matched;
pub use outline::{Outline, outline};
pub use picker::{DatePicker, ScheduleSlotList, Slot};
pub use plain::{Choice, choices, plain_text};
pub use quick_replies::{QuickReplies, Replies};

/// How deep elements may lie in each other. Deeper ones are [`Element::Unknown`].
pub const MAX_DEPTH: usize = 32;

#[cfg(test)]
mod tests;
