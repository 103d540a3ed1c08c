//! `POST /v2/bot/message/reply` and `/push`: up to five message objects in one request.
//! <https://developers.line.biz/en/docs/messaging-api/sending-messages/>
//!
//! A reply costs nothing, and needs the token of something that the person said a moment ago; a push counts against the account's
//! month. What may have had its effect is asked for again in the same way, which has no second one: a token is good for one reply, and
//! a push carries a retry key. Only where a repeated reply finds its token spent is nothing known; then the channel's policy decides
//! whether a push follows. <https://developers.line.biz/en/docs/messaging-api/retrying-api-request/>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Line;
use super::answers::{Verdict, judge};
use super::inbound::Handle;
use super::render;
use crate::crypto::{hex, sha256};
use crate::http::{HttpAnswer, HttpRequest, Millis};
use crate::outcome::{Cause, Outcome};
use crate::platforms::{Next, Outgoing, Progress};

/// Message objects of one request.
const BATCH: usize = 5;
/// How long a reply token is used after its event (ms). LINE speaks of about a minute after the webhook.
const TOKEN: Millis = 50_000;
/// How long a repeated push counts on its key (ms): LINE keeps it for 24 hours.
const RETRY_KEY: Millis = 23 * 3_600_000;

/// How far a message has come. It is stored in rows: fields are only ever added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Sent {
    /// Batches that LINE has taken.
    taken: usize,
    /// The ids of their messages, as far as LINE gave them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ids: Vec<String>,
    /// The request for the next batch that may have had its effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<Asked>,
    /// The reply token that is this message's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<Token>,
    /// The token that is used up.
    #[serde(skip_serializing_if = "Option::is_none")]
    spent: Option<String>,
    /// LINE takes no name and picture for this message.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    without_sender: bool,
}

/// A request that was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Asked {
    /// The token, if it was a reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
    /// When it was made for the first time.
    since: Millis,
    /// It is made again, and nobody knows what came of it before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    again: bool,
}

/// A reply token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Token {
    token: String,
    /// When it is too old.
    until: Millis,
}

/// Whether what was asked for can be asked for again without a second effect, whatever came of it.
pub(super) fn repeatable(progress: &Progress) -> bool {
    progress.read::<Sent>().asked.is_some()
}

pub(super) fn next(line: &Line, message: &Outgoing<'_>, answer: Option<&HttpAnswer>) -> Next {
    let mut sent: Sent = message.progress.read();
    let done = |outcome: Outcome, sent: &Sent| Next::Done {
        outcome,
        progress: Progress::of(sent),
    };
    if let Some(answer) = answer
        && let Some(outcome) = sent.conclude(judge(line, answer))
    {
        return done(outcome, &sent);
    }
    let agent = message.agent.filter(|_| !sent.without_sender);
    let messages = match render::messages(&Outgoing { agent, ..*message }) {
        Ok(messages) => messages,
        Err(reason) => return done(Outcome::Refused { reason }, &sent),
    };
    let Some(batch) = messages.chunks(BATCH).nth(sent.taken) else {
        let remote_id = (!sent.ids.is_empty()).then(|| sent.ids.join(" "));
        return done(Outcome::Delivered { remote_id }, &sent);
    };
    // After an answer only that the step is over is stored; the request is asked for again.
    let over = answer.map(|_| Progress::of(&sent));
    let Some(asked) = sent.ask(message) else {
        let cause = Cause::NoAnswer;
        return done(Outcome::Unknown { cause }, &sent);
    };
    let request = match &asked.reply {
        Some(token) => reply(line, token, batch),
        None => push(line, message, sent.taken, batch),
    };
    sent.asked = Some(asked);
    Next::Request {
        request,
        progress: over.unwrap_or_else(|| Progress::of(&sent)),
    }
}

