//! One attempt towards LiveEngage: what it is for, and what its answer changes.

use super::drain::request_id;
use super::send::{self, AsText, Goal, SendContext, SendProgress, Verdict};
use super::{
    ALREADY_OPEN_LIMIT, After, ConsumerKeyed, Context, DialogPlace, Engine, ExpectedEcho, Row,
    RowState, StepEvent, Store, StoreError, Ticket, Work,
};
use crate::breaker::Destination;
use crate::config::Channel;
use crate::http::{HttpAnswer, HttpRequest};
use crate::liveengage::Access;
use crate::message::Content;
use crate::outcome::{Cause, Refusal};
use crate::platforms::Progress;

impl<S: Store> Engine<S> {
    /// Starts the next attempt of a message. `None`: it has ended without one, look at the lane again.
    pub(super) fn start_to_liveengage(
        &mut self,
        mut row: Row,
        channel: &Channel,
        context: &Context<'_>,
        access: Option<&Access>,
    ) -> Result<Option<Work>, StoreError> {
        let Some(consumer) = &self.memory.consumer else {
            return Ok(Some(Work::Idle));
        };
        let account_id = consumer.account_id.clone();
        let mut progress: SendProgress = row.detail.progress.read();
        let Some(content) = row.content.clone() else {
            let what = "the stored content is gone".to_owned();
            self.refuse(&mut row, Refusal::Malformed { what }, context)?;
            return Ok(None);
        };
        if let Content::File { file } = &content
            && progress.as_text.is_none()
            && channel.adapter.media(file).is_none()
        {
            progress.as_text = Some(AsText::NotTaken);
            row.detail.progress = Progress::of(&progress);
        }
        if send::pieces(&content, &progress).len() <= progress.pieces {
            self.refuse(&mut row, nothing_to_say(&content), context)?;
            return Ok(None);
        }
        let Some(access) = access else {
            return Ok(Some(Work::Access { account_id }));
        };
        let request_id = request_id(&row.key, row.detail.attempt + 1);
        let upload = self.memory.upload_for(&row.key);
        let send = SendContext {
            channel,
            request_id: &request_id,
            upload: upload.as_ref(),
        };
        let Some(consumer) = &self.memory.consumer else {
            return Ok(Some(Work::Idle));
        };
        let goal = send::goal(consumer, &content, &progress, &send, context.now);
        if matches!(goal, Goal::Engagement | Goal::Create)
            && let Some(request) = self.unknown_person(channel, context)
        {
            return Ok(Some(Work::LookUpPerson { request }));
        }
        let echo = match &goal {
            Goal::Register { lp_consumer_id } => {
                return Ok(Some(Work::Register {
                    account_id,
                    lp_consumer_id: lp_consumer_id.clone(),
                }));
            }
            Goal::AwaitClose => {
                self.retry(&mut row, Cause::Closing, None, context)?;
                return Ok(Some(Work::Idle));
            }
            Goal::Skip => {
                self.skip_piece(&mut row, &content, progress, context)?;
                return Ok(None);
            }
            Goal::Publish(dialog) => Some(ExpectedEcho {
                dialog_id: dialog.dialog_id.clone(),
                above: self.memory.seen.highest(&dialog.dialog_id),
                id: channel.account.echo_metadata.then(|| request_id.clone()),
            }),
            _ => None,
        };
        let service = send::service(&goal, &access.domains);
        let destination = service.map(|service| Destination::liveengage(&account_id, service));
        if let Some(destination) = &destination
            && !self.may_send(&mut row, destination, context)?
        {
            return Ok(Some(Work::Idle));
        }
        if echo.is_some() && row.detail.unknown {
            self.give_up_unknown(&mut row);
        }
        self.begin(&mut row, echo, context)?;
        let Some(request) = self.build(&goal, &send, access, &content, &progress, context) else {
            return self.without_service(row, &goal, progress, context);
        };
        self.on_its_way(&mut row, None)?;
        let ticket = Ticket {
            lane: row.lane,
            key: row.key,
            attempt: row.detail.attempt,
            goal: Some(goal),
            piece: progress.pieces,
            destination,
        };
        Ok(Some(Work::Send { ticket, request }))
    }

    fn build(
        &self,
        goal: &Goal,
        send: &SendContext<'_>,
        access: &Access,
        content: &Content,
        progress: &SendProgress,
        context: &Context<'_>,
    ) -> Option<HttpRequest> {
        let consumer = ConsumerKeyed {
            key: context.key,
            state: self.memory.consumer.as_ref()?,
        };
        send::request(goal, send, access, &consumer, content, progress)
    }

    /// The account has no such service (file storage, Monitoring): the send goes on without it.
    fn without_service(
        &mut self,
        mut row: Row,
        goal: &Goal,
        mut progress: SendProgress,
        context: &Context<'_>,
    ) -> Result<Option<Work>, StoreError> {
        match goal {
            Goal::Engagement => progress.engaged = true,
            Goal::Probe | Goal::UploadUrl | Goal::Upload => {
                progress.file = None;
                progress.as_text = Some(AsText::NotTaken);
            }
            _ => {
                self.retry(&mut row, Cause::Internal, None, context)?;
                return Ok(Some(Work::Idle));
            }
        }
        row.advance(context.now, Progress::of(&progress));
        self.save(&row)?;
        Ok(None)
    }

