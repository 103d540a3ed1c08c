//! How far sends have come.

use liveengage_connector::conversation::send::{AsText, FileProgress, SendProgress};
use liveengage_connector::platforms::Progress;
use serde_json::json;

use super::{pinned, reads, some};

#[test]
fn progress_of_a_text() {
    pinned(
        &SendProgress {
            pieces: 1,
            renewed_app_jwt: true,
            renew_consumer_jws: true,
            renewed_consumer_jws: true,
            reopened: true,
            ..SendProgress::default()
        },
        concat!(
            r#"{"pieces":1,"renewed_app_jwt":true,"renew_consumer_jws":true,"#,
            r#""renewed_consumer_jws":true,"reopened":true}"#
        ),
    );
    reads("{}", &SendProgress::default());
    assert_eq!(
        Progress::default().read::<SendProgress>(),
        SendProgress::default()
    );
    let foreign = Progress::of(&json!({ "next_piece": 3 }));
    assert_eq!(foreign.read::<SendProgress>(), SendProgress::default());
}

#[test]
fn progress_of_a_file_and_of_the_search_for_a_campaign() {
    let stored = FileProgress {
        size: 1234,
        kind: "JPEG".to_owned(),
        stored: some("/v1/a"),
    };
    pinned(&stored, r#"{"size":1234,"kind":"JPEG","stored":"/v1/a"}"#);
    let fresh = FileProgress {
        stored: None,
        ..stored.clone()
    };
    pinned(&fresh, r#"{"size":1234,"kind":"JPEG"}"#);
    reads(r#"{"size":1234,"kind":"JPEG"}"#, &fresh);
    pinned(&[AsText::NotTaken, AsText::Gone], r#"["not_taken","gone"]"#);
    pinned(
        &SendProgress {
            as_text: Some(AsText::Gone),
            file: Some(stored),
            engaged: true,
            engagement_failures: 2,
            ..SendProgress::default()
        },
        concat!(
            r#"{"pieces":0,"renewed_app_jwt":false,"renew_consumer_jws":false,"renewed_consumer_jws":false,"#,
            r#""reopened":false,"as_text":"gone","file":{"size":1234,"kind":"JPEG","stored":"/v1/a"},"engaged":true,"#,
            r#""engagement_failures":2}"#
        ),
    );
    let old = SendProgress {
        pieces: 2,
        reopened: true,
        ..SendProgress::default()
    };
    let text = concat!(
        r#"{"pieces":2,"renewed_app_jwt":false,"renew_consumer_jws":false,"#,
        r#""renewed_consumer_jws":false,"reopened":true}"#
    );
    reads(text, &old);
}
