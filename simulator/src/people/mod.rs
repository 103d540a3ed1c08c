//! The people of messaging platforms, and their phones: what every such platform has in common. A platform of its own
//! is a [`Platform`]: its callbacks and their signature, and beside it the API that the connector calls.
//!
//! `book.rs` holds people, `message.rs` what was said and shown. `post.rs` writes callbacks and queues them, `deliver.rs` hands them over.
//! `show.rs` is what a platform's API does with a message, `desk.rs` finds out whose conversation is whose.

mod book;
mod deliver;
pub(crate) mod desk;
mod media;
mod message;
mod platform;
mod post;
mod raw;
mod show;

pub(crate) use book::{Book, Books, Person};
pub(crate) use deliver::again;
pub(crate) use media::{Media, media_url, sampled};
pub(crate) use message::{Button, Card, Direction, File, Message, Said};
pub(crate) use platform::{Platform, Told, Writing, all, find};
pub(crate) use post::{Outcome, Post, post, post_later};
pub(crate) use raw::{Raw, raw};
pub(crate) use show::{Seen, show, typing};
