//! The Conversation object: the loop around [`Engine`]. It loads, steps, performs, and keeps one alarm at the earliest due time.
//!
//! An object lets other requests in while it awaits, so everything here assumes that the engine has moved on after every await:
//! each call re-reads what it needs.

mod drain;
mod file;
mod lease;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde::de::DeserializeOwned;

use super::calls;
use crate::conversation::{Context, Engine, Lane, StoreError};
use crate::http::Millis;
use crate::identity::ConsumerKey;
use crate::runtime::{ConversationRuntime, Failed, Reply};

use lease::Leases;

/// When the alarm takes over from a drain that was started with an accept and has vanished (ms).
const SAFETY: Millis = 5000;
/// When an object whose storage failed looks again (ms). The runtime's own retries of an alarm end after six.
const AGAIN: Millis = 30_000;

/// How far the clock may be behind the one that alarms ring by (ms). What is further away is another alarm, not yet due.
const BEHIND: Millis = 10_000;

/// See [`crate::conversation`].
pub struct ConversationObject<R: ConversationRuntime>(Rc<Inner<R>>);

struct Inner<R: ConversationRuntime> {
    runtime: R,
    key: ConsumerKey,
    /// `None`: to be loaded, at the start and after storage has failed.
    engine: RefCell<Option<Engine<R::Store>>>,
    leases: Leases,
    /// The alarm as far as this instance has set it.
    armed: Cell<Option<Millis>>,
    /// A storage step has failed, and the engine has not been loaded since.
    stumbled: Cell<bool>,
    /// The latest alarm that has rung: it is not earlier than that.
    rung_at: Cell<Millis>,
}

impl<R: ConversationRuntime + 'static> ConversationObject<R> {
    /// As it wakes.
    pub fn new(runtime: R) -> Self {
        let key = ConsumerKey::from_stored(runtime.name());
        Self(Rc::new(Inner {
            runtime,
            key,
            engine: RefCell::new(None),
            leases: Leases::default(),
            armed: Cell::new(None),
            stumbled: Cell::new(false),
            rung_at: Cell::new(0),
        }))
    }

    /// Answers one request.
    pub async fn answer(&self, path: &str, body: &str) -> Result<Reply, Failed> {
        if self.0.key.as_str().is_empty() {
            // Without its name the object would work for nobody.
            return Ok(Reply::error(500, "unnamed"));
        }
        match path {
            calls::FILE => {
                let Some(request) = read(body) else {
                    return Ok(Reply::error(400, "unreadable"));
                };
                Ok(match self.0.file(&request).await {
                    Ok(answer) => Reply::json(&answer),
                    Err(error) => self.0.storage_failed(&error),
                })
            }
            calls::OPERATE => {
                let Some(operation) = read(body) else {
                    return Ok(Reply::error(400, "unreadable"));
                };
                self.0
                    .change(|engine, context| engine.operate(&operation, context))
                    .await
            }
            calls::EVENTS => {
                let Some(request) = read(body) else {
                    return Ok(Reply::error(400, "unreadable"));
                };
                let mut full = false;
                let reply = self.0.change(|engine, context| {
                    let accepted = engine.accept(&request, context)?;
                    full = accepted.full;
                    Ok(accepted)
                });
                let reply = reply.await?;
                let status = if full { calls::FULL } else { reply.status };
                Ok(Reply { status, ..reply })
            }
            // A question of a later release.
            _ => Ok(Reply::error(404, "unknown")),
        }
    }

    /// Prunes, sets the next alarm itself and starts the drains.
    pub async fn alarm(&self) -> Result<(), Failed> {
        let inner = &self.0;
        if let Some(at) = inner.armed.take() {
            inner.has_rung(at);
        }
        let now = inner.now();
        match inner.with(|engine, context| engine.prune(context)) {
            Ok(true) => {
                inner.engine.replace(None);
                return inner.runtime.delete_all().await;
            }
            Ok(false) => {}
            Err(error) => {
                inner.arm_at(now + AGAIN).await?;
                inner.storage_failed(&error);
                return Ok(());
            }
        }
        // Only one alarm runs at a time, so this one hands over and returns: a slow lane must not hold up the other's retries.
        inner.go_on().await
    }
}

