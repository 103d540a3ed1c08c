//! Status callbacks: what becomes of a message to a phone.
//! <https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::fate::{Fate, words};
use super::{Twilio, WHATSAPP, media};
use crate::clock;
use crate::ids;
use crate::people::{self, Post, Told, Writing};
use crate::sim::{Sim, World};

/// From one step to the next (ms); the answer to the request goes first.
const STEP_MS: u64 = 20;

/// A message to a phone.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) to: String,
    pub(super) from: String,
    pub(super) service: Option<String>,
    /// Below the connector's public URL.
    pub(super) callback: Option<String>,
}

/// Whether somebody wants to know of this message.
pub(super) fn is_told(world: &World, id: &str) -> bool {
    let sent = world.twilio.sent.get(id);
    sent.is_some_and(|sent| sent.callback.is_some())
}

/// `{"kind": "status", "message", "status", "code"?}`.
pub(super) fn tell(writing: &mut Writing<'_>, deed: &Value) -> Result<Told, String> {
    let text = |name: &str| deed[name].as_str();
    let id = text("message").ok_or("message is missing")?;
    let status = text("status").ok_or("status is missing")?;
    let sent = writing.world.twilio.sent.get(id).cloned();
    let sent = sent.ok_or("there is no such message")?;
    let path = sent.callback.ok_or("nobody has asked for its status")?;
    let mut form = Map::new();
    let mut put = |name: &str, value: &str| {
        form.insert(name.to_owned(), json!(value));
    };
    put("MessageSid", id);
    put("SmsSid", id);
    put("AccountSid", &writing.sim.options.twilio_sid);
    put("From", &sent.from);
    put("To", &sent.to);
    put("MessageStatus", status);
    put("SmsStatus", status);
    put("ApiVersion", "2010-04-01");
    if let Some(service) = &sent.service {
        put("MessagingServiceSid", service);
    }
    if let Some(number) = sent.to.strip_prefix(WHATSAPP) {
        put("ChannelPrefix", "whatsapp");
        put("ChannelToAddress", number);
        put("ChannelInstallSid", "XE00000000000000000000000000000001");
        if status == "read" {
            put("EventType", "READ");
        }
    } else if status == "delivered" {
        put("RawDlrDoneDate", "2611221745");
    }
    if let Some(code) = deed["code"].as_u64() {
        put("ErrorCode", &code.to_string());
        put("ErrorMessage", words(code));
    }
    let more = deed["fields"].as_object().cloned().unwrap_or_default();
    form.extend(more);
    let receipt = match status {
        "failed" | "undelivered" => "failed",
        other => other,
    };
    writing.person().receipt(&[id.to_owned()], receipt);
    let key = writing.id.clone();
    Ok(Told {
        id: key.unwrap_or_else(|| format!("{id}/{status}")),
        event: json!({ "path": path, "form": form }),
        said: None,
    })
}

/// What happens after a message was accepted: its files are read, and each step of its way is told.
pub(super) fn follow(sim: &Arc<Sim>, generation: u64, sid: &str, urls: Vec<String>, fate: Fate) {
    let (sim, sid) = (Arc::clone(sim), sid.to_owned());
    tokio::spawn(async move {
        let mut fate = fate;
        if fate == Fate::Arrives && !urls.is_empty() {
            fate = media::read_all(&sim, generation, &sid, &urls).await;
        }
        for step in fate.steps() {
            clock::sleep_ms(STEP_MS).await;
            let (person, wanted) = {
                let mut world = sim.world();
                if world.generation != generation {
                    return;
                }
                let Some(sent) = world.twilio.sent.get(&sid).cloned() else {
                    return;
                };
                let automatic = world.people.of(&Twilio).person(&sent.to).auto_receipts;
                (sent.to, automatic && sent.callback.is_some())
            };
            if !wanted {
                return;
            }
            let mut deed = json!({ "kind": "status", "message": sid, "status": step });
            if let Fate::Fails(code) = fate
                && *step != "sent"
            {
                deed["code"] = json!(code);
            }
            let posted = people::post(
                &sim,
                &Post {
                    platform: &Twilio,
                    person: &person,
                    deeds: &[deed],
                    channel: None,
                    // Nothing keeps these in order with what the person says.
                    parallel: true,
                },
            );
            if let Ok((_, outcome)) = posted {
                let _ = outcome.await;
            }
        }
    });
}

/// A new sid.
pub(super) fn sid(media: bool) -> String {
    let start = if media { "MM" } else { "SM" };
    format!("{start}{}", ids::random_hex(16))
}
