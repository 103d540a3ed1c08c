//! What people do on Messenger and on Instagram, as Meta tells it.
//! <https://developers.facebook.com/docs/messenger-platform/reference/webhook-events>,
//! <https://developers.facebook.com/docs/instagram-platform/webhooks/examples>

use serde_json::{Map, Value, json};

use super::Network;
use super::{attachments, reactions};
use crate::clock;
use crate::ids;
use crate::people::{Said, Told, Writing};

/// A new message id.
pub(super) fn new_mid(network: Network) -> String {
    match network {
        Network::Messenger => format!("m_{}", ids::random_hex(32)),
        Network::Instagram => format!("aWdfZAG1faXRlbToxOk{}", ids::random_hex(40)),
    }
}

/// A person's deed.
pub(super) struct Doing<'a, 'w> {
    pub(super) network: Network,
    pub(super) writing: &'a mut Writing<'w>,
    pub(super) deed: &'a Value,
    said: Said,
}

/// What is told of a deed.
pub(super) fn tell(
    network: Network,
    writing: &mut Writing<'_>,
    deed: &Value,
) -> Result<Told, String> {
    let kind = deed["kind"].as_str().unwrap_or_default();
    let mut doing = Doing {
        network,
        deed,
        said: Said {
            kind: kind.to_owned(),
            ..Said::default()
        },
        writing,
    };
    let own = match kind {
        "change" => Some(doing.change()?),
        "delivered" | "read" => Some(doing.receipt(kind)?),
        "echo" => Some(doing.echo()?),
        _ => None,
    };
    if let Some((id, event)) = own {
        return Ok(Told {
            id,
            event,
            said: None,
        });
    }
    let (id, name, content) = match kind {
        "postback" => doing.postback()?,
        "reaction" => doing.reaction()?,
        "edit" => doing.edit()?,
        "unsend" => doing.unsend()?,
        "optin" | "referral" => doing.entry(kind)?,
        "unknown" => doing.unknown(),
        _ => doing.message()?,
    };
    let mut event = doing.item(true);
    event[name] = content;
    if deed["standby"] == true {
        event = json!({ "standby": event });
    }
    Ok(Told {
        id,
        event,
        said: Some(doing.said),
    })
}

type Content = (String, String, Value);

