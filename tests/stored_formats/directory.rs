//! Who owns conversations, and what waits for an owner.

use liveengage_connector::conversation::wire::{AcceptRequest, SealedRequest};
use liveengage_connector::directory::{Ask, Entry, Parked, Resolution};
use liveengage_connector::identity::ConsumerKey;

use super::{pinned, reads};

fn key() -> ConsumerKey {
    ConsumerKey::from_stored("k".to_owned())
}

#[test]
fn the_directory() {
    let request = SealedRequest::from(&AcceptRequest::of_account("1", Vec::new()));
    const REQUEST: &str = r#"{"events":[],"route":{"account_id":"1"}}"#;
    let parked = Parked {
        number: 1,
        at: 2,
        request: request.clone(),
    };
    pinned(
        &parked,
        &format!(r#"{{"number":1,"at":2,"request":{REQUEST}}}"#),
    );
    let asks = [
        (
            Ask::Resolve { park: None },
            r#"{"ask":"resolve"}"#.to_owned(),
        ),
        (
            Ask::Resolve {
                park: Some(request.clone()),
            },
            format!(r#"{{"ask":"resolve","park":{REQUEST}}}"#),
        ),
        (
            Ask::Claim { key: key() },
            r#"{"ask":"claim","key":"k"}"#.to_owned(),
        ),
    ];
    for (ask, text) in asks {
        pinned(&ask, &text);
    }
    for (resolution, text) in [
        (
            Resolution::Owned { key: key() },
            r#"{"resolution":"owned","key":"k"}"#,
        ),
        (Resolution::Parked, r#"{"resolution":"parked"}"#),
        (Resolution::Unclaimed, r#"{"resolution":"unclaimed"}"#),
        (Resolution::Full, r#"{"resolution":"full"}"#),
    ] {
        pinned(&resolution, text);
    }
    let mut entry = Entry::default();
    entry.resolve(Some(request), 2);
    entry.claim(key(), 3);
    let text = format!(
        r#"{{"owner":null,"claimant":"k","claimed_at":3,"parked":[{{"number":0,"at":2,"request":{REQUEST}}}],"next_number":1}}"#
    );
    pinned(&entry, &text);
    reads("{}", &Entry::default());
}
