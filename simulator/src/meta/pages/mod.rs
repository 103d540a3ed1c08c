//! Messenger and Instagram: the Send API, profiles, and the callbacks of a page and of an Instagram account.
//!
//! `request.rs` and its neighbours `message.rs` and `template.rs` say what a call has to be, `window.rs` when it may
//! come. `api.rs` and `profile.rs` serve calls, `show.rs` is what phones show of them. `deeds.rs`, `attachments.rs`
//! and `reports.rs` tell what people do and what becomes of what is sent to them; `platform.rs` ties both to the model
//! of people.

pub(crate) mod api;
mod attachments;
mod deeds;
mod message;
mod platform;
pub(crate) mod profile;
mod reactions;
mod reports;
mod request;
mod show;
mod template;
#[cfg(test)]
mod tests;
mod window;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    Messenger,
    Instagram,
}