impl Sent {
    /// What an answer teaches. `None`: go on.
    fn conclude(&mut self, verdict: Verdict) -> Option<Outcome> {
        let asked = self.asked.clone().unwrap_or_default();
        match verdict {
            Verdict::Taken(ids) => {
                self.ids.extend(ids);
                self.taken = self.taken.saturating_add(1);
                self.forget(asked.reply);
                None
            }
            Verdict::TokenIsSpent if asked.reply.is_some() => {
                self.forget(asked.reply);
                // Used by this very message, perhaps, or else too old.
                asked.again.then_some(Outcome::Unknown {
                    cause: Cause::NoAnswer,
                })
            }
            // LINE has read the batch and sent nothing of it.
            Verdict::SenderIsRefused if !self.without_sender => {
                self.without_sender = true;
                self.settle(&asked);
                None
            }
            Verdict::NotNow(outcome) => {
                self.settle(&asked);
                Some(outcome)
            }
            Verdict::Unclear(cause) => Some(Outcome::Unknown { cause }),
            Verdict::Refused(reason) => {
                self.asked = None;
                Some(Outcome::Refused { reason })
            }
            // A push has no token, and without a sender none can be wrong.
            Verdict::TokenIsSpent | Verdict::SenderIsRefused => {
                self.settle(&asked);
                Some(Outcome::Retry {
                    after: None,
                    cause: Cause::Unexpected { status: 400 },
                })
            }
        }
    }

    /// The request had no effect; one before it may still have had.
    fn settle(&mut self, asked: &Asked) {
        if !asked.again {
            self.asked = None;
        }
    }

    /// The request is over, and its token with it.
    fn forget(&mut self, token: Option<String>) {
        self.asked = None;
        if token.is_some() {
            self.token = None;
            self.spent = token;
        }
    }

    /// How the next batch is asked for. `None`: nobody knows whether it was sent, and asking again could send it twice.
    fn ask(&mut self, message: &Outgoing<'_>) -> Option<Asked> {
        if let Some(asked) = self.asked.take() {
            let holds =
                asked.reply.is_some() || message.now.saturating_sub(asked.since) < RETRY_KEY;
            return holds.then_some(Asked {
                again: true,
                ..asked
            });
        }
        Some(Asked {
            reply: self.good_token(message),
            since: message.now,
            again: false,
        })
    }

    /// A reply token that should still be good: the message's own, or else that of what was said last, if nothing has answered it.
    fn good_token(&mut self, message: &Outgoing<'_>) -> Option<String> {
        self.token.take_if(|token| token.until <= message.now);
        if self.token.is_none() {
            let heard = message.heard.filter(|heard| !heard.answered);
            let until = heard.map(|heard| heard.at.saturating_add(TOKEN));
            let token = heard.and_then(|heard| Handle::of(heard.handle.as_deref()).reply);
            let token = token.filter(|token| self.spent.as_ref() != Some(token));
            let found = token.zip(until.filter(|until| *until > message.now));
            self.token = found.map(|(token, until)| Token { token, until });
        }
        self.token.as_ref().map(|token| token.token.clone())
    }
}

fn reply(line: &Line, token: &str, batch: &[Value]) -> HttpRequest {
    let body = json!({ "replyToken": token, "messages": batch });
    line.call("/v2/bot/message/reply", &body)
}

fn push(line: &Line, message: &Outgoing<'_>, number: usize, batch: &[Value]) -> HttpRequest {
    let body = json!({ "to": message.consumer, "messages": batch });
    line.call("/v2/bot/message/push", &body)
        .header("x-line-retry-key", retry_key(message, number))
}

/// The same for every attempt of a batch, in the form of a UUID.
fn retry_key(message: &Outgoing<'_>, number: usize) -> String {
    let name = format!("{}\n{}\n{number}", message.consumer, message.id);
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = sha256(name.as_bytes());
    // The bits that say which kind of UUID it is: one that is made from a name.
    let (g, i) = (g & 0x0f | 0x50, i & 0x3f | 0x80);
    let parts: [&[u8]; 5] = [
        &[a, b, c, d],
        &[e, f],
        &[g, h],
        &[i, j],
        &[k, l, m, n, o, p],
    ];
    parts.map(hex).join("-")
}
