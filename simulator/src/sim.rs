//! The whole state of a simulator, in memory, behind one lock that is never held across an await.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;

use crate::faults::Faults;
use crate::gateway::App;
use crate::journal::Journal;
use crate::liveperson::agents::Agents;
use crate::liveperson::conversation::{Conversation, OffHours, Questions};
use crate::liveperson::files::Files;
use crate::liveperson::tokens::Tokens;
use crate::liveperson::webhooks::Lanes;
use crate::options::Options;
use crate::people::Books;

/// What can be changed while the simulator runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, as posted"
)]
pub(crate) struct Settings {
    /// Life of an `AppJWT`.
    pub(crate) token_lifetime_s: u64,
    /// HTTP status of "already has open conversation": 200 or 400.
    pub(crate) already_open_status: u16,
    /// `sha1` or `sha256`.
    pub(crate) signature: Hash,
    /// `base64` or `hex`.
    pub(crate) encoding: Encoding,
    /// A closed main dialog is followed by a survey.
    pub(crate) survey: bool,
    /// Numbering starts again at 0 in the survey's dialog.
    pub(crate) survey_restarts_sequence: bool,
    /// What the survey's bot asks: `true` for two built-in questions, or a list.
    pub(crate) survey_questions: Option<Questions>,
    /// The echo of a consumer's event carries its metadata; otherwise null.
    pub(crate) echo_metadata: bool,
    /// The account may share files.
    pub(crate) file_sharing: bool,
    /// Life of a signed URL of a file.
    pub(crate) file_url_lifetime_s: u64,
    /// The Monitoring API offers a campaign.
    pub(crate) engagement_eligible: bool,
    /// The Monitoring API's first answer is "Loading account".
    pub(crate) engagement_loading: bool,
    /// An automatic message at the beginning.
    pub(crate) welcome_message: Option<String>,
    /// The account is closed: no agent joins by itself.
    pub(crate) off_hours: Option<OffHours>,
    /// An agent joins each new conversation at once.
    pub(crate) auto_join: bool,
    /// The agent's side confirms each consumer message with ACCEPT.
    pub(crate) auto_accept: bool,
    /// The agent answers each consumer message with this text.
    pub(crate) auto_agent_reply: Option<String>,
    /// How long after an event its notification leaves.
    pub(crate) webhook_delay_ms: u64,
    /// How long the connector may take for a notification.
    pub(crate) webhook_timeout_ms: u64,
    /// First pause of a failing notification; each further one is twice as long.
    pub(crate) webhook_retry_ms: u64,
    /// Longest pause of a failing notification.
    pub(crate) webhook_retry_cap_ms: u64,
    /// Twilio's connection overrides.
    pub(crate) twilio_retries: CallbackRetries,
    /// When the other platforms repeat their callbacks.
    pub(crate) retries: Retries,
    pub(crate) line: LineSettings,
    /// Messenger, Instagram and WhatsApp.
    pub(crate) meta: crate::meta::Settings,
}

/// How LINE is set up.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LineSettings {
    /// How many messages may be pushed; null for no limit.
    pub(crate) monthly_limit: Option<u64>,
    /// Life of a reply token: about a minute.
    pub(crate) reply_token_s: u64,
}

impl Default for LineSettings {
    fn default() -> Self {
        Self {
            monthly_limit: None,
            reply_token_s: 60,
        }
    }
}

/// When each platform repeats its callbacks. The pauses are shorter than the platforms' own.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Retries {
    /// LINE, with redelivery turned on.
    pub(crate) line: CallbackRetries,
    pub(crate) messenger: CallbackRetries,
    pub(crate) instagram: CallbackRetries,
    pub(crate) whatsapp: CallbackRetries,
}

impl Default for Retries {
    fn default() -> Self {
        let all = |count, timeout_ms| CallbackRetries {
            count,
            spacing_ms: 1_000,
            on: vec!["all".to_owned()],
            timeout_ms,
            growing: false,
        };
        // Meta goes on for a day and a half, or a week.
        let meta = || CallbackRetries {
            growing: true,
            ..all(12, 5_000)
        };
        Self {
            line: all(3, 2_000),
            messenger: meta(),
            instagram: meta(),
            whatsapp: meta(),
        }
    }
}

/// `#rc=5&rp=5xx,ct,rt`, as Twilio's connection overrides would say it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CallbackRetries {
    /// Attempts after the first one.
    pub(crate) count: u32,
    /// Pause between attempts.
    pub(crate) spacing_ms: u64,
    /// What is tried again: `3xx`, `4xx`, `5xx`, `ct` (no connection), `rt` (no answer in time), `all`.
    pub(crate) on: Vec<String>,
    /// Time to an answer.
    pub(crate) timeout_ms: u64,
    /// The first repetition comes at once, and each pause after it is twice as long as the one before, up to a minute.
    pub(crate) growing: bool,
}

impl CallbackRetries {
    /// The pause after so many attempts (ms).
    pub(crate) fn pause(&self, attempts: u32) -> u64 {
        match attempts {
            _ if !self.growing => self.spacing_ms,
            0 | 1 => 0,
            attempts => {
                let doubled = 1_u64.checked_shl(attempts - 2).unwrap_or(u64::MAX);
                self.spacing_ms.saturating_mul(doubled).min(60_000)
            }
        }
    }
}

