//! `POST /channels/{channel}`: callbacks of the consumer platforms.

use std::rc::Rc;

use worker::{Env, Request, Response, Result as WorkerResult};

use super::reply::Fault;
use super::{clock, http, log, objects, settings};
use crate::config::Channel;
use crate::conversation::Lane;
use crate::conversation::wire::{AcceptEvent, AcceptRequest, Route};
use crate::feed;
use crate::http::Method;
use crate::identity::ConsumerKey;
use crate::message::{ConsumerEvent, EventKind};
use crate::outcome::Refusal;
use crate::platforms::{Acknowledgement, Callback, Forgery};
use crate::secret::Secret;

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
    adapter.verify(&callback).map_err(|forgery| {
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
    })?;
    match adapter.parse(&callback) {
        Ok(parsed) => {
            for ignored in &parsed.ignored {
                let fields = [("channel", name), ("kind", ignored.kind.as_str())];
                log::write("callback_ignored", &fields, false);
            }
            accept(env, channel, identity, parsed.events).await?;
        }
        Err(unreadable) => {
            let key =
                ConsumerKey::unaddressed(identity, &channel.account.id, &channel.namespace, &body);
            let event = feed::dead_letter(&unreadable.what, &body, Lane::ToLiveengage);
            let request = AcceptRequest::of_account(&channel.account.id, vec![event]);
            store(env, &key, &request).await?;
        }
    }
    acknowledge(&adapter.acknowledgement()).map_err(|_| Fault::Unavailable)
}

fn accepted_method(request: &Request, methods: &'static [Method]) -> Result<Method, Fault> {
    let name = request.method().to_string();
    methods
        .iter()
        .find(|method| method.as_str() == name)
        .copied()
        .ok_or_else(|| Fault::Method(methods.to_vec()))
}

/// Hands events over, grouped by consumer, each consumer's in their order.
async fn accept(
    env: &Env,
    channel: &Rc<Channel>,
    identity: &Secret,
    events: Vec<ConsumerEvent>,
) -> Result<(), Fault> {
    let mut groups: Vec<(ConsumerKey, AcceptRequest)> = Vec::new();
    for event in events {
        if event.consumer.is_empty() {
            keep_ownerless(env, channel, identity, event).await?;
            continue;
        }
        let key = ConsumerKey::derive(
            identity,
            &channel.account.id,
            &channel.namespace,
            &event.consumer,
        );
        let accepted = match event.event {
            EventKind::Message {
                id,
                content,
                sent_at,
            } => AcceptEvent::Message {
                id,
                content,
                sent_at,
            },
            EventKind::Signal(signal) => AcceptEvent::Signal { signal },
        };
        match groups.iter_mut().find(|(other, _)| *other == key) {
            Some((_, group)) => {
                let profile = group.route.profile.get_or_insert_default();
                profile.merge(&event.profile);
                group.events.push(accepted);
            }
            None => {
                let route = Route {
                    account_id: channel.account.id.clone(),
                    namespace: Some(channel.namespace.clone()),
                    channel: Some(channel.name.clone()),
                    address: Some(event.consumer),
                    profile: Some(event.profile),
                };
                groups.push((
                    key,
                    AcceptRequest {
                        route,
                        events: vec![accepted],
                    },
                ));
            }
        }
    }
    for (key, request) in &groups {
        store(env, key, request).await?;
    }
    Ok(())
}

/// What was said by nobody that can be named goes where unreadable callbacks go: to the dead letters of the channel.
async fn keep_ownerless(
    env: &Env,
    channel: &Channel,
    identity: &Secret,
    event: ConsumerEvent,
) -> Result<(), Fault> {
    let EventKind::Message { id, content, .. } = event.event else {
        return Ok(());
    };
    let (account_id, namespace) = (&channel.account.id, &channel.namespace);
    let key = ConsumerKey::unaddressed(identity, account_id, namespace, id.as_bytes());
    let letter = AcceptEvent::DeadLetter {
        id,
        lane: Lane::ToLiveengage,
        content,
        refusal: Refusal::Malformed {
            what: "it names nobody".to_owned(),
        },
    };
    let request = AcceptRequest::of_account(account_id, vec![letter]);
    store(env, &key, &request).await
}

async fn store(env: &Env, key: &ConsumerKey, request: &AcceptRequest) -> Result<(), Fault> {
    match objects::accept(env, key, request).await {
        Ok(_) => Ok(()),
        Err(fault) => {
            let consumer = key.to_string();
            let fault = format!("{fault:?}");
            let fields = [("consumer", consumer.as_str()), ("fault", &fault)];
            log::write("accept_failed", &fields, true);
            Err(Fault::Unavailable)
        }
    }
}

fn acknowledge(acknowledgement: &Acknowledgement) -> WorkerResult<Response> {
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
