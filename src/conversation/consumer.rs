//! What the object knows about its consumer, and the life cycle of the consumer's LiveEngage conversations.
//!
//! States, as seen from a message that wants to go to LiveEngage ([`Target`]): none open, open (main or survey dialog), closing.
//! *Creating* is not stored: it is an attempt of the head message, and LiveEngage itself refuses a second open conversation.
//!
//! **This is a stored format**, like the row.

use serde::{Deserialize, Serialize};

use super::report::Reported;
use super::row::LaterFields;
use crate::http::Millis;
use crate::liveengage::consumer_jws::StoredConsumerToken;
use crate::liveengage::engagement::Visit;
use crate::liveengage::notification::ConversationChange;
use crate::message::{Agent, LastHeard, Offer, Profile};

/// Conversations kept; the oldest closed ones are forgotten first.
const CONVERSATIONS: usize = 50;
/// How long a conversation whose main dialog closed is given to open its survey or to close (ms).
const CLOSING: Millis = 60_000;
/// When a claim is renewed, long before Directory and KV forget it (ms); see [`crate::directory::KEEP_CLAIM`].
const REFRESH_CLAIM: Millis = 60 * 86_400_000;

/// LiveEngage's skill of a conversation that is with no skill.
const UNASSIGNED: &str = "-1";
/// Agents kept.
const AGENTS: usize = 20;
/// How long an agent's name and picture are believed, and how long nothing is asked again where there were none (ms).
const KEEP_AGENT: Millis = 7 * 86_400_000;
const RETRY_AGENT: Millis = 3_600_000;

/// One consumer of one channel namespace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Consumer {
    /// LiveEngage account id.
    pub account_id: String,
    /// Channel namespace.
    pub namespace: String,
    /// Name of the channel that was used last; for messages to operators.
    #[serde(default)]
    pub channel: String,
    /// The platform's id of the person. `None` in an object that keeps input without a readable consumer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What the platform tells about the person.
    #[serde(default)]
    pub profile: Profile,
    /// The ConsumerJWS and the id that LiveEngage gave this consumer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<StoredConsumerToken>,
    /// When the Directory was last told that LiveEngage consumer id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_at: Option<Millis>,
    /// Conversations, in the order in which they were heard of.
    #[serde(default)]
    pub conversations: Vec<Known>,
    /// Since when LiveEngage says that a conversation is open which we have not heard of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub already_open_since: Option<Millis>,
    /// Failed tries of the next claim.
    #[serde(default)]
    pub claim_failures: u32,
    /// When the next claim is due.
    #[serde(default)]
    pub claim_due_at: Millis,
    /// Choices that messages offered, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
    /// The offer of the latest message to the consumer: what a typed number or title may mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_offer: Option<String>,
    /// LiveEngage was told that the consumer is typing, and has to be told when that is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub composing: Option<Composing>,
    /// The person's visit, as the Monitoring API counts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<Visit>,
    /// Agents that were looked up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<KnownAgent>,
    /// What the index of dead letters and stuck lanes was told last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
    /// The last thing that the person said, where an answer depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_heard: Option<LastHeard>,
    /// When the platform may be asked again who the person is.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub look_up_at: Millis,
    /// The last change of anything here.
    #[serde(default)]
    pub touched_at: Millis,
    /// What a later release has stored beside it.
    #[serde(flatten)]
    pub later: LaterFields,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference; on wasm it is larger than one, so that nothing is to be expected"
)]
fn is_zero(at: &Millis) -> bool {
    *at == 0
}

/// The consumer is typing, as LiveEngage was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Composing {
    /// The dialog.
    pub dialog_id: String,
    /// When LiveEngage has to be told that it is over.
    pub over_at: Millis,
    /// What was typed has been sent.
    #[serde(default)]
    pub answered: bool,
    /// Failed tries to tell it.
    #[serde(default)]
    pub failures: u32,
}

/// An agent that was looked up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAgent {
    /// LiveEngage's id, and name and picture where there are any.
    #[serde(flatten)]
    pub agent: Agent,
    /// When.
    pub looked_up_at: Millis,
}

/// A conversation that this consumer was heard in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Conversation id; the main dialog has the same id.
    pub id: String,
    /// The main dialog is open.
    pub main_open: bool,
    /// The whole conversation is open (LiveEngage's `stage`).
    pub stage_open: bool,
    /// The open survey dialog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survey: Option<String>,
    /// LiveEngage's `metaDataLastUpdateTs` of the newest state that was applied (ms).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Millis>,
    /// When this entry last changed, by our clock.
    #[serde(default)]
    pub changed_at: Millis,
    /// When Directory and KV were last told that the conversation leads to this consumer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_at: Option<Millis>,
    /// The agent who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The skill that it is with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill: Option<String>,
    /// Until when nobody answers, as LiveEngage last said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off_hours: Option<OffHours>,
    /// What a later release has stored beside it.
    #[serde(flatten)]
    pub later: LaterFields,
}

