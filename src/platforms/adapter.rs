//! What every platform can do: the trait, and what it is given and answers.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Abilities, Acknowledgement, Callback, Forgery, Later, Parsed, Unreadable};
use crate::http::{HttpAnswer, HttpRequest, HttpResponse, Method, Millis};
use crate::message::{
    Agent, Content, DialogPlace, File, FilePlace, LastHeard, Offer, Profile, Signal,
};
use crate::outcome::{Outcome, Refusal};

/// How far a send has come, in the adapter's own shape. It is stored in the message's row in the same write as the end
/// of an attempt, so that after a restart a message of several requests goes on at its first unfinished step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Progress(Value);

impl Progress {
    /// The stored progress, or the start when there is none (or none that this release can read).
    pub fn read<T: DeserializeOwned + Default>(&self) -> T {
        serde_json::from_value(self.0.clone()).unwrap_or_default()
    }

    /// Progress to store.
    pub fn of<T: Serialize>(value: &T) -> Self {
        Self(serde_json::to_value(value).unwrap_or_default())
    }
}

/// What a send does next.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Make this request; call again with its answer.
    Request {
        /// The request.
        request: HttpRequest,
        /// To be stored before the request leaves.
        progress: Progress,
    },
    /// The send has ended, for now or for good.
    Done {
        /// How.
        outcome: Outcome,
        /// To be stored with it.
        progress: Progress,
    },
}

/// A message on its way to the consumer.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// Names the message for ever: what an idempotency key is made from.
    pub id: &'a str,
    /// Names this attempt of the message: what platforms that [recognise](Abilities::recognises) it repeat in their reports. Up to 64 letters,
    /// digits and hyphens.
    pub reference: &'a str,
    /// The platform's id of the person.
    pub consumer: &'a str,
    /// What to send.
    pub content: &'a Content,
    /// The choices that it offers; `None` where it offers none.
    pub offer: Option<&'a Offer>,
    /// Who says it, where that is known.
    pub agent: Option<&'a Agent>,
    /// The place in LiveEngage that it came from.
    pub place: Option<&'a DialogPlace>,
    /// For a file of LiveEngage's: the address under which the consumer can open it for a while.
    pub file_url: Option<&'a str>,
    /// The last thing that the person said, for adapters with [`Abilities::last_heard`].
    pub heard: Option<&'a LastHeard>,
    /// The public URL of this channel, where a platform may be told to report what becomes of the message.
    pub callback_url: &'a str,
    /// How far the send has come.
    pub progress: &'a Progress,
    /// The time: some platforms want it signed.
    pub now: Millis,
}

impl<'a> Outgoing<'a> {
    /// Where a file can be fetched.
    pub fn address_of<'f>(&self, file: &'f File) -> Option<&'f str>
    where
        'a: 'f,
    {
        match &file.at {
            FilePlace::Url { url } => Some(url),
            FilePlace::Platform { .. } | FilePlace::Liveengage { .. } => self.file_url,
        }
    }

    /// The name of who says it, where that is shown.
    pub fn speaker(&self) -> Option<&'a str> {
        self.agent.and_then(|agent| agent.name.as_deref())
    }

    /// Words with the name of who says them before them, where that is shown.
    pub fn spoken(&self, words: &str) -> String {
        match self.speaker() {
            Some(name) => format!("{name}: {words}"),
            None => words.to_owned(),
        }
    }

    /// A message of which nothing else is known.
    pub fn new(
        id: &'a str,
        consumer: &'a str,
        content: &'a Content,
        progress: &'a Progress,
    ) -> Self {
        Self {
            id,
            reference: "",
            consumer,
            content,
            offer: None,
            agent: None,
            place: None,
            file_url: None,
            heard: None,
            callback_url: "",
            progress,
            now: 0,
        }
    }
}

/// A signal on its way to the consumer's side.
#[derive(Clone, Copy, Debug)]
pub struct OutgoingSignal<'a> {
    /// The platform's id of the person.
    pub consumer: &'a str,
    /// Typing, or what became of the consumer's message with that platform id.
    pub signal: &'a Signal,
    /// The last thing that the person said, for adapters with [`Abilities::last_heard`].
    pub heard: Option<&'a LastHeard>,
    /// Fresh for every signal: eight random bytes in hexadecimal.
    pub nonce: &'a str,
    /// The time.
    pub now: Millis,
}

