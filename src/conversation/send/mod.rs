//! Sending one message to LiveEngage, step by step.
//!
//! A send needs the consumer's token, the Directory to know the consumer, an open conversation, and one request per [`Piece`] (a
//! file several, see `upload.rs`). [`goal`] says which of these comes next, [`request`] builds it, [`conclude`] reads its answer. None
//! of it remembers anything but the stored [`SendProgress`] and [`Consumer`], so a send goes on after a restart where it stopped.

mod conclude;
mod create;
mod piece;
mod upload;

pub use conclude::{conclude, next_piece, published};
pub use piece::{Piece, pieces, said};
pub use upload::{AsText, FileProgress};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Consumer, ConsumerKeyed, DialogPlace, Target};
use crate::config::Channel;
use crate::http::{HttpRequest, Millis};
use crate::liveengage::files::SignedUrl;
use crate::liveengage::publish::{self, Place};
use crate::liveengage::update_conversation::{self, Update};
use crate::liveengage::{Access, Call, Domains, consumer_jws, user_profile};
use crate::message::{Command, Content, ResponseTarget};
use crate::outcome::{Cause, Refusal};

/// How far the send of one message has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendProgress {
    /// Pieces of it that LiveEngage has, or that became pointless.
    #[serde(default)]
    pub pieces: usize,
    /// The AppJWT was renewed because of this message already.
    #[serde(default)]
    pub renewed_app_jwt: bool,
    /// The ConsumerJWS has to be fetched anew.
    #[serde(default)]
    pub renew_consumer_jws: bool,
    /// The ConsumerJWS was renewed because of this message already.
    #[serde(default)]
    pub renewed_consumer_jws: bool,
    /// LiveEngage called the conversation of this piece closed already.
    #[serde(default)]
    pub reopened: bool,
    /// The file goes as text, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_text: Option<AsText>,
    /// How far the file of this piece has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileProgress>,
    /// How often the file could not be read at its place.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub source_failures: u32,
    /// The Monitoring API was asked where the conversation should go.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub engaged: bool,
    /// How often it did not say.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub engagement_failures: u32,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// The next thing that a send needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The ConsumerJWS.
    ConsumerToken,
    /// The Directory has to know the consumer before a conversation can exist.
    Register {
        /// LiveEngage's id of the consumer.
        lp_consumer_id: String,
    },
    /// Where the conversation should go, by the Monitoring API.
    Engagement,
    /// A conversation.
    Create,
    /// What kind of file it is, and how long.
    Probe,
    /// A place for the file.
    UploadUrl,
    /// The file there.
    Upload,
    /// The next piece published.
    Publish(Dialog),
    /// The next piece done, which is no harm to do twice.
    Repeatable(Dialog),
    /// The next piece has become pointless.
    Skip,
    /// The main dialog has just closed: wait for what follows.
    AwaitClose,
}

/// Where a piece goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialog {
    /// Conversation id.
    pub conversation_id: String,
    /// Dialog id: the conversation's, or that of its survey.
    pub dialog_id: String,
}

impl Dialog {
    fn place(&self) -> Place<'_> {
        Place {
            conversation_id: &self.conversation_id,
            dialog_id: &self.dialog_id,
        }
    }
}

/// What every step of a send uses.
#[derive(Clone, Copy)]
pub struct SendContext<'a> {
    /// The channel that the consumer uses, with its account.
    pub channel: &'a Channel,
    /// Names the request: LiveEngage repeats it in its answer.
    pub request_id: &'a str,
    /// A place for the file, if one was given out just now. It is not stored: it opens the storage to whoever knows it, for a minute.
    pub upload: Option<&'a SignedUrl>,
}

impl SendContext<'_> {
    /// The metadata of a publish, with its own id where the account's echoes bring that back.
    fn metadata(&self, metadata: &[Value]) -> Vec<Value> {
        let mut metadata = metadata.to_vec();
        if self.channel.account.echo_metadata {
            metadata.push(piece::external_id(self.request_id));
        }
        metadata
    }
}

