//! Logs and traces carry ids, kinds and outcomes; never text, addresses or tokens.

use liveengage_connector::conversation::wire::AcceptEvent;
use liveengage_connector::liveengage::notification::{DialogEvent, EventBody};
use serde_json::json;

use super::support::*;

const TEXT: &str = "text-mark";

fn scan(world: &World) {
    let marks = [
        TEXT,
        ADDRESS,
        ADDRESS.trim_start_matches('+'),
        APP_JWT_MARK,
        JWS_MARK,
        SECRET_MARK,
    ];
    let logs = world.logs.iter().map(|log| format!("{log:?}"));
    let traces = world
        .engine
        .store()
        .rows()
        .map(|row| serde_json::to_string(&row.trace).unwrap());
    for line in logs.chain(traces) {
        for mark in marks {
            assert!(!line.contains(mark), "{mark} in {line}");
        }
    }
}

#[test]
fn nothing_private_is_logged_or_traced_whatever_happens() {
    let replies = [
        Reply::Ok,
        Reply::LostAfter,
        Reply::LostBefore,
        Reply::NotSent,
        Reply::status(500),
        Reply::status(503),
        Reply::RetryAfter(429, 3),
        Reply::Status(
            400,
            json!({ "code": "BAD_REQUEST", "body": { "msg": TEXT } }).to_string(),
        ),
        Reply::Status(400, json!({ "code": 21610, "message": TEXT }).to_string()),
        Reply::Status(401, TEXT.to_owned()),
        Reply::unauthorized(40102),
        Reply::unauthorized(40103),
        Reply::conversation_is_close(),
        Reply::already_open(400),
    ];
    for policy in ["resend", "refuse"] {
        for kind in ["token", "create", "publish", "sms"] {
            for reply in &replies {
                let mut world = World::with_channel(&json!({ "on_unknown": policy }));
                world.outside.script(kind, vec![reply.clone(); 3]);
                world.receive(&sms("m1", TEXT));
                world.receive(&event(agent_text("conv-1", 1, TEXT)));
                world.receive(&event(private_note("conv-1", 2, TEXT)));
                world.receive(&event(unattributed("conv-1", 3, TEXT)));
                world.receive(&event(rich(4)));
                world.run_for(MINUTE);
                world.crash();
                while let Some(echo) = world.outside.echoes.pop_front() {
                    world.receive(&event(echo));
                }
                world.configure(None);
                world.receive(&sms("m2", TEXT));
                world.run_for(73 * HOUR);
                world.configure(Some(&json!({})));
                world.run_for(HOUR);
                assert!(!world.logs.is_empty());
                scan(&world);
            }
        }
    }
}

fn rich(sequence: u64) -> DialogEvent {
    DialogEvent {
        body: EventBody::Rich {
            raw: json!({ "text": TEXT }),
        },
        metadata: Some(json!([{ "note": TEXT }])),
        ..agent_text("conv-1", sequence, "")
    }
}

#[test]
fn requests_and_events_do_not_print_what_they_carry() {
    let mut world = World::new();
    world.accept(&sms("m1", TEXT));
    let pending = world.take(super::IN).pending();
    let printed = format!("{:?} {:?}", pending.request, pending.ticket);
    for mark in [TEXT, ADDRESS, APP_JWT_MARK, JWS_MARK] {
        assert!(!printed.contains(mark), "{printed}");
    }
}

#[test]
fn a_note_that_lost_its_text_on_the_way_leaves_no_text() {
    let stripped = private_note("conv-1", 2, TEXT).without_text();
    let request = webhook(vec![AcceptEvent::Dialog { change: stripped }]);
    assert!(!serde_json::to_string(&request).unwrap().contains(TEXT));
}
