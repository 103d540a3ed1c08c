//! What a call of the Send API has to be.
//! <https://developers.facebook.com/docs/messenger-platform/reference/send-api>,
//! <https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api>

use serde_json::Value;

use super::Network;
use super::message;
use super::window::Basis;
use crate::meta::fields::{Fields, Wrong};
use crate::meta::graph::GraphError;

/// Tags that no longer work.
const DEAD_TAGS: [&str; 3] = [
    "CONFIRMED_EVENT_UPDATE",
    "ACCOUNT_UPDATE",
    "POST_PURCHASE_UPDATE",
];

/// A call that is well formed.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) recipient: String,
    pub(crate) what: What,
}

/// What is to happen.
#[derive(Debug)]
pub(crate) enum What {
    Message(Box<Outgoing>),
    Action(Action),
}

/// A message to a person.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) basis: Basis,
    /// As it was sent.
    pub(crate) message: Value,
    pub(crate) links: Vec<Link>,
    pub(crate) reply_to: Option<String>,
}

/// A file that Meta fetches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// `image`, `audio`, `video`, `file`.
    pub(crate) kind: String,
    pub(crate) url: String,
    /// Bytes.
    pub(crate) largest: usize,
    /// It may be sent again by an id.
    pub(crate) reusable: bool,
}

/// A `sender_action`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Typing(bool),
    Seen,
    /// Without a reaction it is taken back.
    React(String, Option<String>),
}

/// Whether the body of a call is one.
pub(crate) fn check(network: Network, body: &Value) -> Result<Accepted, GraphError> {
    let mut fields = Fields::of(body, "")?;
    let recipient = recipient(&mut fields)?;
    let what = if fields.has("sender_action") {
        if fields.has("message") {
            let both =
                GraphError::parameter("Cannot send both message and state at the same time.");
            return Err(both.with_subcode(2_018_091));
        }
        fields.get("messaging_type");
        What::Action(action(&mut fields)?)
    } else {
        What::Message(Box::new(outgoing(network, &mut fields)?))
    };
    fields.end()?;
    Ok(Accepted { recipient, what })
}

fn recipient(fields: &mut Fields<'_>) -> Result<String, Wrong> {
    let mut recipient = fields.object("recipient")?;
    let id = recipient.text("id")?.to_owned();
    if !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(recipient.wrong("id", "must be a valid ID string"));
    }
    recipient.end()?;
    Ok(id)
}

fn outgoing(network: Network, fields: &mut Fields<'_>) -> Result<Outgoing, Wrong> {
    let basis = basis(network, fields)?;
    let reply_to = match fields.optional_object("reply_to")? {
        None => None,
        Some(mut reply_to) => {
            let mid = reply_to.text("mid")?.to_owned();
            reply_to.end()?;
            Some(mid)
        }
    };
    if fields.has("notification_type") {
        let known = ["REGULAR", "SILENT_PUSH", "NO_PUSH"];
        fields.one_of("notification_type", &known)?;
    }
    let message = fields.need("message")?;
    let links = message::check(network, message)?;
    Ok(Outgoing {
        basis,
        message: message.clone(),
        links,
        reply_to,
    })
}

fn basis(network: Network, fields: &mut Fields<'_>) -> Result<Basis, Wrong> {
    let known = ["RESPONSE", "UPDATE", "MESSAGE_TAG"];
    let kind = if network == Network::Instagram && !fields.has("messaging_type") {
        // Instagram's pages show sends without it.
        if fields.has("tag") {
            "MESSAGE_TAG"
        } else {
            "RESPONSE"
        }
    } else {
        fields.one_of("messaging_type", &known)?
    };
    if kind != "MESSAGE_TAG" {
        if fields.has("tag") {
            return Err(fields.wrong("tag", "needs the messaging_type MESSAGE_TAG"));
        }
        return Ok(Basis::Answer);
    }
    match fields.text("tag")? {
        "HUMAN_AGENT" => Ok(Basis::HumanAgent),
        dead if DEAD_TAGS.contains(&dead) => Err(fields.wrong(
            "tag",
            &format!("names the tag {dead}, which is no longer supported"),
        )),
        _ => Err(fields.wrong("tag", "must be one of {HUMAN_AGENT}")),
    }
}

fn action(fields: &mut Fields<'_>) -> Result<Action, Wrong> {
    let known = ["typing_on", "typing_off", "mark_seen", "react", "unreact"];
    let name = fields.one_of("sender_action", &known)?;
    if !name.ends_with("react") {
        return Ok(match name {
            "mark_seen" => Action::Seen,
            name => Action::Typing(name == "typing_on"),
        });
    }
    let mut payload = fields.object("payload")?;
    let message = payload.text("message_id")?.to_owned();
    let reaction = if name == "react" {
        Some(payload.text("reaction")?.to_owned())
    } else {
        payload.get("reaction");
        None
    };
    payload.end()?;
    Ok(Action::React(message, reaction))
}
