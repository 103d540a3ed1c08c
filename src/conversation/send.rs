//! Sending one message to LiveEngage, step by step.
//!
//! A send needs the consumer's token, the Directory to know the consumer, an open conversation, and one publish per piece
//! of text. [`goal`] says which of these comes next, [`request`] builds it, [`conclude`] reads its answer. None of it
//! remembers anything but the stored [`SendProgress`] and [`Consumer`], so a send goes on after a restart where it stopped.

use serde::{Deserialize, Serialize};

use super::{Consumer, ConsumerKeyed, DialogPlace, Target};
use crate::config::Channel;
use crate::http::{HttpAnswer, HttpFailure, HttpRequest, Millis};
use crate::liveengage::answers::{
    CreateAnswer, SendAnswer, TokenFault, create_answer, send_answer,
};
use crate::liveengage::{Access, consumer_jws, create_conversation, publish};
use crate::message::Content;
use crate::outcome::{Cause, Refusal};

/// How far the send of one message has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendProgress {
    /// Pieces of its text that LiveEngage has.
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
    /// A conversation.
    Create,
    /// The next piece published.
    Publish {
        /// Conversation id.
        conversation_id: String,
        /// Dialog id.
        dialog_id: String,
    },
    /// The main dialog has just closed: wait for what follows.
    AwaitClose,
}

/// What every step of a send uses.
#[derive(Clone, Copy)]
pub struct SendContext<'a> {
    /// The channel that the consumer uses, with its account.
    pub channel: &'a Channel,
    /// Names the request: LiveEngage repeats it in its answer.
    pub request_id: &'a str,
}

/// What an answer means for the send.
#[derive(Clone, Debug, PartialEq, Eq)]
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
pub fn goal(consumer: &Consumer, progress: &SendProgress, now: Millis) -> Goal {
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
    match consumer.target(now) {
        Target::None => Goal::Create,
        Target::Closing => Goal::AwaitClose,
        Target::Dialog {
            conversation_id,
            dialog_id,
        } => Goal::Publish {
            conversation_id,
            dialog_id,
        },
    }
}

/// The pieces in which a message is published. The same content gives the same pieces in every dialog.
pub fn pieces(content: &Content) -> Vec<String> {
    match content {
        Content::Text { text } => publish::text_pieces(text),
        Content::Unsupported { name, .. } => publish::text_pieces(&format!("[{name}]")),
        Content::Malformed { .. } => Vec::new(),
    }
}

/// The request for a goal, or why there can be none.
pub fn request(
    goal: &Goal,
    context: &SendContext<'_>,
    access: &Access,
    consumer: &ConsumerKeyed<'_>,
    content: &Content,
    progress: &SendProgress,
) -> Result<HttpRequest, RequestFault> {
    let account_id = &context.channel.account.id;
    let token = consumer.state.token.as_ref();
    match goal {
        Goal::ConsumerToken => Ok(consumer_jws::request(
            &access.domains,
            account_id,
            &access.token,
            &consumer.ext_consumer_id(context.channel),
        )),
        Goal::Create => {
            let token = token.ok_or(RequestFault::NoToken)?;
            Ok(create_conversation::request(
                &access.domains,
                account_id,
                &access.token,
                &token.clone().into(),
                context.request_id,
                context.channel.platform,
                &consumer.state.profile,
                &context.channel.routing,
            ))
        }
        Goal::Publish {
            conversation_id,
            dialog_id,
        } => {
            let token = token.ok_or(RequestFault::NoToken)?;
            let pieces = pieces(content);
            let Some(piece) = pieces.get(progress.pieces) else {
                return Err(RequestFault::Refused(match content {
                    Content::Malformed { what, .. } => Refusal::Malformed { what: what.clone() },
                    _ => Refusal::Unsupported {
                        kind: "empty text".to_owned(),
                    },
                }));
            };
            Ok(publish::text_request(
                &access.domains,
                account_id,
                &access.token,
                &token.clone().into(),
                conversation_id,
                dialog_id,
                context.request_id,
                piece,
            ))
        }
        Goal::Register { .. } | Goal::AwaitClose => Err(RequestFault::NoToken),
    }
}

/// Why a goal has no request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestFault {
    /// The message cannot be published.
    Refused(Refusal),
    /// The goal is none that a request reaches; [`goal`] never leads here.
    NoToken,
}

