//! What the Durable Objects do: the loops around the pure code that decides.
//!
//! They await, but name no runtime: what they need of one comes through the ports in [`crate::runtime`]. Each object answers
//! requests (`answer`) and, two of them, an alarm (`alarm`).
//!
//! **Between two awaits an object may vanish, and other requests come in while it awaits.** So each call re-reads what it needs,
//! and what has to survive is stored before the await.

mod account;
mod attention;
pub mod calls;
mod conversation;
mod directory;
mod pauses;

pub use account::{AccountObject, HeldAccess, access};
pub use attention::AttentionObject;
pub use conversation::ConversationObject;
pub use directory::DirectoryObject;
