//! What an object knows of its consumer.

use liveengage_connector::conversation::{
    Composing, Consumer, Known, KnownAgent, LaterFields, OffHours, Reported,
};
use liveengage_connector::liveengage::consumer_jws::StoredConsumerToken;
use liveengage_connector::liveengage::engagement::Visit;
use liveengage_connector::message::{Agent, LastHeard, Offer, Profile};
use liveengage_connector::rich::Choice;
use serde_json::json;

use super::{keeps, pinned, place, reads, some};

#[test]
fn the_consumer() {
    let consumer = Consumer {
        account_id: "1".to_owned(),
        namespace: "sms".to_owned(),
        channel: "support".to_owned(),
        address: Some("+1".to_owned()),
        profile: Profile {
            name: Some("Ada".to_owned()),
            ..Profile::default()
        },
        token: Some(StoredConsumerToken {
            jws: "h.p.s".to_owned(),
            lp_consumer_id: "lp".to_owned(),
        }),
        registered_at: Some(5),
        conversations: vec![Known {
            id: "c".to_owned(),
            main_open: true,
            stage_open: true,
            survey: Some("s".to_owned()),
            updated_at: Some(6),
            changed_at: 7,
            claimed_at: Some(8),
            agent: None,
            skill: None,
            off_hours: None,
            later: LaterFields::new(),
        }],
        already_open_since: Some(9),
        claim_failures: 1,
        claim_due_at: 10,
        reported: Some(Reported {
            revision: 12,
            digest: "d".to_owned(),
        }),
        last_heard: Some(LastHeard {
            id: "m".to_owned(),
            at: 13,
            handle: some("{}"),
            answered: true,
        }),
        touched_at: 11,
        ..Consumer::default()
    };
    pinned(
        &consumer,
        concat!(
            r#"{"account_id":"1","namespace":"sms","channel":"support","address":"+1","profile":{"name":"Ada"},"#,
            r#""token":{"jws":"h.p.s","lp_consumer_id":"lp"},"registered_at":5,"conversations":[{"id":"c","#,
            r#""main_open":true,"stage_open":true,"survey":"s","updated_at":6,"changed_at":7,"claimed_at":8}],"#,
            r#""already_open_since":9,"claim_failures":1,"claim_due_at":10,"reported":{"revision":12,"digest":"d"},"#,
            r#""last_heard":{"id":"m","at":13,"handle":"{}","answered":true},"touched_at":11}"#
        ),
    );
    let least = Consumer {
        account_id: "1".to_owned(),
        namespace: "sms".to_owned(),
        ..Consumer::default()
    };
    keeps(r#"{"account_id":"1","namespace":"sms"}"#, &least);
    let known = Known {
        id: "c".to_owned(),
        main_open: true,
        stage_open: false,
        survey: None,
        updated_at: None,
        changed_at: 0,
        claimed_at: None,
        agent: None,
        skill: None,
        off_hours: None,
        later: LaterFields::new(),
    };
    keeps(r#"{"id":"c","main_open":true,"stage_open":false}"#, &known);
}

#[test]
fn a_conversation_with_its_agent_its_skill_and_its_hours() {
    let known = Known {
        id: "c".to_owned(),
        main_open: true,
        stage_open: true,
        survey: None,
        updated_at: None,
        changed_at: 7,
        claimed_at: None,
        agent: some("a"),
        skill: some("1"),
        off_hours: Some(OffHours { until: Some(9) }),
        later: LaterFields::new(),
    };
    pinned(
        &known,
        concat!(
            r#"{"id":"c","main_open":true,"stage_open":true,"changed_at":7,"agent":"a","skill":"1","#,
            r#""off_hours":{"until":9}}"#
        ),
    );
    reads("{}", &OffHours { until: None });
    pinned(&OffHours { until: None }, "{}");
}

#[test]
fn what_a_consumer_was_offered_and_is_doing() {
    let consumer = Consumer {
        account_id: "1".to_owned(),
        namespace: "n".to_owned(),
        offers: vec![offer()],
        on_offer: some("0a1b2c3d"),
        composing: Some(composing()),
        visit: Some(Visit {
            visitor_id: "v".to_owned(),
            session_id: "s".to_owned(),
            context_id: some("x"),
            campaign: Some(("2".to_owned(), "3".to_owned())),
        }),
        agents: vec![known_agent()],
        ..Consumer::default()
    };
    let text = [
        r#"{"account_id":"1","namespace":"n","channel":"","profile":{},"conversations":[],"claim_failures":0,"#,
        r#""claim_due_at":0,"offers":["#,
        OFFER,
        r#"],"on_offer":"0a1b2c3d","composing":"#,
        COMPOSING,
        r#","visit":{"visitor_id":"v","session_id":"s","context_id":"x","campaign":["2","3"]},"agents":["#,
        AGENT,
        r#"],"touched_at":0}"#,
    ];
    pinned(&consumer, &text.concat());
}

fn offer() -> Offer {
    Offer {
        id: "0a1b2c3d".to_owned(),
        place: Some(place(4)),
        choices: vec![Choice {
            title: "Yes".to_owned(),
            text: "yes please".to_owned(),
            metadata: vec![json!({ "id": 1 })],
        }],
    }
}

const OFFER: &str = concat!(
    r#"{"id":"0a1b2c3d","place":{"dialog_id":"d","sequence":4},"#,
    r#""choices":[{"title":"Yes","text":"yes please","metadata":[{"id":1}]}]}"#
);

#[test]
fn offers_and_the_references_that_platforms_hold() {
    pinned(&offer(), OFFER);
    assert_eq!(offer().reference(11), "0a1b2c3d.11");
    let least = Offer {
        id: "i".to_owned(),
        place: None,
        choices: vec![Choice {
            title: "t".to_owned(),
            text: "x".to_owned(),
            metadata: Vec::new(),
        }],
    };
    reads(r#"{"id":"i","choices":[{"title":"t","text":"x"}]}"#, &least);
}

fn composing() -> Composing {
    Composing {
        dialog_id: "d".to_owned(),
        over_at: 5,
        answered: true,
        failures: 2,
    }
}

const COMPOSING: &str = r#"{"dialog_id":"d","over_at":5,"answered":true,"failures":2}"#;

#[test]
fn who_is_typing() {
    pinned(&composing(), COMPOSING);
    let least = Composing {
        answered: false,
        failures: 0,
        ..composing()
    };
    reads(r#"{"dialog_id":"d","over_at":5}"#, &least);
}

fn known_agent() -> KnownAgent {
    KnownAgent {
        agent: Agent {
            id: "a".to_owned(),
            role: some("AGENT"),
            name: some("Ann"),
            picture: some("https://p.example/a"),
        },
        looked_up_at: 6,
    }
}

const AGENT: &str =
    r#"{"id":"a","role":"AGENT","name":"Ann","picture":"https://p.example/a","looked_up_at":6}"#;

#[test]
fn agents() {
    pinned(&known_agent(), AGENT);
    let least = Agent {
        id: "a".to_owned(),
        ..Agent::default()
    };
    pinned(&least, r#"{"id":"a"}"#);
    let nobody = KnownAgent {
        agent: least,
        looked_up_at: 6,
    };
    reads(r#"{"id":"a","looked_up_at":6}"#, &nobody);
}

#[test]
fn a_visit() {
    let least = Visit {
        visitor_id: "v".to_owned(),
        session_id: "s".to_owned(),
        context_id: None,
        campaign: None,
    };
    pinned(&least, r#"{"visitor_id":"v","session_id":"s"}"#);
}
