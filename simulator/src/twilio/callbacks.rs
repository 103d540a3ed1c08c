//! Callbacks, as Twilio posts them: what phones and people with WhatsApp do, in its parameters.
//! <https://www.twilio.com/docs/messaging/guides/webhook-request>

use serde_json::{Map, Value, json};

use super::{WHATSAPP, status};
use crate::ids;
use crate::people::{self, Button, File, Message, Said, Told, Writing};

const STOP: [&str; 8] = [
    "STOP",
    "UNSUBSCRIBE",
    "END",
    "QUIT",
    "STOPALL",
    "REVOKE",
    "OPTOUT",
    "CANCEL",
];
const START: [&str; 3] = ["START", "UNSTOP", "YES"];
const HELP: [&str; 2] = ["HELP", "INFO"];

/// A form in the making.
struct Form(Map<String, Value>);

impl Form {
    fn put(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), Value::String(value.into()));
    }
}

pub(super) fn tell(writing: &mut Writing<'_>, deed: &Value) -> Result<Told, String> {
    let kind = deed["kind"].as_str().unwrap_or_default();
    if kind == "status" {
        return status::tell(writing, deed);
    }
    let files = files(deed)?;
    let start = if files.is_empty() { "SM" } else { "MM" };
    let id = writing.id.clone();
    let id = id.unwrap_or_else(|| format!("{start}{}", ids::random_hex(16)));
    let mut said = Said {
        kind: kind.to_owned(),
        text: deed["text"].as_str().unwrap_or_default().to_owned(),
        ..Said::default()
    };
    let whatsapp = writing.person.starts_with(WHATSAPP);
    let mut form = common(writing, &id, &said.text, files.len())?;
    match kind {
        "text" if said.text.is_empty() => return Err("text is missing".to_owned()),
        "text" => opt_out(writing, &said.text, &mut form),
        "location" | "button" | "list" if !whatsapp => {
            return Err(format!("SMS has no message of kind \"{kind}\""));
        }
        "location" => location(deed, &mut form, &mut said),
        "button" => {
            form.put("ButtonText", said.text.clone());
            form.put("ButtonPayload", text(deed, "payload").unwrap_or_default());
            form.put("ButtonType", "REPLY");
            form.put("MessageType", "button");
        }
        "list" => {
            form.put("ListTitle", said.text.clone());
            form.put("ListId", text(deed, "payload").unwrap_or_default());
            form.put("MessageType", "interactive");
        }
        _ if files.is_empty() => {
            return Err(format!("Twilio has no message of kind \"{kind}\""));
        }
        _ => {}
    }
    for (n, media) in files.into_iter().enumerate() {
        attach(writing, &id, n, media, &mut form, &mut said);
    }
    if let Some(quoted) = text(deed, "reply_to").filter(|_| whatsapp) {
        form.put("OriginalRepliedMessageSid", quoted.clone());
        let own = writing
            .book()
            .message(&quoted)
            .map(|message| message.direction);
        let sender = match own {
            Some(people::Direction::Sent) => writing.person.clone(),
            _ => form.0["To"].as_str().unwrap_or_default().to_owned(),
        };
        form.put("OriginalRepliedMessageSender", sender);
        said.reply_to = Some(quoted);
    }
    let more = deed["fields"].as_object().cloned().unwrap_or_default();
    form.0.extend(more);
    form.0.retain(|_, value| !value.is_null());
    Ok(Told {
        id,
        event: json!({ "form": form.0 }),
        said: Some(said),
    })
}

fn text(deed: &Value, name: &str) -> Option<String> {
    deed[name].as_str().map(str::to_owned)
}

/// The files of a deed: its own, or those in `media`.
fn files(deed: &Value) -> Result<Vec<people::Media>, String> {
    if let Some(list) = deed["media"].as_array() {
        let files: Result<Vec<_>, String> = list.iter().map(people::sampled).collect();
        let files = files?.into_iter();
        return files
            .map(|file| file.ok_or_else(|| "media must be files".to_owned()))
            .collect();
    }
    let files = people::sampled(deed)?.into_iter();
    Ok(files.collect())
}