/// Nobody answers for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffHours {
    /// Until when, where LiveEngage says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
}

/// Where a message to LiveEngage goes now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A conversation has to be created.
    None,
    /// This dialog takes it.
    Dialog {
        /// Conversation id.
        conversation_id: String,
        /// The main dialog or the survey's.
        dialog_id: String,
    },
    /// The main dialog closed a moment ago: a survey or the end follows.
    Closing,
}

impl Consumer {
    /// The person has said something. What comes late, or again, changes nothing.
    pub fn said(&mut self, heard: LastHeard) {
        let known = self.last_heard.as_ref();
        if known.is_none_or(|known| heard.at >= known.at && heard.id != known.id) {
            self.last_heard = Some(heard);
        }
    }

    /// Where a message goes now: to the newest conversation that is open.
    pub fn target(&self, now: Millis) -> Target {
        let Some(open) = self
            .conversations
            .iter()
            .rev()
            .find(|known| known.stage_open)
        else {
            return Target::None;
        };
        let dialog_id = match &open.survey {
            Some(survey) => Some(survey),
            None if open.main_open => Some(&open.id),
            None => None,
        };
        match dialog_id {
            Some(dialog_id) => Target::Dialog {
                conversation_id: open.id.clone(),
                dialog_id: dialog_id.clone(),
            },
            None if now.saturating_sub(open.changed_at) < CLOSING => Target::Closing,
            None => Target::None,
        }
    }

    /// The id under which this consumer appears in LiveEngage.
    pub fn lp_consumer_id(&self) -> Option<&str> {
        self.token
            .as_ref()
            .map(|token| token.lp_consumer_id.as_str())
    }

    /// A conversation that an event or the answer to a create names. Returns whether it was new.
    pub fn heard(&mut self, conversation_id: &str, now: Millis) -> bool {
        if self.known(conversation_id).is_some() {
            return false;
        }
        self.conversations.push(Known {
            id: conversation_id.to_owned(),
            main_open: true,
            stage_open: true,
            survey: None,
            updated_at: None,
            changed_at: now,
            claimed_at: None,
            agent: None,
            skill: None,
            off_hours: None,
            later: LaterFields::new(),
        });
        self.already_open_since = None;
        self.claim_due_at = self.claim_due_at.min(now);
        while self.conversations.len() > CONVERSATIONS {
            let oldest = self
                .conversations
                .iter()
                .position(|known| !known.stage_open);
            self.conversations.remove(oldest.unwrap_or(0));
        }
        true
    }

    /// LiveEngage says that the consumer is in this conversation now.
    pub fn is_in(&mut self, conversation_id: &str, now: Millis) {
        self.heard(conversation_id, now);
        let mut known = self.conversations.iter_mut();
        let known = known.find(|known| known.id == conversation_id);
        if let Some(known) = known.filter(|known| !known.stage_open) {
            known.main_open = true;
            known.stage_open = true;
            known.changed_at = now;
        }
    }

    /// Somebody has looked up that this is the conversation that is open: messages go there.
    pub fn adopt(&mut self, conversation_id: &str, now: Millis) {
        self.is_in(conversation_id, now);
        let found = self
            .conversations
            .iter()
            .position(|known| known.id == conversation_id);
        if let Some(found) = found {
            let known = self.conversations.remove(found);
            self.conversations.push(known);
        }
        self.already_open_since = None;
    }

    /// Applies a state that LiveEngage reports, unless a newer one was applied. Returns whether anything changed.
    pub fn apply(&mut self, change: &ConversationChange, now: Millis) -> bool {
        let new = !change.deleted && self.heard(&change.conversation_id, now);
        let Some(known) = self
            .conversations
            .iter_mut()
            .find(|known| known.id == change.conversation_id)
        else {
            return new;
        };
        let stale = match (known.updated_at, change.updated_at) {
            (Some(applied), Some(reported)) => reported < applied,
            _ => false,
        };
        if stale || change.deleted {
            return new;
        }
        let before = known.clone();
        let main = change.dialogs.iter().find(|dialog| dialog.id == known.id);
        let survey = change
            .dialogs
            .iter()
            .find(|dialog| dialog.id != known.id && dialog.is_open_survey());
        let state_open = change.state.as_deref().map(is_open);
        let main_open = main
            .and_then(|dialog| dialog.state.as_deref().map(is_open))
            .or(state_open);
        // The 2018 form has no stage: the conversation was open as long as its only dialog.
        let stage_open = change.stage.as_deref().map(is_open).or(main_open);
        known.main_open = main_open.unwrap_or(known.main_open);
        known.stage_open = stage_open.unwrap_or(known.stage_open);
        known.survey = survey
            .filter(|_| known.stage_open)
            .map(|dialog| dialog.id.clone());
        known.updated_at = change.updated_at.or(known.updated_at);
        if !change.participants.is_empty() {
            known.agent = change.assigned_agent().map(str::to_owned);
        }
        let skill = change.skill_id.clone().filter(|skill| skill != UNASSIGNED);
        known.skill = skill.or(known.skill.take());
        known.off_hours = change
            .delay
            .as_ref()
            .map(|delay| OffHours { until: delay.until });
        let changed = (before.main_open, before.stage_open, &before.survey)
            != (known.main_open, known.stage_open, &known.survey);
        if changed {
            known.changed_at = now;
        }
        // The time counts too: it decides after a restart which state is stale.
        new || *known != before
    }

