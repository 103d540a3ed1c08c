//! The admin API over a pretended deployment: what each request asks of whom, and what is answered. Every answer is held against
//! `docs/admin.openapi.json`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod described;
mod letters;
mod people;
mod pretended;
mod strict;
