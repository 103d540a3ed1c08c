//! Opening a conversation, and asking beforehand where it should go.

use super::conclude::unauthorized;
use super::{SendContext, SendProgress, Verdict};
use crate::config::Channel;
use crate::conversation::{Consumer, ConsumerKeyed, Target};
use crate::http::{HttpAnswer, HttpFailure, HttpRequest, Millis};
use crate::liveengage::answers::{CreateAnswer, create_answer};
use crate::liveengage::create_conversation::{self, ResolvedRouting};
use crate::liveengage::engagement::{self, EngagementAnswer};
use crate::liveengage::{Access, Call};
use crate::message::Profile;
use crate::outcome::Cause;

/// After so many failures of the Monitoring API a conversation is opened without its advice.
const ENGAGEMENT_TRIES: u32 = 3;

/// Whether the Monitoring API is to be asked first. Where the platform wishes for a campaign there is nothing to ask.
pub(super) fn wants_engagement(
    channel: &Channel,
    consumer: &Consumer,
    progress: &SendProgress,
) -> bool {
    let asks = !channel.routing.entry_points.is_empty();
    asks && !progress.engaged && !wishes_campaign(&consumer.profile)
}

fn wishes_campaign(profile: &Profile) -> bool {
    let wish = profile.routing.as_ref();
    wish.is_some_and(|wish| wish.campaign_id.is_some())
}

pub(super) fn engagement_request(
    context: &SendContext<'_>,
    access: &Access,
    consumer: &ConsumerKeyed<'_>,
) -> Option<HttpRequest> {
    let channel = context.channel;
    let request = engagement::Request {
        account_id: &channel.account.id,
        client_id: &channel.account.client_id,
        ext_consumer_id: &consumer.ext_consumer_id(channel),
        issuer: &channel.callback_url,
        entry_points: &channel.routing.entry_points,
        platform: channel.platform,
        profile: &consumer.state.profile,
        visit: consumer.state.visit.as_ref(),
    };
    engagement::request(&access.domains, &request)
}

pub(super) fn conclude_engagement(
    answer: &HttpAnswer,
    consumer: &mut Consumer,
    progress: &mut SendProgress,
    now: Millis,
) -> Verdict {
    progress.engaged = true;
    match engagement::parse(answer) {
        EngagementAnswer::Exposed(visit) | EngagementAnswer::NotEligible(visit) => {
            consumer.visit = Some(visit);
            Verdict::Continue
        }
        EngagementAnswer::InConversation {
            conversation_id,
            visit,
        } => {
            consumer.is_in(&conversation_id, now);
            consumer.visit = Some(visit);
            Verdict::Continue
        }
        EngagementAnswer::Destination { cause, after } => {
            progress.engagement_failures += 1;
            progress.engaged = progress.engagement_failures >= ENGAGEMENT_TRIES;
            Verdict::Retry { cause, after }
        }
        // Its advice is worth having, not worth a message.
        EngagementAnswer::Refused { .. } => Verdict::Continue,
    }
}

pub(super) fn request(
    call: &Call<'_>,
    context: &SendContext<'_>,
    consumer: &ConsumerKeyed<'_>,
) -> HttpRequest {
    let channel = context.channel;
    let profile = &consumer.state.profile;
    let mut visit = consumer.state.visit.clone();
    if let Some(visit) = visit.as_mut().filter(|_| wishes_campaign(profile)) {
        visit.campaign = None;
    }
    let routing = ResolvedRouting::from(
        &channel.routing,
        profile.routing.as_ref(),
        profile.language.as_deref(),
    );
    create_conversation::request(
        call,
        context.request_id,
        &create_conversation::Request {
            profile,
            platform: channel.platform,
            routing: &routing,
            visit: visit.as_ref(),
        },
    )
}

pub(super) fn conclude(
    answer: &HttpAnswer,
    context: &SendContext<'_>,
    consumer: &mut Consumer,
    progress: &mut SendProgress,
    now: Millis,
) -> Verdict {
    match create_answer(answer, context.request_id) {
        CreateAnswer::Created { conversation_id } => {
            consumer.heard(&conversation_id, now);
            consumer.already_open_since = None;
            // Its advice was for this conversation; the visit goes on.
            if let Some(visit) = &mut consumer.visit {
                visit.campaign = None;
                visit.context_id = None;
            }
            Verdict::Continue
        }
        CreateAnswer::AlreadyOpen => {
            if matches!(consumer.target(now), Target::Dialog { .. }) {
                return Verdict::Continue;
            }
            consumer.already_open_since.get_or_insert(now);
            // The Monitoring API may know which one it is.
            progress.engaged = false;
            Verdict::Retry {
                cause: Cause::AlreadyOpen,
                after: None,
            }
        }
        CreateAnswer::Unauthorized(fault) => unauthorized(&fault, context, progress),
        CreateAnswer::Destination { cause, after } => Verdict::Retry { cause, after },
        // A second create cannot do harm: LiveEngage refuses it while the first one's conversation is open.
        CreateAnswer::NoAnswer(HttpFailure::NotSent | HttpFailure::Source { .. }) => {
            Verdict::Retry {
                cause: Cause::Unreachable,
                after: None,
            }
        }
        CreateAnswer::NoAnswer(HttpFailure::Lost) => Verdict::Retry {
            cause: Cause::NoAnswer,
            after: None,
        },
        // A create that LiveEngage finds invalid says nothing about the message: it waits until the configuration is mended.
        CreateAnswer::Refused { .. } => Verdict::Retry {
            cause: Cause::Configuration {
                key: format!("channel {}", context.channel.name),
            },
            after: None,
        },
    }
}
