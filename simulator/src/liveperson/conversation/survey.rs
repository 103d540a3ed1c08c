//! The survey after the main dialog, and the bot that asks.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Dialog, Event, Participant, announce, close, publish};
use crate::ids;
use crate::sim::{Sim, World};

/// What the survey bot asks. Without questions it asks once and takes any answer for the end.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Questions {
    /// `true`: the two questions that are built in.
    BuiltIn(bool),
    /// Own ones.
    Own(Vec<Question>),
}

/// A question: a text, a text with quick replies, or rich content.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Question {
    Text(String),
    WithReplies {
        text: String,
        #[serde(rename = "quickReplies")]
        quick_replies: Value,
    },
    Rich {
        content: Value,
        #[serde(rename = "quickReplies", skip_serializing_if = "Option::is_none")]
        quick_replies: Option<Value>,
    },
}

impl Question {
    fn event(&self) -> Value {
        match self {
            Self::Text(text) => {
                json!({ "type": "ContentEvent", "contentType": "text/plain", "message": text })
            }
            Self::WithReplies {
                text,
                quick_replies,
            } => json!({
                "type": "ContentEvent", "contentType": "text/plain", "message": text,
                "quickReplies": quick_replies,
            }),
            Self::Rich {
                content,
                quick_replies,
            } => {
                let mut event = json!({ "type": "RichContentEvent", "content": content });
                if let Some(replies) = quick_replies {
                    event["quickReplies"] = replies.clone();
                }
                event
            }
        }
    }
}

const RATE: &str = "How satisfied were you with this conversation, from 1 to 5?";

fn built_in() -> Vec<Question> {
    let reply = |title: &str| {
        json!({
            "type": "button", "title": title, "tooltip": title,
            "click": {
                "actions": [{ "type": "publishText", "text": title }],
                "metadata": [{ "type": "ExternalId", "id": format!("survey-{title}") }],
            },
        })
    };
    vec![
        Question::Text(RATE.to_owned()),
        Question::WithReplies {
            text: "Was your question answered?".to_owned(),
            quick_replies: json!({
                "type": "quickReplies", "itemsPerRow": 2, "replies": [reply("Yes"), reply("No")],
            }),
        },
    ]
}

fn questions(world: &World) -> Vec<Question> {
    match &world.settings.survey_questions {
        Some(Questions::Own(own)) if !own.is_empty() => own.clone(),
        Some(Questions::BuiltIn(true)) => built_in(),
        _ => vec![Question::Text(RATE.to_owned())],
    }
}

/// Opens the survey's dialog: the agent only reads from now on, the bot asks.
pub(super) fn begin(sim: &Arc<Sim>, world: &mut World, id: &str) {
    let restarts = world.settings.survey_restarts_sequence;
    let Some(conversation) = world.conversation(id) else {
        return;
    };
    let main = conversation.dialogs.first();
    let next = main.map_or(0, |main| main.next_sequence);
    let first = if restarts { 0 } else { next };
    let dialog = Dialog::new(ids::uuid(), true, first);
    conversation.dialogs.push(dialog);
    conversation.people.retain(|person| !person.suggested);
    for person in &mut conversation.people {
        if person.role == "ASSIGNED_AGENT" {
            "READER".clone_into(&mut person.role);
        }
    }
    conversation.people.push(Participant {
        id: ids::uuid_of("AGENT"),
        role: "AGENT".to_owned(),
        suggested: false,
        survey_only: true,
    });
    announce(sim, world, id);
    ask(sim, world, id);
}

/// Asks the next question, if there is one.
fn ask(sim: &Arc<Sim>, world: &mut World, id: &str) -> bool {
    let questions = questions(world);
    let Some(conversation) = world.conversation(id) else {
        return false;
    };
    let Some(question) = questions.get(conversation.asked) else {
        return false;
    };
    conversation.asked += 1;
    let dialog = conversation.current_dialog();
    let event = Event::new("AGENT", question.event());
    publish(sim, world, id, &dialog, event);
    true
}

/// The consumer has answered: the next question, or the end.
pub(crate) fn answered(sim: &Arc<Sim>, world: &mut World, id: &str) {
    if !ask(sim, world, id) {
        close(sim, world, id, "SYSTEM", false);
    }
}