/// What an answer means for the send.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The step succeeded, or the way has changed: go on with the next goal.
    Continue,
    /// A piece is published; `last` if it was the last.
    Published {
        /// Where, if LiveEngage said so.
        place: Option<DialogPlace>,
        /// Whether the whole message is there.
        last: bool,
    },
    /// The piece has become pointless: go on with the next one.
    Skip,
    /// LiveEngage gives a place for the file.
    Place(SignedUrl),
    /// The AppJWT is not accepted: fetch a new one, then go on.
    RenewAppJwt,
    /// The destination failed.
    Retry {
        /// Whose failure.
        cause: Cause,
        /// The least pause that it asked for (ms).
        after: Option<Millis>,
    },
    /// A publish may or may not have had its effect.
    Unknown {
        /// What is known.
        cause: Cause,
    },
    /// LiveEngage refuses this message for good.
    Refused {
        /// Why.
        refusal: Refusal,
    },
}

/// What the send of the head message needs next.
pub fn goal(
    consumer: &Consumer,
    content: &Content,
    progress: &SendProgress,
    context: &SendContext<'_>,
    now: Millis,
) -> Goal {
    let piece = pieces(content, progress).into_iter().nth(progress.pieces);
    let target = consumer.target(now);
    if let Some(piece) = &piece
        && is_pointless(piece, &target)
    {
        return Goal::Skip;
    }
    let Some(lp_consumer_id) = consumer.lp_consumer_id() else {
        return Goal::ConsumerToken;
    };
    if progress.renew_consumer_jws {
        return Goal::ConsumerToken;
    }
    if !consumer.is_registered(now) {
        return Goal::Register {
            lp_consumer_id: lp_consumer_id.to_owned(),
        };
    }
    let dialog = match target {
        Target::None if create::wants_engagement(context.channel, consumer, progress) => {
            return Goal::Engagement;
        }
        Target::None => return Goal::Create,
        Target::Closing => return Goal::AwaitClose,
        Target::Dialog {
            conversation_id,
            dialog_id,
        } => Dialog {
            conversation_id,
            dialog_id,
        },
    };
    match piece {
        Some(Piece::File(_)) => upload::goal(progress, context).unwrap_or(Goal::Publish(dialog)),
        Some(Piece::Receipt { .. } | Piece::Do(_)) => Goal::Repeatable(dialog),
        Some(Piece::Text { .. } | Piece::Line { .. } | Piece::Aside { .. }) | None => {
            Goal::Publish(dialog)
        }
    }
}

/// Whether a piece has nothing to be about any more. None of these opens a conversation.
fn is_pointless(piece: &Piece, target: &Target) -> bool {
    let dialog = match target {
        Target::Dialog {
            conversation_id,
            dialog_id,
        } => Some((conversation_id, dialog_id)),
        Target::None | Target::Closing => None,
    };
    let in_survey = dialog.is_some_and(|(conversation_id, dialog_id)| conversation_id != dialog_id);
    match piece {
        Piece::Text { .. } | Piece::File(_) => false,
        Piece::Receipt { place, .. } => {
            dialog.is_none_or(|(_, dialog_id)| *dialog_id != place.dialog_id)
        }
        Piece::Line { about, .. } => {
            in_survey || dialog.is_none_or(|(_, dialog_id)| *dialog_id != about.dialog_id)
        }
        Piece::Aside { .. } => in_survey || dialog.is_none(),
        Piece::Do(Command::StopSurvey) => !in_survey,
        Piece::Do(Command::ResponseTarget { .. }) => in_survey || dialog.is_none(),
        // What closes is on its way to be closed; what is closed hears of the profile with the next conversation.
        Piece::Do(Command::Close { .. } | Command::UpdateProfile) => dialog.is_none(),
    }
}

