//! A bridge between consumer messaging platforms and LivePerson LiveEngage, as a Cloudflare Worker.
//!
//! `ARCHITECTURE.md` is the map. In short: [`platforms`] and [`liveengage`] know the wire, [`conversation`] decides, [`directory`]
//! knows whose conversation is whose; [`objects`] and [`intake`] wait for what was decided, through the ports of [`runtime`]; and
//! `worker` is the only module that touches network, storage or clock.

pub mod admin;
pub mod attention;
pub mod breaker;
pub mod config;
pub mod conversation;
pub mod crypto;
pub mod directory;
pub mod feed;
pub mod files;
pub mod health;
pub mod http;
pub mod identity;
pub mod intake;
pub mod liveengage;
pub mod message;
pub mod nesting;
pub mod objects;
pub mod outcome;
pub mod pause;
pub mod platforms;
pub mod rich;
pub mod runtime;
pub mod secret;
pub mod split;
#[allow(missing_docs)] // the macros write items without documentation
pub mod worker;

use ::worker::{Context, Env, Request, Response, Result, event};

/// Every request to the Worker.
#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    crate::worker::handle(request, env).await
}
