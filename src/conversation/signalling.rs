//! Signals as they come and as they go: what happens beside the messages of a lane.

use std::collections::BTreeSet;

use super::signals::ToLiveengage;
use super::{After, Context, DialogPlace, Engine, Lane, Store, StoreError, Work};
use crate::breaker::Destination;
use crate::config::Channel;
use crate::crypto;
use crate::http::{HttpAnswer, HttpRequest, HttpResponse};
use crate::liveengage::answers::{SendAnswer, TokenFault, send_answer};
use crate::liveengage::notification::{DialogEvent, EventBody};
use crate::liveengage::publish::{self, ChatState, Place};
use crate::liveengage::{Access, Call};
use crate::message::{ReceiptStatus, Signal};
use crate::platforms::OutgoingSignal;

/// Says which signal a request carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalTicket {
    lane: Lane,
    /// It tells LiveEngage a state other than that the consumer is typing.
    ends_typing: bool,
}

impl<S: Store> Engine<S> {
    /// A signal of the consumer's side. It leaves nothing behind but a mark in memory, except that a message which failed after all
    /// is told like one that was refused.
    pub(super) fn accept_signal(
        &mut self,
        signal: &Signal,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let now = context.now;
        match signal {
            Signal::ChatState { state } => {
                if let Some(state) = ChatState::from_name(state) {
                    self.memory.signals.chat_state(state, now);
                }
                Ok(())
            }
            Signal::Receipt {
                remote_id,
                status,
                code,
            } => self.accept_receipt(remote_id, *status, code.as_deref(), context),
            Signal::ReceiptUntil { until, status } => {
                self.accept_receipt_until(*until, *status, now);
                Ok(())
            }
            Signal::Taken {
                reference,
                remote_id,
            } => self.accept_taken(reference, remote_id, context),
        }
    }

