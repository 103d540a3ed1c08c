use std::cell::RefCell;
use std::rc::Rc;

use futures_util::FutureExt;
use serde_json::json;

use super::*;
use crate::config::{Bindings, Config};
use crate::http::{HttpAnswer, HttpRequest, Millis};
use crate::message::Content;
use crate::platforms::reading::{dead_letter, unreadable};
use crate::runtime::{Failed, Isolate, Object, Reply};

/// A deployment whose objects note what they are handed. The ones named in `broken` fail.
struct Objects {
    config: Rc<Config>,
    broken: Vec<(String, u16)>,
    taken: RefCell<Vec<String>>,
}

impl Objects {
    fn new() -> Self {
        let bindings = json!({
            "PUBLIC_URL": "https://connector.example.com",
            "IDENTITY_KEY": "an-identity-key-of-32-characters-or-more",
            "ACCOUNT_DEMO": { "id": "12345678", "client_id": "app-1" },
            "SECRET_ACCOUNT_DEMO": { "client_secret": "s" },
            "CHANNEL_CHAT": { "platform": "line", "account": "demo" },
            "SECRET_CHANNEL_CHAT": { "channel_secret": "c", "channel_access_token": "t" },
        });
        let bindings: Bindings = bindings.as_object().unwrap().clone().into_iter().collect();
        let config = Config::read(&bindings);
        assert!(config.problems.is_empty(), "{:?}", config.problems);
        Self {
            config: Rc::new(config),
            broken: Vec::new(),
            taken: RefCell::new(Vec::new()),
        }
    }

    fn channel(&self) -> &Channel {
        self.config.channels.values().next().unwrap()
    }

    fn key(&self, person: &str) -> String {
        let channel = self.channel();
        let identity = self.config.identity_key.as_ref().unwrap();
        let key = ConsumerKey::derive(identity, &channel.account.id, &channel.namespace, person);
        key.as_str().to_owned()
    }

    fn breaks(mut self, person: &str, status: u16) -> Self {
        self.broken.push((self.key(person), status));
        self
    }

    fn take(&self, events: Vec<ConsumerEvent>) -> Result<(), CallFault> {
        let identity = self.config.identity_key.as_ref().unwrap();
        let parsed = Ok(Parsed {
            events,
            ignored: Vec::new(),
        });
        let taken = take(self, self.channel(), identity, parsed, b"body");
        taken.now_or_never().unwrap()
    }

    fn has(&self, person: &str) -> bool {
        self.taken.borrow().contains(&self.key(person))
    }
}

impl Runtime for Objects {
    fn now(&self) -> Millis {
        0
    }
    fn random(&self) -> u64 {
        0
    }
    fn config(&self) -> Rc<Config> {
        Rc::clone(&self.config)
    }
    fn isolate(&self) -> Rc<Isolate> {
        panic!("it is not asked for that")
    }
    fn log(&self, _: &str, _: &[(&str, &str)], _: bool) {}
    async fn send(&self, _: &HttpRequest) -> HttpAnswer {
        panic!("it is not asked for that")
    }
    async fn ask(&self, object: &Object<'_>, _: &str, _: &str) -> Result<Reply, Failed> {
        let Object::Conversation(key) = object else {
            panic!("it is not asked for that")
        };
        let broken = self.broken.iter().find(|(broken, _)| broken == key);
        let (status, body) = match broken {
            Some((_, 503)) => (503, r#"{"full":true}"#),
            Some((_, status)) => (*status, "storage"),
            None => {
                self.taken.borrow_mut().push((*key).to_owned());
                (200, "{}")
            }
        };
        let body = body.to_owned();
        Ok(Reply { status, body })
    }
    async fn index_get(&self, _: &str) -> Option<String> {
        panic!("it is not asked for that")
    }
    async fn index_put(&self, _: &str, _: &str) -> bool {
        panic!("it is not asked for that")
    }
    async fn index_delete(&self, _: &str) -> bool {
        panic!("it is not asked for that")
    }
}

fn said(person: &str) -> ConsumerEvent {
    let kind = EventKind::Message {
        id: format!("of-{person}"),
        content: Content::Text {
            text: "hello".to_owned(),
        },
        sent_at: None,
    };
    ConsumerEvent::new(person, kind)
}

#[test]
fn whoever_cannot_be_reached_holds_up_nobody_else_of_the_batch() {
    for (status, fault) in [
        (500, CallFault::Unavailable),
        (400, CallFault::Rejected),
        (503, CallFault::Full),
    ] {
        let objects = Objects::new().breaks("b", status);
        let taken = objects.take(vec![said("a"), said("b"), said("c")]);
        assert_eq!(taken, Err(fault), "the platform comes again for the one");
        assert!(objects.has("a") && !objects.has("b") && objects.has("c"));
    }
}

#[test]
fn a_failure_counts_for_more_than_a_full_queue() {
    for (first, second) in [(500, 503), (503, 500)] {
        let objects = Objects::new().breaks("a", first).breaks("b", second);
        let taken = objects.take(vec![said("a"), said("b"), said("c")]);
        assert_eq!(taken, Err(CallFault::Unavailable));
        assert!(objects.has("c"));
    }
}

#[test]
fn a_dead_letter_of_nobody_that_cannot_be_kept_holds_up_nobody() {
    let letter = dead_letter(None, &json!("?"), unreadable("no event"));
    let EventKind::Message { id, .. } = &letter.event else {
        panic!("it is not asked for that")
    };
    let mut objects = Objects::new();
    let channel = objects.channel();
    let identity = objects.config.identity_key.as_ref().unwrap();
    let key = ConsumerKey::unaddressed(
        identity,
        &channel.account.id,
        &channel.namespace,
        id.as_bytes(),
    );
    objects.broken.push((key.as_str().to_owned(), 500));
    let taken = objects.take(vec![letter, said("a")]);
    assert_eq!(taken, Err(CallFault::Unavailable));
    assert!(objects.has("a"));
}
