//! Receipts and echoes: what becomes of what is sent to a person.

use serde_json::{Value, json};

use super::Network;
use super::deeds::Doing;
use crate::clock;

/// The app that the connector is.
const OWN_APP: u64 = 555_000_000_000_001;
/// The inbox of a page.
const INBOX_APP: u64 = 263_902_037_430_900;
/// The inbox of an Instagram account.
const INSTAGRAM_INBOX_APP: u64 = 1_217_981_644_879_628;

impl Doing<'_, '_> {
    /// Delivered: ids and a watermark, on Messenger alone. Read: Messenger's watermark, Instagram's one message.
    pub(super) fn receipt(&mut self, kind: &str) -> Result<(String, Value), String> {
        let messages = self.deed["messages"].as_array();
        let messages = messages.ok_or("messages is missing")?;
        let mids: Vec<String> = messages
            .iter()
            .filter_map(|mid| mid.as_str().map(str::to_owned))
            .collect();
        let watermark = self.deed["watermark"].as_u64();
        let watermark = watermark.unwrap_or_else(clock::now_ms);
        let (name, content) = match (kind, self.network) {
            ("delivered", Network::Messenger) => {
                ("delivery", json!({ "mids": mids, "watermark": watermark }))
            }
            ("delivered", Network::Instagram) => {
                return Err("Instagram does not tell what was delivered".to_owned());
            }
            (_, Network::Messenger) => ("read", json!({ "watermark": watermark })),
            (_, Network::Instagram) => ("read", json!({ "mid": mids.last() })),
        };
        self.writing.person().receipt(&mids, kind);
        let mut event = self.item(true);
        event[name] = content;
        Ok((self.id(kind), event))
    }

    /// A copy of what was sent to the person: by the connector (`message`), or by someone in the inbox.
    pub(super) fn echo(&mut self) -> Result<(String, Value), String> {
        let sent = match self.text("message") {
            Some(_) => Some(self.writing.meant(self.deed, false)?),
            None => None,
        };
        let mut echo = json!({ "is_echo": true });
        if let Some(sent) = &sent {
            let body = &sent.content["message"];
            echo["mid"] = json!(sent.id);
            echo["app_id"] = json!(OWN_APP);
            for name in ["text", "metadata"] {
                if !body[name].is_null() {
                    echo[name] = body[name].clone();
                }
            }
            let several = body["attachments"].as_array().cloned();
            let one = Some(&body["attachment"]).filter(|one| one.is_object());
            if let Some(attachments) = several.or_else(|| one.map(|one| vec![one.clone()])) {
                echo["attachments"] = json!(attachments);
            }
        } else {
            echo["mid"] = json!(self.mid());
            echo["text"] = json!(self.text("text").ok_or("text is missing")?);
            let inbox = match self.network {
                Network::Messenger => INBOX_APP,
                Network::Instagram => INSTAGRAM_INBOX_APP,
            };
            echo["app_id"] = json!(self.deed["app_id"].as_u64().unwrap_or(inbox));
        }
        let mut event = self.item(false);
        event["message"] = echo;
        if self.deed["standby"] == true {
            event = json!({ "standby": event });
        }
        // The message's own id stays that of the message.
        Ok((self.id("echo"), event))
    }
}
