//! One consumer's object with its shell, driven by hand.

use liveengage_connector::attention::Report;
use liveengage_connector::config::Config;
use liveengage_connector::conversation::wire::{AcceptRequest, AcceptResponse};
use liveengage_connector::conversation::{
    After, Context, Engine, Lane, Log, Row, RowState, Store, StoreError, Ticket, Work,
};
use liveengage_connector::http::{HttpAnswer, HttpRequest, Millis};
use liveengage_connector::identity::ConsumerKey;
use liveengage_connector::liveengage::Access;
use liveengage_connector::outcome::Cause;
use serde_json::{Value, json};

use super::config::{config, identity_key};
use super::outside::Outside;
use super::requests::{kind, words_of};
use super::store::MemoryStore;
use super::words::{ACCOUNT, ADDRESS, CHANNEL, START};

/// A request that is under way.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) ticket: Ticket,
    pub(crate) request: HttpRequest,
}

impl Pending {
    pub(crate) fn kind(&self) -> &'static str {
        kind(&self.request)
    }

    pub(crate) fn says(&self, words: &str) -> bool {
        words_of(&self.request).as_deref() == Some(words)
    }
}

/// How far a drain went before it awaited an answer or ended.
#[derive(Debug)]
pub(crate) enum Taken {
    Send(Box<Pending>),
    Idle,
}

impl Taken {
    pub(crate) fn pending(self) -> Pending {
        match self {
            Self::Send(pending) => *pending,
            other => panic!("nothing to send: {other:?}"),
        }
    }
}

/// The object, its shell, the clock, and everybody outside.
pub(crate) struct World {
    pub(crate) now: Millis,
    pub(crate) random: u64,
    pub(crate) config: Config,
    pub(crate) key: ConsumerKey,
    pub(crate) engine: Engine<MemoryStore>,
    pub(crate) outside: Outside,
    /// What the shell has done since it was last asked.
    work: Vec<String>,
    /// What the index of dead letters and stuck lanes was told.
    pub(crate) reports: Vec<Report>,
    /// Signals that were sent.
    pub(crate) signals: Vec<HttpRequest>,
    pub(crate) logs: Vec<Log>,
    access: Option<Access>,
    refused: Option<String>,
}

/// More steps than any drain of these tests takes.
const ENDLESS: usize = 500;

impl World {
    pub(crate) fn new() -> Self {
        Self::with_channel(&json!({}))
    }

    /// A world whose channel has these settings too.
    pub(crate) fn with_channel(settings: &Value) -> Self {
        let identity = identity_key();
        Self {
            now: START,
            random: 0,
            config: config(Some(settings)),
            key: ConsumerKey::derive(&identity, ACCOUNT, CHANNEL, ADDRESS),
            engine: Engine::load(MemoryStore::default()).unwrap(),
            outside: Outside::default(),
            work: Vec::new(),
            reports: Vec::new(),
            signals: Vec::new(),
            logs: Vec::new(),
            access: None,
            refused: None,
        }
    }

    /// The channel goes from the configuration, or comes (back) with these settings.
    pub(crate) fn configure(&mut self, channel: Option<&Value>) {
        self.config = config(channel);
    }

    pub(crate) fn advance(&mut self, span: Millis) {
        self.now += span;
    }

