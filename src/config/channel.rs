//! `[vars.CHANNEL_<NAME>]`: one configured instance of a platform, bound to one account.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Account, Routing, SettingsReader, binding_suffix};
use crate::conversation::{DAY, DEDUP_HORIZON};
use crate::http::Millis;
use crate::liveengage::Feature;
use crate::message::{Command, ResponseTarget};
use crate::platforms::{Adapter, Platform, REGISTRY};

const HOUR: Millis = 3_600_000;
const MIB: u64 = 1 << 20;

/// Every account table by the account's name; `None` is one with a mistake, out of service.
pub(super) type AccountTables = BTreeMap<String, Option<Rc<Account>>>;

/// What to do with a message whose outcome stays unknown where the other side has no idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnUnknown {
    /// Send it again: nothing is lost, it may arrive twice.
    Resend,
    /// Make it a dead letter: nothing arrives twice, it may be lost until somebody resends it.
    Refuse,
}

/// How long ended messages are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// A delivered message: its key for deduplication, its trace for questions (ms).
    pub traces: Millis,
    /// A dead letter, with what it says (ms).
    pub dead_letters: Millis,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            traces: 14 * DAY,
            dead_letters: 30 * DAY,
        }
    }
}

impl Retention {
    /// No shorter than an event may be delivered again: its key has to be known for so long.
    fn read(reader: &mut SettingsReader<'_>) -> Self {
        let days = DEDUP_HORIZON / DAY..=180;
        Self {
            traces: reader.number("keep_traces_days", days.clone(), 14) * DAY,
            dead_letters: reader.number("keep_dead_letters_days", days, 30) * DAY,
        }
    }
}

/// How much may wait in one lane of one consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueBounds {
    /// Messages.
    pub messages: usize,
    /// Bytes of their content, as it is stored.
    pub bytes: u64,
}

/// Nobody types so much before somebody answers, and an object reads all of it within a few milliseconds when it wakes.
impl Default for QueueBounds {
    fn default() -> Self {
        Self {
            messages: 500,
            bytes: 4 * MIB,
        }
    }
}

/// One channel, for example "the support SMS number".
pub struct Channel {
    /// Name in this configuration and in the callback URL.
    pub name: String,
    /// The account whose agents answer.
    pub account: Rc<Account>,
    /// The `platform` setting.
    pub platform: &'static str,
    /// Separates this channel's consumers from those of other channels. It survives a renaming of the channel and a
    /// change of vendor; by default the channel's name.
    pub namespace: String,
    /// The URL that the vendor calls, as it was configured there.
    pub callback_url: String,
    /// Policy for unknown outcomes.
    pub on_unknown: OnUnknown,
    /// A message older than this becomes a dead letter instead of being sent (ms).
    pub max_age: Millis,
    /// How long ended messages are kept.
    pub retention: Retention,
    /// How long a message from LiveEngage may wait for one with a lower sequence (ms, 0 = never).
    pub reorder_wait: Millis,
    /// Template of `ext_consumer_id`; `{key}` stands for the consumer key, `{address}` for the platform's id of the person.
    pub ext_consumer_id: String,
    /// Where LiveEngage routes new conversations.
    pub routing: Routing,
    /// What LiveEngage is told that this channel can show.
    pub features: Vec<Feature>,
    /// What a consumer may write to have something done, by [`command_word`].
    pub commands: BTreeMap<String, Command>,
    /// Whether the agent gets a readable line when a message to the consumer did not arrive.
    pub notify_agent: bool,
    /// Whether the consumer is told who speaks.
    pub show_agent: bool,
    /// How long the address of an agent's file can be opened (ms).
    pub file_link: Millis,
    /// How much may wait for one consumer, in each direction.
    pub queue: QueueBounds,
    /// The platform, with this channel's settings and secrets.
    pub adapter: Box<dyn Adapter>,
}

impl Channel {
    pub(super) fn read(
        name: String,
        public_url: Option<&str>,
        accounts: &AccountTables,
        reader: &mut SettingsReader<'_>,
    ) -> Option<Self> {
        let entry = read_platform(reader);
        let account = read_account(accounts, reader);
        let namespace = reader.text("namespace").unwrap_or_else(|| name.clone());
        let callback_url = reader.callback_url("public_url").or_else(|| {
            let public_url = public_url?;
            Some(format!("{public_url}/channels/{name}"))
        });
        if callback_url.is_none() {
            reader.problem(
                "public_url",
                "is not set, and PUBLIC_URL, from which it would be made, cannot be used",
                "correct PUBLIC_URL, or write this channel's own callback address here",
            );
        }
        let on_unknown = reader.choice(
            "on_unknown",
            &[("resend", OnUnknown::Resend), ("refuse", OnUnknown::Refuse)],
        );
        let max_age = reader.number("max_age_hours", 1..=168, 72) * HOUR;
        let retention = Retention::read(reader);
        let reorder_wait = reader.number("reorder_wait_ms", 0..=1000, 0);
        let ext_consumer_id = read_ext_consumer_id(reader);
        let routing = Routing::read(reader);
        let features = read_features(reader);
        let commands = read_commands(reader);
        let notify_agent = reader.flag("notify_agent");
        let show_agent = reader.flag("show_agent");
        let file_link = reader.number("file_link_hours", 1..=336, 168) * HOUR;
        let queue = read_queue(reader);
        let Some(platform) = entry else {
            reader.skip_rest();
            return None;
        };
        let adapter = (platform.build)(reader);
        Some(Self {
            account: account?,
            platform: platform.name,
            namespace,
            callback_url: callback_url?,
            on_unknown: on_unknown?,
            max_age,
            retention,
            reorder_wait,
            ext_consumer_id,
            routing,
            features,
            commands,
            notify_agent,
            show_agent,
            file_link,
            queue,
            adapter: adapter?,
            name,
        })
    }
}

