//! What a call of `/{phone_number_id}/messages` has to be.
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages>

use serde_json::Value;

use super::content;
use crate::meta::fields::{Fields, Wrong};
use crate::meta::graph::GraphError;

/// Longest `biz_opaque_callback_data`.
const OPAQUE: usize = 512;
/// The country code of the business's own number.
const OWN_COUNTRY: &str = "1";

/// A call that is well formed.
#[derive(Debug)]
pub(crate) enum Accepted {
    Message(Box<Outgoing>),
    /// A message of a person has been read.
    Read {
        message: String,
        typing: bool,
    },
}

/// A message to a person.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) to: Recipient,
    /// As it was given.
    pub(crate) input: String,
    pub(crate) kind: String,
    /// The object that is named like the kind.
    pub(crate) content: Value,
    /// The files in it.
    pub(crate) files: Vec<File>,
    /// The message that this one answers.
    pub(crate) context: Option<String>,
    /// What statuses bring back.
    pub(crate) opaque: Option<String>,
}

/// Who gets a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Recipient {
    /// Digits, with the country code.
    Number(String),
    /// A business-scoped user id.
    UserId(String),
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    /// `image`, `document`, ...
    pub(crate) kind: String,
    pub(crate) source: Source,
}

/// Where a file comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Link(String),
    /// It was uploaded.
    Id(String),
}

/// Errors of content have WhatsApp's own codes.
pub(super) fn refused(in_content: bool, wrong: &Wrong) -> GraphError {
    let error = match (in_content, wrong.missing) {
        (true, true) => GraphError::new(131_008, "Required parameter is missing"),
        (true, false) => GraphError::new(131_009, "Parameter value is not valid"),
        _ => GraphError::parameter("Invalid parameter"),
    };
    error.with_details(&wrong.what)
}

/// Whether the body of a call is one.
pub(crate) fn check(body: &Value) -> Result<Accepted, GraphError> {
    let outer = |wrong: Wrong| refused(false, &wrong);
    let mut fields = Fields::of(body, "").map_err(outer)?;
    fields
        .one_of("messaging_product", &["whatsapp"])
        .map_err(outer)?;
    let accepted = if fields.has("status") {
        read(&mut fields).map_err(outer)?
    } else {
        Accepted::Message(Box::new(message(&mut fields)?))
    };
    fields.end().map_err(outer)?;
    Ok(accepted)
}

fn read(fields: &mut Fields<'_>) -> Result<Accepted, Wrong> {
    fields.one_of("status", &["read"])?;
    let message = fields.text("message_id")?.to_owned();
    let typing = match fields.optional_object("typing_indicator")? {
        None => false,
        Some(mut indicator) => {
            indicator.one_of("type", &["text"])?;
            indicator.end()?;
            true
        }
    };
    Ok(Accepted::Read { message, typing })
}

fn message(fields: &mut Fields<'_>) -> Result<Outgoing, GraphError> {
    let outer = |wrong: Wrong| refused(false, &wrong);
    if fields.has("recipient_type") {
        fields
            .one_of("recipient_type", &["individual"])
            .map_err(outer)?;
    }
    let (input, to) = recipient(fields).map_err(outer)?;
    let opaque = fields.optional_limited("biz_opaque_callback_data", OPAQUE);
    let opaque = opaque.map_err(outer)?.map(str::to_owned);
    let context = match fields.optional_object("context").map_err(outer)? {
        None => None,
        Some(mut context) => {
            let id = context.text("message_id").map_err(outer)?.to_owned();
            context.end().map_err(outer)?;
            Some(id)
        }
    };
    let kind = if fields.has("type") {
        fields.one_of("type", &content::KINDS).map_err(outer)?
    } else {
        "text"
    };
    let content = fields.need(kind).map_err(outer)?;
    let files = content::check(kind, content)?;
    Ok(Outgoing {
        to,
        input,
        kind: kind.to_owned(),
        content: content.clone(),
        files,
        context,
        opaque,
    })
}

/// `to` wins over `recipient`.
fn recipient(fields: &mut Fields<'_>) -> Result<(String, Recipient), Wrong> {
    if !fields.has("to") && fields.has("recipient") {
        let id = fields.text("recipient")?;
        let right = is_user_id(id);
        let right = right.then(|| (id.to_owned(), Recipient::UserId(id.to_owned())));
        return right.ok_or_else(|| fields.wrong("recipient", "is not a business-scoped user ID"));
    }
    fields.get("recipient");
    let to = fields.text("to")?;
    if is_user_id(to) {
        return Ok((to.to_owned(), Recipient::UserId(to.to_owned())));
    }
    match number(to) {
        Some(number) => Ok((to.to_owned(), Recipient::Number(number))),
        None => Err(fields.wrong("to", "is not a valid WhatsApp ID or phone number")),
    }
}

/// A country, and letters and digits: `US.1A2b3C`, `US.ENT.1A2b3C`.
pub(crate) fn is_user_id(text: &str) -> bool {
    let Some((country, rest)) = text.split_once('.') else {
        return false;
    };
    let rest = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=128).contains(&rest.len())
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The digits of a number. Without a plus sign, one that is as short as a number at home gets the business's country.
fn number(text: &str) -> Option<String> {
    let written = |character: char| character.is_ascii_digit() || "+-() ".contains(character);
    let plus = text.starts_with('+');
    if !text.chars().all(written) || text.rfind('+').is_some_and(|at| at > 0) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = if !plus && digits.len() == 10 {
        format!("{OWN_COUNTRY}{digits}")
    } else {
        digits
    };
    (8..=15).contains(&digits.len()).then_some(digits)
}
