//! How attempts and messages end, and what the logs say about it.

use serde::Serialize;
use serde_json::Value;

use super::echo::{digest, piece};
use super::{
    CRASHES, Context, ECHO_WAIT, Engine, Lane, Phase, Resent, Row, RowState, Store, StoreError,
    retry,
};
use crate::http::Millis;
use crate::message::Content;
use crate::outcome::{Cause, Refusal};
use crate::platforms::Adapter;

impl<S: Store> Engine<S> {
    /// The other side has it.
    pub(super) fn deliver(
        &mut self,
        row: &mut Row,
        by_echo: bool,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        row.deliver(context.now, by_echo);
        self.log_outcome(row, "delivered");
        self.save(row)
    }

    /// The destination failed: the message waits, and the lane behind it.
    pub(super) fn retry(
        &mut self,
        row: &mut Row,
        cause: Cause,
        after: Option<Millis>,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let failures = row.detail.failures;
        let pause = retry::pause(row.lane, &cause, failures, after, context.random);
        self.log_cause(row, "retry", &cause);
        row.wait(context.now, context.now + pause, cause);
        self.save(row)
    }

    /// The attempt may have had its effect: an echo or a report may tell, else the policy decides.
    pub(super) fn doubt(
        &mut self,
        row: &mut Row,
        cause: Cause,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let failures = row.detail.failures;
        let pause = retry::pause(row.lane, &cause, failures, None, context.random);
        let awaited = match row.lane {
            Lane::ToLiveengage => row.detail.echo.is_some(),
            Lane::ToConsumer => self
                .channel(context)
                .is_some_and(|channel| channel.adapter.abilities().recognises),
        };
        let least = if awaited { ECHO_WAIT } else { 0 };
        self.log_cause(row, "unknown", &cause);
        row.doubt(context.now, context.now + pause.max(least), cause);
        self.save(row)
    }

    /// The message becomes a dead letter, and the lane goes on.
    pub(super) fn refuse(
        &mut self,
        row: &mut Row,
        refusal: Refusal,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        self.log_refusal(row, &refusal);
        let told = match self.channel(context) {
            Some(channel) if row.lane == Lane::ToConsumer => {
                let because = explain(channel.adapter.as_ref(), &refusal);
                self.tell_not_delivered(row, because, context)
            }
            _ => Ok(()),
        };
        row.refuse(context.now, refusal);
        self.save(row)?;
        told
    }

    /// LiveEngage is to be told that a message of its side has not arrived: once, behind what the consumer has said so far.
    pub(super) fn tell_not_delivered(
        &mut self,
        row: &Row,
        because: String,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let (Some(place), Some(channel)) = (row.detail.source.clone(), self.channel(context))
        else {
            return Ok(());
        };
        let line = channel
            .notify_agent
            .then(|| format!("Not delivered: {because}"));
        let content = Content::NotDelivered { place, line };
        let key = format!("n:{}", row.key);
        let news = self.new_row(key, Lane::ToLiveengage, content, context.now);
        self.insert(news).map(drop)
    }

    /// A dead letter has turned out to be delivered: that it was not is taken back, where nobody has been told yet.
    pub(super) fn untell_not_delivered(
        &mut self,
        key: &str,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let news = self.store.row(&format!("n:{key}"))?;
        match news.filter(|news| news.state == RowState::Waiting && news.detail.attempt == 0) {
            Some(mut news) => self.drop_as_moot(&mut news, context),
            None => Ok(()),
        }
    }

    /// There is nothing left to do for it.
    pub(super) fn drop_as_moot(
        &mut self,
        row: &mut Row,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        row.drop_as_moot(context.now);
        self.log_outcome(row, "moot");
        self.save(row)
    }

    /// The process ended while an attempt was under way, or the attempt hangs beyond its lease.
    pub(super) fn interrupted(
        &mut self,
        row: &mut Row,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        self.memory.in_flight.remove(&row.lane);
        let excused = self.memory.excused.remove(&row.lane);
        if row.detail.interruptions > 0 && row.detail.phase != Phase::OnItsWay && !excused {
            row.detail.crashes += 1;
        }
        row.detail.interruptions += 1;
        self.log_outcome(row, "interrupted");
        let may_have_arrived = row.effect_under_way();
        if row.detail.interruptions >= CRASHES && row.detail.crashes + 1 >= CRASHES {
            if may_have_arrived {
                self.give_up_unknown(row);
            }
            return self.refuse(row, Refusal::Crashed, context);
        }
        if may_have_arrived {
            self.doubt(row, Cause::Interrupted, context)
        } else {
            self.retry(row, Cause::Interrupted, None, context)
        }
    }

