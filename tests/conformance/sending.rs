//! Sending a message to its end as the engine does it, on every platform.

use std::sync::LazyLock;

use liveengage_connector::http::HttpRequest;
use liveengage_connector::message::{Agent, Content, DialogPlace, LastHeard, Offer};
use liveengage_connector::outcome::Outcome;
use liveengage_connector::platforms::{Next, Outgoing, Progress};
use liveengage_connector::rich::{self, QuickReplies};

use super::contents::contents;
use super::exhibits;
use super::kit::{Exhibit, NOW, PUBLIC_URL};

/// More requests than any message takes.
const MOST: usize = 300;

/// How a send went.
#[derive(Debug, PartialEq)]
pub struct Run {
    pub requests: Vec<HttpRequest>,
    /// What was stored before each request.
    pub stored: Vec<Progress>,
    pub outcome: Outcome,
}

/// A message of an agent to somebody who wrote a minute ago.
pub struct Message<'a> {
    content: &'a Content,
    offer: Option<Offer>,
    agent: Agent,
    pub heard: LastHeard,
    place: DialogPlace,
}

impl<'a> Message<'a> {
    pub fn of(content: &'a Content) -> Self {
        Self {
            content,
            offer: offer_of(content),
            agent: Agent {
                id: "a-1".to_owned(),
                role: Some("ASSIGNED_AGENT".to_owned()),
                name: Some("Ada".to_owned()),
                picture: Some("https://cdn.example.com/ada.png".to_owned()),
            },
            heard: LastHeard {
                id: "SM00000000000000000000000000000001".to_owned(),
                at: NOW - 60_000,
                handle: None,
                answered: false,
            },
            place: DialogPlace {
                dialog_id: "d".to_owned(),
                sequence: 7,
            },
        }
    }

    pub fn outgoing<'m>(&'m self, exhibit: &'m Exhibit, progress: &'m Progress) -> Outgoing<'m> {
        Outgoing {
            offer: self.offer.as_ref(),
            agent: Some(&self.agent),
            place: Some(&self.place),
            file_url: Some("https://connector.example.com/files/k/1?until=1&signature=s"),
            heard: Some(&self.heard),
            callback_url: PUBLIC_URL,
            now: NOW,
            ..Outgoing::new("l:d:7", exhibit.consumer, self.content, progress)
        }
    }
}

/// As the engine does it: ask, store, send, ask with the answer, store, ask again.
pub fn send(exhibit: &Exhibit, message: &Message<'_>) -> Run {
    let adapter = exhibit.adapter();
    let mut run = Run {
        requests: Vec::new(),
        stored: Vec::new(),
        outcome: Outcome::Delivered { remote_id: None },
    };
    let mut progress = Progress::default();
    loop {
        assert!(run.requests.len() < MOST, "{}: no end", exhibit.platform);
        match adapter.next(&message.outgoing(exhibit, &progress), None) {
            Next::Request {
                request,
                progress: stored,
            } => {
                progress = reread(&stored);
                run.stored.push(progress.clone());
                run.requests.push(request);
            }
            Next::Done { outcome, .. } => {
                run.outcome = outcome;
                return run;
            }
        }
        let taken = (exhibit.sent)(run.requests.len() - 1);
        match adapter.next(&message.outgoing(exhibit, &progress), Some(&taken)) {
            Next::Request {
                progress: stored, ..
            } => progress = reread(&stored),
            Next::Done { outcome, .. } => {
                run.outcome = outcome;
                return run;
            }
        }
    }
}

/// A message of that content to somebody of that platform, and how sending it went.
pub struct Sent {
    pub exhibit: &'static Exhibit,
    pub content: Content,
    /// The platform and what is sent.
    pub name: String,
    pub run: Run,
}

impl Sent {
    pub fn message(&self) -> Message<'_> {
        Message::of(&self.content)
    }
}

/// Every content on every platform. Most of what is asked of sends is asked of the same ones.
pub static SENT: LazyLock<Vec<Sent>> = LazyLock::new(|| {
    let exhibits: &'static [Exhibit] = exhibits().leak();
    let both = exhibits.iter().flat_map(|exhibit| {
        let contents = contents().into_iter();
        contents.map(move |(name, content)| (exhibit, name, content))
    });
    both.map(|(exhibit, name, content)| Sent {
        exhibit,
        name: format!("{}: {name}", exhibit.platform),
        run: send(exhibit, &Message::of(&content)),
        content,
    })
    .collect()
});

/// As it comes back from storage.
pub fn reread(progress: &Progress) -> Progress {
    serde_json::from_str(&serde_json::to_string(progress).unwrap()).unwrap()
}

fn offer_of(content: &Content) -> Option<Offer> {
    let Content::Structured {
        content,
        quick_replies,
        ..
    } = content
    else {
        return None;
    };
    let content = content.as_ref().map(rich::parse);
    let quick_replies = quick_replies.as_ref().map(QuickReplies::parse);
    let choices = rich::choices(content.as_ref(), quick_replies.as_ref());
    (!choices.is_empty()).then(|| Offer {
        id: "0a1b2c3d".to_owned(),
        place: None,
        choices,
    })
}
