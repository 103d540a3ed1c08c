//! The Conversation object: the shell around [`Engine`]. It loads, steps, performs, and keeps one alarm at the earliest due time.
//!
//! A Durable Object lets other requests in while it awaits `fetch`, so everything here assumes that the engine has moved on after
//! every await: each call re-reads what it needs.

mod file;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use super::sql::SqlStore;
use super::{account, clock, http, index, log, objects, settings};
use crate::conversation::wire::{AcceptRequest, FileRequest};
use crate::conversation::{After, Context, Engine, LEASE, Lane, StoreError, Work};
use crate::directory::{Ask, Resolution};
use crate::http::Millis;
use crate::identity::{ConsumerKey, Subject};
use crate::liveengage::Access;
use crate::liveengage::agent_profile::{self, AgentProfile, AgentProfileAnswer};
use crate::outcome::Cause;

/// A drain ends after so many sends or milliseconds and leaves the rest to the alarm, so that no event runs for ever.
const DRAIN_SENDS: u32 = 25;
const DRAIN_TIME: Millis = 30_000;
/// When the alarm takes over from a drain that was started with an accept and has vanished (ms).
const SAFETY: Millis = 5000;
/// When an object whose storage failed looks again (ms). The runtime's own retries of an alarm end after six.
const AGAIN: Millis = 30_000;

/// See [`crate::conversation`].
#[durable_object(alarm)]
pub struct Conversation(Rc<Inner>);

struct Inner {
    state: State,
    env: Env,
    key: ConsumerKey,
    /// `None`: to be loaded, at the start and after storage has failed.
    engine: RefCell<Option<Engine<SqlStore>>>,
    drains: [Cell<Drain>; 2],
    /// The alarm as far as this instance has set it.
    armed: Cell<Option<Millis>>,
}

/// Which drain of a lane runs.
#[derive(Clone, Copy, Default)]
struct Drain {
    /// Counts drains: one that hung and was replaced finds that it is no longer the one.
    number: u32,
    /// When it last began something, while it runs.
    active_at: Option<Millis>,
}

impl DurableObject for Conversation {
    fn new(state: State, env: Env) -> Self {
        let key = ConsumerKey::from_stored(state.id().name().unwrap_or_default());
        Self(Rc::new(Inner {
            state,
            env,
            key,
            engine: RefCell::new(None),
            drains: [Cell::default(), Cell::default()],
            armed: Cell::new(None),
        }))
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        if self.0.key.as_str().is_empty() {
            // Without its name the object would work for nobody.
            return Response::error("unnamed", 500);
        }
        if request.path() == objects::FILE {
            let Ok(request) = request.json::<FileRequest>().await else {
                return Response::error("unreadable", 400);
            };
            return match self.0.file(&request).await {
                Ok(answer) => Response::from_json(&answer),
                Err(error) => self.0.storage_failed(&error),
            };
        }
        let Ok(request) = request.json::<AcceptRequest>().await else {
            return Response::error("unreadable", 400);
        };
        let accepted = self
            .0
            .with(|engine, context| engine.accept(&request, context));
        let accepted = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Part of the batch may be stored, and would wait for the sender to try again.
                self.0.arm_at(clock::now() + AGAIN).await?;
                return self.0.storage_failed(&error);
            }
        };
        // The alarm is the first await after the rows: both are one batch of writes, and the answer waits for it.
        let drains = self.0.begin_all();
        let armed = self.0.arm().await;
        self.0.spawn(drains);
        if let Err(error) = armed {
            log::write("alarm_not_set", &[("error", &error.to_string())], true);
            return Response::error("unavailable", 503);
        }
        Response::from_json(&accepted)
    }

    async fn alarm(&self) -> Result<Response> {
        self.0.armed.set(None);
        let now = clock::now();
        match self.0.with(|engine, _| engine.prune(now)) {
            Ok(true) => {
                self.0.engine.replace(None);
                self.0.state.storage().delete_all().await?;
                return Response::ok("");
            }
            Ok(false) => {}
            Err(error) => {
                self.0.arm_at(now + AGAIN).await?;
                self.0.storage_failed(&error)?;
                return Response::ok("");
            }
        }
        // Only one alarm runs at a time, so this one hands over and returns: a slow lane must not hold up the other's retries.
        let drains = self.0.begin_all();
        let armed = self.0.arm().await;
        self.0.spawn(drains);
        armed?;
        Response::ok("")
    }
}

