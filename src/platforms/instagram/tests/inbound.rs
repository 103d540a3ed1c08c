use super::*;

fn parse(body: &str) -> Parsed {
    adapter().parse(&callback(&[], body.as_bytes())).unwrap()
}

fn only(body: &str) -> EventKind {
    let Parsed { events, ignored } = parse(body);
    assert_eq!((events.len(), ignored.len()), (1, 0), "{body}");
    assert_eq!(events[0].consumer, PERSON);
    events.into_iter().next().unwrap().event
}

fn said(body: &str) -> Content {
    match only(body) {
        EventKind::Message { content, .. } => content,
        EventKind::Signal(signal) => panic!("{signal:?}"),
    }
}

#[test]
fn what_people_say_is_read() {
    let cdn = |n| format!("https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id={n}&signature=s");
    for (body, expected) in [
        (fixture!("callbacks/text"), "love this 😍 Zoë".to_owned()),
        (
            fixture!("callbacks/answer_to_a_story"),
            format!("love this\n[about the story {}]", cdn(1)),
        ),
        (
            fixture!("callbacks/story_mention"),
            format!("[mentioned you in a story: {}]", cdn(2)),
        ),
        (
            fixture!("callbacks/shared_post"),
            format!("[shared post: Our shop {}]", cdn(5)),
        ),
        (
            fixture!("callbacks/shared_reel"),
            format!("[shared reel: A cat {}]", cdn(6)),
        ),
        (fixture!("callbacks/heart"), "❤️".to_owned()),
        (
            fixture!("callbacks/seen_once"),
            "[a picture or film that can be seen once only]".to_owned(),
        ),
        (
            fixture!("callbacks/unsupported"),
            "[a message that cannot be shown here]".to_owned(),
        ),
        (
            fixture!("callbacks/ice_breaker"),
            "When do you open?".to_owned(),
        ),
        (fixture!("callbacks/as_a_change"), "by a change".to_owned()),
    ] {
        assert_eq!(said(body), text(&expected));
    }
}

#[test]
fn files_are_known_by_their_family_where_the_address_says_no_more() {
    for (body, name, media_type) in [
        (fixture!("callbacks/picture"), "picture", "image/*"),
        (fixture!("callbacks/voice"), "audio", "audio/*"),
    ] {
        let Content::File { file } = said(body) else {
            panic!("no file");
        };
        assert_eq!(file.name.as_deref(), Some(name));
        assert_eq!(file.media_type.as_deref(), Some(media_type));
        let request = adapter().media(&file).unwrap();
        assert!(request.url.starts_with("https://lookaside.fbsbx.com/"));
        assert_eq!(request.headers, []);
    }
}

#[test]
fn taps_reactions_edits_and_receipts_are_read() {
    for (body, reference) in [
        (fixture!("callbacks/quick_reply_tapped"), "0a1b2c3d.1"),
        (fixture!("callbacks/button_tapped"), "0a1b2c3d.0"),
    ] {
        let Content::Choice {
            reference: found, ..
        } = said(body)
        else {
            panic!("no choice");
        };
        assert_eq!(found.as_deref(), Some(reference));
    }
    for (body, line) in [
        (fixture!("callbacks/reaction"), "[reacted with 🔥]"),
        (fixture!("callbacks/edited"), "[edited] new text"),
        (fixture!("callbacks/taken_back"), "[took a message back]"),
    ] {
        let text = line.to_owned();
        assert_eq!(said(body), Content::Aside { text });
    }
    let read = Signal::Receipt {
        remote_id: "aWdfZAZ1".to_owned(),
        status: ReceiptStatus::Read,
        code: None,
    };
    assert_eq!(only(fixture!("callbacks/read")), EventKind::Signal(read));
}

#[test]
fn what_concerns_no_conversation_is_counted() {
    for (body, kind) in [
        (fixture!("callbacks/echo"), "echo"),
        (fixture!("callbacks/comment"), "field=comments"),
        (fixture!("callbacks/other_account"), "other_account"),
    ] {
        let Parsed { events, ignored } = parse(body);
        assert_eq!(events, []);
        assert_eq!(ignored[0].kind, kind);
    }
}

#[test]
fn a_time_may_be_in_seconds() {
    let EventKind::Message { sent_at, .. } = only(fixture!("callbacks/as_a_change")) else {
        panic!("no message");
    };
    assert_eq!(sent_at, Some(1_795_000_000_000));
}
