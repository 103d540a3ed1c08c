//! The conformance kit: the same cases over every platform of the registry. A platform brings a [`kit::Exhibit`] for each of its offers: how it is set up,
//! how it signs, and a fixture for everything that it claims to hear.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

mod contents;
mod gateway;
mod inbound;
mod instagram;
mod kit;
mod line;
mod messenger;
mod meta;
mod outbound;
mod recognising;
mod registry;
mod sending;
mod twilio;
mod whatsapp;

use kit::Exhibit;

/// Every offer's exhibit. `registry.rs` holds it to the registry.
pub fn exhibits() -> Vec<Exhibit> {
    vec![
        gateway::exhibit(),
        instagram::exhibit(),
        line::exhibit(),
        messenger::exhibit(),
        twilio::sms(),
        twilio::whatsapp(),
        whatsapp::exhibit(),
    ]
}