    /// The present piece has become pointless: the next one, or the end.
    fn skip_piece(
        &mut self,
        row: &mut Row,
        content: &Content,
        mut progress: SendProgress,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        send::next_piece(&mut progress);
        if progress.pieces < send::pieces(content, &progress).len() {
            row.advance(context.now, Progress::of(&progress));
            return self.save(row);
        }
        if row.detail.published.is_empty() {
            self.drop_as_moot(row, context)
        } else {
            self.deliver(row, false, context)
        }
    }

    /// Takes the answer to an attempt. One that is no longer `current` still teaches what it says about the consumer.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a different side of one answer"
    )]
    pub(super) fn ended_to_liveengage(
        &mut self,
        mut row: Row,
        ticket: &Ticket,
        goal: &Goal,
        current: bool,
        answer: &HttpAnswer,
        send: &SendContext<'_>,
        context: &Context<'_>,
    ) -> Result<After, StoreError> {
        let Some(consumer) = &mut self.memory.consumer else {
            return Ok(After::GoOn);
        };
        let before = consumer.clone();
        let nothing = Content::Text {
            text: String::new(),
        };
        let content = row.content.as_ref().unwrap_or(&nothing);
        let mut progress: SendProgress = row.detail.progress.read();
        let verdict = send::conclude(
            goal,
            answer,
            send,
            consumer,
            content,
            &mut progress,
            context.now,
        );
        if *consumer != before {
            self.save_consumer(context.now)?;
        }
        if let Some(destination) = &ticket.destination {
            let failure = match &verdict {
                Verdict::Retry { cause, after } => Some((cause, *after)),
                Verdict::Unknown { cause } => Some((cause, None)),
                _ => None,
            };
            self.tell_breaker(destination, failure, context);
        }
        if !current {
            if let Verdict::Published { place, .. } = verdict {
                self.published_late(row, ticket, place, context)?;
            }
            return Ok(After::GoOn);
        }
        if matches!(goal, Goal::Publish(_)) && !matches!(verdict, Verdict::Unknown { .. }) {
            row.settle();
        }
        match verdict {
            Verdict::Published { place, .. } => {
                self.publish_settled(&mut row, place, false, context)?;
            }
            Verdict::Continue | Verdict::RenewAppJwt => {
                row.advance(context.now, Progress::of(&progress));
                self.save(&row)?;
                if verdict == Verdict::RenewAppJwt {
                    return Ok(After::RenewAppJwt);
                }
            }
            Verdict::Skip => {
                if let Some(content) = row.content.clone() {
                    self.skip_piece(&mut row, &content, progress, context)?;
                }
            }
            Verdict::Place(place) => {
                self.memory.upload = Some((row.key.clone(), place));
                row.advance(context.now, Progress::of(&progress));
                self.save(&row)?;
            }
            Verdict::Retry { cause, after } => {
                self.memory.upload = None;
                row.detail.progress = Progress::of(&progress);
                self.raise_already_open(&cause, context);
                self.retry(&mut row, cause, after, context)?;
            }
            Verdict::Unknown { cause } => self.doubt(&mut row, cause, context)?,
            Verdict::Refused { refusal } => self.refuse(&mut row, refusal, context)?,
        }
        Ok(After::GoOn)
    }

    /// The answer of an attempt that was given up says that it had its effect after all. Where its piece has not been counted
    /// since, this settles it; where it has, it arrived twice.
    fn published_late(
        &mut self,
        mut row: Row,
        ticket: &Ticket,
        place: Option<DialogPlace>,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        if place
            .as_ref()
            .is_some_and(|place| self.memory.published.contains_key(place))
        {
            return Ok(());
        }
        let progress: SendProgress = row.detail.progress.read();
        let same_piece = row.content.is_some() && progress.pieces == ticket.piece;
        let given_up = row.detail.refusal == Some(Refusal::OutcomeUnknown);
        if same_piece && (row.state.is_open() || given_up) {
            return self.publish_settled(&mut row, place, false, context);
        }
        if row.state != RowState::Delivered && !row.state.is_open() {
            return Ok(());
        }
        self.count_doubled(row, place, context)
    }

    /// Notes that a piece has arrived a second time.
    pub(super) fn count_doubled(
        &mut self,
        mut row: Row,
        place: Option<DialogPlace>,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        row.detail.resent = None;
        self.memory.resent.retain(|(_, key)| *key != row.key);
        let sequence = place.as_ref().map(|place| place.sequence);
        if let Some(place) = place {
            self.memory.published.insert(place.clone(), row.key.clone());
            row.detail.published.push(place);
        }
        row.note(context.now, StepEvent::Doubled { sequence });
        self.log_outcome(&row, "doubled");
        self.save(&row)
    }

    fn raise_already_open(&mut self, cause: &Cause, context: &Context<'_>) {
        let consumer = self.memory.consumer.as_ref();
        let since = consumer.and_then(|consumer| consumer.already_open_since);
        let (Cause::AlreadyOpen, Some(since)) = (cause, since) else {
            return;
        };
        let waited = context.now.saturating_sub(since);
        if waited >= ALREADY_OPEN_LIMIT {
            let minutes = (waited / 60_000).to_string();
            self.raise("already_open_unresolved", vec![("minutes", minutes)]);
        }
    }
}

/// Why a message without any piece is refused.
fn nothing_to_say(content: &Content) -> Refusal {
    match content {
        Content::Malformed { what, .. } => Refusal::Malformed { what: what.clone() },
        _ => Refusal::Unsupported {
            kind: "empty text".to_owned(),
        },
    }
}
