//! States of a conversation in older and odd forms.

use liveengage_connector::liveengage::notification::{Campaign, Delay, Handler, Ttr};

use super::conversations::{JOINED, START, check, participant, some, with_state};
use super::*;

#[test]
fn older_and_odd_forms() {
    let consumer = participant(CONSUMER, "CONSUMER");
    let agent = participant(AGENT, "ASSIGNED_AGENT");
    let bare = || ConversationChange {
        conversation_id: CONVERSATION.to_owned(),
        ..ConversationChange::default()
    };
    let active = with_state(&consumer, "ACTIVE");
    let odd = Participant {
        id: "42".to_owned(),
        role: some("CONSUMER"),
        state: None,
    };
    check([
        (
            "conversation_2018",
            ConversationChange {
                state: some("OPEN"),
                updated_at: Some(START),
                participants: vec![consumer.clone()],
                brand_id: some("12345678"),
                started_at: Some(START),
                ..bare()
            },
        ),
        (
            "participants_by_role",
            ConversationChange {
                state: some("OPEN"),
                participants: vec![agent, consumer],
                ..bare()
            },
        ),
        (
            "participants_in_dialogs_only",
            ConversationChange {
                participants: vec![active.clone()],
                dialogs: vec![Dialog {
                    id: CONVERSATION.to_owned(),
                    kind: some("MAIN"),
                    state: some("OPEN"),
                    participants: vec![active],
                    ..Dialog::default()
                }],
                ..bare()
            },
        ),
        (
            "conversation_deleted",
            ConversationChange {
                deleted: true,
                ..bare()
            },
        ),
        ("empty_parts", bare()),
        (
            "other_types",
            ConversationChange {
                conversation_id: "1001".to_owned(),
                updated_at: Some(JOINED),
                participants: vec![with_state(&odd, "ACTIVE")],
                dialogs: vec![Dialog {
                    id: "1001".to_owned(),
                    participants: vec![odd],
                    app_install_id: some("5"),
                    created_at: Some(START),
                    ..Dialog::default()
                }],
                brand_id: some("12345678"),
                skill_id: some("-1"),
                delay: Some(Delay {
                    kind: "WEEKEND".to_owned(),
                    until: None,
                }),
                response_target: Some(Ttr {
                    kind: some("URGENT"),
                    seconds: Some(60),
                }),
                effective_ttr: Some(-1),
                manual_ettr: Some(1_700_000_500_000),
                started_at: Some(START),
                first_conversation: Some(true),
                campaign: Some(Box::new(Campaign {
                    campaign_id: some("3001"),
                    engagement_id: None,
                })),
                handler: Some(Box::new(Handler {
                    account_id: None,
                    skill_id: some("-1"),
                })),
                ..ConversationChange::default()
            },
        ),
    ]);
}
