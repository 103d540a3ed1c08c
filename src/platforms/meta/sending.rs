//! A message as several requests, one after the other, none of which Meta can tell from a repetition.

use serde::{Deserialize, Serialize};

use crate::http::HttpRequest;
use crate::outcome::{Outcome, Refusal};
use crate::platforms::{Next, Outgoing, Progress};

/// How far a message has been sent. It is stored in rows: fields are only ever added.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Sent {
    /// Pieces that Meta has taken.
    next_piece: usize,
    /// Their ids, as far as Meta gave them.
    ids: Vec<String>,
}

/// What came of the request for a piece: Meta took it, under this id if one is told, or not.
pub type Ended = Result<Option<String>, Outcome>;

/// The next step of a message that consists of `pieces`, behind the `ended` request if there was one: `request` sends a piece.
pub fn next<P>(
    message: &Outgoing<'_>,
    pieces: Result<Vec<P>, Refusal>,
    ended: Option<Ended>,
    request: impl FnOnce(&P) -> HttpRequest,
) -> Next {
    let done = |outcome: Outcome, sent: &Sent| Next::Done {
        outcome,
        progress: Progress::of(sent),
    };
    let mut sent: Sent = message.progress.read();
    let pieces = match pieces {
        Ok(pieces) => pieces,
        Err(reason) => return done(Outcome::Refused { reason }, &sent),
    };
    let starts = ended.is_none();
    match ended {
        None => {}
        Some(Ok(id)) => {
            sent.next_piece = sent.next_piece.saturating_add(1);
            // Ids stand in one text, with blanks between them.
            sent.ids
                .extend(id.filter(|id| !id.contains(char::is_whitespace)));
        }
        Some(Err(outcome)) => return done(outcome, &sent),
    }
    match pieces.get(sent.next_piece) {
        Some(piece) => Next::Request {
            request: request(piece),
            // Unchanged before the request, so that nothing has to be stored for it.
            progress: if starts {
                message.progress.clone()
            } else {
                Progress::of(&sent)
            },
        },
        None => {
            let remote_id = (!sent.ids.is_empty()).then(|| sent.ids.join(" "));
            done(Outcome::Delivered { remote_id }, &sent)
        }
    }
}
