//! Accepting what happens in a dialog: what agents say becomes rows, what we said ourselves comes back as an echo, the rest is facts.

use super::consumer::Consumer;
use super::echo::{external_ids, said};
use super::{Context, DialogPlace, Engine, Lane, Row, Store, StoreError};
use crate::crypto;
use crate::http::Millis;
use crate::liveengage::content::content_of;
use crate::liveengage::notification::{DialogEvent, Standing};
use crate::message::{Agent, Content, File, FilePlace};
use crate::outcome::Refusal;

impl<S: Store> Engine<S> {
    /// Returns whether a row was inserted (`None`: the event needs none) and whether the consumer changed.
    pub(super) fn accept_dialog_event(
        &mut self,
        change: &DialogEvent,
        context: &Context<'_>,
    ) -> Result<(Option<bool>, bool), StoreError> {
        let now = context.now;
        if self.memory.consumer.is_none() && self.memory.tombstone.is_some() {
            // The person was erased: what is still said in the conversation goes nowhere.
            return Ok((None, false));
        }
        let standing = change.standing(
            self.memory
                .consumer
                .as_ref()
                .and_then(Consumer::lp_consumer_id),
        );
        let place = change.sequence.map(|sequence| DialogPlace {
            dialog_id: change.dialog_id.clone(),
            sequence,
        });
        let learned = match &mut self.memory.consumer {
            Some(consumer) => consumer.heard(&change.conversation_id, now),
            None => false,
        };
        let carries_content = change.body.carries_content();
        let inserted = match standing {
            Standing::Echo => {
                if let (Some(place), Some(said)) = (&place, said(change)) {
                    self.settle_by_echo(place, said, &external_ids(change), context)?;
                }
                None
            }
            Standing::Private => None,
            Standing::Forward if !carries_content => {
                self.accept_agent_signal(change, context);
                None
            }
            Standing::Unattributed if !carries_content => None,
            Standing::Forward => Some(self.accept_from_agent(change, place.as_ref(), context)?),
            Standing::Unattributed => {
                let refusal = Refusal::Malformed {
                    what: "the event has neither a role nor an originator".to_owned(),
                };
                let mut row = self.row_from_agent(change, place.as_ref(), now);
                row.refuse(now, refusal);
                Some(self.insert(row)?)
            }
        };
        if let Some(place) = &place {
            self.memory
                .seen
                .account(&place.dialog_id, place.sequence, now);
        }
        Ok((inserted, learned))
    }

    fn accept_from_agent(
        &mut self,
        change: &DialogEvent,
        place: Option<&DialogPlace>,
        context: &Context<'_>,
    ) -> Result<bool, StoreError> {
        let now = context.now;
        self.memory.signals.agent_said();
        let mut row = self.row_from_agent(change, place, now);
        if self
            .memory
            .consumer
            .as_ref()
            .is_none_or(|consumer| consumer.address.is_none())
        {
            row.refuse(now, Refusal::NoAddress);
            return self.insert(row);
        }
        if self.is_full(Lane::ToConsumer, context) {
            return self.insert_beyond_bounds(row, context);
        }
        let reorder_wait = self.reorder_wait(context);
        if let Some(place) = place.filter(|_| reorder_wait > 0) {
            if let Some(position) = self.place_before_higher(place)? {
                row.position = position;
            }
            // Asked as if it were accounted for already: a gap is about the numbers below it.
            self.memory
                .seen
                .account(&place.dialog_id, place.sequence, now);
            if self
                .memory
                .seen
                .should_wait(&place.dialog_id, place.sequence, now)
            {
                row.detail.held = true;
                row.due_at = now + reorder_wait;
            }
        }
        self.insert(row)
    }

    fn reorder_wait(&self, context: &Context<'_>) -> Millis {
        self.memory
            .consumer
            .as_ref()
            .and_then(|consumer| {
                context
                    .config
                    .channel_of(&consumer.account_id, &consumer.namespace)
            })
            .map_or(0, |channel| channel.reorder_wait)
    }

    /// The place before the first message of the same dialog that has a higher sequence and has not been tried yet.
    fn place_before_higher(&self, place: &DialogPlace) -> Result<Option<u64>, StoreError> {
        for key in self.memory.lane(Lane::ToConsumer) {
            let Some(row) = self.store.row(key)? else {
                continue;
            };
            let higher = row.detail.source.as_ref().is_some_and(|source| {
                source.dialog_id == place.dialog_id && source.sequence > place.sequence
            });
            if higher && row.detail.attempt == 0 {
                return Ok(self.memory.place_before(Lane::ToConsumer, row.position));
            }
        }
        Ok(None)
    }

    fn row_from_agent(
        &self,
        change: &DialogEvent,
        place: Option<&DialogPlace>,
        now: Millis,
    ) -> Row {
        let content = content_of(change);
        let key = match place {
            Some(place) => format!("l:{}:{}", place.dialog_id, place.sequence),
            // Content without a sequence is not documented; what it says names it then.
            None => {
                let whole = serde_json::to_vec(change).unwrap_or_default();
                format!("l:{}:{}", change.dialog_id, crypto::sha256_hex(&whole))
            }
        };
        let mut row = self.new_row(key, Lane::ToConsumer, content, now);
        row.detail.source = place.cloned();
        row.detail.agent = change.originator_id.as_ref().map(|id| Agent {
            id: id.clone(),
            role: change.role.clone(),
            ..Agent::default()
        });
        if let Some(Content::File { file }) = &row.content
            && matches!(file.at, FilePlace::Liveengage { .. })
        {
            // Its caption goes with the content.
            row.detail.file = Some(File {
                caption: None,
                ..file.clone()
            });
        }
        row
    }
}
