//! Dead letters and stuck lanes: listing them, and sending dead letters again or discarding them.

use serde_json::{Value, json};

use super::fields::Fields;
use super::routes::consumer_key;
use super::sweep::{Hit, Sweep, query};
use super::{Fault, Got, Reply, Step, Task, set};
use crate::attention::Of;
use crate::config::Config;
use crate::conversation::operate::{Answer, Operation, Selection};
use crate::http::Millis;
use crate::identity::ConsumerKey;

/// Consumers that one page lists, by default and at most.
const PAGE: usize = 50;
const LARGEST_PAGE: usize = 200;
/// Consumers whose dead letters one request sends again or discards: each is asked twice.
const BATCH: usize = 10;

/// `GET /admin/dead-letters` and `GET /admin/stuck-lanes`.
pub(super) struct List {
    of: Of,
    sweep: Sweep,
}

impl List {
    pub(super) fn read(
        of: Of,
        mut fields: Fields,
        config: &Config,
        now: Millis,
    ) -> Result<Self, Fault> {
        let limit = fields.number("limit", LARGEST_PAGE)?.unwrap_or(PAGE);
        let sweep = Sweep::read(of, &mut fields, limit, config, now)?;
        fields.finish()?;
        Ok(Self { of, sweep })
    }

    fn shown(&self, hit: &Hit) -> Value {
        let Hit { account_id, found } = hit;
        let report = &found.report;
        let mut shown = json!({
            "consumer": found.consumer,
            "account_id": account_id,
            "channel": report.channel,
        });
        let (name, list) = match self.of {
            Of::DeadLetters => {
                set(&mut shown, "count", json!(report.dead_letter_count));
                ("dead_letters", json!(report.dead_letters))
            }
            Of::Stuck => ("lanes", json!(report.stuck)),
        };
        set(&mut shown, name, list);
        shown
    }
}

impl Task for List {
    fn step(&mut self, got: Option<Got>) -> Result<Step, Fault> {
        match got {
            None => {}
            Some(Got::Index(found)) => self.sweep.take(found),
            Some(_) => return Err(Fault::Unavailable),
        }
        if let Some(need) = self.sweep.need() {
            return Ok(Step::Need(need));
        }
        let hits = self.sweep.hits();
        let consumers: Vec<Value> = hits.iter().map(|hit| self.shown(hit)).collect();
        let mut body = json!({ "consumers": consumers });
        if let Some(next) = self.sweep.next() {
            set(&mut body, "next", json!(next));
        }
        Ok(Step::Reply(Reply::ok(body)))
    }
}

/// What is done with dead letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Resend,
    Discard,
}

/// `POST /admin/dead-letters/resend` and `/discard`: they are counted, and if the count is the one to confirm, it is done.
pub(super) struct Change {
    action: Action,
    select: Selection,
    confirm: Option<usize>,
    sweep: Option<Sweep>,
    consumers: Vec<ConsumerKey>,
    counted: Vec<Selected>,
    done: Vec<Selected>,
}

struct Selected {
    keys: Vec<String>,
    unsendable: Vec<String>,
}

impl Change {
    pub(super) fn read(
        action: Action,
        mut fields: Fields,
        config: &Config,
        now: Millis,
    ) -> Result<Self, Fault> {
        // Zero is what a count of nothing confirms.
        let confirm = match fields.value("confirm") {
            None => None,
            Some(value) => {
                let number = value.as_u64().and_then(|number| number.try_into().ok());
                let wrong = || Fault::invalid("confirm", "is not the `count` that was answered");
                Some(number.ok_or_else(wrong)?)
            }
        };
        let consumer = fields.text("consumer")?;
        let mut select = Selection::default();
        let mut consumers = Vec::new();
        let mut sweep = None;
        let asked = if let Some(key) = &consumer {
            let wrong = || Fault::invalid("consumer", "is not a consumer key");
            consumers.push(consumer_key(key).ok_or_else(wrong)?);
            select.keys = fields.texts("messages")?;
            query(Of::DeadLetters, &mut fields, now)?
        } else {
            // To mean all of them takes a word: an empty body is more likely a mistake.
            let all = fields.flag("all")?;
            let mut reader = fields;
            let found = Sweep::read(Of::DeadLetters, &mut reader, BATCH, config, now)?;
            let asked = found.query().clone();
            let narrow = found.is_narrow() || asked.lane.is_some() || asked.reason.is_some();
            if !(all || narrow || asked.since.is_some() || asked.until.is_some()) {
                let message = "name a consumer, a channel, an account or another filter, or set `all` to true";
                return Err(Fault::invalid("", message));
            }
            sweep = Some(found);
            fields = reader;
            asked
        };
        fields.finish()?;
        select.lane = asked.lane;
        select.reason = asked.reason;
        select.since = asked.since;
        select.until = asked.until;
        Ok(Self {
            action,
            select,
            confirm,
            sweep,
            consumers,
            counted: Vec::new(),
            done: Vec::new(),
        })
    }

