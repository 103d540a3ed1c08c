//! Accounts and channels, parsed once and validated, every mistake named with its key and the cure.
//!
//! `[vars]` holds `PUBLIC_URL`, one table `ACCOUNT_<NAME>` per LiveEngage account and one table `CHANNEL_<NAME>` per channel.
//! Secrets are `IDENTITY_KEY` and one JSON text per table: `SECRET_ACCOUNT_<NAME>`, `SECRET_CHANNEL_<NAME>`. In `wrangler.toml`
//! `<NAME>` is upper case with `_`; in URLs and in settings it is lower case with `-`.
//!
//! A mistake in one table takes only that table out of service; see [`Config::problems`].

mod account;
mod admin;
mod channel;
mod settings;

pub use account::{Account, Routing};
pub use admin::{ADMIN, ADMIN_TOKEN, AccessApplication, Admin};
pub use channel::{Channel, OnUnknown, QueueBounds, Retention, command_word};
pub use settings::{Problem, SettingsReader, base_url};

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Map, Value};

use crate::secret::Secret;
use channel::AccountTables;

/// Bindings of a Worker by name: texts, JSON tables and secrets alike.
pub type Bindings = BTreeMap<String, Value>;

/// The whole configuration of a deployment.
pub struct Config {
    /// Accounts in service, by name.
    pub accounts: BTreeMap<String, Rc<Account>>,
    /// Channels in service, by name.
    pub channels: BTreeMap<String, Rc<Channel>>,
    /// The key that turns a person's address into a consumer key. `None` while it is missing: nothing can be accepted then.
    pub identity_key: Option<Secret>,
    /// The address that vendors and consumers call, without a slash at its end. `None` while it is missing or wrong.
    pub public_url: Option<String>,
    /// Who may use the admin API.
    pub admin: Admin,
    /// Every mistake found.
    pub problems: Vec<Problem>,
}

/// The shortest identity key that is taken, in bytes.
pub const IDENTITY_KEY_BYTES: usize = 32;

impl Config {
    /// Reads all bindings. It never fails: what is wrong is in `problems` and out of service.
    pub fn read(bindings: &Bindings) -> Self {
        let mut problems = Vec::new();
        let public_url = read_public_url(bindings, &mut problems);
        let identity_key = read_identity_key(bindings, &mut problems);
        let admin = Admin::read(bindings, &mut problems);

        let mut accounts: AccountTables = BTreeMap::new();
        for table in tables(bindings, "ACCOUNT_", &mut problems) {
            let (account, mut found) = table.read(Account::read);
            let twin = account.as_ref().and_then(|account| {
                let mut others = accounts.values().flatten();
                others.find(|other| other.id == account.id)
            });
            if let Some(twin) = twin {
                found.push(Problem {
                    key: format!("{}.id", table.binding),
                    problem: format!("is the id of account `{}` too", twin.name),
                    cure: "keep one table per LiveEngage account".to_owned(),
                });
            }
            let account = account.filter(|_| found.is_empty());
            accounts.insert(table.name, account.map(Rc::new));
            problems.extend(found);
        }

        let mut channels: BTreeMap<String, Rc<Channel>> = BTreeMap::new();
        for table in tables(bindings, "CHANNEL_", &mut problems) {
            let (channel, mut found) = table
                .read(|name, reader| Channel::read(name, public_url.as_deref(), &accounts, reader));
            let mixed_up = channel
                .as_ref()
                .and_then(|channel| mixed_up(channel, &channels));
            if let Some((field, problem, cure)) = mixed_up {
                found.push(Problem {
                    key: format!("{}.{field}", table.binding),
                    problem,
                    cure: cure.to_owned(),
                });
            }
            if let Some(channel) = channel.filter(|_| found.is_empty()) {
                channels.insert(table.name, Rc::new(channel));
            }
            problems.extend(found);
        }
        problems.extend(ownerless_secrets(bindings));
        let accounts = accounts
            .into_iter()
            .filter_map(|(name, account)| Some((name, account?)))
            .collect();

        Self {
            accounts,
            channels,
            identity_key,
            public_url,
            admin,
            problems,
        }
    }

    /// The account with that LiveEngage id.
    pub fn account_by_id(&self, id: &str) -> Option<&Rc<Account>> {
        self.accounts.values().find(|account| account.id == id)
    }

    /// The channel that serves a consumer now: the one of that account with the same namespace, which survives a renaming.
    pub fn channel_of(&self, account_id: &str, namespace: &str) -> Option<&Rc<Channel>> {
        self.channels
            .values()
            .find(|channel| channel.account.id == account_id && channel.namespace == namespace)
    }

    /// The mistakes that keep a channel of that name out of service.
    pub fn problems_of_channel(&self, name: &str) -> Vec<&Problem> {
        let binding = format!("CHANNEL_{}", binding_suffix(name));
        let secret = format!("SECRET_{binding}");
        self.problems
            .iter()
            .filter(|problem| {
                let root = problem.key.split('.').next().unwrap_or_default();
                root == binding || root == secret
            })
            .collect()
    }
}

/// The longest name of an account or a channel.
const MAX_NAME: usize = 64;

/// One table with its secret.
struct Table {
    binding: String,
    name: String,
    fields: Map<String, Value>,
    secret_name: String,
    /// `None` where the secret is there but is not a table.
    secrets: Option<Map<String, Value>>,
}

