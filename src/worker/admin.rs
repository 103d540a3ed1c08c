//! `/admin/…`: the shell around [`crate::admin`].

mod guard;
mod perform;

use worker::{Env, Headers, Request, Response, Result as WorkerResult};

use super::reply::Fault as ShellFault;
use super::{clock, http, log, settings};
use crate::admin::{self, BODY_LIMIT, Fault, Reply, Step, routes};
use crate::config::Config;

/// Answers a request. Without a token and an Access application there is nothing here.
pub(super) async fn answer(mut request: Request, env: &Env) -> Result<Response, ShellFault> {
    let config = settings::config(env);
    if config.admin.is_off() {
        return Err(ShellFault::NotFound);
    }
    let reply = match serve(&mut request, env, &config).await {
        Ok(reply) => reply,
        Err(fault) => fault.reply(),
    };
    respond(&reply).map_err(|_| ShellFault::Unavailable)
}

async fn serve(request: &mut Request, env: &Env, config: &Config) -> Result<Reply, Fault> {
    let headers = http::headers(request);
    let header = |name: &str| {
        let found = headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    };
    guard::admit(config, header).await?;
    let body = http::body(request, BODY_LIMIT).await;
    let body = body.map_err(|fault| match fault {
        ShellFault::TooLarge => Fault::TooLarge,
        _ => Fault::invalid("", "the body broke off"),
    })?;
    let (path, method) = (request.path(), request.method().to_string());
    let url = request.url().ok();
    let asked = admin::Request {
        method: &method,
        path: &path,
        query: url.as_ref().and_then(|url| url.query()),
        content_type: header("content-type"),
        body: &body,
    };
    let (endpoint, mut task) = routes::task(&asked, config, clock::now())?;
    let done = run(env, config, task.as_mut()).await;
    let status = match &done {
        Ok(reply) => reply.status,
        Err(fault) => fault.reply().status,
    };
    let (endpoint, status) = (format!("{endpoint:?}"), status.to_string());
    let fields = [("endpoint", endpoint.as_str()), ("status", &status)];
    log::write("admin_served", &fields, false);
    done
}

async fn run(env: &Env, config: &Config, task: &mut dyn admin::Task) -> Result<Reply, Fault> {
    let mut got = None;
    loop {
        match task.step(got.take())? {
            Step::Need(need) => got = Some(perform::perform(env, config, &need).await),
            Step::Reply(reply) => return Ok(reply),
        }
    }
}

fn respond(reply: &Reply) -> WorkerResult<Response> {
    let response = Response::from_json(&reply.body)?.with_status(reply.status);
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    headers.set("cache-control", "no-store")?;
    headers.set("x-content-type-options", "nosniff")?;
    for (name, value) in &reply.headers {
        headers.set(name, value)?;
    }
    Ok(response.with_headers(headers))
}
