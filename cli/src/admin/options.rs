//! The command line of the commands that operate a deployment.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use serde_json::{Map, Value};

pub(crate) const USAGE: &str = "\
Usage: connector consumers find --channel NAME --address ADDRESS
       connector consumers find --account NAME --conversation ID
       connector consumers find --account NAME --lp-consumer ID
       connector consumers show CONSUMER
       connector messages CONSUMER [--lane LANE] [--state STATE] [--limit N]
       connector trace CONSUMER MESSAGE
       connector dead-letters list [filter]
       connector dead-letters resend|discard [filter | --consumer KEY [--message KEY]... | --all] [--yes]
       connector stuck [filter]
       connector adopt CONSUMER CONVERSATION
       connector import FILE --channel NAME
       connector pause|resume channel|account NAME
       connector pauses
       connector erase CONSUMER [--yes]

They ask a deployed connector by its admin API. CONSUMER is the key that `consumers find` and the lists tell, MESSAGE
the key of a message. LANE is to_liveengage or to_consumer, STATE one of waiting, sending, delivered, refused.

  --address ADDRESS  the platform's id of the person, as the platform writes it (- reads it from standard input)
  --yes              do it; without this, resend, discard and erase only say what they would do

A filter is any of these; all that are given have to fit:

  --channel NAME, --account NAME  where
  --lane LANE                     which direction
  --reason REASON                 why it is a dead letter (for stuck: --cause CAUSE)
  --older-than, --newer-than SPAN how long ago: 90s, 15m, 24h, 7d

