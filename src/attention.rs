//! What needs somebody's attention: whose dead letters, and whose lanes do not move.
//!
//! Only these are indexed, so nothing global is on a message's path. Each consumer's object reports its own state as a whole, after
//! the fact, to the Attention object of its channel and hash bucket; a report replaces the one before. An object that has nothing
//! (more) to report is not listed.

use serde::{Deserialize, Serialize};

use crate::conversation::Lane;
use crate::crypto;
use crate::http::Millis;
use crate::identity::{self, ConsumerKey};

/// Attention objects per channel namespace.
pub const BUCKETS: u8 = 16;
/// The most dead letters that a report names; the rest is counted.
pub const NAMED: usize = 50;

/// What one consumer's object reports. **A stored format**: fields are only added, with serde defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Name of the channel that the consumer used last.
    #[serde(default)]
    pub channel: String,
    /// Dead letters, the oldest first, [`NAMED`] at most.
    #[serde(default)]
    pub dead_letters: Vec<DeadLetter>,
    /// How many there are in all.
    #[serde(default)]
    pub dead_letter_count: usize,
    /// Lanes that do not move.
    #[serde(default)]
    pub stuck: Vec<Stuck>,
}

/// A dead letter, without what it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// Key of the message.
    pub message: String,
    /// Direction.
    pub lane: Lane,
    /// Stored name of its [`crate::outcome::Refusal`].
    pub reason: String,
    /// When it was refused.
    pub at: Millis,
}

/// A lane whose oldest message waits for longer than [`crate::conversation::STUCK`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stuck {
    /// Direction.
    pub lane: Lane,
    /// Key of the message at its head when this was reported.
    pub message: String,
    /// Stored name of the latest [`crate::outcome::Cause`]; `none` where nothing has failed.
    pub cause: String,
    /// How long the head had been waiting since then: the time of its acceptance.
    pub since: Millis,
}

impl Report {
    /// Whether there is nothing to report.
    pub fn is_empty(&self) -> bool {
        self.dead_letter_count == 0 && self.stuck.is_empty()
    }

    /// Names what of a report is worth another report: a lane that is stuck stays so while its head changes.
    pub fn digest(&self) -> String {
        if self.is_empty() {
            return String::new();
        }
        let stuck: Vec<_> = self.stuck.iter().map(|it| (it.lane, &it.cause)).collect();
        let letters = (&self.channel, &self.dead_letters, self.dead_letter_count);
        let json = serde_json::to_vec(&(letters, stuck)).unwrap_or_default();
        crypto::sha256_hex(&json)
    }
}

/// Which Attention object: those of one channel namespace differ by bucket.
pub fn object_name(account_id: &str, namespace: &str, bucket: u8) -> String {
    let account = identity::escape(account_id);
    format!(
        "attention:{account}:{}:{bucket:x}",
        identity::escape(namespace)
    )
}

/// The bucket of a consumer.
pub fn bucket(key: &ConsumerKey) -> u8 {
    let digest = crypto::sha256_hex(key.as_str().as_bytes());
    let digit = digest.chars().next().and_then(|digit| digit.to_digit(16));
    digit
        .and_then(|digit| u8::try_from(digit).ok())
        .unwrap_or(0)
}

/// A request to an Attention object. **Neighbouring releases exchange it.**
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// A consumer's state is this now.
    Report {
        /// Whose.
        consumer: ConsumerKey,
        /// Counts the reports of that consumer: an older one never replaces a newer one.
        revision: u64,
        /// The state.
        report: Report,
    },
    /// Who needs attention? Answered by [`Found`].
    Find {
        /// Which.
        query: Query,
        /// Only consumers whose key is greater than this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
        /// At most so many consumers.
        limit: usize,
    },
}

/// What is looked for. What is left out fits all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// Dead letters, or stuck lanes.
    #[serde(default)]
    pub of: Of,
    /// Only this direction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<Lane>,
    /// Only with this reason (dead letters) or cause (stuck lanes).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Only those refused, or waiting, since this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    /// Only those refused, or waiting, since before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
}

/// What an index entry is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// Dead letters.
    #[default]
    DeadLetters,
    /// Stuck lanes.
    Stuck,
}

/// What an Attention object answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Consumers in the order of their keys, each with what fits of its report.
    #[serde(default)]
    pub consumers: Vec<FoundConsumer>,
    /// Whether there are more behind the last one.
    #[serde(default)]
    pub more: bool,
}

/// One consumer that needs attention.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundConsumer {
    /// Who.
    pub consumer: ConsumerKey,
    /// What fits of its report. `dead_letter_count` counts what fits, and those that the report does not name where nothing but
    /// the kind is asked for.
    pub report: Report,
}

impl Query {
    /// What of a report fits; `None`: nothing.
    pub fn of(&self, report: &Report) -> Option<Report> {
        let within = |at: Millis| {
            self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
        };
        let fits = |lane: Lane, reason: &str, at: Millis| {
            self.lane.is_none_or(|wanted| wanted == lane)
                && self.reason.as_deref().is_none_or(|wanted| wanted == reason)
                && within(at)
        };
        let mut found = Report {
            channel: report.channel.clone(),
            ..Report::default()
        };
        match self.of {
            Of::DeadLetters => {
                let letters = report.dead_letters.iter();
                let fitting = letters.filter(|it| fits(it.lane, &it.reason, it.at));
                found.dead_letters = fitting.cloned().collect();
                found.dead_letter_count = found.dead_letters.len();
                let any = Self::default();
                if *self == any {
                    found.dead_letter_count = report.dead_letter_count;
                }
            }
            Of::Stuck => {
                let stuck = report.stuck.iter();
                let fitting = stuck.filter(|it| fits(it.lane, &it.cause, it.since));
                found.stuck = fitting.cloned().collect();
            }
        }
        (!found.is_empty()).then_some(found)
    }

