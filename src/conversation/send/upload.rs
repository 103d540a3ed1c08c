//! A file's way into LiveEngage: find out what it is, ask for a place, pipe it there, publish it. What LiveEngage does not take goes
//! as text instead.

use serde::{Deserialize, Serialize};

use super::conclude::unauthorized;
use super::{Goal, SendContext, SendProgress, Verdict};
use crate::conversation::{Consumer, Target};
use crate::http::{HttpAnswer, HttpFailure, HttpRequest, Millis, Take};
use crate::liveengage::Call;
use crate::liveengage::answers::{Answer, destination_cause, pause};
use crate::liveengage::files::{self, HostedFileType, LONGEST_FILE, RelativePath, TransferAnswer};
use crate::liveengage::publish::{self, HostedFile};
use crate::message::File;
use crate::outcome::Cause;

/// After so many failures of a file's place its address goes instead of the file.
const SOURCE_TRIES: u32 = 5;

/// Why a file goes as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AsText {
    /// It is no longer where it was.
    Gone,
    /// LiveEngage does not take its kind or size, or we cannot read it. Also a reason of a later release: progress that cannot be
    /// read would begin again at the first piece.
    #[serde(other)]
    NotTaken,
}

/// How far a file has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileProgress {
    /// Its size in bytes.
    pub size: u64,
    /// LiveEngage's name of its kind.
    pub kind: String,
    /// Where it lies in LiveEngage's storage, once it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored: Option<String>,
}

impl FileProgress {
    fn kind(&self) -> HostedFileType {
        HostedFileType::from_name(&self.kind).unwrap_or(HostedFileType::Jpeg)
    }
}

/// The file's next step; `None` when it only has to be published.
pub(super) fn goal(progress: &SendProgress, context: &SendContext<'_>) -> Option<Goal> {
    match &progress.file {
        None => Some(Goal::Probe),
        Some(file) if file.stored.is_some() => None,
        Some(_) if context.upload.is_some() => Some(Goal::Upload),
        Some(_) => Some(Goal::UploadUrl),
    }
}

pub(super) fn request(
    goal: &Goal,
    call: &Call<'_>,
    context: &SendContext<'_>,
    file: &File,
    progress: &SendProgress,
) -> Option<HttpRequest> {
    let source = || context.channel.adapter.media(file);
    if *goal == Goal::Probe {
        let mut probe = source()?;
        probe.take = Take::Head {
            limit: LONGEST_FILE,
        };
        return Some(probe);
    }
    let known = progress.file.as_ref()?;
    let id = context.request_id;
    match goal {
        Goal::UploadUrl => Some(files::upload_url_request(
            call,
            id,
            known.size,
            known.kind(),
        )),
        Goal::Upload => files::put_request(
            call.domains,
            context.upload?,
            known.kind(),
            source()?,
            known.size,
        ),
        Goal::Publish(dialog) => {
            let path = RelativePath::parse(known.stored.as_deref()?)?;
            let name = file.name.as_deref().unwrap_or("image");
            let hosted = HostedFile {
                caption: file.caption.as_deref().unwrap_or(name),
                relative_path: &path,
                file_type: known.kind(),
            };
            Some(publish::hosted_file_request(
                call,
                &dialog.place(),
                id,
                &hosted,
            ))
        }
        _ => None,
    }
}

pub(super) fn conclude(
    goal: &Goal,
    answer: &HttpAnswer,
    context: &SendContext<'_>,
    consumer: &mut Consumer,
    progress: &mut SendProgress,
    now: Millis,
) -> Verdict {
    match goal {
        Goal::Probe => probed(answer, progress),
        Goal::UploadUrl => match files::url_answer(answer) {
            Answer::Done(place) => Verdict::Place(place),
            Answer::ConversationClosed => {
                if let Target::Dialog {
                    conversation_id,
                    dialog_id,
                } = consumer.target(now)
                {
                    consumer.closed(&conversation_id, &dialog_id, now);
                }
                Verdict::Continue
            }
            Answer::Unauthorized(fault) => unauthorized(&fault, context, progress),
            Answer::Destination { cause, after } => Verdict::Retry { cause, after },
            // File sharing is switched off, or this kind of file is.
            Answer::Refused { .. } => give_up(progress, AsText::NotTaken),
        },
        _ => uploaded(answer, context, progress),
    }
}

/// From now on the file is a text.
pub(super) fn give_up(progress: &mut SendProgress, why: AsText) -> Verdict {
    progress.file = None;
    progress.as_text = Some(why);
    Verdict::Continue
}

/// The place of a file is not the lane's destination: what is behind it does not wait for it for long.
fn source_failed(progress: &mut SendProgress, cause: Cause, after: Option<Millis>) -> Verdict {
    progress.source_failures += 1;
    if progress.source_failures >= SOURCE_TRIES {
        return give_up(progress, AsText::NotTaken);
    }
    Verdict::Retry { cause, after }
}

fn probed(answer: &HttpAnswer, progress: &mut SendProgress) -> Verdict {
    if let Some(cause) = destination_cause(answer) {
        return source_failed(progress, cause, pause(answer));
    }
    let Ok(response) = answer else {
        return give_up(progress, AsText::NotTaken);
    };
    match response.status {
        200 => {}
        401 | 403 | 404 | 410 => return give_up(progress, AsText::Gone),
        _ => return give_up(progress, AsText::NotTaken),
    }
    let size = response
        .length
        .filter(|size| (1..=LONGEST_FILE).contains(size));
    // By its first bytes: what it is called does not count.
    match (size, HostedFileType::from_bytes(&response.body)) {
        (Some(size), Some(kind)) => {
            progress.file = Some(FileProgress {
                size,
                kind: kind.as_str().to_owned(),
                stored: None,
            });
            Verdict::Continue
        }
        _ => give_up(progress, AsText::NotTaken),
    }
}

fn uploaded(
    answer: &HttpAnswer,
    context: &SendContext<'_>,
    progress: &mut SendProgress,
) -> Verdict {
    if let Err(HttpFailure::Source { status }) = answer {
        return match status {
            401 | 403 | 404 | 410 => give_up(progress, AsText::Gone),
            _ => {
                // It may have changed: look at it again.
                progress.file = None;
                let cause = Cause::Unexpected { status: *status };
                source_failed(progress, cause, None)
            }
        };
    }
    match files::put_answer(answer) {
        TransferAnswer::Done => {
            let path = context.upload.map(|place| place.path.as_str().to_owned());
            if let Some(file) = &mut progress.file {
                file.stored = path;
            }
            Verdict::Continue
        }
        TransferAnswer::Expired => Verdict::Retry {
            cause: Cause::Unexpected { status: 401 },
            after: None,
        },
        TransferAnswer::Destination { cause, after } => Verdict::Retry { cause, after },
        TransferAnswer::Refused { .. } => give_up(progress, AsText::NotTaken),
    }
}