FILE has one consumer per entry: a JSON list of {\"address\", \"conversation_id\", \"profile\"}, the profile being optional,
or CSV with the head address,conversation_id.

Common options:

  --url URL       the connector's address (CONNECTOR_URL, else PUBLIC_URL of the wrangler configuration)
  --config FILE   the wrangler configuration (wrangler.toml)
  --json          the answer as JSON

The token comes from CONNECTOR_ADMIN_TOKEN; for a connector on this machine, else from ADMIN_TOKEN in .dev.vars. Behind
Cloudflare Access set CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET, a service token, as well.

The exit status is 0 when the connector did it, 1 when it refused and 2 when the command itself cannot run.
";

/// Whether a command is one of these.
pub(crate) fn is_command(name: &OsStr) -> bool {
    const COMMANDS: [&str; 11] = [
        "consumers",
        "messages",
        "trace",
        "dead-letters",
        "stuck",
        "adopt",
        "import",
        "pause",
        "resume",
        "pauses",
        "erase",
    ];
    COMMANDS.iter().any(|known| name == *known)
}

/// What the command line asks for.
pub(crate) struct AdminOptions {
    pub(crate) url: Option<String>,
    pub(crate) config: PathBuf,
    pub(crate) json: bool,
    pub(crate) yes: bool,
    pub(crate) action: Action,
}

/// Parameters of a query, by name.
pub(crate) type Filter = Vec<(&'static str, String)>;

pub(crate) enum Action {
    Find(Whom),
    Show {
        consumer: String,
    },
    Messages {
        consumer: String,
        filter: Filter,
    },
    Trace {
        consumer: String,
        message: String,
    },
    Letters {
        filter: Filter,
    },
    Change {
        verb: &'static str,
        select: Map<String, Value>,
    },
    Stuck {
        filter: Filter,
    },
    Adopt {
        consumer: String,
        conversation: String,
    },
    Import {
        channel: String,
        file: PathBuf,
    },
    Pauses,
    Pause {
        kind: &'static str,
        name: String,
        paused: bool,
    },
    Erase {
        consumer: String,
    },
}

/// Whom to find.
pub(crate) enum Whom {
    Address { channel: String, address: String },
    Conversation { account: String, id: String },
    LpConsumer { account: String, id: String },
}

/// Options that take a text, with their names in the API.
const TEXTS: [(&str, &str); 12] = [
    ("channel", "channel"),
    ("account", "account"),
    ("address", "address"),
    ("conversation", "conversation_id"),
    ("lp-consumer", "lp_consumer_id"),
    ("lane", "lane"),
    ("state", "state"),
    ("limit", "limit"),
    ("reason", "reason"),
    ("cause", "cause"),
    ("older-than", "older_than"),
    ("newer-than", "newer_than"),
];

const FILTER: [&str; 5] = ["channel", "account", "lane", "older_than", "newer_than"];

/// Everything that is given, before it is known what belongs together.
#[derive(Default)]
struct Given {
    words: std::collections::VecDeque<String>,
    texts: Vec<(&'static str, String)>,
    consumer: Option<String>,
    messages: Vec<String>,
    all: bool,
    yes: bool,
}

/// Reads a command line. `None`: help was asked for.
pub(crate) fn parse(
    args: impl IntoIterator<Item = OsString>,
) -> Result<Option<AdminOptions>, lexopt::Error> {
    use lexopt::prelude::{Long, Short, Value as Word, ValueExt};

    let mut parser = lexopt::Parser::from_iter(args);
    let mut given = Given::default();
    let mut config = PathBuf::from("wrangler.toml");
    let (mut url, mut json) = (None, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Word(word) => given.words.push_back(word.string()?),
            Short('c') | Long("config") => config = parser.value()?.into(),
            Long("url") => url = Some(parser.value()?.string()?),
            Long("json") => json = true,
            Long("yes") => given.yes = true,
            Long("all") => given.all = true,
            Long("consumer") => given.consumer = Some(parser.value()?.string()?),
            Long("message") => given.messages.push(parser.value()?.string()?),
            Long(name) => {
                let known = TEXTS.iter().find(|(option, _)| *option == name);
                let Some((option, field)) = known else {
                    return Err(argument.unexpected());
                };
                if given.texts.iter().any(|(other, _)| other == field) {
                    return Err(format!("--{option} is given twice").into());
                }
                given.texts.push((field, parser.value()?.string()?));
            }
            other => return Err(other.unexpected()),
        }
    }
    let yes = given.yes;
    let action = given.action()?;
    Ok(Some(AdminOptions {
        url,
        config,
        json,
        yes,
        action,
    }))
}

impl Given {
    fn action(mut self) -> Result<Action, lexopt::Error> {
        let command = self.words.pop_front().unwrap_or_default();
        let action = match command.as_str() {
            "consumers" => match self.words.pop_front().as_deref() {
                Some("find") => Action::Find(self.whom()?),
                Some("show") => Action::Show {
                    consumer: self.word("the consumer's key")?,
                },
                _ => return Err("consumers takes find or show".into()),
            },
            "messages" => Action::Messages {
                consumer: self.word("the consumer's key")?,
                filter: self.filter(&["lane", "state", "limit"]),
            },
            "trace" => Action::Trace {
                consumer: self.word("the consumer's key")?,
                message: self.word("the message's key")?,
            },
            "dead-letters" => match self.words.pop_front().as_deref() {
                Some("list") => Action::Letters {
                    filter: self.filter(&[&FILTER[..], &["reason"]].concat()),
                },
                Some("resend") => self.change("resend")?,
                Some("discard") => self.change("discard")?,
                _ => return Err("dead-letters takes list, resend or discard".into()),
            },
            "stuck" => Action::Stuck {
                filter: self.filter(&[&FILTER[..], &["cause"]].concat()),
            },
            "adopt" => Action::Adopt {
                consumer: self.word("the consumer's key")?,
                conversation: self.word("the conversation's id")?,
            },
            "import" => Action::Import {
                file: self.word("the file")?.into(),
                channel: self.text("channel").ok_or("import needs --channel")?,
            },
            "pauses" => Action::Pauses,
            "pause" => self.pause(true)?,
            "resume" => self.pause(false)?,
            "erase" => {
                self.yes = false;
                Action::Erase {
                    consumer: self.word("the consumer's key")?,
                }
            }
            _ => return Err("there is no such command".into()),
        };
        self.finish(action)
    }

    /// What is left does not belong to the command: it would silently not apply.
    fn finish(self, action: Action) -> Result<Action, lexopt::Error> {
        if let Some(word) = self.words.front() {
            return Err(format!("this command takes no further operand `{word}`").into());
        }
        if let Some((field, _)) = self.texts.first() {
            let option = TEXTS.iter().find(|(_, other)| other == field);
            let option = option.map_or(*field, |(option, _)| option);
            return Err(format!("this command takes no --{option}").into());
        }
        let rest = [
            (self.consumer.is_some(), "consumer"),
            (!self.messages.is_empty(), "message"),
            (self.all, "all"),
            (self.yes, "yes"),
        ];
        match rest.iter().find(|(given, _)| *given) {
            Some((_, option)) => Err(format!("this command takes no --{option}").into()),
            None => Ok(action),
        }
    }

    fn word(&mut self, what: &str) -> Result<String, lexopt::Error> {
        let word = self.words.pop_front();
        word.ok_or_else(|| format!("{what} is missing").into())
    }

    fn text(&mut self, field: &str) -> Option<String> {
        let at = self.texts.iter().position(|(other, _)| *other == field)?;
        Some(self.texts.remove(at).1)
    }

    fn filter(&mut self, fields: &[&str]) -> Filter {
        let (taken, left) = self
            .texts
            .drain(..)
            .partition(|(field, _)| fields.contains(field));
        self.texts = left;
        taken
    }

    fn whom(&mut self) -> Result<Whom, lexopt::Error> {
        let address = (self.text("channel"), self.text("address"));
        let account = self.text("account");
        let ids = (self.text("conversation_id"), self.text("lp_consumer_id"));
        match (address, account, ids) {
            ((Some(channel), Some(address)), None, (None, None)) => {
                Ok(Whom::Address { channel, address })
            }
            ((None, None), Some(account), (Some(id), None)) => {
                Ok(Whom::Conversation { account, id })
            }
            ((None, None), Some(account), (None, Some(id))) => Ok(Whom::LpConsumer { account, id }),
            _ => Err("consumers find takes --channel with --address, or --account with --conversation or --lp-consumer".into()),
        }
    }

    fn change(&mut self, verb: &'static str) -> Result<Action, lexopt::Error> {
        let mut select = Map::new();
        for (field, value) in self.filter(&[&FILTER[..], &["reason"]].concat()) {
            select.insert(field.to_owned(), Value::from(value));
        }
        self.yes = false;
        let all = std::mem::take(&mut self.all);
        let messages = std::mem::take(&mut self.messages);
        match self.consumer.take() {
            Some(consumer) => {
                select.insert("consumer".to_owned(), Value::from(consumer));
                if !messages.is_empty() {
                    select.insert("messages".to_owned(), Value::from(messages));
                }
            }
            None if !messages.is_empty() => return Err("--message goes with --consumer".into()),
            None if all => {
                select.insert("all".to_owned(), Value::from(true));
            }
            None if select.is_empty() => {
                return Err(format!("{verb} needs a filter, --consumer or --all").into());
            }
            None => {}
        }
        Ok(Action::Change { verb, select })
    }

    fn pause(&mut self, paused: bool) -> Result<Action, lexopt::Error> {
        let kind = match self.word("channel or account")?.as_str() {
            "channel" => "channels",
            "account" => "accounts",
            _ => return Err("what is paused is a channel or an account".into()),
        };
        let name = self.word("the name")?;
        Ok(Action::Pause { kind, name, paused })
    }
}
