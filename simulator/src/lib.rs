//! A strict local stand-in for LiveEngage, for messaging platforms and for an app behind the gateway channel.
//!
//! It lets the connector be developed and tested with no account anywhere. It shares no code with the
//! connector, so that a misreading of the protocol has to be made twice before it goes unnoticed.

mod clock;
mod control;
mod faults;
mod gateway;
mod ids;
mod journal;
mod line;
mod liveperson;
mod meta;
mod options;
mod page;
mod people;
mod perform;
mod server;
mod sim;
mod twilio;

pub use options::{Command, Options, USAGE};
pub use server::{Running, start};
