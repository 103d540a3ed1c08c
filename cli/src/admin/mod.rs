//! The commands that operate a deployment, by its admin API. `docs/admin.md` shows them in use.

mod api;
mod import;
mod letters;
mod options;
mod show;
mod table;

use std::io::Read;

use serde_json::{Value, json};

use crate::say;
use api::{Api, Refused};
use options::{Action, Whom};
pub(crate) use options::{AdminOptions, USAGE, is_command, parse};

/// Why a command ends without having done what it was to do.
pub(crate) enum Failed {
    /// The connector refused; the words say why.
    Refused(Refused),
    /// The command cannot run.
    Cannot(String),
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<String> for Failed {
    fn from(what: String) -> Self {
        Self::Cannot(what)
    }
}

/// Does what the command line asks; whether the connector did it. An error is why the command cannot run.
pub(crate) fn run(options: &AdminOptions) -> Result<bool, String> {
    let api = Api::open(options)?;
    match act(options, &api) {
        Ok(in_order) => Ok(in_order),
        Err(Failed::Refused(refused)) => {
            say(&refused.words());
            Ok(false)
        }
        Err(Failed::Cannot(what)) => Err(what),
    }
}

fn act(options: &AdminOptions, api: &Api) -> Result<bool, Failed> {
    let json = options.json;
    match &options.action {
        Action::Find(whom) => {
            let consumer = api.post("/admin/consumers/find", &find(whom)?)?;
            tell(json, &consumer, show::consumer);
        }
        Action::Show { consumer } => {
            let consumer = api.get(&format!("/admin/consumers/{}", escaped(consumer)), &[])?;
            tell(json, &consumer, show::consumer);
        }
        Action::Messages { consumer, filter } => {
            let path = format!("/admin/consumers/{}/messages", escaped(consumer));
            let messages = api.get(&path, filter)?;
            tell(json, &messages, show::messages);
        }
        Action::Trace { consumer, message } => {
            let (consumer, message) = (escaped(consumer), escaped(message));
            let path = format!("/admin/consumers/{consumer}/messages/{message}");
            tell(json, &api.get(&path, &[])?, show::trace);
        }
        Action::Stuck { filter } => {
            let found = letters::pages(api, "/admin/stuck-lanes", filter)?;
            tell(json, &found, show::stuck);
        }
        Action::Letters { filter } => {
            let found = letters::pages(api, "/admin/dead-letters", filter)?;
            tell(json, &found, show::dead_letters);
        }
        Action::Change { verb, select } => {
            return letters::change(api, verb, select, options.yes, json);
        }
        Action::Adopt {
            consumer,
            conversation,
        } => {
            let path = format!("/admin/consumers/{}/adopt", escaped(consumer));
            let adopted = api.post(&path, &json!({ "conversation_id": conversation }))?;
            tell(json, &adopted, |_| {
                format!("Conversation {conversation} is the consumer's open one now.\n")
            });
        }
        Action::Import { channel, file } => return import::run(api, channel, file, json),
        Action::Pauses => tell(json, &api.get("/admin/pauses", &[])?, show::pauses),
        Action::Pause { kind, name, paused } => {
            let path = format!("/admin/pauses/{kind}/{}", escaped(name));
            let changed = if *paused {
                api.put(&path)?
            } else {
                api.delete(&path)?
            };
            tell(json, &changed, show::pause_changed);
        }
        Action::Erase { consumer } => {
            let path = format!("/admin/consumers/{}/erase", escaped(consumer));
            let erased = api.post(&path, &json!({ "confirm": options.yes }))?;
            tell(json, &erased, show::erased);
        }
    }
    Ok(true)
}

/// The answer itself, or in words.
fn tell(json: bool, answer: &Value, words: impl Fn(&Value) -> String) {
    if json {
        say(&format!("{answer:#}\n"));
    } else {
        say(&words(answer));
    }
}

fn find(whom: &Whom) -> Result<Value, Failed> {
    Ok(match whom {
        Whom::Address { channel, address } => {
            let address = if address == "-" {
                let mut text = String::new();
                let read = std::io::stdin().read_to_string(&mut text);
                read.map_err(|error| format!("standard input cannot be read: {error}"))?;
                text.trim().to_owned()
            } else {
                address.clone()
            };
            json!({ "channel": channel, "address": address })
        }
        Whom::Conversation { account, id } => json!({ "account": account, "conversation_id": id }),
        Whom::LpConsumer { account, id } => json!({ "account": account, "lp_consumer_id": id }),
    })
}

/// A part of a path: everything that is not plain is escaped.
fn escaped(part: &str) -> String {
    let mut text = String::new();
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_plain_in_a_path_is_escaped() {
        assert_eq!(escaped("l:a/b:7"), "l%3Aa%2Fb%3A7");
        assert_eq!(escaped("../é"), "%2E%2E%2F%C3%A9");
    }
}
