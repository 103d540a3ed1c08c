//! Twilio's callbacks. Input: `form`, `json` or `get`, then the body or the query.

use liveengage_connector::config::Channel;
use liveengage_connector::http::Method;
use liveengage_connector::message::{Content, EventKind, File, Signal};

use super::callbacks::{handed_over, parsed};
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
    let Some(parsed) = parsed(&channel, &callback) else {
        return;
    };
    assert!(
        parsed.events.is_empty() != parsed.ignored.is_empty() && parsed.ignored.len() <= 1,
        "a callback is about one thing"
    );
    let first = parsed.events.first().map(|event| id_of(&event.event));
    for (index, event) in parsed.events.iter().enumerate() {
        assert!(!event.consumer.trim().is_empty());
        assert_eq!(event.consumer, parsed.events[0].consumer);
        if let EventKind::Message { content, .. } = &event.event {
            channels::sent(content);
            if let Content::File { file } = content {
                reads_own_files_only(&channel, file);
            }
        }
        let id = id_of(&event.event);
        let number = id.strip_prefix(first.unwrap());
        let expected = match index {
            0 => String::new(),
            index => format!(".{index}"),
        };
        assert_eq!(number, Some(expected.as_str()), "{id}");
    }
    if let Some(id) = first {
        let (kind, digits) = id.split_at(2);
        assert!(
            ["SM", "MM"].contains(&kind)
                && digits.len() == 32
                && digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{id}"
        );
    }
    handed_over(parsed.events);
}

fn id_of(event: &EventKind) -> &str {
    match event {
        EventKind::Message { id, .. } => id,
        EventKind::Signal(Signal::Receipt { remote_id, .. }) => remote_id,
        EventKind::Signal(_) => panic!("Twilio has no such signal"),
    }
}

/// Credentials go with the request for a file, whose address stands in a callback.
fn reads_own_files_only(channel: &Channel, file: &File) {
    let Some(request) = channel.adapter.media(file) else {
        return;
    };
    let url = url::Url::parse(&request.url).unwrap();
    let own = "/2010-04-01/Accounts/AC00000000000000000000000000000001/";
    assert!(
        url.origin().ascii_serialization() == "https://api.twilio.com"
            && url.path().starts_with(own)
            && url.query().is_none(),
        "{url}"
    );
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
    let several = "Body=Hi&ButtonPayload=y&ReferralHeadline=Sale&Latitude=1.5&Longitude=-2&Label=Home&NumMedia=3\
        &MediaUrl0=https%3A%2F%2Fapi.twilio.com%2F2010-04-01%2FAccounts%2FAC00000000000000000000000000000001%2Fx\
        &MediaContentType0=image%2Fgif&MessageSid=SM00000000000000000000000000000001&From=%2B15550100001";
    seeds.push(joined(&[b"form", several.as_bytes()]));
    seeds.push(joined(&[b"json", br#"{"MessageSid":"SM00000000000000000000000000000001","From":"+15550100001","Body":"hi","NumMedia":1}"#]));
    seeds
}