/// Hash of a webhook signature.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Hash {
    Sha1,
    Sha256,
}

/// Encoding of a webhook signature.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Encoding {
    Base64,
    Hex,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            token_lifetime_s: 3600,
            already_open_status: 200,
            signature: Hash::Sha1,
            encoding: Encoding::Base64,
            survey: false,
            survey_restarts_sequence: true,
            survey_questions: None,
            echo_metadata: false,
            file_sharing: true,
            file_url_lifetime_s: 60,
            engagement_eligible: true,
            engagement_loading: false,
            welcome_message: None,
            off_hours: None,
            auto_join: true,
            auto_accept: true,
            auto_agent_reply: None,
            webhook_delay_ms: 15,
            webhook_timeout_ms: 5_000,
            webhook_retry_ms: 2_000,
            webhook_retry_cap_ms: 300_000,
            twilio_retries: CallbackRetries::default(),
            retries: Retries::default(),
            line: LineSettings::default(),
            meta: crate::meta::Settings::default(),
        }
    }
}

impl Default for CallbackRetries {
    fn default() -> Self {
        Self {
            count: 5,
            spacing_ms: 1_000,
            on: ["5xx", "ct", "rt"].map(str::to_owned).to_vec(),
            timeout_ms: 15_000,
            growing: false,
        }
    }
}

/// Everything that a reset clears.
#[derive(Default)]
pub(crate) struct World {
    /// Grows with each reset: work that was started before one stops.
    pub(crate) generation: u64,
    pub(crate) settings: Settings,
    pub(crate) journal: Journal,
    pub(crate) faults: Faults,
    pub(crate) tokens: Tokens,
    pub(crate) conversations: Vec<Conversation>,
    /// Profiles as agents see them, by LivePerson's id of the consumer.
    pub(crate) profiles: HashMap<String, Value>,
    pub(crate) files: Files,
    pub(crate) agents: Agents,
    /// The Monitoring API has said "Loading account".
    pub(crate) engagement_loaded: bool,
    pub(crate) lanes: Lanes,
    pub(crate) app: App,
    pub(crate) people: Books,
    pub(crate) line: crate::line::State,
    pub(crate) twilio: crate::twilio::State,
}

impl World {
    /// The conversation with this id.
    pub(crate) fn conversation(&mut self, id: &str) -> Option<&mut Conversation> {
        self.conversations.iter_mut().find(|known| known.id == id)
    }

    /// The platform that the profile of a conversation's consumer tells, or what the consumer is called there.
    pub(crate) fn social_id(&self, conversation: &str) -> Option<&str> {
        let known = self
            .conversations
            .iter()
            .find(|known| known.id == conversation)?;
        self.profiles.get(&known.consumer.lp)?["ctmrinfo"]["socialId"].as_str()
    }
}

/// One simulator.
pub(crate) struct Sim {
    pub(crate) options: Options,
    /// Own host and port, the base URI of every service.
    pub(crate) host: String,
    pub(crate) http: reqwest::Client,
    world: Mutex<World>,
    version: watch::Sender<u64>,
    release: watch::Sender<u64>,
    retry_now: watch::Sender<u64>,
}

impl Sim {
    pub(crate) fn new(options: Options, address: SocketAddr) -> Result<Arc<Self>, reqwest::Error> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .build()?;
        Ok(Arc::new(Self {
            options,
            host: address.to_string(),
            http,
            world: Mutex::default(),
            version: watch::Sender::new(0),
            release: watch::Sender::new(0),
            retry_now: watch::Sender::new(0),
        }))
    }

    /// The state, locked.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the page that something changed.
    pub(crate) fn changed(&self) {
        self.version.send_modify(|version| *version += 1);
    }

    /// A receiver of those changes.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// Lets go what faults hold back.
    pub(crate) fn release(&self) {
        self.release.send_modify(|epoch| *epoch += 1);
    }

    /// Waits for the next release.
    pub(crate) fn released(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut epoch = self.release.subscribe();
        async move {
            let _ = epoch.changed().await;
        }
    }

    /// Ends the pauses of failing notifications.
    pub(crate) fn retry_now(&self) {
        self.retry_now.send_modify(|epoch| *epoch += 1);
    }

    /// A receiver of that.
    pub(crate) fn retries(&self) -> watch::Receiver<u64> {
        self.retry_now.subscribe()
    }

    /// Forgets everything.
    pub(crate) fn reset(&self) {
        let mut world = self.world();
        let generation = world.generation + 1;
        *world = World {
            generation,
            ..World::default()
        };
        drop(world);
        self.release();
        self.retry_now();
        self.changed();
    }
}

#[cfg(test)]
mod tests {
    use super::{CallbackRetries, Retries};

    #[test]
    fn pauses_stay_or_grow_from_none_up_to_a_minute() {
        let twilio = CallbackRetries::default();
        assert_eq!([1, 2, 9].map(|n| twilio.pause(n)), [1_000; 3]);
        let meta = Retries::default().messenger;
        let pauses = [1, 2, 3, 4, 8, 80].map(|n| meta.pause(n));
        assert_eq!(pauses, [0, 1_000, 2_000, 4_000, 60_000, 60_000]);
    }
}