/// One channel's platform, with its settings and secrets inside. No method does I/O or reads a clock.
pub trait Adapter {
    /// The methods that callbacks may use; others are answered 405.
    fn methods(&self) -> &'static [Method];

    /// The largest body that a callback may have, in bytes; longer ones are answered 413 without being read whole.
    fn body_limit(&self) -> usize;

    /// The media types that a callback may have; others are answered 415.
    fn media_types(&self) -> &'static [&'static str];

    /// The answer to a request by which the platform finds out whether it is talking to us, before it sends callbacks. `None`: this
    /// is no such request. Runs before [`Adapter::verify`], since such a request is not signed.
    fn handshake(&self, callback: &Callback<'_>) -> Option<Result<Acknowledgement, Forgery>> {
        let _ = callback;
        None
    }

    /// The query of such a request, by which a deployment can be tried out: its answer has to repeat the challenge. `None`: this platform
    /// makes none. It holds a secret.
    fn handshake_query(&self, challenge: &str) -> Option<String> {
        let _ = challenge;
        None
    }

    /// Whether the callback was made by the platform. Runs before anything of it is parsed.
    fn verify(&self, callback: &Callback<'_>) -> Result<(), Forgery>;

    /// Everything that an authentic callback carries.
    fn parse(&self, callback: &Callback<'_>) -> Result<Parsed, Unreadable>;

    /// The answer that tells the platform that a callback is safe with us.
    fn acknowledgement(&self) -> Acknowledgement;

    /// The answer that makes the platform bring a callback again: given when more waits for a consumer than may.
    fn later(&self) -> Later;

    /// What the platform can show or wants to know.
    fn abilities(&self) -> &'static Abilities;

    /// The request for a signal. `None`: this platform has no use for it.
    fn signal(&self, signal: &OutgoingSignal<'_>) -> Option<HttpRequest> {
        let _ = signal;
        None
    }

    /// The request that reads a consumer's file, with the platform's credentials if it needs them, and with the hosts that a redirect may
    /// lead to. `None`: the file is not at a place that this channel may read from, so that it arrives as text.
    fn media(&self, file: &File) -> Option<HttpRequest> {
        let _ = file;
        None
    }

    /// The request that asks the platform who a person is, made before a conversation is opened. `None`: callbacks tell it, or nobody
    /// does.
    fn profile(&self, consumer: &str) -> Option<HttpRequest> {
        let _ = consumer;
        None
    }

    /// What the answer to [`Adapter::profile`] tells. Nothing depends on it: a conversation is opened without it too.
    fn read_profile(&self, answer: &HttpResponse) -> Option<Profile> {
        let _ = answer;
        None
    }

    /// Why a message was refused, in words for the agent, where the platform's code tells more than the general ones.
    fn explain(&self, refusal: &Refusal) -> Option<&'static str> {
        let _ = refusal;
        None
    }

    /// Whether what was under way can be sent again without a second effect, whatever came of it: so far as `progress` says. Then nothing
    /// about it is left to the channel's policy.
    fn repeatable(&self, progress: &Progress) -> bool {
        let _ = progress;
        self.abilities().idempotent
    }

    /// The next step of sending a message: called without an answer for every request that is to be made (so also after a
    /// restart), and with the answer to that request. With an answer, [`Next::Request`] says that the step succeeded; its progress
    /// is stored, and the request is asked for again.
    fn next(&self, message: &Outgoing<'_>, answer: Option<&HttpAnswer>) -> Next;

    /// What [`Adapter::next`] says to the answer to the request under way, where that was lost and a report tells instead that the platform
    /// has taken the request, and under which id. `None`: this platform's reports do not tell.
    fn taken(&self, message: &Outgoing<'_>, remote_id: &str) -> Option<Next> {
        let _ = (message, remote_id);
        None
    }
}