    /// A signal of the agents' side, for platforms that have a use for it.
    pub(super) fn accept_agent_signal(&mut self, change: &DialogEvent, context: &Context<'_>) {
        let now = context.now;
        let Some(abilities) = self.channel(context).map(|it| it.adapter.abilities()) else {
            return;
        };
        let memory = &mut self.memory;
        match &change.body {
            EventBody::ChatState { state } if abilities.typing => {
                memory.signals.typing(state.clone(), now);
            }
            EventBody::Accept { status, sequences } if abilities.receipts => {
                let status = match status.as_str() {
                    "ACCEPT" => ReceiptStatus::Delivered,
                    "READ" => ReceiptStatus::Read,
                    "ACCESS" => ReceiptStatus::Accessed,
                    _ => return,
                };
                let mut told = BTreeSet::new();
                for sequence in sequences {
                    let place = DialogPlace {
                        dialog_id: change.dialog_id.clone(),
                        sequence: *sequence,
                    };
                    let key = memory.published.get(&place);
                    let id = key.and_then(|key| key.strip_prefix("c:"));
                    // A text of several pieces has several places.
                    if let Some(id) = id
                        && told.insert(id.to_owned())
                    {
                        memory.signals.told(id.to_owned(), status, now);
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether LiveEngage has yet to be told what the consumer's side reported.
    pub fn has_receipts(&self) -> bool {
        self.memory.signals.any_to_liveengage()
    }

    /// The next signal of a lane, or what it needs first.
    pub(super) fn next_signal(
        &mut self,
        lane: Lane,
        context: &Context<'_>,
        access: Option<&Access>,
    ) -> Result<Option<Work>, StoreError> {
        match lane {
            Lane::ToLiveengage => self.next_signal_to_liveengage(context, access),
            Lane::ToConsumer => Ok(self.next_signal_to_consumer(context)),
        }
    }

    fn next_signal_to_liveengage(
        &mut self,
        context: &Context<'_>,
        access: Option<&Access>,
    ) -> Result<Option<Work>, StoreError> {
        let now = context.now;
        let channel = self.channel(context);
        let memory = &mut self.memory;
        let Some(consumer) = &mut memory.consumer else {
            return Ok(None);
        };
        let composing = consumer.composing.as_ref();
        let typing_over = composing.is_some_and(|composing| composing.over_at <= now);
        if !typing_over && !memory.signals.any_to_liveengage() {
            return Ok(None);
        }
        let (Some(channel), true) = (channel, consumer.token.is_some()) else {
            self.postpone_signals(context)?;
            return Ok(None);
        };
        let Some(access) = access else {
            let account_id = consumer.account_id.clone();
            return Ok(Some(Work::Access { account_id }));
        };
        let account_id = consumer.account_id.clone();
        let messaging = Destination::liveengage(&account_id, &access.domains.messaging);
        if !self.is_undisturbed(&messaging, now) {
            self.postpone_signals(context)?;
            return Ok(None);
        }
        let memory = &mut self.memory;
        let Some(consumer) = &mut memory.consumer else {
            return Ok(None);
        };
        let before = consumer.composing.clone();
        let signal = match consumer.typing_over(now) {
            Some(signal) => Some(signal),
            None => memory.signals.next_to_liveengage(consumer, now),
        };
        let work = signal.and_then(|signal| {
            let request = self.signal_request(&signal, &channel, context, access)?;
            let ends_typing = matches!(&signal, ToLiveengage::ChatState { state, .. } if *state != ChatState::Composing);
            let ticket = SignalTicket {
                lane: Lane::ToLiveengage,
                ends_typing,
            };
            Some(Work::Signal { ticket, request })
        });
        let consumer = self.memory.consumer.as_ref();
        if consumer.is_some_and(|consumer| consumer.composing != before) {
            self.save_consumer(now)?;
        }
        Ok(work)
    }

    fn signal_request(
        &self,
        signal: &ToLiveengage,
        channel: &Channel,
        context: &Context<'_>,
        access: &Access,
    ) -> Option<HttpRequest> {
        let consumer = self.memory.consumer.as_ref()?;
        let token = consumer.token.clone()?.into();
        let call = Call {
            domains: &access.domains,
            account_id: &channel.account.id,
            token: &access.token,
            consumer: &token,
            features: &channel.features,
        };
        let request_id = format!("signal-{}", nonce(context));
        Some(match signal {
            ToLiveengage::ChatState {
                conversation_id,
                dialog_id,
                state,
            } => {
                let place = Place {
                    conversation_id,
                    dialog_id,
                };
                publish::chat_state_request(&call, &place, &request_id, *state)
            }
            ToLiveengage::Receipts {
                conversation_id,
                dialog_id,
                status,
                sequences,
            } => {
                let place = Place {
                    conversation_id,
                    dialog_id,
                };
                publish::accept_status_request(&call, &place, &request_id, *status, sequences, &[])
            }
        })
    }

    fn next_signal_to_consumer(&mut self, context: &Context<'_>) -> Option<Work> {
        let channel = self.channel(context)?;
        let platform = Destination::channel(&channel.name);
        if !self.is_undisturbed(&platform, context.now) {
            self.memory.signals.forget_to_consumer();
            return None;
        }
        let nonce = nonce(context);
        loop {
            let signal = self.memory.signals.next_to_consumer(context.now)?;
            let outgoing = OutgoingSignal {
                consumer: self.memory.consumer.as_ref()?.address.as_deref()?,
                signal: &signal,
                heard: self.memory.consumer.as_ref()?.last_heard.as_ref(),
                nonce: &nonce,
                now: context.now,
            };
            if let Some(request) = channel.adapter.signal(&outgoing) {
                let ticket = SignalTicket {
                    lane: Lane::ToConsumer,
                    ends_typing: false,
                };
                return Some(Work::Signal { ticket, request });
            }
        }
    }

    /// Takes the answer to a signal. Nothing is sent twice, except that typing has to end.
    pub fn signalled(
        &mut self,
        ticket: &SignalTicket,
        answer: &HttpAnswer,
        context: &Context<'_>,
    ) -> Result<After, StoreError> {
        if ticket.lane == Lane::ToConsumer {
            let taken = |response: &HttpResponse| (200..300).contains(&response.status);
            if !answer.as_ref().is_ok_and(taken) {
                self.memory.signals.forget_to_consumer();
            }
            return Ok(After::GoOn);
        }
        let answer = send_answer(answer);
        // A dialog that has closed shows nobody typing any more.
        let taken = matches!(
            answer,
            SendAnswer::Accepted { .. } | SendAnswer::ConversationClosed
        );
        if !taken {
            self.memory.signals.forget_to_liveengage();
        }
        if let Some(consumer) = &mut self.memory.consumer
            && taken
            && ticket.ends_typing
            && consumer.composing.is_some()
        {
            consumer.typing_is_over();
            self.save_consumer(context.now)?;
        }
        Ok(match answer {
            SendAnswer::Unauthorized(TokenFault::AppJwt) => After::RenewAppJwt,
            _ => After::GoOn,
        })
    }

    /// LiveEngage cannot be reached: signals do not wait for it, but for the one that ends typing.
    pub(super) fn postpone_signals(&mut self, context: &Context<'_>) -> Result<(), StoreError> {
        self.memory.signals.forget_to_liveengage();
        let Some(consumer) = &mut self.memory.consumer else {
            return Ok(());
        };
        let before = consumer.composing.clone();
        let _ = consumer.typing_over(context.now);
        if consumer.composing != before {
            self.save_consumer(context.now)?;
        }
        Ok(())
    }
}

fn nonce(context: &Context<'_>) -> String {
    crypto::hex(&context.random.to_be_bytes())
}
