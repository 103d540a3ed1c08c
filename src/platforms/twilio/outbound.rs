//! `POST /2010-04-01/Accounts/{AccountSid}/Messages.json`: one request for each piece of a message.
//! <https://www.twilio.com/docs/messaging/api/message-resource>

use serde::{Deserialize, Serialize};

use super::answers::{is_about_media, judge};
use super::pieces::{Piece, pieces};
use super::{Twilio, WHATSAPP, is_sid};
use crate::http::web_address::authority;
use crate::http::{HttpAnswer, HttpRequest};
use crate::message::Signal;
use crate::outcome::{Outcome, Refusal};
use crate::platforms::{Next, Outgoing, OutgoingSignal, Progress};

/// The parameter of the status callback's URL that names the request.
pub(super) const REFERENCE: &str = "reference";

/// How far a message has been sent. It is stored in rows: fields are only ever added.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Sent {
    /// Pieces that Twilio has taken.
    next_piece: usize,
    /// Their ids, as far as Twilio gave them.
    sids: Vec<String>,
    /// The piece that goes as text because Twilio did not take its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_text: Option<usize>,
}

impl Sent {
    fn outcome(&self) -> Outcome {
        let ids = self.sids.join(" ");
        Outcome::Delivered {
            remote_id: (!ids.is_empty()).then_some(ids),
        }
    }
}

pub(super) fn next(twilio: &Twilio, message: &Outgoing<'_>, answer: Option<&HttpAnswer>) -> Next {
    behind(twilio, message, answer.map(|answer| judge(twilio, answer)))
}

/// What came of the request for a piece: Twilio took it, under this id if one is told, or not.
pub(super) type Ended = Result<Option<String>, Outcome>;

/// The next step behind the `ended` request, if there was one.
pub(super) fn behind(twilio: &Twilio, message: &Outgoing<'_>, ended: Option<Ended>) -> Next {
    let done = |outcome: Outcome, sent: &Sent| Next::Done {
        outcome,
        progress: Progress::of(sent),
    };
    let mut sent: Sent = message.progress.read();
    let pieces = match pieces(twilio, message) {
        Ok(pieces) => pieces,
        Err(reason) => return done(Outcome::Refused { reason }, &sent),
    };
    let starts = ended.is_none();
    if let Some(ended) = ended {
        match ended {
            Ok(sid) => {
                sent.next_piece = sent.next_piece.saturating_add(1);
                sent.sids.extend(sid);
                sent.as_text = None;
            }
            Err(Outcome::Refused { reason }) if goes_as_text(&pieces, &sent, &reason) => {
                sent.as_text = Some(sent.next_piece);
            }
            Err(outcome) => return done(outcome, &sent),
        }
    }
    let at = sent.next_piece;
    match pieces.get(at) {
        Some(piece) => Next::Request {
            request: match sent.as_text {
                Some(of) if of == at => request(twilio, message, &piece.as_text()),
                _ => request(twilio, message, piece),
            },
            // Unchanged before the request, so that nothing has to be stored for it.
            progress: if starts {
                message.progress.clone()
            } else {
                Progress::of(&sent)
            },
        },
        None => done(sent.outcome(), &sent),
    }
}

/// Whether Twilio refused the file of a piece, which can be said in words too.
fn goes_as_text(pieces: &[Piece], sent: &Sent, reason: &Refusal) -> bool {
    let piece = pieces.get(sent.next_piece);
    sent.as_text != Some(sent.next_piece)
        && piece.is_some_and(|piece| piece.media.is_some())
        && is_about_media(reason)
}

fn request(twilio: &Twilio, message: &Outgoing<'_>, piece: &Piece) -> HttpRequest {
    let Twilio {
        account_sid,
        api_url,
        ..
    } = twilio;
    let from = twilio.from.as_ref().map(|from| {
        let prefix = if message.consumer.starts_with(WHATSAPP) {
            WHATSAPP
        } else {
            ""
        };
        format!("{prefix}{from}")
    });
    let status_callback = status_callback(message.callback_url, message.reference);
    let fields = [
        ("To", Some(message.consumer)),
        ("From", from.as_deref()),
        (
            "MessagingServiceSid",
            twilio.messaging_service_sid.as_deref(),
        ),
        ("Body", piece.body.as_deref()),
        ("MediaUrl", piece.media.as_deref()),
        ("PersistentAction", piece.place.as_deref()),
        ("StatusCallback", status_callback.as_deref()),
    ];
    let form: Vec<(&str, &str)> = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    let url = format!("{api_url}/2010-04-01/Accounts/{account_sid}/Messages.json");
    twilio.authorized(HttpRequest::form(url, &form))
}

/// Where Twilio tells what became of the message. The reference comes back with it, signed. Twilio takes no host with an underscore.
fn status_callback(url: &str, reference: &str) -> Option<String> {
    let host = authority(url)?;
    if host.contains('_') {
        return None;
    }
    Some(match reference {
        "" => url.to_owned(),
        _ => format!("{url}?{REFERENCE}={reference}"),
    })
}

/// That an agent is typing. WhatsApp shows it for 25 s, or until the answer, and marks the message that it refers to as read.
/// <https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource>
pub(super) fn signal(twilio: &Twilio, signal: &OutgoingSignal<'_>) -> Option<HttpRequest> {
    let Signal::ChatState { state } = signal.signal else {
        return None;
    };
    let shown = twilio.whatsapp && twilio.typing && signal.consumer.starts_with(WHATSAPP);
    if !shown || state != "COMPOSING" {
        return None;
    }
    // Of a message that was several events the last one is heard last.
    let id = signal.heard?.id.split('.').next()?;
    if !is_sid(id, &["SM", "MM"]) {
        return None;
    }
    let url = format!("{}/v2/Indicators/Typing.json", twilio.messaging_url);
    let form = [("channel", "whatsapp"), ("messageId", id)];
    Some(twilio.authorized(HttpRequest::form(url, &form)))
}
