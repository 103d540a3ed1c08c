//! The states of a conversation.

use liveengage_connector::liveengage::notification::{Campaign, Delay, Handler, Ttr};

use super::*;

pub(super) const SECOND_AGENT: &str = "b2c3d4e5-0000-5000-8000-000000000003";
const APP: &str = "0f0e0d0c-1111-4222-8333-444444444444";

pub(super) const START: u64 = 1_700_000_000_000;
pub(super) const JOINED: u64 = 1_700_000_100_000;
const CLOSED: u64 = 1_700_000_900_000;
const SURVEYED: u64 = 1_700_000_900_100;
const ENDED: u64 = 1_700_000_950_000;

pub(super) fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub(super) fn participant(id: &str, role: &str) -> Participant {
    Participant {
        id: id.to_owned(),
        role: some(role),
        state: None,
    }
}

pub(super) fn with_state(participant: &Participant, state: &str) -> Participant {
    Participant {
        state: some(state),
        ..participant.clone()
    }
}

fn dialog(id: &str, kind: &str, state: &str, updated_at: u64) -> Dialog {
    Dialog {
        id: id.to_owned(),
        kind: some(kind),
        state: some(state),
        updated_at: Some(updated_at),
        channel_type: some("MESSAGING"),
        app_install_id: some(APP),
        created_at: Some(START),
        ..Dialog::default()
    }
}

fn main_dialog(state: &str, updated_at: u64, active: &[Participant]) -> Dialog {
    Dialog {
        participants: active
            .iter()
            .map(|participant| with_state(participant, "ACTIVE"))
            .collect(),
        ..dialog(CONVERSATION, "MAIN", state, updated_at)
    }
}

/// What the conversations of the newer fixtures have in common.
pub(super) fn change(
    state: &str,
    stage: &str,
    updated_at: u64,
    participants: &[Participant],
    dialogs: &[Dialog],
) -> ConversationChange {
    ConversationChange {
        conversation_id: CONVERSATION.to_owned(),
        state: some(state),
        stage: some(stage),
        updated_at: Some(updated_at),
        participants: participants.to_vec(),
        dialogs: dialogs.to_vec(),
        brand_id: some("12345678"),
        skill_id: some("558000001"),
        response_target: Some(Ttr {
            kind: some("PRIORITIZED"),
            seconds: Some(600),
        }),
        effective_ttr: Some(-1),
        started_at: Some(START),
        first_conversation: Some(false),
        handler: Some(handler("558000001")),
        ..ConversationChange::default()
    }
}

fn handler(skill: &str) -> Box<Handler> {
    Box::new(Handler {
        account_id: some("12345678"),
        skill_id: some(skill),
    })
}