    /// Remembers a publish or a request to the platform that is given up as unknown, so that its echo or report can still be told.
    pub(super) fn give_up_unknown(&mut self, row: &mut Row) {
        row.detail.unknown = false;
        if row.lane == Lane::ToConsumer {
            row.doubt_attempt(row.detail.attempt);
            return;
        }
        let (Some(echo), Some(piece)) = (row.detail.echo.take(), piece(row)) else {
            return;
        };
        let resent = Resent {
            echo,
            text: digest(&piece),
        };
        self.memory.resent.retain(|(_, key)| *key != row.key);
        self.memory.resent.push((resent.clone(), row.key.clone()));
        row.detail.resent = Some(resent);
    }

    /// The configuration has no channel for the head of a lane: it waits, and operators are told its name.
    pub(super) fn channel_is_missing(
        &mut self,
        row: &mut Row,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let consumer = self.memory.consumer.as_ref();
        let account_id = consumer.map_or_else(String::new, |consumer| consumer.account_id.clone());
        let channel = consumer.map_or_else(String::new, |consumer| consumer.channel.clone());
        let key = format!("channel {channel}");
        let fields = vec![
            ("account", account_id),
            ("channel", channel),
            ("lane", row.lane.as_str().to_owned()),
            ("waiting", self.memory.waiting(row.lane).to_string()),
        ];
        self.raise("channel_missing", fields);
        self.retry(row, Cause::Configuration { key }, None, context)
    }

    pub(super) fn log_outcome(&mut self, row: &Row, event: &'static str) {
        self.log(event, row_fields(row));
    }

    pub(super) fn log_refusal(&mut self, row: &Row, refusal: &Refusal) {
        let mut fields = row_fields(row);
        fields.extend(described(refusal, "reason"));
        self.raise("refused", fields);
    }

    pub(super) fn log_cause(&mut self, row: &Row, event: &'static str, cause: &Cause) {
        let mut fields = row_fields(row);
        fields.extend(described(cause, "cause"));
        self.log(event, fields);
    }
}

/// Why a message did not arrive, for the agent.
pub(super) fn explain(adapter: &dyn Adapter, refusal: &Refusal) -> String {
    if let Some(known) = adapter.explain(refusal) {
        return known.to_owned();
    }
    match refusal {
        Refusal::Rejected { code } => format!("the platform refused it ({code})"),
        Refusal::Unsupported { kind } => format!("this channel cannot show it ({kind})"),
        Refusal::Expired => "it could not be handed over in time".to_owned(),
        Refusal::OutcomeUnknown => "it is not known whether it arrived".to_owned(),
        Refusal::NoAddress => "the consumer's address is not known".to_owned(),
        Refusal::QueueFull => "too many messages are waiting for the consumer".to_owned(),
        Refusal::Malformed { .. } | Refusal::Crashed | Refusal::Other => {
            "it could not be processed".to_owned()
        }
    }
}

/// What a log line says of a message. Its key holds ids of the platform or of LiveEngage.
fn row_fields(row: &Row) -> Vec<(&'static str, String)> {
    vec![
        ("lane", row.lane.as_str().to_owned()),
        ("message", row.key.clone()),
        ("attempt", row.detail.attempt.to_string()),
    ]
}

/// A cause or refusal by its stored name, with what it says besides: a code, a status, a configuration key. None of these
/// holds anything that a person said.
fn described(value: &impl Serialize, tag: &'static str) -> Vec<(&'static str, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let Ok(Value::Object(fields)) = serde_json::to_value(value) else {
        return Vec::new();
    };
    let name = fields.get(tag).map(|name| (tag, text(name)));
    let more = fields
        .iter()
        .filter(|(key, value)| *key != tag && !value.is_null());
    name.into_iter()
        .chain(more.map(|(_, value)| ("detail", text(value))))
        .collect()
}
