//! What operators ask, what they are answered, and what is left of a person who was erased.

use std::collections::BTreeSet;

use liveengage_connector::attention::{Ask, DeadLetter, Found, Of, Query, Report, Stuck};
use liveengage_connector::conversation::Lane;
use liveengage_connector::conversation::operate::{
    Answer, Erased, Forget, MESSAGES, Operation, Remains, Selection, Tombstone,
};
use liveengage_connector::conversation::wire::Route;
use liveengage_connector::identity::ConsumerKey;

use super::{pinned, reads, some};

#[test]
fn operations() {
    pinned(&Operation::Show, r#"{"operation":"show"}"#);
    reads(
        r#"{"operation":"messages"}"#,
        &Operation::Messages {
            lane: None,
            state: None,
            limit: MESSAGES,
        },
    );
    pinned(
        &Operation::Trace {
            message: "c:1".to_owned(),
        },
        r#"{"operation":"trace","message":"c:1"}"#,
    );
    let select = Selection {
        keys: Some(vec!["c:1".to_owned()]),
        lane: Some(Lane::ToConsumer),
        reason: some("expired"),
        since: Some(1),
        until: Some(2),
    };
    pinned(
        &Operation::Resend {
            select,
            dry_run: true,
        },
        concat!(
            r#"{"operation":"resend","select":{"keys":["c:1"],"lane":"to_consumer","reason":"expired","#,
            r#""since":1,"until":2},"dry_run":true}"#
        ),
    );
    reads(
        r#"{"operation":"discard","select":{}}"#,
        &Operation::Discard {
            select: Selection::default(),
            dry_run: false,
        },
    );
    pinned(
        &Operation::Import {
            route: Box::new(Route {
                account_id: "1".to_owned(),
                ..Route::default()
            }),
            conversation_id: "c".to_owned(),
        },
        r#"{"operation":"import","route":{"account_id":"1"},"conversation_id":"c"}"#,
    );
    reads(
        r#"{"operation":"erase"}"#,
        &Operation::Erase { dry_run: false },
    );
}

#[test]
fn answers() {
    pinned(&Answer::Done, r#"{"answer":"done"}"#);
    pinned(&Answer::Unknown, r#"{"answer":"unknown"}"#);
    reads(
        r#"{"answer":"selected","keys":["c:1"]}"#,
        &Answer::Selected {
            keys: vec!["c:1".to_owned()],
            unsendable: Vec::new(),
        },
    );
    let erased = Erased {
        messages: 1,
        dead_letters: 2,
        waiting: 3,
        remembered: 4,
        lp_consumer_id: some("lp"),
        conversations: vec!["c".to_owned()],
        remains: vec![Remains {
            place: "logs".to_owned(),
            what: "ids".to_owned(),
            until: None,
        }],
    };
    pinned(
        &Answer::Erased {
            erased: Box::new(erased),
        },
        concat!(
            r#"{"answer":"erased","erased":{"messages":1,"dead_letters":2,"waiting":3,"remembered":4,"#,
            r#""lp_consumer_id":"lp","conversations":["c"],"remains":[{"place":"logs","what":"ids"}]}}"#
        ),
    );
}

#[test]
fn the_tombstone() {
    let account_id = "1".to_owned();
    let tombstone = Tombstone {
        erased_at: 1,
        until: 2,
        events: BTreeSet::from(["h".to_owned()]),
        forget: vec![
            Forget::Consumer {
                account_id: account_id.clone(),
                id: "lp".to_owned(),
            },
            Forget::Conversation {
                account_id,
                id: "c".to_owned(),
            },
        ],
        withdraw: Some(("1".to_owned(), "sms".to_owned())),
    };
    pinned(
        &tombstone,
        concat!(
            r#"{"erased_at":1,"until":2,"events":["h"],"forget":[{"forget":"consumer","account_id":"1","#,
            r#""id":"lp"},{"forget":"conversation","account_id":"1","id":"c"}],"withdraw":["1","sms"]}"#
        ),
    );
    reads(
        r#"{"erased_at":1,"until":2}"#,
        &Tombstone {
            erased_at: 1,
            until: 2,
            ..Tombstone::default()
        },
    );
}

#[test]
fn what_needs_attention() {
    let report = Report {
        channel: "sms".to_owned(),
        dead_letters: vec![DeadLetter {
            message: "c:1".to_owned(),
            lane: Lane::ToLiveengage,
            reason: "expired".to_owned(),
            at: 5,
        }],
        dead_letter_count: 1,
        stuck: vec![Stuck {
            lane: Lane::ToConsumer,
            message: "l:1".to_owned(),
            cause: "server".to_owned(),
            since: 6,
        }],
    };
    pinned(
        &Ask::Report {
            consumer: ConsumerKey::from_stored("k".to_owned()),
            revision: 7,
            report,
        },
        concat!(
            r#"{"ask":"report","consumer":"k","revision":7,"report":{"channel":"sms","dead_letters":["#,
            r#"{"message":"c:1","lane":"to_liveengage","reason":"expired","at":5}],"dead_letter_count":1,"#,
            r#""stuck":[{"lane":"to_consumer","message":"l:1","cause":"server","since":6}]}}"#
        ),
    );
    pinned(
        &Ask::Find {
            query: Query {
                of: Of::Stuck,
                ..Query::default()
            },
            after: some("k"),
            limit: 9,
        },
        r#"{"ask":"find","query":{"of":"stuck"},"after":"k","limit":9}"#,
    );
    reads("{}", &Report::default());
    reads("{}", &Found::default());
}
