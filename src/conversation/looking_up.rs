//! Looking up who speaks: an agent, before the consumer is told who it is; the person, before a conversation is opened.

use super::{Context, Engine, Store, StoreError, Work};
use crate::config::Channel;
use crate::http::{HttpAnswer, HttpRequest, Millis};
use crate::liveengage::agent_profile::AgentProfile;
use crate::message::Agent;

/// How long what the platform says about a person is believed, and how long nothing is asked again where it said nothing (ms).
const KEEP_PERSON: Millis = 7 * 86_400_000;
const RETRY_PERSON: Millis = 3_600_000;

impl<S: Store> Engine<S> {
    /// The agent who says a message, if the consumer is to be told who speaks and nobody has looked yet.
    pub(super) fn unknown_agent(
        &self,
        agent: Option<&Agent>,
        channel: &Channel,
        context: &Context<'_>,
    ) -> Option<Work> {
        let consumer = self.memory.consumer.as_ref()?;
        let agent = agent.filter(|agent| agent.role.as_deref() != Some("CONTROLLER"))?;
        let known = consumer.agent(&agent.id, context.now).is_some();
        (channel.show_agent && !known).then(|| Work::LookUpAgent {
            account_id: consumer.account_id.clone(),
            agent_id: agent.id.clone(),
        })
    }

    /// Takes what was found out about an agent; `None` is remembered too, so that no message waits for it again soon.
    pub fn agent_looked_up(
        &mut self,
        agent_id: &str,
        profile: Option<AgentProfile>,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let profile = profile.unwrap_or_default();
        if let Some(consumer) = &mut self.memory.consumer {
            let agent = Agent {
                id: agent_id.to_owned(),
                role: None,
                name: profile.nickname,
                picture: profile.picture_url,
            };
            consumer.learn_agent(agent, context.now);
        }
        self.save_consumer(context.now)
    }

    /// The request that asks who the person is, if that can be asked and nobody has lately.
    pub(super) fn unknown_person(
        &self,
        channel: &Channel,
        context: &Context<'_>,
    ) -> Option<HttpRequest> {
        let consumer = self.memory.consumer.as_ref()?;
        if context.now < consumer.look_up_at {
            return None;
        }
        channel.adapter.profile(consumer.address.as_deref()?)
    }

    /// Takes what the platform says about the person. That it says nothing is remembered too, so that no message waits for it again
    /// soon.
    pub fn person_looked_up(
        &mut self,
        answer: &HttpAnswer,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let channel = self.channel(context);
        let read = |answer| channel.and_then(|channel| channel.adapter.read_profile(answer));
        let profile = answer.as_ref().ok().and_then(read);
        if let Some(consumer) = &mut self.memory.consumer {
            let keep = match &profile {
                Some(_) => KEEP_PERSON,
                None => RETRY_PERSON,
            };
            consumer.look_up_at = context.now + keep;
            if let Some(profile) = profile {
                consumer.profile.merge(&profile.cleaned());
            }
        }
        self.save_consumer(context.now)
    }
}
