//! The Directory's Durable Object: one per conversation or LiveEngage consumer, empty until it has something to keep.

use std::cell::RefCell;

use serde::Deserialize;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use super::objects::{self, CallFault};
use super::{clock, log};
use crate::directory::{Ask, Entry, Resolution};
use crate::http::Millis;

/// How soon a hand-over that failed is tried again (ms).
const AGAIN: Millis = 5000;

/// See [`crate::directory`].
#[durable_object(alarm)]
pub struct Directory {
    state: State,
    env: Env,
    /// `None`: not loaded yet.
    entry: RefCell<Option<Entry>>,
}

#[derive(Deserialize)]
struct Stored {
    value: String,
}

impl DurableObject for Directory {
    fn new(state: State, env: Env) -> Self {
        Self {
            state,
            env,
            entry: RefCell::new(None),
        }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let Ok(ask) = request.json::<Ask>().await else {
            return Response::error("unreadable", 400);
        };
        let now = clock::now();
        let resolution = match ask {
            Ask::Resolve { park } => {
                let resolution = self.change(|entry| entry.resolve(park.map(|park| *park), now))?;
                if resolution == Resolution::Parked {
                    self.arm(now).await?;
                }
                resolution
            }
            Ask::Claim { key } => {
                self.change(|entry| entry.claim(key.clone(), now))?;
                self.arm(now).await?;
                if !self.hand_over().await? {
                    return Response::error("unavailable", 503);
                }
                self.arm(now).await?;
                Resolution::Owned { key }
            }
        };
        Response::from_json(&resolution)
    }

    async fn alarm(&self) -> Result<Response> {
        let now = clock::now();
        let expired = self.change(|entry| entry.expire(now))?;
        if expired > 0 {
            let name = self.state.id().name().unwrap_or_default();
            let count = expired.to_string();
            let fields = [("subject", name.as_str()), ("count", &count)];
            log::write("parked_expired", &fields, false);
        }
        if self.read(|entry| entry.is_over(now))? {
            self.entry.replace(Some(Entry::default()));
            self.state.storage().delete_all().await?;
            return Response::ok("");
        }
        self.hand_over().await?;
        self.arm(now).await?;
        Response::ok("")
    }
}

impl Directory {
    /// Hands parked content to its owner, in order, until nothing is left. Says whether the claim has taken effect.
    async fn hand_over(&self) -> Result<bool> {
        while let Some((key, parked)) = self.change(Entry::deliverable)? {
            let mut taken = objects::accept(&self.env, &key, &parked.request)
                .await
                .map(drop);
            if taken == Err(CallFault::Rejected) {
                // It would block everything behind it.
                taken = objects::bury(&self.env, &parked.request).await;
            }
            if let Err(fault) = taken {
                let fault = format!("{fault:?}");
                log::write("hand_over_failed", &[("fault", &fault)], true);
                return Ok(false);
            }
            self.change(|entry| entry.delivered(parked.number))?;
        }
        self.read(Entry::is_owned)
    }

    async fn arm(&self, now: Millis) -> Result<()> {
        if let Some(wake) = self.read(Entry::wake)? {
            let wake = wake.max(now + AGAIN);
            let storage = self.state.storage();
            storage.set_alarm(clock::alarm_at(wake)).await?;
        }
        Ok(())
    }

    fn read<T>(&self, look: impl FnOnce(&Entry) -> T) -> Result<T> {
        let mut entry = self.entry.borrow_mut();
        if entry.is_none() {
            *entry = Some(self.load()?);
        }
        Ok(look(entry.get_or_insert_default()))
    }

    /// Changes the entry and stores it if it has changed.
    fn change<T>(&self, change: impl FnOnce(&mut Entry) -> T) -> Result<T> {
        let before = self.read(Entry::clone)?;
        let mut after = before.clone();
        let result = change(&mut after);
        if after != before {
            self.store(&after)?;
            self.entry.replace(Some(after));
        }
        Ok(result)
    }

    fn load(&self) -> Result<Entry> {
        let sql = self.state.storage().sql();
        let tables = sql
            .exec(
                "SELECT name AS value FROM sqlite_master WHERE type = 'table' AND name = 'entry'",
                None,
            )?
            .to_array::<Stored>()?;
        if tables.is_empty() {
            return Ok(Entry::default());
        }
        let stored = sql.exec("SELECT value FROM entry WHERE id = 1", None)?;
        match stored.to_array::<Stored>()?.pop() {
            Some(stored) => Ok(serde_json::from_str(&stored.value)?),
            None => Ok(Entry::default()),
        }
    }

    fn store(&self, entry: &Entry) -> Result<()> {
        let sql = self.state.storage().sql();
        sql.exec(
            "CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, value TEXT NOT NULL)",
            None,
        )?;
        sql.exec(
            "INSERT OR REPLACE INTO entry (id, value) VALUES (1, ?)",
            vec![serde_json::to_string(entry)?.into()],
        )?;
        Ok(())
    }
}
