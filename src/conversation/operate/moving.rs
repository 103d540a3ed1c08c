//! Leading a consumer to a conversation of LiveEngage's by hand.

use super::Answer;
use crate::conversation::wire::Route;
use crate::conversation::{Context, Engine, Store, StoreError, Target};

/// No id of LiveEngage's is longer (characters): they are UUIDs.
const LONGEST_ID: usize = 200;

impl<S: Store> Engine<S> {
    /// LiveEngage says that a conversation is open and does not say which; somebody has looked it up.
    pub(super) fn adopt(
        &mut self,
        conversation_id: &str,
        context: &Context<'_>,
    ) -> Result<Answer, StoreError> {
        if !is_id(conversation_id) {
            return Ok(impossible("this is no conversation id"));
        }
        let Some(consumer) = &mut self.memory.consumer else {
            return Ok(Answer::Unknown);
        };
        consumer.adopt(conversation_id, context.now);
        self.save_consumer(context.now)?;
        self.hasten(context.now)?;
        self.log(
            "adopted",
            vec![("conversation", conversation_id.to_owned())],
        );
        Ok(Answer::Done)
    }

    /// A consumer of another connector, with the conversation that is open there. A second import of the same pair has no effect.
    pub(super) fn import(
        &mut self,
        route: &Route,
        conversation_id: &str,
        context: &Context<'_>,
    ) -> Result<Answer, StoreError> {
        if route.address.is_none() || route.namespace.is_none() {
            return Ok(impossible("a consumer needs a channel and an address"));
        }
        if let Some(consumer) = &self.memory.consumer
            && let Target::Dialog {
                conversation_id: open,
                ..
            } = consumer.target(context.now)
            && open != conversation_id
        {
            return Ok(impossible(
                "the consumer is in another open conversation already",
            ));
        }
        if !is_id(conversation_id) {
            return Ok(impossible("this is no conversation id"));
        }
        self.learn_route(route, false, context.now)?;
        self.adopt(conversation_id, context)
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.chars().count() <= LONGEST_ID
        && text.chars().all(|c| c.is_ascii_graphic())
}

fn impossible(why: &str) -> Answer {
    Answer::Impossible {
        why: why.to_owned(),
    }
}
