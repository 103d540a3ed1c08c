//! The ports of [`crate::runtime`], over what Cloudflare gives.

use std::rc::Rc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use worker::{Env, SqlStorageValue, State};

use super::sql::SqlStore;
use super::{clock, http, index, log, objects, settings};
use crate::config::Config;
use crate::conversation::StoreError;
use crate::http::{HttpAnswer, HttpRequest, Millis};
use crate::objects::HeldAccess;
use crate::runtime::{
    AccountRuntime, AttentionRuntime, ConversationRuntime, DirectoryRuntime, Failed, Isolate,
    Object, ObjectRuntime, Reply, Runtime,
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

    async fn index_has(&self, name: &str) -> Option<bool> {
        index::has(&self.env, name).await
    }

    async fn index_put(&self, name: &str, value: &str) -> bool {
        index::put(&self.env, name, value).await
    }

    async fn index_delete(&self, name: &str) -> bool {
        index::delete(&self.env, name).await
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

    fn run(&self, query: &str, bindings: Vec<SqlStorageValue>) -> Result<(), Failed> {
        let done = self.state.storage().sql().exec(query, bindings);
        done.map(drop).map_err(failed)
    }

    fn select<T: DeserializeOwned>(
        &self,
        query: &str,
        bindings: Vec<SqlStorageValue>,
    ) -> Result<Vec<T>, Failed> {
        let cursor = self.state.storage().sql().exec(query, bindings);
        let rows = cursor.and_then(|cursor| cursor.to_array());
        rows.map_err(failed)
    }

    /// An object that has stored nothing has no table, and stays so when it is asked.
    fn has_table(&self, name: &str) -> Result<bool, Failed> {
        let query = "SELECT name AS value FROM sqlite_master WHERE type = 'table' AND name = ?";
        let tables = self.select::<Value>(query, vec![name.into()])?;
        Ok(!tables.is_empty())
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

    async fn index_has(&self, name: &str) -> Option<bool> {
        self.shell.index_has(name).await
    }

    async fn index_put(&self, name: &str, value: &str) -> bool {
        self.shell.index_put(name, value).await
    }

    async fn index_delete(&self, name: &str) -> bool {
        self.shell.index_delete(name).await
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
        if !self.has_table("entry")? {
            return Ok(None);
        }
        let mut stored =
            self.select::<Value>("SELECT value FROM entry WHERE id = 1", Vec::new())?;
        Ok(stored.pop().map(|stored| stored.value))
    }

    fn store(&self, value: &str) -> Result<(), Failed> {
        self.run(
            "CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, value TEXT NOT NULL)",
            Vec::new(),
        )?;
        self.run(
            "INSERT OR REPLACE INTO entry (id, value) VALUES (1, ?)",
            vec![value.into()],
        )
    }
}

#[derive(Deserialize)]
struct Revision {
    revision: u64,
}

#[derive(Deserialize)]
struct Reported {
    key: String,
    report: String,
}

impl AttentionRuntime for ObjectShell {
    fn revision(&self, consumer: &str) -> Result<Option<u64>, Failed> {
        if !self.has_table("consumer")? {
            return Ok(None);
        }
        let query = "SELECT revision FROM consumer WHERE key = ?";
        let mut found = self.select::<Revision>(query, vec![consumer.into()])?;
        Ok(found.pop().map(|found| found.revision))
    }

    fn put(&self, consumer: &str, revision: u64, report: &str) -> Result<(), Failed> {
        self.run(
            "CREATE TABLE IF NOT EXISTS consumer \
             (key TEXT PRIMARY KEY, revision INTEGER NOT NULL, report TEXT NOT NULL) WITHOUT ROWID",
            Vec::new(),
        )?;
        let revision = i64::try_from(revision).unwrap_or(i64::MAX);
        let revision = SqlStorageValue::try_from_i64(revision).map_err(failed)?;
        self.run(
            "INSERT OR REPLACE INTO consumer (key, revision, report) VALUES (?, ?, ?)",
            vec![consumer.into(), revision, report.into()],
        )
    }

    fn delete(&self, consumer: &str) -> Result<(), Failed> {
        self.run("DELETE FROM consumer WHERE key = ?", vec![consumer.into()])
    }

    fn page(&self, after: &str, limit: usize) -> Result<Vec<(String, String)>, Failed> {
        if !self.has_table("consumer")? {
            return Ok(Vec::new());
        }
        let query = "SELECT key, report FROM consumer WHERE key > ? ORDER BY key LIMIT ?";
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let page = self.select::<Reported>(query, vec![after.into(), limit.into()])?;
        let page = page.into_iter();
        Ok(page.map(|found| (found.key, found.report)).collect())
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
