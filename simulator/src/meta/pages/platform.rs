//! The two platforms, as the model of people knows them.

use serde_json::{Value, json};

use super::{Network, deeds};
use crate::clock;
use crate::journal::Side;
use crate::meta::{callback_headers, signature};
use crate::options::Options;
use crate::people::{Button, Message, Person, Platform, Told, Writing};
use crate::sim::{CallbackRetries, Settings, World};

/// Events of one `entry`.
const EVENTS: usize = 2;

impl Platform for Network {
    fn name(&self) -> &'static str {
        match self {
            Self::Messenger => "messenger",
            Self::Instagram => "instagram",
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::Messenger => "Messenger",
            Self::Instagram => "Instagram",
        }
    }

    fn side(&self) -> Side {
        match self {
            Self::Messenger => Side::Messenger,
            Self::Instagram => Side::Instagram,
        }
    }

    fn channel(&self, options: &Options) -> String {
        match self {
            Self::Messenger => options.messenger_channel.clone(),
            Self::Instagram => options.instagram_channel.clone(),
        }
    }

    fn retries<'a>(&self, settings: &'a Settings) -> &'a CallbackRetries {
        match self {
            Self::Messenger => &settings.retries.messenger,
            Self::Instagram => &settings.retries.instagram,
        }
    }

    fn acknowledged(&self, status: u16) -> bool {
        status == 200
    }

    fn menu(&self) -> Vec<(&'static str, Value)> {
        let mut menu = vec![
            ("Picture", json!({ "kind": "picture" })),
            ("Video", json!({ "kind": "video" })),
            ("Audio", json!({ "kind": "audio" })),
            ("File", json!({ "kind": "file" })),
            ("Location", json!({ "kind": "location" })),
            ("React to the last answer", json!({ "kind": "reaction" })),
            ("Unsend the last message", json!({ "kind": "unsend" })),
        ];
        match self {
            Self::Messenger => {
                menu.push(("Sticker", json!({ "kind": "sticker" })));
                let start =
                    json!({ "kind": "postback", "title": "Get started", "payload": "GET_STARTED" });
                menu.push(("Get started", start));
            }
            Self::Instagram => {
                menu.push(("Mention in a story", json!({ "kind": "story_mention" })));
                let reply = json!({ "kind": "story_reply", "text": "Love this" });
                menu.push(("Answer to a story", reply));
            }
        }
        menu
    }

    fn person_id(&self, n: u64) -> String {
        match self {
            Self::Messenger => format!("{}", 7_000_000_000_000_000 + n),
            Self::Instagram => format!("{}", 6_800_000_000_000_000 + n),
        }
    }

    fn check_person_id(&self, id: &str) -> Result<(), String> {
        let digits = (1..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
        digits
            .then_some(())
            .ok_or_else(|| format!("\"{id}\" is not a number like {}", self.person_id(1)))
    }

    fn set(&self, person: &mut Person, name: &str, value: &Value) -> Result<(), String> {
        let right = match name {
            // The profile can be read.
            "consent" => value.is_boolean(),
            "username" => *self == Self::Instagram && (value.is_string() || value.is_null()),
            _ => return Err(format!("a person has no setting {name}")),
        };
        if !right {
            return Err(format!("{name} is not right"));
        }
        person.more.insert(name.to_owned(), value.clone());
        Ok(())
    }

    fn tell(&self, writing: &mut Writing<'_>, deed: &Value) -> Result<Told, String> {
        deeds::tell(*self, writing, deed)
    }

    fn tap(&self, _message: &Message, button: &Button) -> Result<Value, String> {
        match button.kind.as_str() {
            "postback" => Ok(json!({
                "kind": "postback", "title": button.title, "payload": button.payload,
            })),
            "quick_reply" => Ok(json!({
                "kind": "quick_reply", "text": button.title, "payload": button.payload,
            })),
            other => Err(format!(
                "a tap on a button of kind \"{other}\" tells the page nothing"
            )),
        }
    }

    fn read(&self, _world: &mut World, _person: &str, messages: &[String]) -> Vec<Value> {
        vec![json!({ "kind": "read", "messages": messages })]
    }

    fn body(&self, options: &Options, _person: &str, events: &[Value]) -> String {
        let (object, id) = match self {
            Self::Messenger => ("page", &options.messenger_page),
            Self::Instagram => ("instagram", &options.instagram_account),
        };
        let entries = events.chunks(EVENTS).map(|events| entry(id, events));
        let entries: Vec<Value> = entries.collect();
        signature::written(&json!({ "object": object, "entry": entries }))
    }

    fn headers(
        &self,
        options: &Options,
        _path: &str,
        body: &str,
        sign: bool,
    ) -> Vec<(&'static str, String)> {
        callback_headers(options, body, sign)
    }
}

fn entry(id: &str, events: &[Value]) -> Value {
    let mut entry = json!({ "id": id, "time": clock::now_ms() });
    for event in events {
        let (list, event) = match (event.get("standby"), event.get("field")) {
            (Some(event), _) => ("standby", event),
            (_, Some(_)) => ("changes", event),
            _ => ("messaging", event),
        };
        match entry[list].as_array_mut() {
            Some(list) => list.push(event.clone()),
            None => entry[list] = json!([event]),
        }
    }
    entry
}
