//! Consumer messaging platforms: one folder each, all of one shape, none with I/O.
//!
//! An [`Adapter`] is one channel's platform with its settings and secrets. It verifies a callback, reads it into events,
//! and sends by steps. [`REGISTRY`] is the only other place that a new platform touches.

mod abilities;
mod adapter;
mod bearer;
mod callback;
pub mod fitting;
pub mod gateway;
pub mod instagram;
pub mod line;
pub mod matrix;
pub mod messenger;
pub mod meta;
pub mod readable;
pub mod reading;
pub mod twilio;
pub mod whatsapp;

pub use abilities::{Abilities, Heard, Shown};
pub use adapter::{Adapter, Next, Outgoing, OutgoingSignal, Progress};
pub use callback::{Acknowledgement, Callback, Forgery, Ignored, Later, Parsed, Unreadable};

use crate::config::SettingsReader;

/// Builds an adapter from a channel's settings; what is wrong with them is noted in the reader.
pub type Build = fn(&mut SettingsReader<'_>) -> Option<Box<dyn Adapter>>;

/// A kind of consumer messaging system.
#[derive(Debug)]
pub struct Platform {
    /// The name that a channel's `platform` setting uses.
    pub name: &'static str,
    /// What it offers, with the name that people know it by. A vendor that carries several (SMS and WhatsApp) has one entry for each.
    pub offers: &'static [(&'static str, &'static Abilities)],
    /// What to do at the vendor with a channel's callback address: a sentence a line, for `npm run check`.
    pub at_vendor: &'static str,
    /// Makes an adapter for a channel.
    pub build: Build,
}

/// Every platform.
pub const REGISTRY: &[Platform] = &[
    twilio::PLATFORM,
    line::PLATFORM,
    messenger::PLATFORM,
    instagram::PLATFORM,
    whatsapp::PLATFORM,
    gateway::PLATFORM,
];
