//! The Directory object: one per conversation or LiveEngage consumer, empty until it has something to keep.

use std::cell::RefCell;

use super::calls::{self, CallFault};
use crate::directory::{Ask, Entry, Resolution};
use crate::http::Millis;
use crate::runtime::{DirectoryRuntime, Failed, Reply};

/// How soon a hand-over that failed is tried again (ms).
const AGAIN: Millis = 5000;

/// See [`crate::directory`].
#[derive(Debug)]
pub struct DirectoryObject<R> {
    runtime: R,
    /// `None`: not loaded yet.
    entry: RefCell<Option<Entry>>,
}

impl<R: DirectoryRuntime> DirectoryObject<R> {
    /// As it wakes.
    pub fn new(runtime: R) -> Self {
        Self {
            runtime,
            entry: RefCell::new(None),
        }
    }

    /// Answers one request.
    pub async fn answer(&self, body: &str) -> Result<Reply, Failed> {
        let Ok(ask) = serde_json::from_str::<Ask>(body) else {
            return Ok(Reply::error(400, "unreadable"));
        };
        let now = self.runtime.now();
        let resolution = match ask {
            Ask::Resolve { park } => {
                let resolution = self.change(|entry| entry.resolve(park, now))?;
                if resolution == Resolution::Parked {
                    self.arm(now).await?;
                }
                resolution
            }
            Ask::Claim { key } => {
                self.change(|entry| entry.claim(key.clone(), now))?;
                self.arm(now).await?;
                if !self.hand_over().await? {
                    return Ok(Reply::error(503, "unavailable"));
                }
                self.arm(now).await?;
                Resolution::Owned { key }
            }
            Ask::Forget { key } => {
                self.change(|entry| entry.forget(&key))?;
                if self.read(|entry| *entry == Entry::default())? {
                    self.runtime.delete_all().await?;
                }
                Resolution::Unclaimed
            }
        };
        Ok(Reply::json(&resolution))
    }

    /// Forgets what nobody has claimed in time, goes on handing over, and sets the next alarm.
    pub async fn alarm(&self) -> Result<(), Failed> {
        let now = self.runtime.now();
        let expired = self.change(|entry| entry.expire(now))?;
        if expired > 0 {
            let name = self.runtime.name();
            let count = expired.to_string();
            let fields = [("subject", name.as_str()), ("count", &count)];
            self.runtime.log("parked_expired", &fields, false);
        }
        if self.read(|entry| entry.is_over(now))? {
            self.entry.replace(Some(Entry::default()));
            return self.runtime.delete_all().await;
        }
        self.hand_over().await?;
        self.arm(now).await
    }

    /// Hands parked content to its owner, in order, until nothing is left. Says whether the claim has taken effect.
    async fn hand_over(&self) -> Result<bool, Failed> {
        while let Some((key, parked)) = self.change(Entry::deliverable)? {
            let request = &parked.request;
            let mut taken = calls::hand_over(&self.runtime, &key, request).await;
            if matches!(taken, Err(CallFault::Rejected | CallFault::Full)) {
                // It would block everything behind it.
                let (account_id, events) = (request.account_id(), request.events());
                taken = calls::bury(&self.runtime, account_id, events).await;
            }
            if let Err(fault) = taken {
                let fault = format!("{fault:?}");
                let fields = [("fault", fault.as_str())];
                self.runtime.log("hand_over_failed", &fields, true);
                return Ok(false);
            }
            self.change(|entry| entry.delivered(parked.number))?;
        }
        self.read(Entry::is_owned)
    }

    async fn arm(&self, now: Millis) -> Result<(), Failed> {
        if let Some(wake) = self.read(Entry::wake)? {
            self.runtime.set_alarm(wake.max(now + AGAIN)).await?;
        }
        Ok(())
    }

    fn read<T>(&self, look: impl FnOnce(&Entry) -> T) -> Result<T, Failed> {
        let mut entry = self.entry.borrow_mut();
        if entry.is_none() {
            *entry = Some(self.load()?);
        }
        Ok(look(entry.get_or_insert_default()))
    }

    /// Changes the entry and stores it if it has changed.
    fn change<T>(&self, change: impl FnOnce(&mut Entry) -> T) -> Result<T, Failed> {
        let before = self.read(Entry::clone)?;
        let mut after = before.clone();
        let result = change(&mut after);
        if after != before {
            let value = serde_json::to_string(&after).map_err(unreadable)?;
            self.runtime.store(&value)?;
            self.entry.replace(Some(after));
        }
        Ok(result)
    }

    fn load(&self) -> Result<Entry, Failed> {
        match self.runtime.load()? {
            Some(value) => serde_json::from_str(&value).map_err(unreadable),
            None => Ok(Entry::default()),
        }
    }
}

/// The value itself is private.
fn unreadable(_: serde_json::Error) -> Failed {
    Failed {
        what: "the stored entry cannot be read".to_owned(),
    }
}
