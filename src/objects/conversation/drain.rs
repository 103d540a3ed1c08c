//! One drain of one lane: ask the engine for work, perform it, bring back what came of it.

use super::Inner;
use crate::attention::{self, Report};
use crate::conversation::{After, Lane, StoreError, Work};
use crate::directory::{Ask, Resolution};
use crate::http::Millis;
use crate::identity::Subject;
use crate::liveengage::Access;
use crate::liveengage::agent_profile::{self, AgentProfile, AgentProfileAnswer};
use crate::objects::{account, calls, pauses};
use crate::outcome::Cause;
use crate::pause;
use crate::runtime::ConversationRuntime;

/// A drain ends after so many sends or milliseconds and leaves the rest to the alarm, so that no event runs for ever.
const DRAIN_SENDS: u32 = 25;
const DRAIN_TIME: Millis = 30_000;

impl<R: ConversationRuntime> Inner<R> {
    /// Drains a lane, then sets the alarm for what is left.
    pub(super) async fn drain(&self, lane: Lane, number: u32) {
        let drained = self.drain_lane(lane, number).await;
        self.leases.end(lane, number);
        let armed = match drained {
            Ok(()) => self.arm().await,
            Err(error) => {
                self.log_storage_failed(&error);
                self.arm_at(self.now() + super::AGAIN).await
            }
        };
        if let Err(error) = armed {
            let fields = [("error", error.what.as_str())];
            self.runtime.log("alarm_not_set", &fields, true);
        }
        // A send to the consumer may have ended behind a report about it. No alarm rings for a receipt: LiveEngage is told now.
        let has_receipts = || self.with(|engine, _| Ok(engine.has_receipts()));
        if lane == Lane::ToConsumer
            && has_receipts() == Ok(true)
            && let Some(number) = self.leases.begin(Lane::ToLiveengage, self.now())
        {
            Box::pin(self.drain(Lane::ToLiveengage, number)).await;
        }
    }

    async fn drain_lane(&self, lane: Lane, number: u32) -> Result<(), StoreError> {
        let started = self.now();
        let mut access: Option<Access> = None;
        let mut refused: Option<String> = None;
        let mut sends = 0;
        while sends < DRAIN_SENDS && self.now().saturating_sub(started) < DRAIN_TIME {
            if !self.leases.keep(lane, number, self.now()) {
                return Ok(());
            }
            if self.is_paused().await? {
                self.with(|engine, context| {
                    let until = pause::look_again_at(context.now, context.random);
                    engine.hold(lane, &Cause::Paused, until, context)
                })?;
            }
            let work = self.with(|engine, context| engine.next(lane, context, access.as_ref()))?;
            match work {
                Work::Send { ticket, request } => {
                    sends += 1;
                    let answer = self.runtime.send(&request).await;
                    let after =
                        self.with(|engine, context| engine.ended(&ticket, &answer, context))?;
                    if after == After::RenewAppJwt {
                        refused = access.take().map(|access| access.fingerprint());
                    }
                }
                Work::Access { account_id } => {
                    match account::access(&self.runtime, &account_id, refused.take()).await {
                        Ok(granted) => access = Some(granted),
                        Err(cause) => self.postpone(lane, cause)?,
                    }
                }
                Work::Register {
                    account_id,
                    lp_consumer_id,
                } => {
                    let subject = Subject::Consumer {
                        account_id: &account_id,
                        id: &lp_consumer_id,
                    };
                    if self.claim(&subject).await {
                        self.with(|engine, context| engine.registered(context))?;
                    } else {
                        self.postpone(lane, Cause::Internal)?;
                    }
                }
                Work::Claim {
                    account_id,
                    conversation_id,
                } => {
                    let subject = Subject::Conversation {
                        account_id: &account_id,
                        id: &conversation_id,
                    };
                    let claimed = self.claim(&subject).await;
                    if claimed {
                        self.index(&subject).await;
                    }
                    self.with(|engine, context| {
                        engine.claim_ended(&conversation_id, claimed, context)
                    })?;
                }
                Work::Signal { ticket, request } => {
                    sends += 1;
                    let answer = self.runtime.send(&request).await;
                    let after =
                        self.with(|engine, context| engine.signalled(&ticket, &answer, context))?;
                    if after == After::RenewAppJwt {
                        refused = access.take().map(|access| access.fingerprint());
                    }
                }
                Work::LookUpAgent {
                    account_id,
                    agent_id,
                } => {
                    let profile = self.agent_profile(&account_id, &agent_id).await;
                    self.with(|engine, context| {
                        engine.agent_looked_up(&agent_id, profile, context)
                    })?;
                }
                Work::LookUpPerson { request } => {
                    sends += 1;
                    let answer = self.runtime.send(&request).await;
                    self.with(|engine, context| engine.person_looked_up(&answer, context))?;
                }
                Work::Forget { forget } => {
                    let done = self.unclaim(&forget.subject()).await;
                    self.with(|engine, context| engine.forgotten(&forget, done, context))?;
                }
                Work::Report {
                    object,
                    revision,
                    report,
                } => {
                    let done = self.report(&object, revision, &report).await;
                    self.with(|engine, context| engine.reported(revision, &report, done, context))?;
                }
                Work::Idle => return Ok(()),
            }
        }
        Ok(())
    }

