//! Twilio's callbacks. Input: `form`, `json` or `get`, then the body or the query.

use liveengage_connector::conversation::wire::AcceptRequest;
use liveengage_connector::http::Method;
use liveengage_connector::message::{EventKind, Signal};

use super::gateway::{as_wire, is_kind};
use super::stored::read_again;
use crate::channels;
use crate::corpus;
use crate::input::{joined, parts, text};

pub(super) fn run(data: &[u8]) {
    if channels::is_marked(data, &[channels::SECRET_MARK]) {
        return;
    }
    let [how, body] = parts(data);
    let channel = channels::channel("sms");
    let query = text(body);
    let (method, media_type) = match how {
        b"get" => (Method::Get, "text/plain"),
        b"json" => (Method::Post, "application/json"),
        _ => (
            Method::Post,
            "application/x-www-form-urlencoded; charset=utf-8",
        ),
    };
    let headers = [("content-type".to_owned(), media_type.to_owned())];
    let query = (method == Method::Get).then_some(query.as_str());
    let callback = channels::callback(&channel, method, query, &headers, body);
    let parsed = channel.adapter.parse(&callback);
    assert_eq!(
        parsed,
        channel.adapter.parse(&callback),
        "read twice it is two things"
    );
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(unreadable) => {
            assert!(unreadable.what.len() < 100, "it repeats what came");
            return;
        }
    };
    assert!(
        parsed.ignored.iter().all(|ignored| is_kind(&ignored.kind)),
        "{:?}",
        parsed.ignored
    );
    assert!(
        parsed.events.len() + parsed.ignored.len() == 1,
        "a callback is one thing"
    );
    for event in &parsed.events {
        assert!(!event.consumer.trim().is_empty());
        let id = match &event.event {
            EventKind::Message { id, content, .. } => {
                channels::sent(content);
                id
            }
            EventKind::Signal(Signal::Receipt { remote_id, .. }) => remote_id,
            EventKind::Signal(_) => panic!("Twilio has no such signal"),
        };
        let (kind, digits) = id.split_at(2);
        assert!(
            ["SM", "MM"].contains(&kind)
                && digits.len() == 32
                && digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{id}"
        );
    }
    let events = parsed.events.into_iter().map(as_wire).collect();
    read_again(&AcceptRequest::of_account(channels::ACCOUNT, events));
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let fixtures = corpus::fixtures("twilio");
    let mut seeds = Vec::new();
    for body in &fixtures {
        let body = body.trim_ascii();
        seeds.push(joined(&[b"form", body]));
        seeds.push(joined(&[b"get", body]));
        if body.starts_with(b"{") {
            seeds.push(joined(&[b"json", body]));
        }
    }
    seeds.push(joined(&[b"json", br#"{"MessageSid":"SM00000000000000000000000000000001","From":"+15550100001","Body":"hi","NumMedia":1}"#]));
    seeds
}
