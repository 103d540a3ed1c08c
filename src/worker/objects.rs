//! Calls from the Worker and between objects: JSON over the stub's `fetch`, since Rust objects take no RPC.

use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::wasm_bindgen::JsValue;
use worker::{Env, Request, RequestInit, Stub};

use super::settings;
use crate::conversation::Lane;
use crate::conversation::wire::{
    AcceptEvent, AcceptRequest, AcceptResponse, FileAnswer, FileRequest,
};
use crate::directory::{Ask, Resolution};
use crate::feed;
use crate::identity::{ConsumerKey, Subject};
use crate::liveengage::StoredAccess;
use crate::liveengage::access::AccessRequest;
use crate::outcome::Cause;

pub(super) const CONVERSATION: &str = "CONVERSATION";
pub(super) const DIRECTORY: &str = "DIRECTORY";
pub(super) const ACCOUNT: &str = "ACCOUNT";
/// Path of a question to a Conversation object about a file; its events go to `/`.
pub(super) const FILE: &str = "/file";

/// Why an object gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallFault {
    /// It could not be reached, or its storage failed: trying again may help.
    Unavailable,
    /// It cannot read the request: trying again does not help.
    Rejected,
}

/// Hands events to a Conversation object. When this returns, they are durable.
pub(super) async fn accept(
    env: &Env,
    key: &ConsumerKey,
    request: &AcceptRequest,
) -> Result<AcceptResponse, CallFault> {
    call(env, CONVERSATION, key.as_str(), "/", request).await
}

/// Asks a Conversation object where a file can be read now.
pub(super) async fn file(
    env: &Env,
    key: &ConsumerKey,
    request: &FileRequest,
) -> Result<FileAnswer, CallFault> {
    call(env, CONVERSATION, key.as_str(), FILE, request).await
}

/// Keeps events that their own object cannot take as a dead letter.
pub(super) async fn bury(env: &Env, request: &AcceptRequest) -> Result<(), CallFault> {
    let body = serde_json::to_vec(&request.events).unwrap_or_default();
    let what = "the consumer's object cannot take it";
    let event = feed::dead_letter(what, &body, Lane::ToConsumer);
    bury_events(env, &request.route.account_id, &body, vec![event]).await
}

/// Keeps what belongs to no consumer as dead letters, in an object of their own.
pub(super) async fn bury_events(
    env: &Env,
    account_id: &str,
    body: &[u8],
    events: Vec<AcceptEvent>,
) -> Result<(), CallFault> {
    let config = settings::config(env);
    let identity = config.identity_key.as_ref().ok_or(CallFault::Unavailable)?;
    let key = ConsumerKey::unaddressed(identity, account_id, "", body);
    let request = AcceptRequest::of_account(account_id, events);
    accept(env, &key, &request).await.map(drop)
}

/// Asks the Directory about a conversation or a LiveEngage consumer.
pub(super) async fn directory(
    env: &Env,
    subject: &Subject<'_>,
    ask: &Ask,
) -> Result<Resolution, CallFault> {
    call(env, DIRECTORY, &subject.name(), "/", ask).await
}

/// Asks the Account object for domains and AppJWT.
pub(super) async fn access(
    env: &Env,
    account_id: &str,
    request: &AccessRequest,
) -> Result<Result<StoredAccess, Cause>, CallFault> {
    call(env, ACCOUNT, account_id, "/", request).await
}

/// One call, with one more try through a fresh stub: a stub that threw is dead.
async fn call<Q: Serialize, A: DeserializeOwned>(
    env: &Env,
    namespace: &str,
    name: &str,
    path: &str,
    question: &Q,
) -> Result<A, CallFault> {
    let body = serde_json::to_string(question).map_err(|_| CallFault::Rejected)?;
    match once(env, namespace, name, path, &body).await {
        Err(CallFault::Unavailable) => once(env, namespace, name, path, &body).await,
        settled => settled,
    }
}

async fn once<A: DeserializeOwned>(
    env: &Env,
    namespace: &str,
    name: &str,
    path: &str,
    body: &str,
) -> Result<A, CallFault> {
    let answer = ask(env, namespace, name, path, body).await;
    let (status, text) = answer.map_err(|_| CallFault::Unavailable)?;
    match status {
        200 => serde_json::from_str(&text).map_err(|_| CallFault::Rejected),
        400..=499 => Err(CallFault::Rejected),
        _ => Err(CallFault::Unavailable),
    }
}

async fn ask(
    env: &Env,
    namespace: &str,
    name: &str,
    path: &str,
    body: &str,
) -> worker::Result<(u16, String)> {
    let stub: Stub = env.durable_object(namespace)?.get_by_name(name)?;
    let mut init = RequestInit::new();
    init.with_method(worker::Method::Post);
    init.with_body(Some(JsValue::from_str(body)));
    // Objects have no host; the URL only has to be absolute.
    let request = Request::new_with_init(&format!("https://object{path}"), &init)?;
    let mut response = stub.fetch_with_request(request).await?;
    Ok((response.status_code(), response.text().await?))
}