impl Table {
    /// What `read` makes of the table, and the mistakes in it and in its secret.
    fn read<T>(
        &self,
        read: impl FnOnce(String, &mut SettingsReader<'_>) -> Option<T>,
    ) -> (Option<T>, Vec<Problem>) {
        let none = Map::new();
        let secrets = self.secrets.as_ref().unwrap_or(&none);
        let mut reader =
            SettingsReader::new(&self.binding, &self.fields, &self.secret_name, secrets);
        let found = read(self.name.clone(), &mut reader);
        let mut problems = reader.finish();
        if self.secrets.is_none() {
            // Its fields would all be reported as missing; the one mistake is enough.
            let field = format!("{}.", self.secret_name);
            problems.retain(|problem| !problem.key.starts_with(&field));
            problems.push(Problem {
                key: self.secret_name.clone(),
                problem: "is not a JSON object".to_owned(),
                cure: "write it as {\"field\": \"value\"}".to_owned(),
            });
        }
        (found.filter(|_| problems.is_empty()), problems)
    }
}

fn tables(bindings: &Bindings, prefix: &str, problems: &mut Vec<Problem>) -> Vec<Table> {
    let mut found = Vec::new();
    for (binding, value) in bindings {
        let Some(suffix) = binding.strip_prefix(prefix) else {
            continue;
        };
        let well_named = suffix.len() <= MAX_NAME
            && suffix.starts_with(|c: char| c.is_ascii_alphanumeric())
            && suffix
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        if !well_named {
            problems.push(Problem {
                key: binding.clone(),
                problem: "has a name that cannot be used".to_owned(),
                cure: format!(
                    "rename it to {prefix} and at most {MAX_NAME} upper case letters, digits and _, for example {prefix}MAIN"
                ),
            });
            continue;
        }
        let Some(fields) = json_table(value) else {
            problems.push(Problem {
                key: binding.clone(),
                problem: "is not a table".to_owned(),
                cure: format!("write it as [vars.{binding}] with one setting per line"),
            });
            continue;
        };
        let secret_name = format!("SECRET_{binding}");
        let secrets = match bindings.get(&secret_name) {
            None => Some(Map::new()),
            Some(value) => json_table(value),
        };
        found.push(Table {
            binding: binding.clone(),
            name: suffix.to_ascii_lowercase().replace('_', "-"),
            fields,
            secret_name,
            secrets,
        });
    }
    found
}

/// A JSON object, given as such or as text.
fn json_table(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(map) => Some(map.clone()),
        Value::String(text) => serde_json::from_str(text).ok(),
        _ => None,
    }
}

/// What would mix a channel's consumers up with those of another channel of its account: field, problem and cure.
fn mixed_up(
    channel: &Channel,
    others: &BTreeMap<String, Rc<Channel>>,
) -> Option<(&'static str, String, &'static str)> {
    let mut others = others
        .values()
        .filter(|other| other.account.id == channel.account.id);
    others.find_map(|other| {
        let shares_id = !channel.ext_consumer_id.contains("{key}")
            && other.ext_consumer_id == channel.ext_consumer_id;
        if other.namespace == channel.namespace {
            Some((
                "namespace",
                format!("is the namespace of channel `{}` too", other.name),
                "give each channel of an account its own namespace: it separates their consumers",
            ))
        } else if shares_id {
            Some((
                "ext_consumer_id",
                format!("gives a person the same id as on channel `{}`", other.name),
                "write {key} into it, or a text that only this channel has",
            ))
        } else {
            None
        }
    })
}

/// Secrets whose table is not there: a misspelt name, or what a removed channel left behind.
fn ownerless_secrets(bindings: &Bindings) -> impl Iterator<Item = Problem> {
    bindings.keys().filter_map(|secret| {
        let table = secret.strip_prefix("SECRET_")?;
        let named = table.starts_with("ACCOUNT_") || table.starts_with("CHANNEL_");
        (named && !bindings.contains_key(table)).then(|| Problem {
            key: secret.clone(),
            problem: format!("belongs to no table: there is no [vars.{table}]"),
            cure: format!(
                "correct its name, or remove it by `npx wrangler secret delete {secret}`"
            ),
        })
    })
}

fn binding_suffix(name: &str) -> String {
    name.to_ascii_uppercase().replace('-', "_")
}

fn read_public_url(bindings: &Bindings, problems: &mut Vec<Problem>) -> Option<String> {
    let url = bindings
        .get("PUBLIC_URL")
        .and_then(Value::as_str)
        .and_then(base_url);
    if url.is_none() {
        problems.push(Problem {
            key: "PUBLIC_URL".to_owned(),
            problem: "is missing or not an https URL".to_owned(),
            cure: "set it in [vars] to the address that the vendors call, for example https://connector.example.com".to_owned(),
        });
    }
    url
}

fn read_identity_key(bindings: &Bindings, problems: &mut Vec<Problem>) -> Option<Secret> {
    let key = bindings
        .get("IDENTITY_KEY")
        .and_then(Value::as_str)
        .filter(|key| key.trim().len() >= IDENTITY_KEY_BYTES)
        .map(|key| Secret::new(key.trim()));
    if key.is_none() {
        problems.push(Problem {
            key: "IDENTITY_KEY".to_owned(),
            problem: format!("is missing or shorter than {IDENTITY_KEY_BYTES} characters"),
            cure: "make one with `openssl rand -base64 32` and store it by `npx wrangler secret put IDENTITY_KEY`; \
                   it is never changed afterwards, since it names every consumer"
                .to_owned(),
        });
    }
    key
}

#[cfg(test)]
mod tests;
