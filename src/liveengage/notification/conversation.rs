//! The states of conversations.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::Millis;

/// The whole state of a conversation, after a change of it. Older accounts leave out most of it. The last message, which some
/// accounts add, is not taken along: it may be a note among agents, and it comes as an event of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationChange {
    /// Conversation id.
    pub conversation_id: String,
    /// The conversation left the subscription; it says nothing about its state.
    #[serde(default)]
    pub deleted: bool,
    /// `OPEN` or `CLOSE`: the main dialog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// `OPEN`, `CLOSE` or `LOCKED`: the whole conversation. With `state` closed and this open, a survey runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// `AGENT`, `CONSUMER`, `SYSTEM`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_reason: Option<String>,
    /// LiveEngage's `metaDataLastUpdateTs`, for putting states in order (ms since the epoch).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Millis>,
    /// Who takes part.
    #[serde(default)]
    pub participants: Vec<Participant>,
    /// Its dialogs, in no order that means anything.
    #[serde(default)]
    pub dialogs: Vec<Dialog>,
    /// LiveEngage's id of the account (`brandId`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand_id: Option<String>,
    /// The skill it is routed to; `-1` while it has none. It changes when an agent hands the conversation to other agents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill_id: Option<String>,
    /// Nobody answers for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<Delay>,
    /// How soon an agent should answer (`ttr`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_target: Option<Ttr>,
    /// By when an agent should answer (`effectiveTTR`, ms since the epoch); `-1` once it is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_ttr: Option<i64>,
    /// The same, as an agent set it by hand (`manualETTR`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual_ettr: Option<i64>,
    /// When it began (ms since the epoch).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Millis>,
    /// When it ended (ms since the epoch).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Millis>,
    /// Whether it is the consumer's first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_conversation: Option<bool>,
    // These two are boxed to keep the change small beside the other variants of the enums it travels in.
    /// Where it came from (`campaignInfo`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<Box<Campaign>>,
    /// Who handles it (`conversationHandlerDetails`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<Box<Handler>>,
    // The next two can be of any size, and no object reads them: they stay with whoever has read the notification.
    /// The result of the older kind of survey, as it came.
    #[serde(skip)]
    pub csat: Option<Value>,
    /// Where the consumer writes from (`type`, `lang`, `clientProperties`, ...), as it came.
    #[serde(skip)]
    pub context: Option<Value>,
}

/// Somebody who takes part in a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// LiveEngage's id.
    pub id: String,
    /// As in [`DialogEvent::role`](super::DialogEvent::role); also `READER`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// `ACTIVE`; `SUGGESTED` for an agent who is asked to take the conversation and has not done so yet. Only in dialogs, as a
    /// rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// A dialog of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialog {
    /// Dialog id.
    pub id: String,
    /// `MAIN`, `POST_SURVEY`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `OPEN` or `CLOSE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Its own `metaDataLastUpdateTs` (ms since the epoch).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Millis>,
    /// Who takes part in it (`participantsDetails`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<Participant>,
    /// `MESSAGING`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_type: Option<String>,
    /// The app installation that opened it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_install_id: Option<String>,
    /// When it began (ms since the epoch).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Millis>,
    /// When it ended (ms since the epoch).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Millis>,
    /// `CONSUMER`, `AGENT`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<String>,
    /// Why, in no fixed words: `Completed`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_cause: Option<String>,
}

/// A time in which nobody answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delay {
    /// `NIGHT`, `WEEKEND`, `HOLIDAY`, ...; empty where LiveEngage does not say.
    #[serde(default)]
    pub kind: String,
    /// When it ends (`tillWhen`, ms since the epoch).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
}

/// How soon an agent should answer. Its kinds are more than those that a connector may ask for
/// ([`crate::message::ResponseTarget`]).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ttr {
    /// `NORMAL`, `PRIORITIZED`, `URGENT`, `CUSTOM`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// In seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
}

/// The campaign that led to a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign_id: Option<String>,
    /// The id of its engagement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engagement_id: Option<String>,
}

/// Who handles a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handler {
    /// The account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// The skill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill_id: Option<String>,
}

impl ConversationChange {
    /// LiveEngage's id of the agent who has the conversation, or had it when it closed. An agent who is only asked to take it does
    /// not have it.
    pub fn assigned_agent(&self) -> Option<&str> {
        self.participants
            .iter()
            .filter(|participant| is(&participant.role, "ASSIGNED_AGENT"))
            .find(|participant| match participant.state {
                Some(_) => !is(&participant.state, "SUGGESTED"),
                None => !self.is_only_suggested(&participant.id),
            })
            .map(|participant| participant.id.as_str())
    }

    /// Whether somebody is in dialogs, and suggested in each of them.
    fn is_only_suggested(&self, id: &str) -> bool {
        let mut of_them = self
            .dialogs
            .iter()
            .flat_map(|dialog| &dialog.participants)
            .filter(|participant| participant.id == id)
            .peekable();
        of_them.peek().is_some() && of_them.all(|participant| is(&participant.state, "SUGGESTED"))
    }
}

impl Dialog {
    /// Whether it is a survey that takes answers.
    pub fn is_open_survey(&self) -> bool {
        is(&self.kind, "POST_SURVEY") && is(&self.state, "OPEN")
    }
}

fn is(field: &Option<String>, word: &str) -> bool {
    field
        .as_deref()
        .is_some_and(|value| value.eq_ignore_ascii_case(word))
}