pub(super) fn check(cases: impl IntoIterator<Item = (&'static str, ConversationChange)>) {
    for (fixture, expected) in cases {
        assert_eq!(conversation(fixture), expected, "{fixture}");
    }
}

#[test]
fn a_conversation_from_its_beginning_to_its_end() {
    let consumer = participant(CONSUMER, "CONSUMER");
    let both = [consumer.clone(), participant(AGENT, "ASSIGNED_AGENT")];
    let after_survey = [
        consumer,
        participant(AGENT, "READER"),
        participant(BOT, "AGENT"),
    ];
    let by_agent = |dialog: Dialog| Dialog {
        closed_by: some("AGENT"),
        ..dialog
    };
    check([
        (
            "conversation_created",
            ConversationChange {
                effective_ttr: Some(1_700_000_600_000),
                ..change(
                    "OPEN",
                    "OPEN",
                    START,
                    &both[..1],
                    &[main_dialog("OPEN", START, &both[..1])],
                )
            },
        ),
        (
            "agent_joined",
            ConversationChange {
                effective_ttr: Some(1_700_000_600_000),
                ..change(
                    "OPEN",
                    "OPEN",
                    JOINED,
                    &both,
                    &[main_dialog("OPEN", JOINED, &both)],
                )
            },
        ),
        (
            "closed_by_agent",
            ConversationChange {
                close_reason: some("AGENT"),
                ended_at: Some(CLOSED),
                ..change(
                    "CLOSE",
                    "CLOSE",
                    CLOSED,
                    &both,
                    &[Dialog {
                        ended_at: Some(CLOSED),
                        ..by_agent(main_dialog("CLOSE", CLOSED, &both))
                    }],
                )
            },
        ),
        (
            "survey_running",
            change(
                "CLOSE",
                "OPEN",
                SURVEYED,
                &after_survey,
                &[
                    Dialog {
                        ended_at: Some(CLOSED),
                        ..by_agent(main_dialog("CLOSE", CLOSED, &[]))
                    },
                    dialog(SURVEY, "POST_SURVEY", "OPEN", SURVEYED),
                ],
            ),
        ),
        (
            "survey_ended",
            ConversationChange {
                close_reason: some("AGENT"),
                ..change(
                    "CLOSE",
                    "CLOSE",
                    ENDED,
                    &after_survey,
                    &[
                        Dialog {
                            closed_cause: some("Completed"),
                            ..by_agent(dialog(SURVEY, "POST_SURVEY", "CLOSE", ENDED))
                        },
                        by_agent(main_dialog("CLOSE", CLOSED, &[])),
                    ],
                )
            },
        ),
    ]);
}

#[test]
fn a_conversation_goes_from_hand_to_hand() {
    let consumer = participant(CONSUMER, "CONSUMER");
    let second = participant(SECOND_AGENT, "ASSIGNED_AGENT");
    let normal = |change| ConversationChange {
        response_target: Some(Ttr {
            kind: some("NORMAL"),
            seconds: Some(3600),
        }),
        ..change
    };
    let suggested_at = 1_700_000_200_000;
    let suggested = Dialog {
        participants: vec![
            with_state(&consumer, "ACTIVE"),
            with_state(&second, "SUGGESTED"),
        ],
        ..dialog(CONVERSATION, "MAIN", "OPEN", suggested_at)
    };
    let consumers = [consumer];
    let transferred_at = 1_700_000_300_000;
    let transferred = main_dialog("OPEN", transferred_at, &consumers);
    check([
        (
            "agent_suggested",
            ConversationChange {
                effective_ttr: Some(1_700_003_800_000),
                ..normal(change(
                    "OPEN",
                    "OPEN",
                    suggested_at,
                    &[consumers[0].clone(), second],
                    &[suggested],
                ))
            },
        ),
        (
            "transferred_to_skill",
            ConversationChange {
                skill_id: some("558000002"),
                handler: Some(handler("558000002")),
                effective_ttr: Some(1_700_003_900_000),
                ..normal(change(
                    "OPEN",
                    "OPEN",
                    transferred_at,
                    &consumers,
                    &[transferred],
                ))
            },
        ),
    ]);
}

#[test]
fn every_documented_field_is_read() {
    let at = 1_700_000_400_000;
    let consumers = [participant(CONSUMER, "CONSUMER")];
    let main = Dialog {
        ended_at: Some(at),
        closed_by: some("SYSTEM"),
        closed_cause: some("Timeout"),
        ..main_dialog("CLOSE", at, &consumers)
    };
    let expected = ConversationChange {
        close_reason: some("SYSTEM"),
        skill_id: some("-1"),
        delay: Some(Delay {
            kind: "NIGHT".to_owned(),
            until: Some(1_700_030_000_000),
        }),
        response_target: Some(Ttr {
            kind: some("CUSTOM"),
            seconds: Some(90),
        }),
        manual_ettr: Some(1_700_000_500_000),
        ended_at: Some(at),
        first_conversation: Some(true),
        campaign: Some(Box::new(Campaign {
            campaign_id: some("3001"),
            engagement_id: some("3002"),
        })),
        handler: Some(handler("-1")),
        csat: Some(json!({ "csatRate": 4, "status": "FILLED" })),
        context: Some(json!({
            "type": "MessagingConsumerContext",
            "lang": "en-GB",
            "clientProperties": { "appId": "connector" }
        })),
        ..change("CLOSE", "LOCKED", at, &consumers, &[main])
    };
    check([("every_field", expected)]);
    let sent = serde_json::to_string(&changes("every_field")).unwrap();
    assert!(!sent.contains("upset"), "the last message stays behind");
}

#[test]
fn a_survey_takes_answers_while_it_is_open() {
    let open_surveys = |fixture| -> Vec<bool> {
        let dialogs = conversation(fixture).dialogs;
        dialogs.iter().map(Dialog::is_open_survey).collect()
    };
    assert_eq!(open_surveys("survey_running"), [false, true]);
    assert_eq!(open_surveys("survey_ended"), [false, false]);
}
