//! The WhatsApp Business Cloud API: messages, media, and the callbacks of a number.
//!
//! `request.rs` and its neighbours `content.rs`, `interactive.rs` and `templates.rs` say what a call has to be,
//! `window.rs` why a message does not arrive. `api.rs` and `media.rs` serve calls, `show.rs` is what phones show of
//! them. `deeds.rs` and `incoming.rs` tell what people do; `platform.rs` ties both to the model of people.

pub(crate) mod api;
mod content;
mod deeds;
mod incoming;
mod interactive;
pub(crate) mod media;
mod multipart;
mod platform;
mod request;
mod show;
pub(crate) mod templates;
#[cfg(test)]
mod tests;
mod window;

/// WhatsApp.
pub(crate) struct Whatsapp;
