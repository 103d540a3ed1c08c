//! What operators do with dead letters.

use liveengage_connector::conversation::operate::{Answer, MessageView, Operation, Selection};
use liveengage_connector::conversation::{Lane, RowState};

use super::support::*;
use super::{IN, OUT, talking};

/// Agents' texts 1 to 3; Twilio refuses the first two for good.
fn two_refused() -> World {
    let mut world = talking();
    let refused = [Reply::twilio(400, 21610), Reply::twilio(400, 21610)];
    world.outside.script("sms", refused);
    for n in 1..=3 {
        let said = world.outside.agent_says(&format!("agent {n}"));
        world.receive(&event(said));
    }
    assert_eq!(world.outside.phone, ["agent 3"]);
    world
}

fn resend(world: &mut World, select: Selection) -> (Vec<String>, Vec<String>) {
    let dry_run = false;
    match operate(world, &Operation::Resend { select, dry_run }) {
        Answer::Selected { keys, unsendable } => (keys, unsendable),
        other => panic!("{other:?}"),
    }
}

fn trace(world: &mut World, message: &str) -> MessageView {
    let message = message.to_owned();
    match operate(world, &Operation::Trace { message }) {
        Answer::Message { message } => *message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn dead_letters_go_again_at_the_tail_in_their_order() {
    let mut world = two_refused();
    world.advance(HOUR);
    let (keys, _) = resend(&mut world, Selection::default());
    assert_eq!(keys, ["l:conv-1:1", "l:conv-1:2"]);
    world.drain_all();
    assert_eq!(world.outside.phone, ["agent 3", "agent 1", "agent 2"]);
    let late = trace(&mut world, "l:conv-1:1");
    assert_eq!(late.state, RowState::Delivered);
    assert_eq!(late.requeued_at, Some(START + HOUR), "it is marked late");
    assert_eq!(late.refusal, None);
    assert_eq!(late.attempts, 2);
    let told = "accepted started refused(rejected) requeued started delivered";
    assert_eq!(world.story("l:conv-1:1"), told);
}

#[test]
fn what_waits_goes_before_what_is_sent_again() {
    let mut world = two_refused();
    world.outside.script("sms", [Reply::status(503)]);
    let said = world.outside.agent_says("agent 4");
    world.receive(&event(said));
    resend(&mut world, Selection::default());
    world.run_for(MINUTE);
    let after = &world.outside.phone[1..];
    assert_eq!(after, ["agent 4", "agent 1", "agent 2"]);
}

#[test]
fn a_dry_run_counts_and_changes_nothing() {
    let mut world = two_refused();
    let writes = world.engine.store().writes;
    for operation in [
        Operation::Resend {
            select: Selection::default(),
            dry_run: true,
        },
        Operation::Discard {
            select: Selection::default(),
            dry_run: true,
        },
    ] {
        let Answer::Selected { keys, .. } = operate(&mut world, &operation) else {
            panic!("not selected");
        };
        assert_eq!(keys.len(), 2);
    }
    assert_eq!(world.engine.store().writes, writes);
}

#[test]
fn what_is_selected_is_what_is_asked_for() {
    let key = |n: u64| format!("l:conv-1:{n}");
    let keys = |keys: &[u64]| Some(keys.iter().map(|n| key(*n)).collect());
    let of = Selection::default;
    for (select, expected) in [
        (
            Selection {
                keys: keys(&[2]),
                ..of()
            },
            vec![2],
        ),
        (
            Selection {
                keys: keys(&[3, 9]),
                ..of()
            },
            vec![],
        ),
        (
            Selection {
                keys: keys(&[]),
                ..of()
            },
            vec![],
        ),
        (
            Selection {
                lane: Some(OUT),
                ..of()
            },
            vec![1, 2],
        ),
        (
            Selection {
                lane: Some(IN),
                ..of()
            },
            vec![],
        ),
        (
            Selection {
                reason: Some("rejected".to_owned()),
                ..of()
            },
            vec![1, 2],
        ),
        (
            Selection {
                reason: Some("expired".to_owned()),
                ..of()
            },
            vec![],
        ),
        (
            Selection {
                since: Some(START + 1),
                ..of()
            },
            vec![],
        ),
        (
            Selection {
                until: Some(START + 1),
                ..of()
            },
            vec![1, 2],
        ),
    ] {
        let mut world = two_refused();
        let (taken, _) = resend(&mut world, select.clone());
        let expected: Vec<String> = expected.into_iter().map(key).collect();
        assert_eq!(taken, expected, "{select:?}");
    }
}

#[test]
fn one_that_is_refused_again_is_a_dead_letter_again_and_told_once() {
    let mut world = two_refused();
    let told = |world: &mut World| world.outside.heard();
    let nacks = |heard: &[String]| heard.iter().filter(|it| it.contains("NACK")).count();
    assert_eq!(nacks(&told(&mut world)), 2);
    world.outside.script("sms", [Reply::twilio(400, 21610)]);
    resend(&mut world, Selection::default());
    world.drain_all();
    assert_eq!(world.state("l:conv-1:1"), RowState::Refused);
    assert_eq!(world.state("l:conv-1:2"), RowState::Delivered);
    assert_eq!(nacks(&told(&mut world)), 0, "LiveEngage knows");
    let (keys, _) = resend(&mut world, Selection::default());
    assert_eq!(keys, ["l:conv-1:1"]);
}

#[test]
fn a_redelivery_of_what_was_sent_again_has_no_effect() {
    let mut world = talking();
    world.outside.script("sms", [Reply::twilio(400, 21610)]);
    let said = event(world.outside.agent_says("agent 1"));
    world.receive(&said);
    resend(&mut world, Selection::default());
    world.receive(&said);
    world.run_for(HOUR);
    world.receive(&said);
    assert_eq!(world.outside.phone, ["agent 1"]);
}

#[test]
fn its_age_counts_anew_when_it_is_sent_again() {
    let mut world = talking();
    world
        .outside
        .script("sms", (0..2000).map(|_| Reply::status(503)));
    let said = event(world.outside.agent_says("agent 1"));
    world.receive(&said);
    world.run_for(80 * HOUR);
    assert_eq!(world.state("l:conv-1:1"), RowState::Refused);
    world.outside.forget_script();
    world.outside.script("sms", [Reply::status(503)]);
    resend(&mut world, Selection::default());
    world.run_for(MINUTE);
    assert_eq!(world.state("l:conv-1:1"), RowState::Delivered);
}

#[test]
fn it_survives_a_crash_at_its_new_place() {
    let mut world = two_refused();
    world.outside.script("sms", [Reply::status(503)]);
    let said = world.outside.agent_says("agent 4");
    world.receive(&event(said));
    resend(&mut world, Selection::default());
    world.crash();
    world.run_for(MINUTE);
    let after = &world.outside.phone[1..];
    assert_eq!(after, ["agent 4", "agent 1", "agent 2"]);
}

#[test]
fn a_text_of_several_pieces_goes_on_behind_the_one_that_arrived() {
    let mut world = talking();
    let long = "word ".repeat(900);
    world
        .outside
        .script("sms", [Reply::Ok, Reply::twilio(400, 21610)]);
    let said = world.outside.agent_says(&long);
    world.receive(&event(said));
    assert_eq!(world.outside.phone.len(), 1);
    resend(&mut world, Selection::default());
    world.drain_all();
    let arrived: Vec<&str> = world
        .outside
        .phone
        .iter()
        .flat_map(|piece| piece.split_whitespace())
        .collect();
    assert_eq!(arrived.len(), 900);
}

#[test]
fn what_could_not_be_read_cannot_be_sent() {
    let mut world = talking();
    let said = unattributed("conv-1", 7, "from nobody");
    world.receive(&event(said));
    let (keys, unsendable) = resend(&mut world, Selection::default());
    assert_eq!(keys, ["l:conv-1:7"], "a person has decided that it may go");
    assert_eq!(unsendable, [""; 0]);
    let letter = liveengage_connector::feed::dead_letter("not JSON", b"{", Lane::ToConsumer);
    world.receive(&webhook(vec![letter]));
    let (keys, unsendable) = resend(&mut world, Selection::default());
    assert_eq!((keys.len(), unsendable.len()), (0, 1));
}

#[test]
fn a_discarded_one_says_nothing_any_more_and_is_no_longer_selected() {
    let mut world = two_refused();
    let select = Selection {
        keys: Some(vec!["l:conv-1:1".to_owned()]),
        ..Selection::default()
    };
    let dry_run = false;
    operate(&mut world, &Operation::Discard { select, dry_run });
    let view = trace(&mut world, "l:conv-1:1");
    assert!(view.discarded);
    assert_eq!((view.state, view.kind), (RowState::Refused, None));
    assert!(view.refusal.is_some());
    world.crash();
    let (keys, _) = resend(&mut world, Selection::default());
    assert_eq!(keys, ["l:conv-1:2"]);
}

#[test]
fn a_trace_tells_both_hops_and_nothing_that_was_said() {
    let mut world = two_refused();
    world.receive(&sms("m1", "where is my order"));
    let view = trace(&mut world, "c:m1");
    assert_eq!(view.lane, IN);
    assert_eq!(view.published.len(), 1, "where LiveEngage has it");
    let view = trace(&mut world, "l:conv-1:4");
    assert_eq!(view.source.map(|it| it.sequence), Some(4));
    assert_eq!(
        view.remote_id.as_deref(),
        Some("SM1"),
        "what Twilio calls it"
    );
    let refused = trace(&mut world, "l:conv-1:1");
    assert_eq!(refused.not_delivered, Some(RowState::Delivered));
    assert_eq!(refused.kind.as_deref(), Some("text"));
    let shown = Operation::Show;
    let list = Operation::Messages {
        lane: None,
        state: None,
        limit: 100,
    };
    let all = [
        format!("{:?}", operate(&mut world, &shown)),
        format!("{:?}", operate(&mut world, &list)),
        format!("{refused:?}"),
    ];
    for text in all {
        for private in [ADDRESS, "agent 1", "order", "hello", JWS_MARK] {
            assert!(!text.contains(private), "{private} in {text}");
        }
    }
}

#[test]
fn messages_are_listed_newest_first_and_by_state() {
    let mut world = two_refused();
    let mut list = |lane, state, limit| {
        let operation = Operation::Messages { lane, state, limit };
        match operate(&mut world, &operation) {
            Answer::Messages { messages, more } => {
                let keys = messages.into_iter().map(|it| it.key);
                (keys.collect::<Vec<String>>(), more)
            }
            other => panic!("{other:?}"),
        }
    };
    let (out, more) = list(Some(OUT), None, 2);
    assert_eq!(
        (out.as_slice(), more),
        (["l:conv-1:4", "l:conv-1:2"].map(String::from).as_slice(), 1)
    );
    let (refused, _) = list(None, Some(RowState::Refused), 100);
    assert_eq!(refused, ["l:conv-1:2", "l:conv-1:1"]);
    let (waiting, _) = list(None, Some(RowState::Waiting), 100);
    assert_eq!(waiting, [""; 0]);
}