impl Inner {
    /// Runs one synchronous step of the engine: one batch of writes. The borrow never crosses an await.
    fn with<T>(
        &self,
        step: impl FnOnce(&mut Engine<SqlStore>, &Context<'_>) -> std::result::Result<T, StoreError>,
    ) -> std::result::Result<T, StoreError> {
        let config = settings::config(&self.env);
        let context = Context {
            now: clock::now(),
            random: clock::random(),
            config: &config,
            key: &self.key,
        };
        let mut slot = self.engine.borrow_mut();
        let loaded = match slot.take() {
            Some(engine) => engine,
            None => {
                let store = SqlStore::open(self.state.storage().sql())?;
                Engine::load(store)?
            }
        };
        // Where a step fails, memory and storage may differ: the slot stays empty and the next step loads anew.
        let mut engine = loaded;
        let result = step(&mut engine, &context)?;
        for entry in engine.take_logs() {
            let mut fields = vec![("consumer", self.key.as_str())];
            fields.extend(
                entry
                    .fields
                    .iter()
                    .map(|(name, value)| (*name, value.as_str())),
            );
            log::write(entry.event, &fields, entry.alarming);
        }
        *slot = Some(engine);
        Ok(result)
    }

    fn storage_failed(&self, error: &StoreError) -> Result<Response> {
        let fields = [
            ("consumer", self.key.as_str()),
            ("error", error.what.as_str()),
        ];
        log::write("storage_failed", &fields, true);
        Response::error("unavailable", 503)
    }

    /// Sets the alarm to the engine's next due time, if none is set that early.
    async fn arm(&self) -> Result<()> {
        let now = clock::now();
        let earliest = |lane| match self.cell(lane).get().active_at {
            Some(_) => now + SAFETY,
            None => now,
        };
        let wake = self
            .with(|engine, _| Ok(engine.next_wake_beside(earliest)))
            .map_err(|error| worker::Error::RustError(error.what))?;
        match (wake, self.armed.get()) {
            (None, _) => Ok(()),
            (Some(wake), Some(armed)) if armed > now && armed <= wake => Ok(()),
            (Some(wake), _) => self.arm_at(wake).await,
        }
    }

    async fn arm_at(&self, wake: Millis) -> Result<()> {
        self.armed.set(Some(wake));
        let result = self.state.storage().set_alarm(clock::alarm_at(wake)).await;
        if result.is_err() {
            self.armed.set(None);
        }
        result
    }

    /// Marks a drain as begun in each lane where none runs.
    fn begin_all(&self) -> Vec<(Lane, u32)> {
        let begun = Lane::ALL.into_iter();
        begun
            .filter_map(|lane| Some((lane, self.begin(lane)?)))
            .collect()
    }

    /// Runs begun drains beside each other, so that a slow side does not hold up the other.
    fn spawn(self: &Rc<Self>, drains: Vec<(Lane, u32)>) {
        for (lane, number) in drains {
            let inner = Rc::clone(self);
            self.state
                .wait_until(async move { inner.drain(lane, number).await });
        }
    }

    async fn drain(&self, lane: Lane, number: u32) {
        let drained = self.drain_lane(lane, number).await;
        self.end(lane, number);
        let armed = match drained {
            Ok(()) => self.arm().await,
            Err(error) => {
                let fields = [
                    ("consumer", self.key.as_str()),
                    ("error", error.what.as_str()),
                ];
                log::write("storage_failed", &fields, true);
                self.arm_at(clock::now() + AGAIN).await
            }
        };
        if let Err(error) = armed {
            log::write("alarm_not_set", &[("error", &error.to_string())], true);
        }
    }

    async fn drain_lane(&self, lane: Lane, number: u32) -> std::result::Result<(), StoreError> {
        let started = clock::now();
        let mut access: Option<Access> = None;
        let mut refused: Option<String> = None;
        let mut sends = 0;
        while sends < DRAIN_SENDS && clock::now().saturating_sub(started) < DRAIN_TIME {
            if !self.keep(lane, number) {
                return Ok(());
            }
            let work = self.with(|engine, context| engine.next(lane, context, access.as_ref()))?;
            match work {
                Work::Send { ticket, request } => {
                    sends += 1;
                    let answer = http::send(&request).await;
                    let after =
                        self.with(|engine, context| engine.ended(&ticket, &answer, context))?;
                    if after == After::RenewAppJwt {
                        refused = access.take().map(|access| access.fingerprint());
                    }
                }
                Work::Access { account_id } => {
                    match account::access(&self.env, &account_id, refused.take()).await {
                        Ok(granted) => access = Some(granted),
                        Err(cause) => self.postpone(lane, cause)?,
                    }
                }
                Work::Register {
                    account_id,
                    lp_consumer_id,
                } => {
                    let subject = Subject::Consumer {
                        account_id: &account_id,
                        id: &lp_consumer_id,
                    };
                    if self.claim(&subject).await {
                        self.with(|engine, context| engine.registered(context))?;
                    } else {
                        self.postpone(lane, Cause::Internal)?;
                    }
                }
                Work::Claim {
                    account_id,
                    conversation_id,
                } => {
                    let subject = Subject::Conversation {
                        account_id: &account_id,
                        id: &conversation_id,
                    };
                    let claimed = self.claim(&subject).await;
                    if claimed && !index::put(&self.env, &subject, &self.key).await {
                        // Not a failure: the Directory answers on every miss.
                        log::write(
                            "index_not_written",
                            &[("consumer", self.key.as_str())],
                            true,
                        );
                    }
                    self.with(|engine, context| {
                        engine.claim_ended(&conversation_id, claimed, context)
                    })?;
                }
                Work::Signal { ticket, request } => {
                    sends += 1;
                    let answer = http::send(&request).await;
                    let after =
                        self.with(|engine, context| engine.signalled(&ticket, &answer, context))?;
                    if after == After::RenewAppJwt {
                        refused = access.take().map(|access| access.fingerprint());
                    }
                }
                Work::LookUpAgent {
                    account_id,
                    agent_id,
                } => {
                    let profile = self.agent_profile(&account_id, &agent_id).await;
                    self.with(|engine, context| {
                        engine.agent_looked_up(&agent_id, profile, context)
                    })?;
                }
                Work::Idle => return Ok(()),
            }
        }
        Ok(())
    }

    /// What LiveEngage tells the public about an agent. Nothing waits for it but once.
    async fn agent_profile(&self, account_id: &str, agent_id: &str) -> Option<AgentProfile> {
        let access = account::access(&self.env, account_id, None).await.ok()?;
        let request = agent_profile::request(&access.domains, account_id, agent_id)?;
        match agent_profile::parse(&http::send(&request).await) {
            AgentProfileAnswer::Known(profile) => Some(profile),
            AgentProfileAnswer::Unknown | AgentProfileAnswer::Destination { .. } => None,
        }
    }

    fn postpone(&self, lane: Lane, cause: Cause) -> std::result::Result<(), StoreError> {
        self.with(|engine, context| engine.postpone(lane, cause, context))
    }

    async fn claim(&self, subject: &Subject<'_>) -> bool {
        let ask = Ask::Claim {
            key: self.key.clone(),
        };
        let answer = objects::directory(&self.env, subject, &ask).await;
        matches!(answer, Ok(Resolution::Owned { .. }))
    }

    fn cell(&self, lane: Lane) -> &Cell<Drain> {
        let [to_liveengage, to_consumer] = &self.drains;
        match lane {
            Lane::ToLiveengage => to_liveengage,
            Lane::ToConsumer => to_consumer,
        }
    }

    /// The mark of a running drain is a lease: it goes void when the drain has begun nothing for as long as a send may take.
    fn begin(&self, lane: Lane) -> Option<u32> {
        let cell = self.cell(lane);
        let drain = cell.get();
        let now = clock::now();
        if drain.active_at.is_some_and(|at| now < at + LEASE) {
            return None;
        }
        let number = drain.number.wrapping_add(1);
        cell.set(Drain {
            number,
            active_at: Some(now),
        });
        Some(number)
    }

    fn keep(&self, lane: Lane, number: u32) -> bool {
        let cell = self.cell(lane);
        let mine = cell.get().number == number;
        if mine {
            cell.set(Drain {
                number,
                active_at: Some(clock::now()),
            });
        }
        mine
    }

    fn end(&self, lane: Lane, number: u32) {
        let cell = self.cell(lane);
        if cell.get().number == number {
            cell.set(Drain {
                number,
                active_at: None,
            });
        }
    }
}
