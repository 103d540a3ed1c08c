//! The Attention object: the dead letters and stuck lanes of one channel namespace's consumers, of one hash bucket.

use crate::attention::{Ask, Found, Query, Report};
use crate::identity::ConsumerKey;
use crate::runtime::{AttentionRuntime, Failed, Reply};

/// Consumers that are read at once: a report holds a few kilobytes at most.
const PAGE: usize = 200;

/// See [`crate::attention`].
#[derive(Debug)]
pub struct AttentionObject<R> {
    runtime: R,
}

impl<R: AttentionRuntime> AttentionObject<R> {
    /// As it wakes.
    pub fn new(runtime: R) -> Self {
        Self { runtime }
    }

    /// Answers one request.
    pub async fn answer(&self, body: &str) -> Result<Reply, Failed> {
        let Ok(ask) = serde_json::from_str::<Ask>(body) else {
            return Ok(Reply::error(400, "unreadable"));
        };
        let found = match ask {
            Ask::Report {
                consumer,
                revision,
                report,
            } => {
                self.take(&consumer, revision, &report)?;
                Found::default()
            }
            Ask::Find {
                query,
                after,
                limit,
            } => self.find(&query, after.unwrap_or_default(), limit)?,
        };
        Ok(Reply::json(&found))
    }

    /// Replaces what is known of a consumer, unless something newer is.
    fn take(&self, consumer: &ConsumerKey, revision: u64, report: &Report) -> Result<(), Failed> {
        let known = self.runtime.revision(consumer.as_str())?;
        if known.is_some_and(|known| known > revision) {
            return Ok(());
        }
        if !report.is_empty() {
            let report = serde_json::to_string(report).map_err(|_| Failed {
                what: "a report cannot be written".to_owned(),
            })?;
            return self.runtime.put(consumer.as_str(), revision, &report);
        }
        match known {
            Some(_) => self.runtime.delete(consumer.as_str()),
            None => Ok(()),
        }
    }

    fn find(&self, query: &Query, after: String, limit: usize) -> Result<Found, Failed> {
        let mut found = Found::default();
        let mut last = after;
        loop {
            let page = self.runtime.page(&last, PAGE)?;
            let whole = page.len() == PAGE;
            for (key, report) in page {
                last.clone_from(&key);
                // A report that only a later release can read is that release's to show.
                let Ok(report) = serde_json::from_str::<Report>(&report) else {
                    continue;
                };
                let consumer = ConsumerKey::from_stored(key);
                if !query.add(&mut found, &consumer, &report, limit) {
                    return Ok(found);
                }
            }
            if !whole {
                return Ok(found);
            }
        }
    }
}
