//! `POST /channels/{channel}`: callbacks of the consumer platforms.

use worker::{Env, Request, Response, Result as WorkerResult};

use super::reply::Fault;
use super::runtime::Shell;
use super::{clock, http, log, settings};
use crate::http::Method;
use crate::intake::callbacks;
use crate::objects::calls::CallFault;
use crate::platforms::{Acknowledgement, Callback, Forgery};

/// Verifies a callback, hands its events to their Conversation objects, and acknowledges it when all are durable.
pub(super) async fn receive(
    name: &str,
    mut request: Request,
    env: &Env,
) -> Result<Response, Fault> {
    let config = settings::config(env);
    let Some(channel) = config.channels.get(name) else {
        let problems: Vec<_> = config
            .problems_of_channel(name)
            .into_iter()
            .cloned()
            .collect();
        return Err(if problems.is_empty() {
            Fault::NotFound
        } else {
            Fault::Configuration(problems)
        });
    };
    let Some(identity) = &config.identity_key else {
        return Err(Fault::Configuration(config.problems.clone()));
    };
    let adapter = &channel.adapter;
    let method = accepted_method(&request, adapter.methods())?;
    let headers = http::headers(&request);
    let body = http::body(&mut request, adapter.body_limit()).await?;
    let url = request.url().ok();
    let callback = Callback {
        method,
        query: url.as_ref().and_then(|url| url.query()),
        headers: &headers,
        body: &body,
        public_url: &channel.callback_url,
        now: clock::now(),
    };
    if method == Method::Post {
        let media_type = callback.media_type().unwrap_or_default();
        if !adapter.media_types().contains(&media_type.as_str()) {
            return Err(Fault::MediaType);
        }
    }
    let refuse = |forgery: Forgery| {
        let fields = [("channel", name), ("problem", &*forgery.to_string())];
        log::write("callback_refused", &fields, false);
        match forgery {
            Forgery::Missing { status } => Fault::Signature {
                status,
                code: "signature_missing",
            },
            Forgery::Mismatch { status } => Fault::Signature {
                status,
                code: "signature_mismatch",
            },
        }
    };
    if let Some(answer) = adapter.handshake(&callback) {
        let answer = answer.map_err(refuse)?;
        return acknowledge(answer).map_err(|_| Fault::Unavailable);
    }
    adapter.verify(&callback).map_err(refuse)?;
    let parsed = adapter.parse(&callback);
    let taken = callbacks::take(&Shell::new(env), channel, identity, parsed, &body).await;
    taken.map_err(|fault| match fault {
        CallFault::Full => Fault::Full(adapter.later()),
        CallFault::Unavailable | CallFault::Rejected => Fault::Unavailable,
    })?;
    acknowledge(adapter.acknowledgement()).map_err(|_| Fault::Unavailable)
}

fn accepted_method(request: &Request, methods: &'static [Method]) -> Result<Method, Fault> {
    let name = request.method().to_string();
    methods
        .iter()
        .find(|method| method.as_str() == name)
        .copied()
        .ok_or_else(|| Fault::Method(methods.to_vec()))
}

fn acknowledge(acknowledgement: Acknowledgement) -> WorkerResult<Response> {
    let response = if acknowledgement.body.is_empty() {
        Response::empty()?
    } else {
        Response::ok(acknowledgement.body)?
    };
    let mut response = response.with_status(acknowledgement.status);
    if let Some(content_type) = acknowledgement.content_type {
        response.headers_mut().set("content-type", content_type)?;
    }
    Ok(response)
}