impl<R: ConversationRuntime + 'static> Inner<R> {
    /// Answers a request by one step of the engine. The answer waits until what the step wrote is durable, and the alarm with it;
    /// then the lanes are drained.
    async fn change<T: serde::Serialize>(
        self: &Rc<Self>,
        step: impl FnOnce(&mut Engine<R::Store>, &Context<'_>) -> Result<T, StoreError>,
    ) -> Result<Reply, Failed> {
        let changed = match self.with(step) {
            Ok(changed) => changed,
            Err(error) => {
                // Part of the batch may be stored, and would wait for the sender to try again.
                self.arm_at(self.now() + AGAIN).await?;
                return Ok(self.storage_failed(&error));
            }
        };
        if let Err(error) = self.go_on().await {
            let fields = [("error", error.what.as_str())];
            self.runtime.log("alarm_not_set", &fields, true);
            return Ok(Reply::error(503, "unavailable"));
        }
        Ok(Reply::json(&changed))
    }

    /// Sets the alarm and starts a drain in each lane where none runs.
    ///
    /// The alarm is the first await after the rows: both are one batch of writes.
    async fn go_on(self: &Rc<Self>) -> Result<(), Failed> {
        let begun = self.leases.begin_all(self.now());
        let armed = self.arm().await;
        for (lane, number) in begun {
            let inner = Rc::clone(self);
            let drain = async move { inner.drain(lane, number).await };
            self.runtime.wait_until(drain);
        }
        armed
    }
}

impl<R: ConversationRuntime> Inner<R> {
    /// The time. A clock that is a little behind the alarm's would find nothing due, and set the same alarm again and again.
    fn now(&self) -> Millis {
        self.runtime.now().max(self.rung_at.get())
    }

    fn has_rung(&self, at: Millis) {
        if at <= self.runtime.now() + BEHIND {
            self.rung_at.set(self.rung_at.get().max(at));
        }
    }

    /// Runs one synchronous step of the engine: one batch of writes. The borrow never crosses an await.
    fn with<T>(
        &self,
        step: impl FnOnce(&mut Engine<R::Store>, &Context<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let config = self.runtime.config();
        let context = Context {
            now: self.now(),
            random: self.runtime.random(),
            config: &config,
            key: &self.key,
        };
        let mut slot = self.engine.borrow_mut();
        // Where a step fails, memory and storage may differ: the slot stays empty and the next step loads anew.
        let mut engine = match slot.take() {
            Some(engine) => engine,
            None => {
                let mut engine = Engine::load(self.runtime.open_store()?)?;
                engine.share_breaker(self.runtime.isolate().breaker());
                if self.stumbled.take() {
                    engine.excuse();
                }
                engine
            }
        };
        let result = step(&mut engine, &context).inspect_err(|_| self.stumbled.set(true))?;
        for entry in engine.take_logs() {
            let mut fields = vec![("consumer", self.key.as_str())];
            fields.extend(
                entry
                    .fields
                    .iter()
                    .map(|(name, value)| (*name, value.as_str())),
            );
            self.runtime.log(entry.event, &fields, entry.alarming);
        }
        *slot = Some(engine);
        Ok(result)
    }

    fn storage_failed(&self, error: &StoreError) -> Reply {
        self.log_storage_failed(error);
        Reply::error(503, "unavailable")
    }

    fn log_storage_failed(&self, error: &StoreError) {
        let fields = [
            ("consumer", self.key.as_str()),
            ("error", error.what.as_str()),
        ];
        self.runtime.log("storage_failed", &fields, true);
    }

    /// Sets the alarm to the engine's next due time, if none is set that early.
    async fn arm(&self) -> Result<(), Failed> {
        let now = self.now();
        let earliest = |lane: Lane| match self.leases.is_running(lane) {
            true => now + SAFETY,
            false => now,
        };
        let wake = self
            .with(|engine, _| Ok(engine.next_wake_beside(earliest)))
            .map_err(|error| Failed { what: error.what })?;
        match (wake, self.armed.get()) {
            (None, _) => Ok(()),
            (Some(wake), Some(armed)) if armed > now && armed <= wake => Ok(()),
            (Some(wake), _) => self.arm_at(wake).await,
        }
    }

    async fn arm_at(&self, wake: Millis) -> Result<(), Failed> {
        self.armed.set(Some(wake));
        let result = self.runtime.set_alarm(wake).await;
        if result.is_err() {
            self.armed.set(None);
        }
        result
    }
}

fn read<T: DeserializeOwned>(body: &str) -> Option<T> {
    serde_json::from_str(body).ok()
}
