//! The Worker in front of the objects: what has been verified goes to the objects that it concerns, and is acknowledged when all
//! of it is durable there. It keeps no state but caches.

pub mod callbacks;
mod resolve;
pub mod webhooks;

pub use resolve::{Found, resolve};
