//! What the answer to a step means.

use super::{
    AsText, Dialog, Goal, Piece, SendContext, SendProgress, Verdict, create, pieces, update, upload,
};
use crate::conversation::{Consumer, DialogPlace};
use crate::http::{HttpAnswer, HttpFailure, Millis};
use crate::liveengage::answers::{Answer, SendAnswer, TokenFault, send_answer};
use crate::liveengage::update_conversation::{self, Update};
use crate::liveengage::{consumer_jws, publish, user_profile};
use crate::message::{Command, Content};
use crate::outcome::{Cause, Refusal};

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
        Goal::Engagement => create::conclude_engagement(answer, consumer, progress, now),
        Goal::Create => create::conclude(answer, context, consumer, progress, now),
        Goal::Probe | Goal::UploadUrl | Goal::Upload => {
            upload::conclude(goal, answer, context, consumer, progress, now)
        }
        Goal::Publish(dialog) => {
            conclude_publish(dialog, answer, context, consumer, content, progress, now)
        }
        Goal::Repeatable(dialog) => {
            conclude_repeatable(dialog, answer, context, consumer, content, progress, now)
        }
        Goal::Skip => Verdict::Skip,
        Goal::Register { .. } | Goal::AwaitClose => Verdict::Continue,
    }
}

fn conclude_publish(
    dialog: &Dialog,
    answer: &HttpAnswer,
    context: &SendContext<'_>,
    consumer: &mut Consumer,
    content: &Content,
    progress: &mut SendProgress,
    now: Millis,
) -> Verdict {
    match send_answer(answer) {
        SendAnswer::Accepted { sequence } => {
            let place = sequence.map(|sequence| DialogPlace {
                dialog_id: dialog.dialog_id.clone(),
                sequence,
            });
            published(place, content, progress)
        }
        SendAnswer::ConversationClosed => {
            consumer.closed(&dialog.conversation_id, &dialog.dialog_id, now);
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
        SendAnswer::NoAnswer(HttpFailure::NotSent | HttpFailure::Source { .. }) => Verdict::Retry {
            cause: Cause::Unreachable,
            after: None,
        },
        SendAnswer::NoAnswer(HttpFailure::Lost) => Verdict::Unknown {
            cause: Cause::NoAnswer,
        },
        SendAnswer::Unknown { status } => Verdict::Unknown {
            cause: Cause::Server { status },
        },
        SendAnswer::Refused { .. } if progress.file.is_some() => {
            // What LiveEngage finds wrong with a file (its size, its content) it says only now.
            upload::give_up(progress, AsText::NotTaken)
        }
        SendAnswer::Refused { code } => Verdict::Refused {
            refusal: Refusal::Rejected { code },
        },
    }
}

fn conclude_repeatable(
    dialog: &Dialog,
    answer: &HttpAnswer,
    context: &SendContext<'_>,
    consumer: &mut Consumer,
    content: &Content,
    progress: &mut SendProgress,
    now: Millis,
) -> Verdict {
    let piece = pieces(content, progress).into_iter().nth(progress.pieces);
    let answer = match &piece {
        Some(Piece::Do(Command::UpdateProfile)) => user_profile::answer(answer),
        Some(Piece::Do(_)) => update_conversation::answer(answer),
        _ => publish::receipt_answer(answer),
    };
    match answer {
        Answer::Done(()) => {
            if let Some(Piece::Do(command)) = &piece {
                has_done(command, dialog, consumer, now);
            }
            published(None, content, progress)
        }
        Answer::ConversationClosed => {
            consumer.closed(&dialog.conversation_id, &dialog.dialog_id, now);
            Verdict::Continue
        }
        Answer::Unauthorized(fault) => unauthorized(&fault, context, progress),
        Answer::Destination { cause, after } => Verdict::Retry { cause, after },
        // A receipt that LiveEngage does not take must not keep the text behind it.
        Answer::Refused { .. } if matches!(piece, Some(Piece::Receipt { .. })) => Verdict::Skip,
        Answer::Refused { code } => Verdict::Refused {
            refusal: Refusal::Rejected { code },
        },
    }
}

/// What is closed counts as closed at once: the notification may take a while, and what is said meanwhile must not go there.
fn has_done(command: &Command, dialog: &Dialog, consumer: &mut Consumer, now: Millis) {
    match update(command, dialog) {
        Some(Update::CloseMainDialog { .. }) => consumer.main_closed(&dialog.conversation_id, now),
        Some(Update::CloseConversation | Update::StopSurvey) => {
            consumer.ended(&dialog.conversation_id, now);
        }
        _ => {}
    }
}

/// Counts a piece as published: by its answer or by its echo.
pub fn published(
    place: Option<DialogPlace>,
    content: &Content,
    progress: &mut SendProgress,
) -> Verdict {
    next_piece(progress);
    Verdict::Published {
        place,
        last: progress.pieces >= pieces(content, progress).len(),
    }
}

/// Goes on to the next piece. Whether a file goes as text holds for all pieces of that text.
pub fn next_piece(progress: &mut SendProgress) {
    *progress = SendProgress {
        pieces: progress.pieces + 1,
        as_text: progress.as_text,
        ..SendProgress::default()
    };
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

pub(super) fn unauthorized(
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
