//! What the code that waits needs of the runtime, as ports.
//!
//! `src/worker/` implements them with what Cloudflare gives, and `histories/` with a simulated world in which every await may be
//! the last. So the loops of [`crate::objects`] and [`crate::intake`] are the same in both, and what is simulated is what ships.
//!
//! Everything runs on one thread: no future needs `Send`, and no borrow of shared state crosses an await.

mod isolate;

use std::rc::Rc;

use futures_util::FutureExt;

use crate::config::Config;
use crate::conversation::{Store, StoreError};
use crate::http::{HttpAnswer, HttpRequest, Millis};
use crate::objects::HeldAccess;

pub use isolate::Isolate;

/// What all code has.
pub trait Runtime {
    /// Milliseconds since the Unix epoch. On Workers time stands still between two awaits.
    fn now(&self) -> Millis;
    /// 64 random bits.
    fn random(&self) -> u64;
    /// The deployment's configuration.
    fn config(&self) -> Rc<Config>;
    /// What this isolate remembers.
    fn isolate(&self) -> Rc<Isolate>;
    /// Writes one line of ids, kinds and outcomes; never text, addresses or tokens.
    fn log(&self, event: &str, fields: &[(&str, &str)], alarming: bool);
    /// Makes a request to another service, with a deadline.
    fn send(&self, request: &HttpRequest) -> impl Future<Output = HttpAnswer>;
    /// Makes a request to another object of this deployment, once.
    fn ask(
        &self,
        object: &Object<'_>,
        path: &str,
        body: &str,
    ) -> impl Future<Output = Result<Reply, Failed>>;
    /// Reads a value of the index. A failing index counts as a miss.
    fn index_get(&self, name: &str) -> impl Future<Output = Option<String>>;
    /// Whether a value is in the index; `None` where the index fails.
    fn index_has(&self, name: &str) -> impl Future<Output = Option<bool>> {
        self.index_get(name).map(|value| Some(value.is_some()))
    }
    /// Writes a value into the index; says whether that worked.
    fn index_put(&self, name: &str, value: &str) -> impl Future<Output = bool>;
    /// Deletes a value of the index; says whether that worked.
    fn index_delete(&self, name: &str) -> impl Future<Output = bool>;
}

/// What the code of one Durable Object has besides. What it stores between two awaits is one batch of writes, and nothing leaves
/// the object, neither a request nor an answer, before the batches behind it are durable.
pub trait ObjectRuntime: Runtime {
    /// The name that the object was asked for by.
    fn name(&self) -> String;
    /// Sets the object's only alarm, in the same batch as the writes before it.
    fn set_alarm(&self, at: Millis) -> impl Future<Output = Result<(), Failed>>;
    /// Deletes everything that the object stores.
    fn delete_all(&self) -> impl Future<Output = Result<(), Failed>>;
    /// Goes on with something after the present request is answered.
    fn wait_until(&self, work: impl Future<Output = ()> + 'static);
}

/// What a Conversation object has besides.
pub trait ConversationRuntime: ObjectRuntime {
    /// One consumer's storage.
    type Store: Store;

    /// Opens the storage, if its schema is one that this release can read.
    fn open_store(&self) -> Result<Self::Store, StoreError>;
}

/// What a Directory object has besides: one stored value.
pub trait DirectoryRuntime: ObjectRuntime {
    /// The value. An object that has stored nothing stays empty.
    fn load(&self) -> Result<Option<String>, Failed>;
    /// Stores the value, as part of the present batch.
    fn store(&self, value: &str) -> Result<(), Failed>;
}

/// What an Attention object has besides: one stored value per consumer.
pub trait AttentionRuntime: ObjectRuntime {
    /// The revision of what is stored of a consumer.
    fn revision(&self, consumer: &str) -> Result<Option<u64>, Failed>;
    /// Replaces what is stored of a consumer, as part of the present batch.
    fn put(&self, consumer: &str, revision: u64, report: &str) -> Result<(), Failed>;
    /// Deletes what is stored of a consumer, likewise.
    fn delete(&self, consumer: &str) -> Result<(), Failed>;
    /// Consumers in the order of their keys, behind that key, with what is stored of each.
    fn page(&self, after: &str, limit: usize) -> Result<Vec<(String, String)>, Failed>;
}

/// What an Account object has besides: one stored value, which is a cache.
pub trait AccountRuntime: ObjectRuntime {
    /// The value.
    fn load(&self) -> impl Future<Output = Option<HeldAccess>>;
    /// Stores the value; says whether that worked.
    fn store(&self, value: &HeldAccess) -> impl Future<Output = bool>;
}

/// A Durable Object, by class and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object<'a> {
    /// One consumer, by consumer key.
    Conversation(&'a str),
    /// A conversation or a LiveEngage consumer, by [`crate::identity::Subject::name`].
    Directory(&'a str),
    /// A LiveEngage account, by id.
    Account(&'a str),
    /// Dead letters and stuck lanes, by [`crate::attention::object_name`].
    Attention(&'a str),
}

/// The answer of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Status, with the meaning that it has in HTTP.
    pub status: u16,
    /// JSON if the status is 200, else a word.
    pub body: String,
}

impl Reply {
    /// An answer of success.
    pub fn json<T: serde::Serialize>(answer: &T) -> Self {
        match serde_json::to_string(answer) {
            Ok(body) => Self { status: 200, body },
            Err(_) => Self::error(500, "unwritable"),
        }
    }

    /// No success, in one word.
    pub fn error(status: u16, word: &str) -> Self {
        Self {
            status,
            body: word.to_owned(),
        }
    }
}

/// The runtime, or an object that was asked, failed: what was asked for may or may not have happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the runtime failed: {what}")]
pub struct Failed {
    /// What it says, without any value.
    pub what: String,
}
