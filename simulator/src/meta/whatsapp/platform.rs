//! WhatsApp, as the model of people knows it.

use serde_json::{Value, json};

use super::{Whatsapp, deeds, request};
use crate::journal::Side;
use crate::meta::{callback_headers, signature};
use crate::options::Options;
use crate::people::{Button, Message, Person, Platform, Told, Writing};
use crate::sim::{CallbackRetries, Settings, World};

/// Events of one `entry`, and of one of its `changes`.
const OF_ENTRY: usize = 4;
const OF_CHANGE: usize = 2;

impl Platform for Whatsapp {
    fn name(&self) -> &'static str {
        "whatsapp"
    }

    fn title(&self) -> &'static str {
        "WhatsApp"
    }

    fn side(&self) -> Side {
        Side::Whatsapp
    }

    fn channel(&self, options: &Options) -> String {
        options.whatsapp_channel.clone()
    }

    fn retries<'a>(&self, settings: &'a Settings) -> &'a CallbackRetries {
        &settings.retries.whatsapp
    }

    fn acknowledged(&self, status: u16) -> bool {
        status == 200
    }

    fn menu(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Picture", json!({ "kind": "picture" })),
            ("Video", json!({ "kind": "video" })),
            ("Voice message", json!({ "kind": "voice" })),
            ("Document", json!({ "kind": "file" })),
            ("Location", json!({ "kind": "location" })),
            ("Contact", json!({ "kind": "contact" })),
            ("Sticker", json!({ "kind": "sticker" })),
            (
                "Order",
                json!({ "kind": "order", "text": "As soon as you can" }),
            ),
            ("React to the last answer", json!({ "kind": "reaction" })),
            ("Unsend the last message", json!({ "kind": "unsend" })),
        ]
    }

    fn person_id(&self, n: u64) -> String {
        format!("1555020{n:04}")
    }

    fn check_person_id(&self, id: &str) -> Result<(), String> {
        let digits = (8..=15).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
        digits
            .then_some(())
            .ok_or_else(|| format!("\"{id}\" is not a number like 15550200001"))
    }

    fn set(&self, person: &mut Person, name: &str, value: &Value) -> Result<(), String> {
        let right = match name {
            "user_id" => value.as_str().is_some_and(request::is_user_id),
            "username" => value.is_string(),
            "hides_number" => value.is_boolean(),
            // What becomes of everything that is sent to the person.
            "fails_with" => value.is_u64() || value.is_null(),
            _ => return Err(format!("a person has no setting {name}")),
        };
        if !right {
            return Err(format!("{name} is not right"));
        }
        person.more.insert(name.to_owned(), value.clone());
        Ok(())
    }

    fn tell(&self, writing: &mut Writing<'_>, deed: &Value) -> Result<Told, String> {
        deeds::tell(writing, deed)
    }

    fn tap(&self, message: &Message, button: &Button) -> Result<Value, String> {
        let (title, payload) = (&button.title, &button.payload);
        match button.kind.as_str() {
            kind @ ("button_reply" | "list_reply") => Ok(json!({
                "kind": kind, "title": title, "payload": payload, "quote": message.id,
                "description": button.content["description"],
            })),
            "template_reply" => Ok(json!({
                "kind": "button", "text": title, "payload": payload, "quote": message.id,
            })),
            "send_location" => Ok(json!({ "kind": "location", "quote": message.id })),
            other => Err(format!(
                "a tap on a button of kind \"{other}\" tells the business nothing"
            )),
        }
    }

    fn read(&self, _world: &mut World, _person: &str, messages: &[String]) -> Vec<Value> {
        let read = |id: &String| json!({ "kind": "status", "status": "read", "message": id });
        messages.iter().map(read).collect()
    }

    fn body(&self, options: &Options, _person: &str, events: &[Value]) -> String {
        let entry = |events: &[Value]| {
            let changes = events.chunks(OF_CHANGE);
            let changes: Vec<Value> = changes
                .flat_map(|events| changes_of(options, events))
                .collect();
            json!({ "id": options.whatsapp_account, "changes": changes })
        };
        let entries: Vec<Value> = events.chunks(OF_ENTRY).map(entry).collect();
        let body = json!({ "object": "whatsapp_business_account", "entry": entries });
        signature::written(&body)
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

/// What is of the field `messages` goes together.
fn changes_of(options: &Options, events: &[Value]) -> Vec<Value> {
    let (own, together): (Vec<&Value>, Vec<&Value>) = events
        .iter()
        .partition(|event| event.get("field").is_some());
    let mut changes: Vec<Value> = own.into_iter().cloned().collect();
    if !together.is_empty() {
        changes.push(deeds::merged(options, &together));
    }
    changes
}
