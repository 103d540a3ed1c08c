//! The Durable Objects, as the runtime knows them: thin covers around [`crate::objects`], and the way to call one.

use worker::wasm_bindgen::JsValue;
use worker::{
    DurableObject, Env, Request, RequestInit, Response, Result, State, Stub, durable_object,
};

use super::runtime::ObjectShell;
use crate::objects::{AccountObject, AttentionObject, ConversationObject, DirectoryObject};
use crate::runtime::{Failed, Object, Reply};

/// Names of the namespaces' bindings.
pub(super) const CONVERSATION: &str = "CONVERSATION";
pub(super) const DIRECTORY: &str = "DIRECTORY";
pub(super) const ACCOUNT: &str = "ACCOUNT";
pub(super) const ATTENTION: &str = "ATTENTION";

/// See [`crate::objects`].
#[durable_object(alarm)]
pub struct Conversation(ConversationObject<ObjectShell>);

/// See [`crate::objects`].
#[durable_object(alarm)]
pub struct Directory(DirectoryObject<ObjectShell>);

/// See [`crate::objects`].
#[durable_object(fetch)]
pub struct Attention(AttentionObject<ObjectShell>);

/// See [`crate::objects`].
#[durable_object(fetch)]
pub struct AccountAccess(AccountObject<ObjectShell>);

impl DurableObject for Conversation {
    fn new(state: State, env: Env) -> Self {
        Self(ConversationObject::new(ObjectShell::new(state, env)))
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let path = request.path();
        let Ok(body) = request.text().await else {
            return unreadable();
        };
        answered(self.0.answer(&path, &body).await)
    }

    async fn alarm(&self) -> Result<Response> {
        rung(self.0.alarm().await)
    }
}

impl DurableObject for Directory {
    fn new(state: State, env: Env) -> Self {
        Self(DirectoryObject::new(ObjectShell::new(state, env)))
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let Ok(body) = request.text().await else {
            return unreadable();
        };
        answered(self.0.answer(&body).await)
    }

    async fn alarm(&self) -> Result<Response> {
        rung(self.0.alarm().await)
    }
}

impl DurableObject for Attention {
    fn new(state: State, env: Env) -> Self {
        Self(AttentionObject::new(ObjectShell::new(state, env)))
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let Ok(body) = request.text().await else {
            return unreadable();
        };
        answered(self.0.answer(&body).await)
    }
}

impl DurableObject for AccountAccess {
    fn new(state: State, env: Env) -> Self {
        Self(AccountObject::new(ObjectShell::new(state, env)))
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let Ok(body) = request.text().await else {
            return unreadable();
        };
        answered(Ok(self.0.answer(&body).await))
    }
}

fn unreadable() -> Result<Response> {
    Response::error("unreadable", 400)
}

fn answered(reply: std::result::Result<Reply, Failed>) -> Result<Response> {
    let reply = reply.map_err(thrown)?;
    if reply.status != 200 {
        return Response::error(reply.body, reply.status);
    }
    let mut response = Response::ok(reply.body)?;
    let headers = response.headers_mut();
    headers.set("content-type", "application/json")?;
    Ok(response)
}

fn rung(rung: std::result::Result<(), Failed>) -> Result<Response> {
    rung.map_err(thrown)?;
    Response::ok("")
}

/// What is thrown makes the runtime ring the alarm again.
fn thrown(failed: Failed) -> worker::Error {
    worker::Error::RustError(failed.what)
}

/// One request to an object, through a fresh stub: one that threw is dead.
pub(super) async fn ask(env: &Env, object: &Object<'_>, path: &str, body: &str) -> Result<Reply> {
    let (namespace, name) = match object {
        Object::Conversation(name) => (CONVERSATION, name),
        Object::Directory(name) => (DIRECTORY, name),
        Object::Account(name) => (ACCOUNT, name),
        Object::Attention(name) => (ATTENTION, name),
    };
    let stub: Stub = env.durable_object(namespace)?.get_by_name(name)?;
    let mut init = RequestInit::new();
    init.with_method(worker::Method::Post);
    init.with_body(Some(JsValue::from_str(body)));
    // Objects have no host; the URL only has to be absolute.
    let request = Request::new_with_init(&format!("https://object{path}"), &init)?;
    let mut response = stub.fetch_with_request(request).await?;
    Ok(Reply {
        status: response.status_code(),
        body: response.text().await?,
    })
}
