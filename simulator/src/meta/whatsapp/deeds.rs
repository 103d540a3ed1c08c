//! What people do on WhatsApp, as the Cloud API tells it, and what becomes of what is sent to them.
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages>

use serde_json::{Value, json};

use super::{Whatsapp, incoming};
use crate::clock;
use crate::ids;
use crate::options::Options;
use crate::people::{Direction, Person, Said, Told, Writing};

/// A new message id.
pub(super) fn new_wamid() -> String {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    // Ids have signs in them that paths and patterns trip over.
    let id = BASE64_STANDARD.encode(format!("{}~", ids::random_hex(15)));
    format!("wamid.HBgL{id}")
}

/// The id under which a business knows a person, whatever the number is.
pub(super) fn user_id(id: &str, person: &Person) -> String {
    let own = person.more.get("user_id").and_then(Value::as_str);
    own.map_or_else(|| made_user_id(id), str::to_owned)
}

fn made_user_id(number: &str) -> String {
    let digits = ids::uuid_of(&format!("whatsapp\n{number}")).replace('-', "");
    format!("US.{}", digits.to_uppercase())
}

/// The number, unless the person keeps it to itself.
pub(super) fn shown_number<'a>(id: &'a str, person: &Person) -> Option<&'a str> {
    let hidden = person.more.get("hides_number").and_then(Value::as_bool);
    (hidden != Some(true)).then_some(id)
}

/// What every `value` begins with.
pub(super) fn value(options: &Options) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": options.whatsapp_number,
            "phone_number_id": options.whatsapp_number_id,
        },
    })
}

/// An element of `contacts`.
fn contact(id: &str, person: &Person) -> Value {
    let mut profile = json!({ "name": person.name.as_deref().unwrap_or(id) });
    if let Some(username) = person.more.get("username") {
        profile["username"] = username.clone();
    }
    let mut contact = json!({ "profile": profile, "user_id": user_id(id, person) });
    if let Some(number) = shown_number(id, person) {
        contact["wa_id"] = json!(number);
    }
    contact
}

fn seconds(deed: &Value) -> String {
    let ms = deed["timestamp"].as_u64().unwrap_or_else(clock::now_ms);
    (ms / 1000).to_string()
}

/// What is told of a deed.
pub(super) fn tell(writing: &mut Writing<'_>, deed: &Value) -> Result<Told, String> {
    let kind = deed["kind"].as_str().unwrap_or_default();
    let silent = match kind {
        "status" => Some(status(writing, deed)?),
        "change" | "account_error" | "echo" | "preference" => Some(change(writing, deed, kind)?),
        _ => None,
    };
    if let Some(event) = silent {
        let number = writing.book().count();
        let id = writing.id.clone();
        return Ok(Told {
            id: id.unwrap_or_else(|| format!("{kind}:{number}")),
            event,
            said: None,
        });
    }
    let mut said = Said {
        kind: kind.to_owned(),
        ..Said::default()
    };
    let id = writing.id.clone().unwrap_or_else(new_wamid);
    let (name, content) = incoming::content(writing, &id, deed, &mut said)?;
    let mut message = json!({ "id": id, "timestamp": seconds(deed), "type": name });
    if !content.is_null() {
        message[if name == "unsupported" {
            "errors"
        } else {
            &name
        }] = content;
    }
    context(writing, deed, &mut message, &mut said);
    let own = writing.person.clone();
    let person = writing.person();
    person.more.remove("absent");
    message["from_user_id"] = json!(user_id(&own, person));
    if let Some(number) = shown_number(&own, person) {
        message["from"] = json!(number);
    }
    if said.deed && kind == "reaction" {
        person.said_at = Some(clock::now_ms());
    }
    if let (Some(message), Some(more)) = (message.as_object_mut(), deed["fields"].as_object()) {
        message.extend(more.clone());
    }
    let event = json!({ "message": message, "contact": contact(&own, person) });
    Ok(Told {
        id,
        event,
        said: Some(said),
    })
}

/// What a message answers, whether it was forwarded, and where its writer came from.
fn context(writing: &mut Writing<'_>, deed: &Value, message: &mut Value, said: &mut Said) {
    let own = writing.person.clone();
    if let Some(quoted) = deed["quote"].as_str() {
        let known = writing.book().message(quoted);
        let theirs = known.is_some_and(|known| known.direction == Direction::Sent);
        let from = if theirs {
            own
        } else {
            writing.sim.options.whatsapp_number.clone()
        };
        message["context"] = json!({ "from": from, "id": quoted });
        said.reply_to = Some(quoted.to_owned());
    }
    for name in ["forwarded", "frequently_forwarded"] {
        if deed[name] == true {
            message["context"][name] = json!(true);
        }
    }
    match &deed["referral"] {
        Value::Null => {}
        Value::Bool(_) => {
            message["referral"] = json!({
                "source_url": "https://fb.example/ad", "source_id": "120000000000001",
                "source_type": "ad", "headline": "Shoes", "body": "Half the price",
                "media_type": "image", "ctwa_clid": "clid1",
            });
        }
        given => message["referral"] = given.clone(),
    }
}

