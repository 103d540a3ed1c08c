use super::*;
use crate::conversation::Known;

const NOW: Millis = 1_000_000;

fn talking() -> Consumer {
    let mut consumer = Consumer::default();
    consumer.heard("c", NOW);
    consumer
}

fn place(dialog_id: &str, sequence: u64) -> DialogPlace {
    DialogPlace {
        dialog_id: dialog_id.to_owned(),
        sequence,
    }
}

fn state(signal: Option<ToLiveengage>) -> Option<ChatState> {
    match signal {
        Some(ToLiveengage::ChatState { state, .. }) => Some(state),
        _ => None,
    }
}

#[test]
fn receipts_of_a_dialog_go_together_and_before_chat_states() {
    let (mut signals, mut consumer) = (Signals::default(), talking());
    signals.chat_state(ChatState::Inactive, NOW);
    for sequence in [5, 3, 5] {
        signals.receipt(&place("c", sequence), AcceptStatus::Read, NOW);
    }
    let first = signals.next_to_liveengage(&mut consumer, NOW);
    let expected = ToLiveengage::Receipts {
        conversation_id: "c".to_owned(),
        dialog_id: "c".to_owned(),
        status: AcceptStatus::Read,
        sequences: vec![3, 5],
    };
    assert_eq!(first, Some(expected));
    let second = signals.next_to_liveengage(&mut consumer, NOW);
    assert_eq!(state(second), Some(ChatState::Inactive));
    assert!(!signals.any_to_liveengage());
}

#[test]
fn what_is_stale_or_of_a_closed_dialog_is_dropped() {
    let (mut signals, mut consumer) = (Signals::default(), talking());
    signals.receipt(&place("another", 1), AcceptStatus::Accept, NOW);
    signals.receipt(&place("c", 1), AcceptStatus::Accept, NOW - RECEIPT);
    signals.chat_state(ChatState::Active, NOW - CHAT_STATE);
    assert_eq!(signals.next_to_liveengage(&mut consumer, NOW), None);
    signals.chat_state(ChatState::Active, NOW);
    consumer.ended("c", NOW);
    assert_eq!(signals.next_to_liveengage(&mut consumer, NOW), None);
    assert!(!signals.any_to_liveengage());
}

#[test]
fn a_survey_gets_no_chat_states() {
    let (mut signals, mut consumer) = (Signals::default(), talking());
    let survey = |known: &mut Known| {
        known.main_open = false;
        known.survey = Some("s".to_owned());
    };
    consumer.conversations.iter_mut().for_each(survey);
    signals.chat_state(ChatState::Composing, NOW);
    assert_eq!(signals.next_to_liveengage(&mut consumer, NOW), None);
    assert_eq!(consumer.composing, None);
    signals.receipt(&place("s", 0), AcceptStatus::Read, NOW);
    assert!(signals.next_to_liveengage(&mut consumer, NOW).is_some());
}

#[test]
fn typing_is_told_once_and_ends_after_a_while() {
    let (mut signals, mut consumer) = (Signals::default(), talking());
    signals.chat_state(ChatState::Composing, NOW);
    let told = signals.next_to_liveengage(&mut consumer, NOW);
    assert_eq!(state(told), Some(ChatState::Composing));
    // Keystrokes that follow at once are nothing new; later ones put the end off.
    for (after, over_at) in [(1_000, NOW + TYPING), (20_000, NOW + 20_000 + TYPING)] {
        signals.chat_state(ChatState::Composing, NOW + after);
        assert_eq!(signals.next_to_liveengage(&mut consumer, NOW + after), None);
        assert_eq!(consumer.composing.as_ref().unwrap().over_at, over_at);
    }
    let end = NOW + 20_000 + TYPING;
    assert_eq!(consumer.typing_over(end - 1), None);
    assert_eq!(state(consumer.typing_over(end)), Some(ChatState::Pause));
    consumer.typing_is_over();
    assert_eq!(consumer.composing, None);
}

#[test]
fn typing_ends_with_the_text_and_begins_anew_after_it() {
    let (mut signals, mut consumer) = (Signals::default(), talking());
    signals.chat_state(ChatState::Composing, NOW);
    signals.next_to_liveengage(&mut consumer, NOW);
    consumer.has_typed(NOW + 10);
    // The next text is begun before LiveEngage has been told that the first one is over.
    assert_eq!(
        state(consumer.typing_over(NOW + 10)),
        Some(ChatState::Active)
    );
    signals.chat_state(ChatState::Composing, NOW + 11);
    let told = signals.next_to_liveengage(&mut consumer, NOW + 11);
    assert_eq!(state(told), Some(ChatState::Composing));
    consumer.typing_is_over();
    assert!(consumer.composing.is_some(), "the new one is not over");
}

#[test]
fn the_end_of_typing_is_told_again_a_few_times() {
    let (mut signals, mut consumer) = (Signals::default(), talking());
    signals.chat_state(ChatState::Composing, NOW);
    signals.next_to_liveengage(&mut consumer, NOW);
    let mut now = NOW + TYPING;
    for _ in 0..TYPING_OVER_TRIES {
        assert_eq!(state(consumer.typing_over(now)), Some(ChatState::Pause));
        now += TYPING_OVER_RETRY;
    }
    assert_eq!(consumer.typing_over(now), None);
    assert_eq!(consumer.composing, None);
}

#[test]
fn a_pause_that_the_platform_tells_stays_to_be_told_until_it_is_taken() {
    let (mut signals, mut consumer) = (Signals::default(), talking());
    signals.chat_state(ChatState::Composing, NOW);
    signals.next_to_liveengage(&mut consumer, NOW);
    signals.chat_state(ChatState::Pause, NOW + 1);
    let told = signals.next_to_liveengage(&mut consumer, NOW + 1);
    assert_eq!(state(told), Some(ChatState::Pause));
    let again = consumer.typing_over(NOW + 1 + TYPING_OVER_RETRY);
    assert_eq!(state(again), Some(ChatState::Pause));
}

#[test]
fn the_consumers_side_hears_of_the_latest_typing_and_of_every_receipt() {
    let mut signals = Signals::default();
    signals.typing("COMPOSING".to_owned(), NOW);
    signals.typing("ACTIVE".to_owned(), NOW);
    signals.told("m1".to_owned(), ReceiptStatus::Read, NOW);
    signals.told("old".to_owned(), ReceiptStatus::Read, NOW - RECEIPT);
    let receipt = Signal::Receipt {
        remote_id: "m1".to_owned(),
        status: ReceiptStatus::Read,
        code: None,
    };
    let active = Signal::ChatState {
        state: "ACTIVE".to_owned(),
    };
    assert_eq!(signals.next_to_consumer(NOW), Some(receipt));
    assert_eq!(signals.next_to_consumer(NOW), Some(active));
    assert_eq!(signals.next_to_consumer(NOW), None);
}