    /// One synchronous step. Where storage fails, the memory is thrown away, as the shell does.
    pub(crate) fn with<T>(
        &mut self,
        step: impl FnOnce(&mut Engine<MemoryStore>, &Context<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let context = Context {
            now: self.now,
            random: self.random,
            config: &self.config,
            key: &self.key,
        };
        let result = step(&mut self.engine, &context);
        if result.is_err() {
            self.crash();
            self.engine.excuse();
        } else {
            self.logs.extend(self.engine.take_logs());
            self.check();
        }
        result
    }

    /// What holds after every step: the memory tells nothing that is not stored, and nothing waits unwatched.
    fn check(&self) {
        let store = self.engine.store();
        if self.engine.consumer().is_none() {
            return;
        }
        assert_eq!(self.engine.consumer(), store.consumer().unwrap().as_ref());
        let wake = self.engine.next_wake();
        for lane in Lane::ALL {
            let open = store
                .rows()
                .filter(|row| row.lane == lane && row.state.is_open());
            if let Some(head) = open.min_by_key(|row| row.position) {
                let wake = wake.expect("something waits");
                assert!(wake <= head.due_at, "{} is due before the alarm", head.key);
            }
        }
        for row in store.rows() {
            let gone = row.state == RowState::Delivered || row.detail.discarded;
            assert_eq!(row.content.is_none(), gone, "content of {}", row.key);
            let reason = row.detail.refusal.is_some();
            assert_eq!(
                row.state == RowState::Refused,
                reason,
                "reason of {}",
                row.key
            );
        }
    }

    /// The process ends and another one starts from the disk.
    pub(crate) fn crash(&mut self) {
        let disk = self.engine.store().reopened();
        self.engine = Engine::load(disk).unwrap();
        self.access = None;
        self.refused = None;
    }

    pub(crate) fn accept(&mut self, request: &AcceptRequest) -> AcceptResponse {
        self.with(|engine, context| engine.accept(request, context))
            .unwrap()
    }

    /// Accepts and drains both lanes, as the shell does.
    pub(crate) fn receive(&mut self, request: &AcceptRequest) -> AcceptResponse {
        let response = self.accept(request);
        self.drain_all();
        response
    }

    pub(crate) fn drain_all(&mut self) {
        for lane in Lane::ALL {
            self.drain(lane);
        }
    }

    /// A new drain of a lane, until it waits or is idle.
    pub(crate) fn drain(&mut self, lane: Lane) -> Taken {
        self.access = None;
        for _ in 0..ENDLESS {
            match self.take(lane) {
                Taken::Send(pending) => {
                    let answer = self.perform(&pending);
                    self.end(&pending, &answer);
                }
                stop => return stop,
            }
        }
        panic!("a drain does not end; last: {:?}", self.work.last());
    }

    /// Goes on with a drain until it has made a request, without the answer.
    pub(crate) fn take(&mut self, lane: Lane) -> Taken {
        for _ in 0..ENDLESS {
            if let Some(taken) = self.step(lane).unwrap() {
                return taken;
            }
        }
        panic!("a drain does not end; last: {:?}", self.work.last());
    }

    /// One piece of work of a drain; `None`: there is more.
    pub(crate) fn step(&mut self, lane: Lane) -> Result<Option<Taken>, StoreError> {
        let access = self.access.clone();
        let work = self.with(|engine, context| engine.next(lane, context, access.as_ref()))?;
        match work {
            Work::Send { ticket, request } => {
                self.work.push(match words_of(&request) {
                    Some(words) => format!("{} {}", kind(&request), shorten(&words)),
                    None => kind(&request).to_owned(),
                });
                return Ok(Some(Taken::Send(Box::new(Pending { ticket, request }))));
            }
            Work::Access { .. } => {
                let refused = self.refused.take();
                match self.outside.access(refused.as_deref()) {
                    Ok(access) => self.access = Some(access),
                    Err(cause) => self.postpone(lane, &cause)?,
                }
            }
            Work::Register { .. } => {
                self.work.push("register".to_owned());
                if self.outside.object("register") {
                    self.with(|engine, context| engine.registered(context))?;
                } else {
                    self.postpone(lane, &Cause::Internal)?;
                }
            }
            Work::Claim {
                conversation_id, ..
            } => {
                self.work.push(format!("claim {conversation_id}"));
                let claimed = self.outside.object("claim");
                self.with(|engine, context| {
                    engine.claim_ended(&conversation_id, claimed, context)
                })?;
            }
            Work::Signal { ticket, request } => {
                self.work.push(format!("signal {}", kind(&request)));
                self.signals.push(request.clone());
                let answer = self.outside.answer(&request);
                let after =
                    self.with(|engine, context| engine.signalled(&ticket, &answer, context))?;
                if after == After::RenewAppJwt {
                    self.refused = self.access.take().map(|access| access.fingerprint());
                }
            }
            Work::LookUpAgent { agent_id, .. } => {
                self.work.push(format!("look up {agent_id}"));
                let profile = self.outside.agents.get(&agent_id).cloned();
                self.with(|engine, context| engine.agent_looked_up(&agent_id, profile, context))?;
            }
            Work::LookUpPerson { request } => {
                self.work.push("who is it?".to_owned());
                let answer = self.outside.answer(&request);
                self.with(|engine, context| engine.person_looked_up(&answer, context))?;
            }
            Work::Forget { forget } => {
                self.work
                    .push(format!("forget {}", forget.subject().name()));
                let done = self.outside.object("forget");
                self.with(|engine, context| engine.forgotten(&forget, done, context))?;
            }
            Work::Report {
                revision, report, ..
            } => {
                self.work.push("report".to_owned());
                let done = self.outside.object("report");
                if done {
                    self.reports.push(report.clone());
                }
                self.with(|engine, context| engine.reported(revision, &report, done, context))?;
            }
            Work::Idle => return Ok(Some(Taken::Idle)),
        }
        Ok(None)
    }

    fn postpone(&mut self, lane: Lane, cause: &Cause) -> Result<(), StoreError> {
        self.with(|engine, context| engine.postpone(lane, cause.clone(), context))
    }

    /// The request reaches the other side, or not.
    pub(crate) fn perform(&mut self, pending: &Pending) -> HttpAnswer {
        self.outside.answer(&pending.request)
    }

    /// The answer reaches the engine.
    pub(crate) fn end(&mut self, pending: &Pending, answer: &HttpAnswer) {
        let ended = self.with(|engine, context| engine.ended(&pending.ticket, answer, context));
        if ended == Ok(After::RenewAppJwt) {
            self.refused = self.access.take().map(|access| access.fingerprint());
        }
    }

    /// Waits for the alarm and drains, until nothing is open, or until that time. Returns how often it rang.
    pub(crate) fn run_until(&mut self, end: Millis) -> usize {
        for rung in 0..100_000 {
            let wake = self.engine.next_wake();
            let Some(wake) = wake.filter(|wake| *wake <= end && self.has_open()) else {
                self.now = self.now.max(end);
                return rung;
            };
            self.now = self.now.max(wake);
            self.drain_all();
        }
        panic!("the alarm rings without end");
    }

    /// Waits for the alarm and drains, whatever it rings for. Returns how often it rang.
    pub(crate) fn ring_for(&mut self, span: Millis) -> usize {
        let end = self.now + span;
        for rung in 0..100_000 {
            let Some(wake) = self.engine.next_wake().filter(|wake| *wake <= end) else {
                self.now = end;
                return rung;
            };
            self.now = self.now.max(wake);
            self.drain_all();
        }
        panic!("the alarm rings without end");
    }

    pub(crate) fn run_for(&mut self, span: Millis) -> usize {
        self.run_until(self.now + span)
    }

    /// When the alarm rings.
    pub(crate) fn wake(&self) -> Millis {
        self.engine.next_wake().expect("an alarm")
    }

    pub(crate) fn has_open(&self) -> bool {
        self.engine.store().rows().any(|row| row.state.is_open())
    }

    /// What the shell has done since it was last asked.
    pub(crate) fn worked(&mut self) -> Vec<String> {
        std::mem::take(&mut self.work)
    }

    pub(crate) fn row(&self, key: &str) -> &Row {
        self.engine
            .store()
            .get(key)
            .unwrap_or_else(|| panic!("no row {key}"))
    }

    pub(crate) fn state(&self, key: &str) -> RowState {
        self.row(key).state
    }

    /// What happened to a message, in few words.
    pub(crate) fn story(&self, key: &str) -> String {
        story(self.row(key))
    }

    /// Names of the alarming logs.
    pub(crate) fn alarms(&self) -> Vec<&'static str> {
        let alarming = self.logs.iter().filter(|log| log.alarming);
        alarming.map(|log| log.event).collect()
    }
}

/// A trace in few words.
pub(crate) fn story(row: &Row) -> String {
    let step = |step| {
        let json = serde_json::to_value(step).unwrap();
        let because = &json["because"];
        let detail = because["cause"].as_str().or(because["reason"].as_str());
        let event = json["event"].as_str().unwrap();
        match detail {
            Some(detail) => format!("{event}({detail})"),
            None if json["by_echo"] == json!(true) => format!("{event}(echo)"),
            None => event.to_owned(),
        }
    };
    let steps: Vec<String> = row.trace.iter().map(step).collect();
    steps.join(" ")
}

fn shorten(words: &str) -> String {
    if words.len() <= 40 {
        words.to_owned()
    } else {
        format!("({} bytes)", words.len())
    }
}