    /// LiveEngage refused a publish because the dialog is closed. A survey that has begun meanwhile stays open.
    pub fn closed(&mut self, conversation_id: &str, dialog_id: &str, now: Millis) {
        if let Some(known) = self
            .conversations
            .iter_mut()
            .find(|known| known.id == conversation_id)
        {
            known.main_open = false;
            known.changed_at = now;
            if known
                .survey
                .as_deref()
                .is_none_or(|survey| survey == dialog_id)
            {
                known.stage_open = false;
                known.survey = None;
            }
        }
    }

    /// The main dialog was closed on our wish: a survey or the end follows.
    pub fn main_closed(&mut self, conversation_id: &str, now: Millis) {
        let mut known = self.conversations.iter_mut();
        if let Some(known) = known.find(|known| known.id == conversation_id) {
            known.main_open = false;
            known.changed_at = now;
        }
    }

    /// The whole conversation was closed on our wish.
    pub fn ended(&mut self, conversation_id: &str, now: Millis) {
        self.main_closed(conversation_id, now);
        let mut known = self.conversations.iter_mut();
        if let Some(known) = known.find(|known| known.id == conversation_id) {
            known.stage_open = false;
            known.survey = None;
        }
    }

    /// LiveEngage has given this consumer another id: the conversations so far belong to the one before.
    pub fn becomes_another(&mut self, now: Millis) {
        self.registered_at = None;
        for known in &mut self.conversations {
            known.main_open = false;
            known.stage_open = false;
            known.survey = None;
            known.changed_at = now;
        }
    }

    /// A conversation that Directory and KV do not lead from yet, or that they may soon forget.
    pub fn unclaimed(&self, now: Millis) -> Option<&str> {
        self.conversations
            .iter()
            .find(|known| match known.claimed_at {
                None => true,
                Some(at) => known.stage_open && now.saturating_sub(at) > REFRESH_CLAIM,
            })
            .map(|known| known.id.as_str())
    }

    /// Whether the Directory leads from the LiveEngage consumer id to this consumer, and will for long enough.
    pub fn is_registered(&self, now: Millis) -> bool {
        self.registered_at
            .is_some_and(|at| now.saturating_sub(at) <= REFRESH_CLAIM)
    }

    /// Directory and KV lead from this conversation to the consumer now.
    pub fn claimed(&mut self, conversation_id: &str, now: Millis) {
        if let Some(known) = self
            .conversations
            .iter_mut()
            .find(|known| known.id == conversation_id)
        {
            known.claimed_at = Some(now);
        }
        self.claim_failures = 0;
    }

    /// Whether an agent may still write in one of its conversations.
    pub fn has_open_conversation(&self) -> bool {
        self.conversations.iter().any(|known| known.stage_open)
    }

    /// The open conversation that a dialog belongs to, if messages may still go there.
    pub fn open_dialog(&self, dialog_id: &str) -> Option<&str> {
        let holds = |known: &&Known| {
            let main = known.main_open && known.id == dialog_id;
            known.stage_open && (main || known.survey.as_deref() == Some(dialog_id))
        };
        self.conversations
            .iter()
            .find(holds)
            .map(|known| known.id.as_str())
    }

    /// What was learned of an agent, if it is not too long ago.
    pub fn agent(&self, id: &str, now: Millis) -> Option<&Agent> {
        let found = self.agents.iter().find(|known| known.agent.id == id)?;
        let keep = if found.agent.name.is_some() {
            KEEP_AGENT
        } else {
            RETRY_AGENT
        };
        (now.saturating_sub(found.looked_up_at) < keep).then_some(&found.agent)
    }

    /// Remembers an agent; the ones looked up longest ago are forgotten.
    pub fn learn_agent(&mut self, agent: Agent, now: Millis) {
        self.agents.retain(|known| known.agent.id != agent.id);
        self.agents.push(KnownAgent {
            agent,
            looked_up_at: now,
        });
        let many = self.agents.len().saturating_sub(AGENTS);
        self.agents.drain(..many);
    }

    pub(super) fn known(&self, conversation_id: &str) -> Option<&Known> {
        self.conversations
            .iter()
            .find(|known| known.id == conversation_id)
    }
}

/// `LOCKED` is not documented further; a locked conversation takes no messages from us either.
fn is_open(state: &str) -> bool {
    state.eq_ignore_ascii_case("OPEN")
}