/// Reads the answer to a goal's request. What it teaches about the consumer is written into `consumer`, how far the send has
/// come into `progress`; the caller stores both in one write batch.
pub fn conclude(
    goal: &Goal,
    answer: &HttpAnswer,
    context: &SendContext<'_>,
    consumer: &mut Consumer,
    content: &Content,
    progress: &mut SendProgress,
    now: Millis,
) -> Verdict {
    match goal {
        Goal::ConsumerToken => conclude_token(answer, consumer, progress, now),
        Goal::Create => conclude_create(answer, context, consumer, progress, now),
        Goal::Publish {
            conversation_id,
            dialog_id,
        } => match send_answer(answer) {
            SendAnswer::Accepted { sequence } => {
                let place = sequence.map(|sequence| DialogPlace {
                    dialog_id: dialog_id.clone(),
                    sequence,
                });
                published(place, content, progress)
            }
            SendAnswer::ConversationClosed => {
                consumer.closed(conversation_id, dialog_id, now);
                if progress.reopened {
                    return Verdict::Retry {
                        cause: Cause::Closing,
                        after: None,
                    };
                }
                progress.reopened = true;
                Verdict::Continue
            }
            SendAnswer::Unauthorized(fault) => unauthorized(&fault, context, progress),
            SendAnswer::Destination { cause, after } => Verdict::Retry { cause, after },
            SendAnswer::NoAnswer(HttpFailure::NotSent) => Verdict::Retry {
                cause: Cause::Unreachable,
                after: None,
            },
            SendAnswer::NoAnswer(HttpFailure::Lost) => Verdict::Unknown {
                cause: Cause::NoAnswer,
            },
            SendAnswer::Unknown { status } => Verdict::Unknown {
                cause: Cause::Server { status },
            },
            SendAnswer::Refused { code } => Verdict::Refused {
                refusal: Refusal::Rejected { code },
            },
        },
        Goal::Register { .. } | Goal::AwaitClose => Verdict::Continue,
    }
}

/// Counts a piece as published: by its answer or by its echo.
pub fn published(
    place: Option<DialogPlace>,
    content: &Content,
    progress: &mut SendProgress,
) -> Verdict {
    *progress = SendProgress {
        pieces: progress.pieces + 1,
        ..SendProgress::default()
    };
    Verdict::Published {
        place,
        last: progress.pieces >= pieces(content).len(),
    }
}

fn conclude_token(
    answer: &HttpAnswer,
    consumer: &mut Consumer,
    progress: &mut SendProgress,
    now: Millis,
) -> Verdict {
    use consumer_jws::TokenAnswer;
    match consumer_jws::parse(answer) {
        TokenAnswer::Issued(token) => {
            let another = |known| known != token.lp_consumer_id.as_str();
            if consumer.lp_consumer_id().is_some_and(another) {
                consumer.becomes_another(now);
            }
            consumer.token = Some(token.into());
            if progress.renew_consumer_jws {
                progress.renew_consumer_jws = false;
                progress.renewed_consumer_jws = true;
            }
            Verdict::Continue
        }
        TokenAnswer::AppJwtRejected { code } => renew_app_jwt(code, progress),
        TokenAnswer::Destination { cause, after } => Verdict::Retry { cause, after },
    }
}

fn conclude_create(
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
            Verdict::Continue
        }
        CreateAnswer::AlreadyOpen => {
            if matches!(consumer.target(now), Target::Dialog { .. }) {
                return Verdict::Continue;
            }
            consumer.already_open_since.get_or_insert(now);
            Verdict::Retry {
                cause: Cause::AlreadyOpen,
                after: None,
            }
        }
        CreateAnswer::Unauthorized(fault) => unauthorized(&fault, context, progress),
        CreateAnswer::Destination { cause, after } => Verdict::Retry { cause, after },
        // A second create cannot do harm: LiveEngage refuses it while the first one's conversation is open.
        CreateAnswer::NoAnswer(HttpFailure::NotSent) => Verdict::Retry {
            cause: Cause::Unreachable,
            after: None,
        },
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

fn unauthorized(
    fault: &TokenFault,
    context: &SendContext<'_>,
    progress: &mut SendProgress,
) -> Verdict {
    match fault {
        TokenFault::ConsumerJws if !progress.renewed_consumer_jws => {
            progress.renew_consumer_jws = true;
            Verdict::Continue
        }
        TokenFault::ConsumerJws => {
            progress.renewed_consumer_jws = false;
            credentials(Some("40103".to_owned()))
        }
        TokenFault::Account => Verdict::Retry {
            cause: Cause::Configuration {
                key: format!("account {}", context.channel.account.name),
            },
            after: None,
        },
        TokenFault::AppJwt => renew_app_jwt(Some("40102".to_owned()), progress),
        TokenFault::MissingHeader => credentials(Some("40105".to_owned())),
        TokenFault::Other => renew_app_jwt(None, progress),
    }
}

/// Renews the AppJWT once per try; if the new one is refused too, somebody has to look at the account.
fn renew_app_jwt(code: Option<String>, progress: &mut SendProgress) -> Verdict {
    if progress.renewed_app_jwt {
        progress.renewed_app_jwt = false;
        credentials(code)
    } else {
        progress.renewed_app_jwt = true;
        Verdict::RenewAppJwt
    }
}

fn credentials(code: Option<String>) -> Verdict {
    Verdict::Retry {
        cause: Cause::Credentials { code },
        after: None,
    }
}