impl Doing<'_, '_> {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.deed[name].as_str()
    }

    fn own_id(&self) -> String {
        let options = &self.writing.sim.options;
        match self.network {
            Network::Messenger => options.messenger_page.clone(),
            Network::Instagram => options.instagram_account.clone(),
        }
    }

    /// From the person, or to it.
    pub(super) fn item(&self, from_person: bool) -> Value {
        let (person, own) = (self.writing.person.clone(), self.own_id());
        let (sender, recipient) = if from_person {
            (person, own)
        } else {
            (own, person)
        };
        let timestamp = self.deed["timestamp"].as_u64();
        json!({
            "sender": { "id": sender }, "recipient": { "id": recipient },
            "timestamp": timestamp.unwrap_or_else(clock::now_ms),
        })
    }

    /// The id that the caller wants, or one for what has none.
    pub(super) fn id(&mut self, what: &str) -> String {
        let number = self.writing.book().count();
        let id = self.writing.id.clone();
        id.unwrap_or_else(|| format!("{what}:{number}"))
    }

    pub(super) fn mid(&self) -> String {
        let id = self.writing.id.clone();
        id.unwrap_or_else(|| new_mid(self.network))
    }

    /// It is not a message, but it opens the window.
    fn deed_of_person(&mut self) {
        self.said.deed = true;
        self.writing.person().said_at = Some(clock::now_ms());
    }

    fn message(&mut self) -> Result<Content, String> {
        let mid = self.mid();
        let mut message = Map::new();
        message.insert("mid".to_owned(), json!(mid));
        let kind = self.said.kind.clone();
        match kind.as_str() {
            "text" | "story_reply" => {
                let text = self.text("text").ok_or("text is missing")?;
                message.insert("text".to_owned(), json!(text));
                self.said.text = text.to_owned();
            }
            "quick_reply" => {
                let text = self.text("text").ok_or("text is missing")?.to_owned();
                let payload = self.text("payload").ok_or("payload is missing")?;
                message.insert("quick_reply".to_owned(), json!({ "payload": payload }));
                message.insert("text".to_owned(), json!(text));
                self.said.text = text;
            }
            "unsupported" => {
                message.insert("is_unsupported".to_owned(), json!(true));
            }
            "album" => {
                let files = self.deed["files"].as_array().ok_or("files is missing")?;
                let made: Result<Vec<Value>, String> = files
                    .iter()
                    .map(|file| self.attachment(&mid, file))
                    .collect();
                message.insert("attachments".to_owned(), json!(made?));
            }
            _ => {
                let made = self.attachment(&mid, self.deed)?;
                message.insert("attachments".to_owned(), json!([made]));
            }
        }
        self.context(&mut message);
        let more = self.deed["fields"].as_object().cloned().unwrap_or_default();
        message.extend(more);
        Ok((mid, "message".to_owned(), Value::Object(message)))
    }

    fn attachment(&mut self, mid: &str, deed: &Value) -> Result<Value, String> {
        attachments::make(self.network, self.writing, mid, deed, &mut self.said)
    }

    /// What a message answers, and where its writer came from.
    fn context(&mut self, message: &mut Map<String, Value>) {
        if let Some(quoted) = self.text("quote").map(str::to_owned) {
            message.insert("reply_to".to_owned(), json!({ "mid": quoted }));
            self.said.reply_to = Some(quoted);
        }
        if self.said.kind == "story_reply" {
            let story = json!({
                "url": format!("http://{}/graph-cdn/story", self.writing.sim.host),
                "id": "17900000000000001",
            });
            message.insert("reply_to".to_owned(), json!({ "story": story }));
        }
        if !self.deed["referral"].is_null() {
            message.insert("referral".to_owned(), self.deed["referral"].clone());
        }
    }

    fn postback(&mut self) -> Result<Content, String> {
        let mid = self.mid();
        let title = self.text("title").ok_or("title is missing")?.to_owned();
        let mut postback = json!({ "mid": mid, "title": title });
        // Whoever stands by is not told what the button says to its owner.
        if self.deed["standby"] != true {
            let payload = self.text("payload").ok_or("payload is missing")?;
            postback["payload"] = json!(payload);
        }
        if !self.deed["referral"].is_null() {
            postback["referral"] = self.deed["referral"].clone();
        }
        self.said.text = title;
        Ok((mid, "postback".to_owned(), postback))
    }

    fn reaction(&mut self) -> Result<Content, String> {
        let own = self.deed["own"] == true;
        let meant = self.writing.meant(self.deed, own)?.id;
        let removed = self.deed["remove"] == true;
        let emoji = self.text("emoji").unwrap_or("❤").to_owned();
        let mut reaction = json!({ "mid": meant });
        if removed {
            reaction["action"] = json!("unreact");
        } else {
            reaction["action"] = json!("react");
            reaction["reaction"] = json!(reactions::name_of(&emoji));
            reaction["emoji"] = json!(emoji);
            self.said.text = emoji;
        }
        self.said.reply_to = Some(meant);
        self.deed_of_person();
        Ok((self.id("reaction"), "reaction".to_owned(), reaction))
    }

    fn edit(&mut self) -> Result<Content, String> {
        let meant = self.writing.meant(self.deed, true)?.id;
        let text = self.text("text").ok_or("text is missing")?.to_owned();
        let times = self.deed["num_edit"].as_u64().unwrap_or(1);
        if let Some(message) = self.writing.book().message(&meant) {
            message.text.clone_from(&text);
            message.edited = true;
        }
        let edit = json!({ "mid": meant, "text": text, "num_edit": times });
        self.said.text = text;
        self.said.deed = true;
        Ok((self.id("edit"), "message_edit".to_owned(), edit))
    }

    fn unsend(&mut self) -> Result<Content, String> {
        let meant = self.writing.meant(self.deed, true)?.id;
        if let Some(message) = self.writing.book().message(&meant) {
            message.unsent = true;
        }
        self.said.deed = true;
        let message = json!({ "mid": meant, "is_deleted": true });
        Ok((self.id("unsend"), "message".to_owned(), message))
    }

    /// An opt-in or a referral: how someone came here.
    fn entry(&mut self, kind: &str) -> Result<Content, String> {
        if self.network == Network::Instagram && kind == "optin" {
            return Err("Instagram has no event of kind \"optin\"".to_owned());
        }
        let reference = self.text("ref").unwrap_or("campaign1");
        let usual = match kind {
            "optin" => json!({ "ref": reference, "user_ref": "ref-1" }),
            _ => json!({ "ref": reference, "source": "SHORTLINK", "type": "OPEN_THREAD" }),
        };
        let content = self.deed["content"].clone();
        let content = if content.is_null() { usual } else { content };
        self.deed_of_person();
        Ok((self.id(kind), kind.to_owned(), content))
    }

    /// What Meta may think of tomorrow.
    fn unknown(&mut self) -> Content {
        let name = self.text("type").unwrap_or("something_new").to_owned();
        let content = self.deed["content"].clone();
        let content = if content.is_null() {
            json!({ "a": 1 })
        } else {
            content
        };
        self.said.deed = true;
        (self.id("unknown"), name, content)
    }

    /// An element of `changes`.
    fn change(&mut self) -> Result<(String, Value), String> {
        let field = self.text("field").ok_or("field is missing")?;
        let event = json!({ "field": field, "value": self.deed["value"] });
        Ok((self.id("change"), event))
    }
}
