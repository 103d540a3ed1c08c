//! What agents send: texts, cards, files, forms, anything.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{emit, no_conversation};
use crate::control::{Answer, Body, Error, given};
use crate::ids;
use crate::liveperson::conversation::{self, Event};
use crate::liveperson::files::samples;
use crate::liveperson::{pictures, rich_content};
use crate::sim::Sim;

const AGENT: &str = "ASSIGNED_AGENT";
/// The largest file an agent may send (bytes).
const LARGEST: usize = 5 * 1024 * 1024;

/// What every message may have beside its content.
#[derive(Deserialize)]
pub(super) struct Envelope {
    role: Option<String>,
    #[serde(default, deserialize_with = "given")]
    audience: Option<Option<String>>,
    #[serde(rename = "dialogId")]
    dialog_id: Option<String>,
    #[serde(default)]
    metadata: Value,
    #[serde(default)]
    wait: bool,
}

impl Envelope {
    async fn send(self, sim: &Arc<Sim>, id: &str, content: Value) -> Answer {
        if !self.metadata.is_null() && !self.metadata.is_array() {
            return Err(Error::invalid("metadata must be an array"));
        }
        let mut event = Event::new(self.role.as_deref().unwrap_or(AGENT), content);
        event.metadata = self.metadata;
        if let Some(audience) = self.audience {
            event.audience = audience;
        }
        emit(sim, id, self.dialog_id.as_deref(), event, self.wait).await
    }
}

/// Adds quick replies to an event; the consumer's side should have said that it can show them.
fn add_replies(event: &mut Value, replies: Option<Value>) -> Result<(), Error> {
    if let Some(replies) = replies {
        rich_content::check_quick_replies(&replies).map_err(Error::invalid)?;
        event["quickReplies"] = replies;
    }
    Ok(())
}

