//! The admin API: what an operator asks over HTTP, and what is answered.
//!
//! All of it is pure. [`routes::task`] turns a request into a [`Task`], which says step by step what it [`Need`]s from the objects
//! and from KV; the shell fetches that and brings it back, until there is a [`Reply`]. Who may ask is decided in [`auth`].
//!
//! Nothing that is not asked for by name is changed: a query parameter or a field that is not known is refused, since a misspelt
//! filter would otherwise select everything. What would change more than one message is counted first.

pub mod access;
pub mod auth;
mod fault;
mod fields;
mod find;
mod import;
mod letters;
mod one;
mod pauses;
pub mod routes;
mod sweep;

pub use fault::Fault;

use serde_json::Value;

use crate::attention;
use crate::conversation::operate::{Answer, Operation};
use crate::identity::ConsumerKey;
use crate::pause::{Flag, Standing};

/// The longest body that is read (bytes).
pub const BODY_LIMIT: usize = 256 << 10;

/// A request, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Its method, whatever it is.
    pub method: &'a str,
    /// Its path from `/admin` on, with escapes as they came.
    pub path: &'a str,
    /// Its query, likewise.
    pub query: Option<&'a str>,
    /// Its `content-type`.
    pub content_type: Option<&'a str>,
    /// Its body.
    pub body: &'a [u8],
}

/// An answer: JSON with a status.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// Headers besides those that every answer has.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Value,
}

impl Reply {
    fn ok(body: Value) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body,
        }
    }
}

/// Adds a field to a JSON object.
fn set(body: &mut Value, name: &str, value: Value) {
    if let Some(fields) = body.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

/// Something that a task needs before it can go on.
#[derive(Clone, Debug, PartialEq)]
pub enum Need {
    /// What an Attention object says.
    Index {
        /// Its name.
        object: String,
        /// The question.
        ask: attention::Ask,
    },
    /// What a consumer's object does.
    Object {
        /// Which.
        consumer: ConsumerKey,
        /// What.
        operation: Box<Operation>,
    },
    /// Whose a conversation or a LiveEngage consumer is.
    Owner {
        /// LiveEngage account id.
        account_id: String,
        /// Of what.
        of: Owned,
    },
    /// All flags that stand.
    Flags,
    /// A flag set, or taken away.
    Flag {
        /// Which.
        flag: Flag,
        /// `None`: away.
        standing: Option<Standing>,
    },
}

/// An id of LiveEngage's that leads to a consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owned {
    /// A conversation.
    Conversation(String),
    /// A consumer.
    Consumer(String),
}

/// What a task needed.
#[derive(Clone, Debug, PartialEq)]
pub enum Got {
    /// To [`Need::Index`].
    Index(attention::Found),
    /// To [`Need::Object`].
    Object(Box<Answer>),
    /// To [`Need::Owner`].
    Owner(Option<ConsumerKey>),
    /// To [`Need::Flags`].
    Flags(Vec<(Flag, Standing)>),
    /// To [`Need::Flag`].
    Set,
    /// An object or KV did not answer.
    Failed,
}

/// What a task does next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// It needs this, and is called again with it.
    Need(Need),
    /// It is done.
    Reply(Reply),
}

impl Step {
    fn object(consumer: &ConsumerKey, operation: Operation) -> Self {
        Self::Need(Need::Object {
            consumer: consumer.clone(),
            operation: Box::new(operation),
        })
    }
}

/// One request under way.
pub trait Task {
    /// Goes on: the first time without anything, then with what was needed.
    fn step(&mut self, got: Option<Got>) -> Result<Step, Fault>;
}
