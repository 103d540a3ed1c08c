use super::*;
use crate::message::{ReceiptStatus, Signal};

fn heard(id: &str, at: u64) -> LastHeard {
    LastHeard {
        id: id.to_owned(),
        at,
        handle: None,
        answered: true,
    }
}

fn asked(signal: &Signal, heard: Option<&LastHeard>) -> Option<Value> {
    let signal = OutgoingSignal {
        consumer: PERSON,
        signal,
        heard,
        nonce: "0011223344556677",
        now: NOW,
    };
    let request = adapter().signal(&signal)?;
    assert_eq!(
        request.url,
        format!("https://graph.facebook.com/v26.0/{NUMBER}/messages")
    );
    Some(serde_json::from_slice(&request.body).unwrap())
}

fn state(state: &str) -> Signal {
    Signal::ChatState {
        state: state.to_owned(),
    }
}

fn receipt(remote_id: &str, status: ReceiptStatus) -> Signal {
    Signal::Receipt {
        remote_id: remote_id.to_owned(),
        status,
        code: None,
    }
}

#[test]
fn typing_is_shown_below_the_last_message() {
    let last = heard("wamid.A1", NOW - 60_000);
    let expected = json!({
        "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.A1",
        "typing_indicator": { "type": "text" },
    });
    assert_eq!(asked(&state("COMPOSING"), Some(&last)), Some(expected));
    for other in ["ACTIVE", "INACTIVE", "PAUSE", "GONE", ""] {
        assert_eq!(asked(&state(other), Some(&last)), None, "{other}");
    }
}

#[test]
fn typing_is_not_shown_where_nothing_can_follow() {
    let composing = state("COMPOSING");
    assert_eq!(asked(&composing, None), None);
    let old = heard("wamid.A1", NOW - 24 * 3_600_000);
    assert_eq!(asked(&composing, Some(&old)), None);
    for id in ["malformed-0a1b", "preference-0a1b", "wamid.A1#forwarded"] {
        assert_eq!(asked(&composing, Some(&heard(id, NOW))), None, "{id}");
    }
}

#[test]
fn a_message_that_was_read_is_marked_and_others_are_not() {
    let read = receipt("wamid.A1", ReceiptStatus::Read);
    let expected =
        json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.A1" });
    assert_eq!(asked(&read, None), Some(expected));
    for status in [
        ReceiptStatus::Delivered,
        ReceiptStatus::Accessed,
        ReceiptStatus::Failed,
    ] {
        assert_eq!(asked(&receipt("wamid.A1", status), None), None);
    }
    assert_eq!(
        asked(&receipt("wamid.A1#referral", ReceiptStatus::Read), None),
        None
    );
    let until = Signal::ReceiptUntil {
        until: NOW,
        status: ReceiptStatus::Read,
    };
    assert_eq!(asked(&until, None), None);
}