fn note_unannounced(sim: &Sim, id: &str, event: &Value) {
    let mut world = sim.world();
    let needed = [
        ("RICH_CONTENT", event["type"] == "RichContentEvent"),
        ("QUICK_REPLIES", !event["quickReplies"].is_null()),
    ];
    for (feature, needed) in needed {
        let conversation = world.conversation(id);
        if needed && conversation.is_some_and(|known| !known.announced(feature)) {
            let text = format!("{feature} was not announced, and is sent all the same");
            conversation::note(&mut world, id, &text);
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    text: String,
    #[serde(rename = "quickReplies")]
    quick_replies: Option<Value>,
    #[serde(flatten)]
    envelope: Envelope,
}

pub(super) async fn text(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Body(say): Body<Text>,
) -> Answer {
    let mut event =
        json!({ "type": "ContentEvent", "contentType": "text/plain", "message": say.text });
    add_replies(&mut event, say.quick_replies)?;
    note_unannounced(&sim, &id, &event);
    say.envelope.send(&sim, &id, event).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rich {
    content: Value,
    #[serde(rename = "quickReplies")]
    quick_replies: Option<Value>,
    #[serde(flatten)]
    envelope: Envelope,
}

pub(super) async fn rich(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Body(say): Body<Rich>,
) -> Answer {
    rich_content::check(&say.content).map_err(Error::invalid)?;
    let mut event = json!({ "type": "RichContentEvent", "content": say.content });
    add_replies(&mut event, say.quick_replies)?;
    note_unannounced(&sim, &id, &event);
    say.envelope.send(&sim, &id, event).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    name: String,
    #[serde(rename = "fileType")]
    file_type: String,
    /// Size of a generated sample (bytes).
    size: Option<usize>,
    base64: Option<String>,
    caption: Option<String>,
    #[serde(flatten)]
    envelope: Envelope,
}

pub(super) async fn file(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Body(file): Body<File>,
) -> Answer {
    let kind = file.file_type;
    let plain = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !plain {
        return Err(Error::invalid("fileType must be letters and digits"));
    }
    if file.size.unwrap_or(0) > LARGEST {
        return Err(Error::invalid("an agent's file has at most 5 MB"));
    }
    let bytes = match &file.base64 {
        Some(text) => BASE64_STANDARD
            .decode(text)
            .map_err(|_| Error::invalid("base64 cannot be read"))?,
        None => samples::make(&file.name, &kind, file.size),
    };
    if bytes.len() > LARGEST {
        return Err(Error::invalid("an agent's file has at most 5 MB"));
    }
    let path = {
        let mut world = sim.world();
        let consumer = world.conversation(&id).ok_or_else(no_conversation)?;
        let consumer = consumer.consumer.lp.clone();
        let account = &sim.options.account;
        world.files.put_by_agent(account, &consumer, &kind, bytes)
    };
    let preview = BASE64_STANDARD.encode(pictures::png(&file.name, 16));
    let event = json!({
        "type": "ContentEvent", "contentType": "hosted/file",
        "message": {
            "caption": file.caption.unwrap_or(file.name), "relativePath": path, "fileType": kind,
            "preview": format!("data:image/png;base64,{preview}"),
        },
    });
    let mut answer = file.envelope.send(&sim, &id, event).await?;
    answer.0["relativePath"] = json!(path);
    Ok(answer)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExternalFile {
    url: String,
    name: String,
    #[serde(rename = "fileType")]
    file_type: Option<String>,
    #[serde(flatten)]
    envelope: Envelope,
}

/// A file hosted elsewhere. LivePerson names the kind and documents neither its content type nor its fields.
pub(super) async fn external_file(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Body(file): Body<ExternalFile>,
) -> Answer {
    let event = json!({
        "type": "ContentEvent", "contentType": "external/file",
        "message": { "caption": file.name, "url": file.url, "fileType": file.file_type },
    });
    file.envelope.send(&sim, &id, event).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecureForm {
    #[serde(default = "form_title")]
    title: String,
    #[serde(rename = "formId")]
    form_id: Option<String>,
    #[serde(flatten)]
    envelope: Envelope,
}

fn form_title() -> String {
    "Please fill in this form".to_owned()
}

pub(super) async fn secure_form(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Body(form): Body<SecureForm>,
) -> Answer {
    let invitation = ids::uuid();
    let event = json!({
        "type": "ContentEvent", "contentType": "forms/secure-invitation",
        "message": {
            "formId": form.form_id.unwrap_or_else(|| "form-1".to_owned()),
            "invitationId": invitation, "title": form.title,
        },
    });
    let mut answer = form.envelope.send(&sim, &id, event).await?;
    answer.0["invitationId"] = json!(invitation);
    Ok(answer)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Automatic {
    text: String,
}

/// An automatic message now, if the create announced that it can be shown.
pub(super) async fn automatic(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Body(say): Body<Automatic>,
) -> Answer {
    let mut world = sim.world();
    let found = world.conversation(&id).ok_or_else(no_conversation)?;
    if !found.announced("AUTO_MESSAGES") {
        return Ok(Json(json!({ "sent": false })));
    }
    let sequence = conversation::say_automatically(&sim, &mut world, &id, &say.text);
    drop(world);
    sim.changed();
    Ok(Json(json!({ "sent": true, "sequence": sequence })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    event: Value,
    #[serde(rename = "originatorId")]
    originator_id: Option<String>,
    #[serde(default)]
    omit: Vec<String>,
    #[serde(flatten)]
    envelope: Envelope,
}

/// Any event, unchecked.
pub(super) async fn event(
    State(sim): State<Arc<Sim>>,
    Path(id): Path<String>,
    Body(raw): Body<Raw>,
) -> Answer {
    if !raw.event.is_object() {
        return Err(Error::invalid("event must be an object"));
    }
    let given = raw.envelope;
    let mut event = Event::new(given.role.as_deref().unwrap_or(AGENT), raw.event);
    if let Some(audience) = given.audience {
        event.audience = audience;
    }
    event.originator = raw.originator_id;
    event.metadata = given.metadata;
    event.omit = raw.omit;
    emit(&sim, &id, given.dialog_id.as_deref(), event, given.wait).await
}