    /// Whether an operator has paused this consumer's channel or account.
    async fn is_paused(&self) -> Result<bool, StoreError> {
        let whose = self.with(|engine, _| {
            let whose = engine.consumer();
            Ok(whose.map(|it| (it.account_id.clone(), it.namespace.clone())))
        })?;
        Ok(match whose {
            Some((account_id, namespace)) => {
                pauses::is_paused(&self.runtime, &account_id, &namespace).await
            }
            None => false,
        })
    }

    /// What LiveEngage tells the public about an agent. Nothing waits for it but once.
    async fn agent_profile(&self, account_id: &str, agent_id: &str) -> Option<AgentProfile> {
        let access = account::access(&self.runtime, account_id, None)
            .await
            .ok()?;
        let request = agent_profile::request(&access.domains, account_id, agent_id)?;
        match agent_profile::parse(&self.runtime.send(&request).await) {
            AgentProfileAnswer::Known(profile) => Some(profile),
            AgentProfileAnswer::Unknown | AgentProfileAnswer::Destination { .. } => None,
        }
    }

    fn postpone(&self, lane: Lane, cause: Cause) -> Result<(), StoreError> {
        self.with(|engine, context| engine.postpone(lane, cause, context))
    }

    /// Tells the Directory whose this is.
    async fn claim(&self, subject: &Subject<'_>) -> bool {
        let ask = Ask::Claim {
            key: self.key.clone(),
        };
        let answer = calls::directory(&self.runtime, subject, &ask).await;
        matches!(answer, Ok(Resolution::Owned { .. }))
    }

    /// Nothing leads from there to this consumer any more.
    async fn unclaim(&self, subject: &Subject<'_>) -> bool {
        let ask = Ask::Forget {
            key: self.key.clone(),
        };
        let forgotten = calls::directory(&self.runtime, subject, &ask).await;
        forgotten.is_ok() && self.runtime.index_delete(&subject.name()).await
    }

    /// Tells the index of dead letters and stuck lanes how things stand.
    async fn report(&self, object: &str, revision: u64, report: &Report) -> bool {
        let ask = attention::Ask::Report {
            consumer: self.key.clone(),
            revision,
            report: report.clone(),
        };
        let told = calls::attention(&self.runtime, object, &ask).await;
        told.is_ok()
    }

    async fn index(&self, subject: &Subject<'_>) {
        let (name, key) = (subject.name(), self.key.as_str());
        if !self.runtime.index_put(&name, key).await {
            // Not a failure: the Directory answers on every miss.
            self.runtime
                .log("index_not_written", &[("consumer", key)], true);
        }
    }
}
