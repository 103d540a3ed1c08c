//! The states of a conversation.

use super::*;

#[test]
fn conversations() {
    let participant = |id: &str, role: &str| Participant {
        id: id.to_owned(),
        role: Some(role.to_owned()),
    };
    let consumer = participant(CONSUMER, "CONSUMER");
    let agent = participant(AGENT, "ASSIGNED_AGENT");
    let after_survey = [
        consumer.clone(),
        participant(AGENT, "READER"),
        participant(BOT, "AGENT"),
    ];
    let dialog = |id: &str, kind: &str, state: &str, updated_at: u64| Dialog {
        id: id.to_owned(),
        kind: Some(kind.to_owned()),
        state: Some(state.to_owned()),
        updated_at: Some(updated_at),
    };
    let change =
        |state: &str, stage: &str, updated_at, participants: &[Participant], dialogs: &[Dialog]| {
            ConversationChange {
                conversation_id: CONVERSATION.to_owned(),
                deleted: false,
                state: Some(state.to_owned()),
                stage: Some(stage.to_owned()),
                close_reason: None,
                updated_at: Some(updated_at),
                participants: participants.to_vec(),
                dialogs: dialogs.to_vec(),
            }
        };
    let closed_by_agent = |change| ConversationChange {
        close_reason: Some("AGENT".to_owned()),
        ..change
    };
    let main = |state, updated_at| dialog(CONVERSATION, "MAIN", state, updated_at);
    let survey = |state, updated_at| dialog(SURVEY, "POST_SURVEY", state, updated_at);
    let (t0, t1, t2, t3, t4) = (
        1_700_000_000_000,
        1_700_000_100_000,
        1_700_000_900_000,
        1_700_000_900_100,
        1_700_000_950_000,
    );
    let both = [consumer.clone(), agent.clone()];
    let cases = [
        (
            "conversation_created",
            change("OPEN", "OPEN", t0, &both[..1], &[main("OPEN", t0)]),
        ),
        (
            "agent_joined",
            change("OPEN", "OPEN", t1, &both, &[main("OPEN", t1)]),
        ),
        (
            "closed_by_agent",
            closed_by_agent(change("CLOSE", "CLOSE", t2, &both, &[main("CLOSE", t2)])),
        ),
        (
            "survey_running",
            change(
                "CLOSE",
                "OPEN",
                t3,
                &after_survey,
                &[main("CLOSE", t2), survey("OPEN", t3)],
            ),
        ),
        (
            "survey_ended",
            closed_by_agent(change(
                "CLOSE",
                "CLOSE",
                t4,
                &after_survey,
                &[survey("CLOSE", t4), main("CLOSE", t2)],
            )),
        ),
        (
            "conversation_2018",
            ConversationChange {
                stage: None,
                ..change("OPEN", "", t0, &both[..1], &[])
            },
        ),
        (
            "participants_by_role",
            ConversationChange {
                stage: None,
                updated_at: None,
                ..change("OPEN", "", 0, &[agent, consumer.clone()], &[])
            },
        ),
        (
            "participants_in_dialogs_only",
            ConversationChange {
                conversation_id: CONVERSATION.to_owned(),
                participants: vec![consumer],
                dialogs: vec![Dialog {
                    updated_at: None,
                    ..main("OPEN", 0)
                }],
                ..ConversationChange::default()
            },
        ),
        (
            "conversation_deleted",
            ConversationChange {
                conversation_id: CONVERSATION.to_owned(),
                deleted: true,
                ..ConversationChange::default()
            },
        ),
    ];
    for (fixture, expected) in cases {
        assert_eq!(conversation(fixture), expected, "{fixture}");
    }
    let open_surveys = |fixture| -> Vec<bool> {
        let dialogs = conversation(fixture).dialogs;
        dialogs.iter().map(Dialog::is_open_survey).collect()
    };
    assert_eq!(open_surveys("survey_running"), [false, true]);
    assert_eq!(open_surveys("survey_ended"), [false, false]);
}
