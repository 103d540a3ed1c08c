//! `/admin/pauses`: which channels and accounts are paused, pausing and resuming them.

use serde_json::{Value, json};

use super::{Fault, Got, Need, Reply, Step, Task, set};
use crate::config::Config;
use crate::http::Millis;
use crate::pause::{EFFECTIVE_WITHIN, Flag, Standing};

/// `GET /admin/pauses`.
pub(super) struct Look {
    channels: Vec<(String, Flag)>,
    accounts: Vec<(String, Flag)>,
}

impl Look {
    pub(super) fn new(config: &Config) -> Self {
        let channels = config.channels.keys();
        let accounts = config.accounts.values();
        Self {
            channels: channels
                .map(|name| (name.clone(), Flag::Channel(name.clone())))
                .collect(),
            accounts: accounts
                .map(|it| (it.name.clone(), Flag::Account(it.id.clone())))
                .collect(),
        }
    }
}

impl Task for Look {
    fn step(&mut self, got: Option<Got>) -> Result<Step, Fault> {
        let standing = match got {
            None => return Ok(Step::Need(Need::Flags)),
            Some(Got::Flags(standing)) => standing,
            Some(_) => return Err(Fault::Unavailable),
        };
        let shown = |named: &[(String, Flag)]| -> Vec<Value> {
            let named = named.iter();
            named
                .map(|(name, flag)| {
                    let found = standing.iter().find(|(known, _)| known == flag);
                    state(name, found.map(|(_, standing)| *standing))
                })
                .collect()
        };
        let body = json!({
            "channels": shown(&self.channels),
            "accounts": shown(&self.accounts),
        });
        Ok(Step::Reply(Reply::ok(body)))
    }
}

fn state(name: &str, standing: Option<Standing>) -> Value {
    match standing {
        Some(standing) => json!({ "name": name, "paused": true, "since": standing.since }),
        None => json!({ "name": name, "paused": false }),
    }
}

/// `PUT` and `DELETE /admin/pauses/{kind}/{name}`.
pub(super) struct Set {
    name: String,
    flag: Flag,
    standing: Option<Standing>,
}

impl Set {
    pub(super) fn read(
        kind: &str,
        name: &str,
        since: Option<Millis>,
        config: &Config,
    ) -> Result<Self, Fault> {
        let flag = match kind {
            "channels" => config
                .channels
                .contains_key(name)
                .then(|| Flag::Channel(name.to_owned())),
            "accounts" => {
                let account = config.accounts.get(name);
                account.map(|account| Flag::Account(account.id.clone()))
            }
            _ => return Err(Fault::NotFound),
        };
        Ok(Self {
            name: name.to_owned(),
            flag: flag.ok_or(Fault::NoName)?,
            standing: since.map(|since| Standing { since }),
        })
    }
}

impl Task for Set {
    fn step(&mut self, got: Option<Got>) -> Result<Step, Fault> {
        match got {
            None => Ok(Step::Need(Need::Flag {
                flag: self.flag.clone(),
                standing: self.standing,
            })),
            Some(Got::Set) => {
                let mut body = state(&self.name, self.standing);
                let within = json!(EFFECTIVE_WITHIN / 1000);
                set(&mut body, "effective_within_seconds", within);
                Ok(Step::Reply(Reply::ok(body)))
            }
            Some(_) => Err(Fault::Unavailable),
        }
    }
}
