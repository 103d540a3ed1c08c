//! The ports of [`crate::runtime`], over what Cloudflare gives.

use std::rc::Rc;

use serde::Deserialize;
use worker::{Env, State};

use super::sql::SqlStore;
use super::{clock, http, index, log, objects, settings};
use crate::config::Config;
use crate::conversation::StoreError;
use crate::http::{HttpAnswer, HttpRequest, Millis};
use crate::objects::HeldAccess;
use crate::runtime::{
    AccountRuntime, ConversationRuntime, DirectoryRuntime, Failed, Isolate, Object, ObjectRuntime,
    Reply, Runtime,
};

thread_local! {
    static ISOLATE: Rc<Isolate> = Rc::default();
}

/// What the Worker in front of the objects has.
#[derive(Debug)]
pub(super) struct Shell {
    env: Env,
}

impl Shell {
    /// Over these bindings.
    pub(super) fn new(env: &Env) -> Self {
        Self { env: env.clone() }
    }
}

impl Runtime for Shell {
    fn now(&self) -> Millis {
        clock::now()
    }

    fn random(&self) -> u64 {
        clock::random()
    }

    fn config(&self) -> Rc<Config> {
        settings::config(&self.env)
    }

    fn isolate(&self) -> Rc<Isolate> {
        ISOLATE.with(Rc::clone)
    }

    fn log(&self, event: &str, fields: &[(&str, &str)], alarming: bool) {
        log::write(event, fields, alarming);
    }

    async fn send(&self, request: &HttpRequest) -> HttpAnswer {
        http::send(request).await
    }

    async fn ask(&self, object: &Object<'_>, path: &str, body: &str) -> Result<Reply, Failed> {
        let answer = objects::ask(&self.env, object, path, body).await;
        answer.map_err(failed)
    }

    async fn index_get(&self, name: &str) -> Option<String> {
        index::get(&self.env, name).await
    }

    async fn index_put(&self, name: &str, value: &str) -> bool {
        index::put(&self.env, name, value).await
    }
}

/// What a Durable Object has.
#[derive(Debug)]
pub(super) struct ObjectShell {
    shell: Shell,
    state: State,
}

/// The key under which what an Account object holds survives its sleep.
const HELD: &str = "held";

#[derive(Deserialize)]
struct Value {
    value: String,
}

impl ObjectShell {
    /// As the runtime wakes it.
    pub(super) fn new(state: State, env: Env) -> Self {
        let shell = Shell { env };
        Self { shell, state }
    }
}

impl Runtime for ObjectShell {
    fn now(&self) -> Millis {
        self.shell.now()
    }

    fn random(&self) -> u64 {
        self.shell.random()
    }

    fn config(&self) -> Rc<Config> {
        self.shell.config()
    }

    fn isolate(&self) -> Rc<Isolate> {
        self.shell.isolate()
    }

    fn log(&self, event: &str, fields: &[(&str, &str)], alarming: bool) {
        self.shell.log(event, fields, alarming);
    }

    async fn send(&self, request: &HttpRequest) -> HttpAnswer {
        self.shell.send(request).await
    }

    async fn ask(&self, object: &Object<'_>, path: &str, body: &str) -> Result<Reply, Failed> {
        self.shell.ask(object, path, body).await
    }

    async fn index_get(&self, name: &str) -> Option<String> {
        self.shell.index_get(name).await
    }

    async fn index_put(&self, name: &str, value: &str) -> bool {
        self.shell.index_put(name, value).await
    }
}

impl ObjectRuntime for ObjectShell {
    fn name(&self) -> String {
        self.state.id().name().unwrap_or_default()
    }

    async fn set_alarm(&self, at: Millis) -> Result<(), Failed> {
        let at = clock::alarm_at(at);
        let set = self.state.storage().set_alarm(at).await;
        set.map_err(failed)
    }

    async fn delete_all(&self) -> Result<(), Failed> {
        self.state.storage().delete_all().await.map_err(failed)
    }

    fn wait_until(&self, work: impl Future<Output = ()> + 'static) {
        self.state.wait_until(work);
    }
}

impl ConversationRuntime for ObjectShell {
    type Store = SqlStore;

    fn open_store(&self) -> Result<SqlStore, StoreError> {
        SqlStore::open(self.state.storage().sql())
    }
}

impl DirectoryRuntime for ObjectShell {
    fn load(&self) -> Result<Option<String>, Failed> {
        let sql = self.state.storage().sql();
        let select = |query| {
            let cursor = sql.exec(query, None)?;
            cursor.to_array::<Value>()
        };
        let tables = select(
            "SELECT name AS value FROM sqlite_master WHERE type = 'table' AND name = 'entry'",
        );
        if tables.map_err(failed)?.is_empty() {
            return Ok(None);
        }
        let stored = select("SELECT value FROM entry WHERE id = 1");
        Ok(stored.map_err(failed)?.pop().map(|stored| stored.value))
    }

    fn store(&self, value: &str) -> Result<(), Failed> {
        let sql = self.state.storage().sql();
        sql.exec(
            "CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, value TEXT NOT NULL)",
            None,
        )
        .map_err(failed)?;
        sql.exec(
            "INSERT OR REPLACE INTO entry (id, value) VALUES (1, ?)",
            vec![value.into()],
        )
        .map_err(failed)?;
        Ok(())
    }
}

impl AccountRuntime for ObjectShell {
    async fn load(&self) -> Option<HeldAccess> {
        let stored = self.state.storage().get::<HeldAccess>(HELD).await;
        stored.ok().flatten()
    }

    async fn store(&self, value: &HeldAccess) -> bool {
        self.state.storage().put(HELD, value).await.is_ok()
    }
}

fn failed(error: worker::Error) -> Failed {
    let text = error.to_string();
    Failed {
        what: text.lines().next().unwrap_or_default().to_owned(),
    }
}
