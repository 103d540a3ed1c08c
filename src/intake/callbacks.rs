//! Authentic callbacks of the consumer platforms.

use crate::config::Channel;
use crate::conversation::Lane;
use crate::conversation::wire::{AcceptEvent, AcceptRequest, Route};
use crate::feed;
use crate::identity::ConsumerKey;
use crate::message::{ConsumerEvent, EventKind};
use crate::objects::calls::{self, CallFault};
use crate::outcome::Refusal;
use crate::platforms::{Parsed, Unreadable};
use crate::runtime::Runtime;
use crate::secret::Secret;

/// Hands the events of a callback to their Conversation objects; one that is unreadable becomes a dead letter. When this returns,
/// all are durable. Where one of the consumers has no room, nothing new of that one is stored, and the platform is to come again.
pub async fn take(
    runtime: &impl Runtime,
    channel: &Channel,
    identity: &Secret,
    parsed: Result<Parsed, Unreadable>,
    body: &[u8],
) -> Result<(), CallFault> {
    match parsed {
        Ok(parsed) => {
            for ignored in &parsed.ignored {
                let fields = [
                    ("channel", channel.name.as_str()),
                    ("kind", ignored.kind.as_str()),
                ];
                runtime.log("callback_ignored", &fields, false);
            }
            accept(runtime, channel, identity, parsed.events).await
        }
        Err(unreadable) => {
            let (account_id, namespace) = (&channel.account.id, &channel.namespace);
            let key = ConsumerKey::unaddressed(identity, account_id, namespace, body);
            let event = feed::dead_letter(&unreadable.what, body, Lane::ToLiveengage);
            let request = AcceptRequest::of_account(account_id, vec![event]);
            store(runtime, &key, &request).await
        }
    }
}

/// Hands events over, grouped by consumer, each consumer's in their order. Who cannot be reached or has no room does not hold up the
/// others of the batch: what is stored of them now is a duplicate when it comes again.
async fn accept(
    runtime: &impl Runtime,
    channel: &Channel,
    identity: &Secret,
    events: Vec<ConsumerEvent>,
) -> Result<(), CallFault> {
    let mut groups: Vec<(ConsumerKey, AcceptRequest)> = Vec::new();
    let mut taken = Ok(());
    for event in events {
        if event.consumer.is_empty() {
            let kept = keep_ownerless(runtime, channel, identity, event).await;
            taken = graver(taken, kept);
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
                handle: event.handle,
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
        taken = graver(taken, store(runtime, key, request).await);
    }
    taken
}

/// What is answered of two results: a failure, or else that somebody has no room.
fn graver(one: Result<(), CallFault>, other: Result<(), CallFault>) -> Result<(), CallFault> {
    match one {
        Ok(()) => other,
        Err(CallFault::Full) => other.and(one),
        Err(_) => one,
    }
}

/// What was said by nobody that can be named goes where unreadable callbacks go: to the dead letters of the channel.
async fn keep_ownerless(
    runtime: &impl Runtime,
    channel: &Channel,
    identity: &Secret,
    event: ConsumerEvent,
) -> Result<(), CallFault> {
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
    store(runtime, &key, &request).await
}

async fn store(
    runtime: &impl Runtime,
    key: &ConsumerKey,
    request: &AcceptRequest,
) -> Result<(), CallFault> {
    let taken = calls::accept(runtime, key, request).await.map(drop);
    // That it is full the object has said in the logs.
    if let Err(fault) = &taken
        && *fault != CallFault::Full
    {
        let fault = format!("{fault:?}");
        let fields = [("consumer", key.as_str()), ("fault", &fault)];
        runtime.log("accept_failed", &fields, true);
    }
    taken
}

#[cfg(test)]
mod tests;
