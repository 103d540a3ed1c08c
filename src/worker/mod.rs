//! The shell: the only folder that names the `worker` crate. It decides nothing that the rest of the crate can decide, and waits
//! for nothing that [`crate::objects`] and [`crate::intake`] can wait for.

mod admin;
mod channels;
mod clock;
mod files;
mod health;
mod http;
mod index;
mod log;
mod objects;
mod pauses;
mod reply;
mod runtime;
mod settings;
mod sql;
mod webhooks;

pub use objects::{AccountAccess, Attention, Conversation, Directory};

use worker::{Env, Request, Response, Result};

use reply::Fault;

/// Answers one request to the Worker.
pub async fn handle(request: Request, env: Env) -> Result<Response> {
    let path = request.path();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let answer = match segments.as_slice() {
        ["admin", ..] => admin::answer(request, &env).await,
        ["channels", channel] => channels::receive(channel, request, &env).await,
        ["files", token] => files::serve(token, &request, &env).await,
        ["healthz"] => health::answer(&request, &env).await,
        ["liveengage", "webhooks"] => webhooks::receive(request, &env).await,
        _ => Err(Fault::NotFound),
    };
    match answer {
        Ok(response) => Ok(response),
        Err(fault) => fault.into_response(),
    }
}
