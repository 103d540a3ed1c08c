//! Calls from the Worker and between objects: JSON, with one more try.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::attention::{self, Found};
use crate::conversation::Lane;
use crate::conversation::operate::{Answer, Operation};
use crate::conversation::wire::{
    AcceptEvent, AcceptRequest, AcceptResponse, FileAnswer, FileRequest, SealedRequest,
};
use crate::directory::{Ask, Resolution};
use crate::feed;
use crate::identity::{ConsumerKey, Subject};
use crate::liveengage::StoredAccess;
use crate::liveengage::access::AccessRequest;
use crate::outcome::Cause;
use crate::runtime::{Object, Runtime};

/// Path of events for a Conversation object, and of every question to the other objects.
pub const EVENTS: &str = "/";
/// Path of a question to a Conversation object about a file.
pub const FILE: &str = "/file";

/// Path of what an operator asks of a Conversation object.
pub const OPERATE: &str = "/operate";
/// The status with which a Conversation object says that it is full, with an [`AcceptResponse`]. One whose storage failed has the
/// same, with a word. An older release of the Worker takes either for a failure, and has its caller try again.
pub const FULL: u16 = 503;

/// Why an object gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallFault {
    /// It could not be reached, or its storage failed: trying again may help.
    Unavailable,
    /// It cannot read the request: trying again does not help.
    Rejected,
    /// More waits in it than may: trying again helps later. Never said to events of LiveEngage.
    Full,
}

/// Hands events to a Conversation object. When this returns, they are durable.
pub async fn accept(
    runtime: &impl Runtime,
    key: &ConsumerKey,
    request: &AcceptRequest,
) -> Result<AcceptResponse, CallFault> {
    call(
        runtime,
        &Object::Conversation(key.as_str()),
        EVENTS,
        request,
    )
    .await
}

/// Asks a Conversation object where a file can be read now.
pub async fn file(
    runtime: &impl Runtime,
    key: &ConsumerKey,
    request: &FileRequest,
) -> Result<FileAnswer, CallFault> {
    call(runtime, &Object::Conversation(key.as_str()), FILE, request).await
}

/// Has a Conversation object do what an operator asks. When this returns, what it changed is durable.
pub async fn operate(
    runtime: &impl Runtime,
    key: &ConsumerKey,
    operation: &Operation,
) -> Result<Answer, CallFault> {
    let object = Object::Conversation(key.as_str());
    call(runtime, &object, OPERATE, operation).await
}

/// Tells or asks an Attention object ([`attention::object_name`]).
pub async fn attention(
    runtime: &impl Runtime,
    name: &str,
    ask: &attention::Ask,
) -> Result<Found, CallFault> {
    call(runtime, &Object::Attention(name), EVENTS, ask).await
}

/// Hands parked events to a Conversation object, likewise.
pub async fn hand_over(
    runtime: &impl Runtime,
    key: &ConsumerKey,
    request: &SealedRequest,
) -> Result<(), CallFault> {
    let object = Object::Conversation(key.as_str());
    let taken = call::<_, AcceptResponse>(runtime, &object, EVENTS, request).await;
    taken.map(drop)
}

/// Keeps events that their own object cannot take as a dead letter.
pub async fn bury(
    runtime: &impl Runtime,
    account_id: &str,
    events: &impl Serialize,
) -> Result<(), CallFault> {
    let body = serde_json::to_vec(events).unwrap_or_default();
    let what = "the consumer's object cannot take it";
    let event = feed::dead_letter(what, &body, Lane::ToConsumer);
    bury_events(runtime, account_id, &body, vec![event]).await
}

/// Keeps what belongs to no consumer as dead letters, in an object of their own.
pub async fn bury_events(
    runtime: &impl Runtime,
    account_id: &str,
    body: &[u8],
    events: Vec<AcceptEvent>,
) -> Result<(), CallFault> {
    let config = runtime.config();
    let identity = config.identity_key.as_ref().ok_or(CallFault::Unavailable)?;
    let key = ConsumerKey::unaddressed(identity, account_id, "", body);
    let request = AcceptRequest::of_account(account_id, events);
    accept(runtime, &key, &request).await.map(drop)
}

/// Asks the Directory about a conversation or a LiveEngage consumer.
pub async fn directory(
    runtime: &impl Runtime,
    subject: &Subject<'_>,
    ask: &Ask,
) -> Result<Resolution, CallFault> {
    call(runtime, &Object::Directory(&subject.name()), EVENTS, ask).await
}

/// Asks the Account object for domains and AppJWT.
pub async fn access(
    runtime: &impl Runtime,
    account_id: &str,
    request: &AccessRequest,
) -> Result<Result<StoredAccess, Cause>, CallFault> {
    call(runtime, &Object::Account(account_id), EVENTS, request).await
}

/// One call, with one more try if the object did not answer.
async fn call<Q: Serialize, A: DeserializeOwned>(
    runtime: &impl Runtime,
    object: &Object<'_>,
    path: &str,
    question: &Q,
) -> Result<A, CallFault> {
    let body = serde_json::to_string(question).map_err(|_| CallFault::Rejected)?;
    match once(runtime, object, path, &body).await {
        Err(CallFault::Unavailable) => once(runtime, object, path, &body).await,
        settled => settled,
    }
}

async fn once<A: DeserializeOwned>(
    runtime: &impl Runtime,
    object: &Object<'_>,
    path: &str,
    body: &str,
) -> Result<A, CallFault> {
    let answer = runtime.ask(object, path, body).await;
    let reply = answer.map_err(|_| CallFault::Unavailable)?;
    match reply.status {
        200 => serde_json::from_str(&reply.body).map_err(|_| CallFault::Rejected),
        400..=499 => Err(CallFault::Rejected),
        FULL if is_full(&reply.body) => Err(CallFault::Full),
        _ => Err(CallFault::Unavailable),
    }
}

fn is_full(body: &str) -> bool {
    serde_json::from_str::<AcceptResponse>(body).is_ok_and(|answer| answer.full)
}
