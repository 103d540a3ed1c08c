//! Files of agents, as a consumer opens them: by a signed link of this connector that expires.
//!
//! LiveEngage gives out addresses of files that hold for a minute. A link holds for longer and keeps nothing: each time it is opened,
//! the consumer's Conversation object asks LiveEngage for a fresh address, and the shell pipes the file through. This module decides
//! who may open what, and what the answer looks like; `worker::files` carries it out.

mod link;
mod relay;

pub use link::{LinkFault, Ticket, file_id, link, open};
pub use relay::{Relay, RelayFault, relay, request};
