//! Who has the conversation.

use super::conversations::{SECOND_AGENT, START, change, participant, some, with_state};
use super::*;

#[test]
fn the_assigned_agent_is_one_who_has_taken_the_conversation() {
    let agent_of = |change: &ConversationChange| change.assigned_agent().map(str::to_owned);
    let by_fixture = [
        ("conversation_created", None),
        ("agent_joined", some(AGENT)),
        ("agent_suggested", None),
        ("transferred_to_skill", None),
        ("closed_by_agent", some(AGENT)),
        ("survey_running", None),
        ("participants_by_role", some(AGENT)),
        ("conversation_deleted", None),
    ];
    for (fixture, agent) in by_fixture {
        assert_eq!(agent_of(&conversation(fixture)), agent, "{fixture}");
    }

    let first = participant(AGENT, "assigned_agent");
    let second = participant(SECOND_AGENT, "ASSIGNED_AGENT");
    let suggested = |participant: &Participant| with_state(participant, "SUGGESTED");
    let with = |participants: &[Participant], in_dialogs: &[&[Participant]]| {
        let in_dialog = |participants: &&[Participant]| Dialog {
            participants: participants.to_vec(),
            ..Dialog::default()
        };
        let dialogs: Vec<Dialog> = in_dialogs.iter().map(in_dialog).collect();
        agent_of(&change("OPEN", "OPEN", START, participants, &dialogs))
    };
    assert_eq!(with(&[suggested(&second), first.clone()], &[]), some(AGENT));
    let in_dialog = [suggested(&second), with_state(&first, "ACTIVE")];
    assert_eq!(
        with(&[second.clone(), first.clone()], &[&in_dialog]),
        some(AGENT),
        "asked to take over from one who still has it"
    );
    assert_eq!(
        with(
            std::slice::from_ref(&second),
            &[&[suggested(&second)], &[with_state(&second, "ACTIVE")]]
        ),
        some(SECOND_AGENT),
        "suggested in one dialog, active in another"
    );
    assert_eq!(
        with(&[with_state(&second, "ACTIVE")], &[&[suggested(&second)]]),
        some(SECOND_AGENT),
        "the conversation's own word counts first"
    );
}
