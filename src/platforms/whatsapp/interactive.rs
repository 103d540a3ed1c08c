//! Answers to interactive messages: tapped buttons, chosen rows, forms that were filled in.

use serde_json::{Map, Value};

use super::content::{part, plain_value, text, unsupported};
use crate::message::Content;
use crate::platforms::Unreadable;
use crate::platforms::reading::{hint, identifier, required_text};

type Fields = Map<String, Value>;

/// Part of a form's answer that says nothing to people.
const TOKEN: &str = "flow_token";

pub(super) fn read(message: &Fields) -> Result<Content, Unreadable> {
    let Some(interactive) = message.get("interactive").and_then(Value::as_object) else {
        // WhatsApp leaves it out where it could not pass the answer on.
        return Ok(unsupported(message, "interactive"));
    };
    let kind = required_text(interactive, "type")?;
    match kind.as_str() {
        "button_reply" | "list_reply" => {
            let reply = part(interactive, &kind)?;
            Ok(choice(required_text(reply, "title")?, reply.get("id")))
        }
        "nfm_reply" => Ok(text(form(part(interactive, &kind)?))),
        _ => Ok(unsupported(message, &kind)),
    }
}

/// A tap. What it carries is the reference of a choice if the button was ours.
pub(super) fn choice(text: String, payload: Option<&Value>) -> Content {
    Content::Choice {
        text,
        reference: payload.and_then(identifier),
        metadata: Vec::new(),
        offered_in: None,
    }
}

/// A form that was filled in, a line for each answer. The answers are JSON in a text.
fn form(reply: &Fields) -> String {
    let mut lines = vec!["[form]".to_owned()];
    lines.extend(hint(reply, "body").filter(|body| body != "Sent"));
    let response = hint(reply, "response_json").unwrap_or_default();
    match serde_json::from_str(&response) {
        Ok(Value::Object(answers)) => answer_lines(&answers, &mut lines),
        Ok(Value::Null) => {}
        Ok(other) => lines.push(plain_value(&other)),
        Err(_) => lines.push(response),
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// `name: answer`; what is in an object stands without the object's name.
fn answer_lines(answers: &Fields, lines: &mut Vec<String>) {
    for (name, answer) in answers.iter().filter(|(name, _)| *name != TOKEN) {
        match answer {
            Value::Object(inner) => answer_lines(inner, lines),
            Value::Array(several) => {
                let several: Vec<String> = several.iter().map(plain_value).collect();
                lines.push(format!("{name}: {}", several.join(", ")));
            }
            one => lines.push(format!("{name}: {}", plain_value(one))),
        }
    }
}