/// What became of a message to the person.
fn status(writing: &mut Writing<'_>, deed: &Value) -> Result<Value, String> {
    let text = |name: &str| deed[name].as_str();
    let state = text("status").ok_or("status is missing")?;
    let own = writing.person.clone();
    let (id, opaque) = match writing.meant(deed, false) {
        Ok(sent) => (sent.id, sent.content["biz_opaque_callback_data"].clone()),
        // What was never shown has no place on the phone.
        Err(reason) => {
            let id = text("message").ok_or(reason)?;
            (id.to_owned(), deed["opaque"].clone())
        }
    };
    let person = writing.person();
    person.receipt(std::slice::from_ref(&id), state);
    let mut status = json!({
        "id": id, "status": state, "timestamp": seconds(deed),
        "recipient_user_id": user_id(&own, person),
    });
    if let Some(number) = shown_number(&own, person) {
        status["recipient_id"] = json!(number);
    }
    if !opaque.is_null() {
        status["biz_opaque_callback_data"] = opaque;
    }
    if deed["errors"].is_array() {
        status["errors"] = deed["errors"].clone();
    } else if ["sent", "delivered"].contains(&state) {
        let mut conversation = json!({
            "id": ids::uuid_of(&own).replace('-', ""), "origin": { "type": "service" },
        });
        if state == "sent" {
            let end = clock::now_ms() / 1000 + 86_400;
            conversation["expiration_timestamp"] = json!(end.to_string());
        }
        status["conversation"] = conversation;
        status["pricing"] = json!({
            "billable": false, "pricing_model": "PMP", "category": "service", "type": "free_customer_service",
        });
    }
    Ok(json!({ "status": status }))
}

/// What is told in a field of its own, or beside messages.
fn change(writing: &mut Writing<'_>, deed: &Value, kind: &str) -> Result<Value, String> {
    let text = |name: &str| deed[name].as_str();
    let own = writing.person.clone();
    let mut value = value(&writing.sim.options);
    let field = match kind {
        "change" => {
            let field = text("field").ok_or("field is missing")?;
            return Ok(json!({ "field": field, "value": deed["value"] }));
        }
        "account_error" => {
            let code = deed["code"].as_u64().unwrap_or(130_429);
            value["errors"] = json!([{ "code": code, "title": "Rate limit hit" }]);
            "messages"
        }
        "echo" => {
            let said = text("text").ok_or("text is missing")?;
            let id = writing.id.clone().unwrap_or_else(new_wamid);
            value["message_echoes"] = json!([{
                "from": writing.sim.options.whatsapp_number, "to": own, "id": id,
                "timestamp": seconds(deed), "type": "text", "text": { "body": said },
            }]);
            "smb_message_echoes"
        }
        _ => {
            let wish = text("value").unwrap_or("stop");
            let person = writing.person();
            value["contacts"] = json!([contact(&own, person)]);
            value["user_preferences"] = json!([{
                "wa_id": own, "user_id": user_id(&own, person), "category": "marketing_messages",
                "detail": "User requested to change marketing messages", "value": wish,
                "timestamp": seconds(deed),
            }]);
            "user_preferences"
        }
    };
    Ok(json!({ "field": field, "value": value }))
}

/// One `change` of these events, which are of one field.
pub(super) fn merged(options: &Options, events: &[&Value]) -> Value {
    let mut whole = value(options);
    for event in events {
        for (one, list) in [
            ("contact", "contacts"),
            ("message", "messages"),
            ("status", "statuses"),
        ] {
            let Some(element) = event.get(one) else {
                continue;
            };
            match whole[list].as_array_mut() {
                // A person is named once.
                Some(known) if one == "contact" && known.contains(element) => {}
                Some(known) => known.push(element.clone()),
                None => whole[list] = json!([element]),
            }
        }
    }
    json!({ "field": "messages", "value": whole })
}

/// Whose user id or number this is.
pub(super) fn find(
    world: &mut crate::sim::World,
    wanted: &super::request::Recipient,
) -> Option<String> {
    use super::request::Recipient;
    let people = &world.people.of(&Whatsapp).people;
    let there = |person: &Person| !person.more.contains_key("absent");
    match wanted {
        Recipient::Number(number) => {
            let known = people.get(number).filter(|person| there(person));
            known.map(|_| number.clone())
        }
        Recipient::UserId(wanted) => {
            let mut people = people.iter();
            let found = people.find(|(id, person)| user_id(id, person) == *wanted && there(person));
            found.map(|(id, _)| id.clone())
        }
    }
}