fn common(writing: &mut Writing<'_>, id: &str, body: &str, files: usize) -> Result<Form, String> {
    let options = &writing.sim.options;
    let channel = writing.channel.clone();
    let mut channels = options.channels.iter();
    let number = match channels.find(|(name, _)| *name == channel) {
        // The first number is a WhatsApp sender, too.
        None if channel == options.twilio_whatsapp_channel => options.channels.first(),
        number => number,
    };
    let number = number.ok_or_else(|| format!("there is no channel {channel}"))?;
    let number = number.1.trim_start_matches(WHATSAPP).to_owned();
    let from = writing.person.clone();
    let mut form = Form(Map::new());
    form.put("MessageSid", id);
    form.put("SmsSid", id);
    form.put("SmsMessageSid", id);
    form.put("AccountSid", options.twilio_sid.clone());
    form.put("From", from.clone());
    form.put("Body", body);
    form.put("NumMedia", files.to_string());
    form.put("SmsStatus", "received");
    form.put("ApiVersion", "2010-04-01");
    if let Some(address) = from.strip_prefix(WHATSAPP) {
        form.put("To", format!("{WHATSAPP}{number}"));
        form.put("NumSegments", "1");
        let person = writing.person();
        let name = person.name.clone();
        let address = address.to_owned();
        if let Some(digits) = address.strip_prefix('+') {
            form.put("WaId", digits);
            // The desk knows the person by the number.
            person.phone.get_or_insert_with(|| address.clone());
        } else {
            form.put("ExternalUserId", address);
        }
        form.put("ProfileName", name.unwrap_or_else(|| "Someone".to_owned()));
        let kind = if files == 0 { "text" } else { "media" };
        form.put("MessageType", kind);
        return Ok(form);
    }
    let country = |number: &str| if number.starts_with("+1") { "US" } else { "" };
    for (side, number) in [("To", &number), ("From", &from)] {
        form.put(&format!("{side}Country"), country(number));
        for detail in ["State", "City", "Zip"] {
            form.put(&format!("{side}{detail}"), "");
        }
    }
    form.put("To", number);
    let mut segments = body.chars().count().div_ceil(160);
    if !body.is_ascii() {
        segments = body.encode_utf16().count().div_ceil(70);
    }
    form.put("NumSegments", segments.max(1).to_string());
    Ok(form)
}

/// A keyword is told, and obeyed: after it nothing goes to the number, or everything again.
/// <https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out>
fn opt_out(writing: &mut Writing<'_>, text: &str, form: &mut Form) {
    if writing.person.starts_with(WHATSAPP) {
        return;
    }
    let word = text.trim().to_uppercase();
    let known = writing.person().more.get("opted_out");
    let out = known == Some(&Value::Bool(true));
    let kind = if STOP.contains(&word.as_str()) {
        "STOP"
    } else if START.contains(&word.as_str()) && (out || word != "YES") {
        "START"
    } else if HELP.contains(&word.as_str()) {
        "HELP"
    } else {
        return;
    };
    form.put("OptOutType", kind);
    if kind != "HELP" {
        let out = json!(kind == "STOP");
        writing.person().more.insert("opted_out".to_owned(), out);
    }
}

fn location(deed: &Value, form: &mut Form, said: &mut Said) {
    let figure = |name: &str, usual: f64| deed[name].as_f64().unwrap_or(usual).to_string();
    let label = text(deed, "title").unwrap_or_else(|| "Dam Square".to_owned());
    let address = text(deed, "address").unwrap_or_else(|| "Dam, Amsterdam".to_owned());
    form.put("Latitude", figure("latitude", 52.3702));
    form.put("Longitude", figure("longitude", 4.8952));
    form.put("MessageType", "location");
    said.text.clone_from(&label);
    form.put("Label", label);
    form.put("Address", address);
}

fn attach(
    writing: &mut Writing<'_>,
    id: &str,
    n: usize,
    media: people::Media,
    form: &mut Form,
    said: &mut Said,
) {
    let key = format!("ME{}", ids::uuid_of(&format!("{id}\n{n}")).replace('-', ""));
    let (host, account) = (&writing.sim.host, &writing.sim.options.twilio_sid);
    let url = format!("http://{host}/2010-04-01/Accounts/{account}/Messages/{id}/Media/{key}");
    form.put(&format!("MediaUrl{n}"), url);
    form.put(&format!("MediaContentType{n}"), media.media_type.clone());
    let shown = people::media_url(writing.sim, writing.platform, &key);
    if media.media_type.starts_with("image/") && said.picture.is_none() {
        said.picture = Some(shown);
    } else {
        said.file = Some(File {
            url: shown,
            name: Some(media.name.clone()),
            media_type: Some(media.media_type.clone()),
        });
    }
    writing.book().media.insert(key, media);
}

/// What a tap on a button is.
pub(super) fn tap(message: &Message, button: &Button) -> Result<Value, String> {
    let kind = match button.kind.as_str() {
        "QUICK_REPLY" => "button",
        "item" => "list",
        other => {
            return Err(format!(
                "a tap on a button of kind \"{other}\" tells nobody"
            ));
        }
    };
    Ok(json!({
        "kind": kind, "text": button.title, "payload": button.payload, "reply_to": message.id,
    }))
}