    /// Adds one more consumer of an index, in the order of their keys, if it fits. Answers whether there is room for more.
    pub fn add(
        &self,
        found: &mut Found,
        consumer: &ConsumerKey,
        report: &Report,
        limit: usize,
    ) -> bool {
        let Some(report) = self.of(report) else {
            return true;
        };
        found.more = found.consumers.len() >= limit;
        if !found.more {
            found.consumers.push(FoundConsumer {
                consumer: consumer.clone(),
                report,
            });
        }
        !found.more
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn letter(message: &str, reason: &str, at: Millis) -> DeadLetter {
        DeadLetter {
            message: message.to_owned(),
            lane: Lane::ToConsumer,
            reason: reason.to_owned(),
            at,
        }
    }

    fn reports() -> BTreeMap<ConsumerKey, Report> {
        let letters = |letters: Vec<DeadLetter>| Report {
            channel: "sms".to_owned(),
            dead_letter_count: letters.len(),
            dead_letters: letters,
            stuck: Vec::new(),
        };
        let stuck = Report {
            stuck: vec![Stuck {
                lane: Lane::ToLiveengage,
                message: "c:1".to_owned(),
                cause: "credentials".to_owned(),
                since: 50,
            }],
            ..Report::default()
        };
        let both = letters(vec![
            letter("a", "rejected", 10),
            letter("b", "expired", 20),
        ]);
        let reports = [
            ("k1", both),
            ("k2", letters(vec![letter("c", "expired", 30)])),
            ("k3", stuck),
        ];
        let keyed = reports.into_iter();
        keyed
            .map(|(key, report)| (ConsumerKey::from_stored(key.to_owned()), report))
            .collect()
    }

    fn among(
        query: &Query,
        reports: &BTreeMap<ConsumerKey, Report>,
        after: Option<&str>,
        limit: usize,
    ) -> Found {
        let mut found = Found::default();
        let behind = reports
            .iter()
            .filter(|(key, _)| after.is_none_or(|after| key.as_str() > after));
        for (key, report) in behind {
            if !query.add(&mut found, key, report, limit) {
                break;
            }
        }
        found
    }

    fn messages(found: &Found) -> Vec<&str> {
        let consumers = found.consumers.iter();
        consumers
            .flat_map(|it| it.report.dead_letters.iter())
            .map(|it| it.message.as_str())
            .collect()
    }

    #[test]
    fn dead_letters_are_found_by_reason_and_age() {
        let reports = reports();
        let all = among(&Query::default(), &reports, None, 10);
        assert_eq!(messages(&all), ["a", "b", "c"]);
        let expired = Query {
            reason: Some("expired".to_owned()),
            ..Query::default()
        };
        assert_eq!(messages(&among(&expired, &reports, None, 10)), ["b", "c"]);
        let between = Query {
            since: Some(20),
            until: Some(30),
            ..Query::default()
        };
        assert_eq!(messages(&among(&between, &reports, None, 10)), ["b"]);
    }

    #[test]
    fn stuck_lanes_are_found_by_cause() {
        let query = |reason: &str| Query {
            of: Of::Stuck,
            reason: Some(reason.to_owned()),
            ..Query::default()
        };
        let reports = reports();
        assert_eq!(
            among(&query("credentials"), &reports, None, 9)
                .consumers
                .len(),
            1
        );
        assert!(
            among(&query("server"), &reports, None, 9)
                .consumers
                .is_empty()
        );
    }

    #[test]
    fn a_long_list_goes_on_behind_the_last_key() {
        let reports = reports();
        let first = among(&Query::default(), &reports, None, 1);
        assert!(first.more);
        let last = first.consumers.last().map(|it| it.consumer.as_str());
        let next = among(&Query::default(), &reports, last, 1);
        assert_eq!((messages(&next), next.more), (vec!["c"], false));
    }

    #[test]
    fn names_cannot_be_shifted_into_each_other() {
        assert_ne!(object_name("1", "a:b", 3), object_name("1:a", "b", 3));
        assert_eq!(object_name("1", "a/b", 15), "attention:1:a%2Fb:f");
    }

    #[test]
    fn consumers_spread_over_all_buckets() {
        let keys = (0..500).map(|n| ConsumerKey::from_stored(format!("key-{n}")));
        let used: std::collections::BTreeSet<u8> = keys.map(|key| bucket(&key)).collect();
        assert_eq!(used.len(), usize::from(BUCKETS));
    }

    #[test]
    fn a_report_is_worth_repeating_only_for_what_changes_the_picture() {
        let stuck = |message: &str, since, cause: &str| Report {
            stuck: vec![Stuck {
                lane: Lane::ToLiveengage,
                message: message.to_owned(),
                cause: cause.to_owned(),
                since,
            }],
            ..Report::default()
        };
        let before = stuck("c:1", 5, "server").digest();
        assert_eq!(stuck("c:2", 9, "server").digest(), before);
        assert_ne!(stuck("c:1", 5, "credentials").digest(), before);
        assert_eq!(Report::default().digest(), "");
    }
}