fn read_queue(reader: &mut SettingsReader<'_>) -> QueueBounds {
    let default = QueueBounds::default();
    let messages = reader.number("queue_messages", 10..=10_000, default.messages as u64);
    let bytes = reader.number("queue_bytes", 64 * 1024..=64 * MIB, default.bytes);
    QueueBounds {
        messages: usize::try_from(messages).unwrap_or(default.messages),
        bytes,
    }
}

fn read_features(reader: &mut SettingsReader<'_>) -> Vec<Feature> {
    let names = reader.texts("features");
    if names.is_empty() {
        return Feature::DEFAULT.to_vec();
    }
    let known: Option<Vec<Feature>> = names.iter().map(|name| Feature::from_name(name)).collect();
    known.unwrap_or_else(|| {
        let all: Vec<&str> = Feature::ALL
            .iter()
            .map(|feature| feature.as_str())
            .collect();
        let cure = format!("write some of: {}", all.join(", "));
        reader.problem("features", "has a name that LiveEngage does not know", cure);
        Vec::new()
    })
}

/// A text as it is compared with the words of commands.
pub fn command_word(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

const COMMANDS: &[(&str, Command)] = &[
    ("close", Command::Close { survey: true }),
    ("close_without_survey", Command::Close { survey: false }),
    ("stop_survey", Command::StopSurvey),
    (
        "urgent",
        Command::ResponseTarget {
            target: ResponseTarget::Urgent,
            seconds: None,
        },
    ),
];

fn read_commands(reader: &mut SettingsReader<'_>) -> BTreeMap<String, Command> {
    let mut commands = BTreeMap::new();
    for (word, meaning) in reader.words("commands") {
        let word = command_word(&word);
        let command = COMMANDS.iter().find(|(name, _)| *name == meaning);
        match command {
            Some((_, command)) if !word.is_empty() => {
                commands.insert(word, command.clone());
            }
            _ => {
                let names: Vec<&str> = COMMANDS.iter().map(|(name, _)| *name).collect();
                reader.problem(
                    "commands",
                    "has an empty word, or a command that is not known",
                    format!("write words in quotes and one of: {}", names.join(", ")),
                );
            }
        }
    }
    commands
}

fn read_platform(reader: &mut SettingsReader<'_>) -> Option<&'static Platform> {
    let names: Vec<&str> = REGISTRY.iter().map(|known| known.name).collect();
    let cure = format!("write one of: {}", names.join(", "));
    let platform = reader.required_text("platform", &cure)?;
    let entry = REGISTRY.iter().find(|known| known.name == platform);
    if entry.is_none() {
        reader.problem("platform", "is not a known platform", cure);
    }
    entry
}

fn read_account(accounts: &AccountTables, reader: &mut SettingsReader<'_>) -> Option<Rc<Account>> {
    let cure = match accounts.keys().cloned().collect::<Vec<_>>() {
        none if none.is_empty() => "add a table [vars.ACCOUNT_MAIN] and write main".to_owned(),
        names => format!("write one of: {}", names.join(", ")),
    };
    let name = reader.required_text("account", &cure)?;
    match accounts.get(&name) {
        Some(Some(account)) => Some(Rc::clone(account)),
        Some(None) => {
            reader.problem(
                "account",
                format!("names the account `{name}`, which is out of service"),
                format!(
                    "correct the problems of ACCOUNT_{} and its secret",
                    binding_suffix(&name)
                ),
            );
            None
        }
        None => {
            reader.problem("account", "names no account", cure);
            None
        }
    }
}

fn read_ext_consumer_id(reader: &mut SettingsReader<'_>) -> String {
    let Some(template) = reader.text("ext_consumer_id") else {
        return "{key}".to_owned();
    };
    let fixed = template.replace("{key}", "").replace("{address}", "");
    if fixed == template {
        reader.problem(
            "ext_consumer_id",
            "would give every consumer the same id",
            "write {key} or {address} into it",
        );
    } else if fixed.contains(['{', '}']) {
        reader.problem(
            "ext_consumer_id",
            "has braces that stand for nothing",
            "use {key} and {address} only",
        );
    }
    template
}