/// The service of LiveEngage that a goal's request goes to. `None`: none is asked, or other hosts have a part in it.
pub fn service<'a>(goal: &Goal, domains: &'a Domains) -> Option<&'a str> {
    match goal {
        Goal::ConsumerToken => Some(&domains.idp),
        Goal::Engagement => domains.monitoring.as_deref(),
        Goal::Create | Goal::UploadUrl | Goal::Publish(_) | Goal::Repeatable(_) => {
            Some(&domains.messaging)
        }
        Goal::Probe | Goal::Upload => None,
        Goal::Register { .. } | Goal::Skip | Goal::AwaitClose => None,
    }
}

/// The request for a goal. `None`: what it would need is not there, because the goal is another one or the account has no such service.
pub fn request(
    goal: &Goal,
    context: &SendContext<'_>,
    access: &Access,
    consumer: &ConsumerKeyed<'_>,
    content: &Content,
    progress: &SendProgress,
) -> Option<HttpRequest> {
    let account_id = &context.channel.account.id;
    if *goal == Goal::ConsumerToken {
        return Some(consumer_jws::request(
            &access.domains,
            account_id,
            &access.token,
            &consumer.ext_consumer_id(context.channel),
        ));
    }
    if *goal == Goal::Engagement {
        return create::engagement_request(context, access, consumer);
    }
    let token = consumer.state.token.clone()?.into();
    let call = Call {
        domains: &access.domains,
        account_id,
        token: &access.token,
        consumer: &token,
        features: &context.channel.features,
    };
    if *goal == Goal::Create {
        return Some(create::request(&call, context, consumer));
    }
    let piece = pieces(content, progress).into_iter().nth(progress.pieces)?;
    let id = context.request_id;
    match (goal, piece) {
        (Goal::Publish(dialog), Piece::Text { text, metadata }) => {
            let metadata = context.metadata(&metadata);
            Some(publish::text_request(
                &call,
                &dialog.place(),
                id,
                &text,
                &metadata,
            ))
        }
        (Goal::Publish(dialog), Piece::Line { text, .. } | Piece::Aside { text }) => {
            let metadata = context.metadata(&[]);
            Some(publish::text_request(
                &call,
                &dialog.place(),
                id,
                &text,
                &metadata,
            ))
        }
        (
            Goal::Repeatable(dialog),
            Piece::Receipt {
                status,
                place,
                metadata,
            },
        ) => {
            let sequences = [place.sequence];
            Some(publish::accept_status_request(
                &call,
                &dialog.place(),
                id,
                status,
                &sequences,
                &metadata,
            ))
        }
        (Goal::Repeatable(dialog), Piece::Do(command)) => Some(match update(&command, dialog) {
            Some(update) => {
                update_conversation::request(&call, id, &dialog.conversation_id, &update)
            }
            None => {
                user_profile::request(&call, id, context.channel.platform, &consumer.state.profile)
            }
        }),
        (goal, Piece::File(file)) => upload::request(goal, &call, context, &file, progress),
        _ => None,
    }
}

/// The update that a command asks for; the profile is no update of the conversation.
fn update(command: &Command, dialog: &Dialog) -> Option<Update> {
    let in_survey = dialog.dialog_id != dialog.conversation_id;
    Some(match command {
        Command::Close { .. } | Command::StopSurvey if in_survey => Update::StopSurvey,
        Command::Close { survey: true } => Update::CloseMainDialog {
            dialog_id: dialog.dialog_id.clone(),
        },
        Command::Close { survey: false } | Command::StopSurvey => Update::CloseConversation,
        Command::ResponseTarget { target, seconds } => Update::ResponseTarget {
            target: *target,
            seconds: seconds.unwrap_or(match target {
                ResponseTarget::Normal => NORMAL_TARGET,
                ResponseTarget::Prioritized | ResponseTarget::Urgent => URGENT_TARGET,
            }),
        },
        Command::UpdateProfile => return None,
    })
}

/// What LivePerson's samples show for these names (seconds). Each brand has its own; nothing documented tells it to a connector.
const NORMAL_TARGET: u64 = 3600;
const URGENT_TARGET: u64 = 600;