    fn operation(&self, dry_run: bool) -> Operation {
        let select = self.select.clone();
        match self.action {
            Action::Resend => Operation::Resend { select, dry_run },
            Action::Discard => Operation::Discard { select, dry_run },
        }
    }

    fn take(&mut self, got: Got) -> Result<(), Fault> {
        let answer = match got {
            Got::Index(found) => {
                if let Some(sweep) = &mut self.sweep {
                    sweep.take(found);
                }
                return Ok(());
            }
            Got::Object(answer) => *answer,
            _ => return Err(Fault::Unavailable),
        };
        let selected = match answer {
            Answer::Selected { keys, unsendable } => Selected { keys, unsendable },
            // The index follows after the fact: who was forgotten meanwhile has none.
            Answer::Unknown if self.sweep.is_some() => Selected {
                keys: Vec::new(),
                unsendable: Vec::new(),
            },
            Answer::Unknown => return Err(Fault::NoConsumer),
            Answer::Impossible { why } => return Err(Fault::Impossible(why)),
            _ => return Err(Fault::Unavailable),
        };
        if self.counted.len() < self.consumers.len() {
            self.counted.push(selected);
        } else {
            self.done.push(selected);
        }
        Ok(())
    }

    fn reply(&self) -> Reply {
        let dry_run = self.confirm.is_none();
        let selected = if dry_run { &self.counted } else { &self.done };
        let consumers: Vec<Value> = self
            .consumers
            .iter()
            .zip(selected)
            .filter(|(_, it)| !it.keys.is_empty() || !it.unsendable.is_empty())
            .map(|(consumer, it)| {
                json!({
                    "consumer": consumer,
                    "messages": it.keys,
                    "unsendable": it.unsendable,
                })
            })
            .collect();
        let mut body = json!({
            "dry_run": dry_run,
            "count": count(selected),
            "consumers": consumers,
        });
        if let Some(next) = self.sweep.as_ref().and_then(Sweep::next) {
            set(&mut body, "next", json!(next));
        }
        Reply::ok(body)
    }
}

fn count(selected: &[Selected]) -> usize {
    selected.iter().map(|it| it.keys.len()).sum()
}

impl Task for Change {
    fn step(&mut self, got: Option<Got>) -> Result<Step, Fault> {
        if let Some(got) = got {
            self.take(got)?;
        }
        if let Some(sweep) = &mut self.sweep {
            if let Some(need) = sweep.need() {
                return Ok(Step::Need(need));
            }
            let hits = sweep.hits().into_iter();
            self.consumers.extend(hits.map(|hit| hit.found.consumer));
        }
        if let Some(consumer) = self.consumers.get(self.counted.len()) {
            return Ok(Step::object(consumer, self.operation(true)));
        }
        if let Some(confirmed) = self.confirm {
            let count = count(&self.counted);
            if self.done.is_empty() && confirmed != count {
                return Err(Fault::CountChanged { count });
            }
            // Who has none is not asked a second time.
            while let Some(counted) = self.counted.get(self.done.len()) {
                let consumer = self.consumers.get(self.done.len());
                if let Some(consumer) = consumer.filter(|_| !counted.keys.is_empty()) {
                    return Ok(Step::object(consumer, self.operation(false)));
                }
                self.done.push(Selected {
                    keys: Vec::new(),
                    unsendable: counted.unsendable.clone(),
                });
            }
        }
        Ok(Step::Reply(self.reply()))
    }
}
