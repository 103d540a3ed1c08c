use super::outbound::{body, heard};
use super::*;
use crate::message::{LastHeard, ReceiptStatus, Signal};

fn signal(signal: &Signal, heard: Option<&LastHeard>) -> Option<HttpRequest> {
    adapter().signal(&OutgoingSignal {
        consumer: PERSON,
        signal,
        heard,
        nonce: "0011223344556677",
        now: NOW,
    })
}

#[test]
fn typing_is_shown_and_has_no_end_of_its_own() {
    let state = |state: &str| Signal::ChatState {
        state: state.to_owned(),
    };
    let request = signal(&state("COMPOSING"), None).unwrap();
    assert_eq!(request.url, "https://api.line.me/v2/bot/chat/loading/start");
    assert_eq!(
        body(&request),
        json!({ "chatId": PERSON, "loadingSeconds": 20 })
    );
    for other in ["ACTIVE", "PAUSE", "GONE", "INACTIVE"] {
        assert_eq!(signal(&state(other), None), None, "{other}");
    }
}

#[test]
fn what_an_agent_has_read_is_marked_by_the_token_of_the_last_message() {
    let receipt = |id: &str, status| Signal::Receipt {
        remote_id: id.to_owned(),
        status,
        code: None,
    };
    let last = heard("token-1");
    let read = receipt(&last.id, ReceiptStatus::Read);
    let request = signal(&read, Some(&last)).unwrap();
    assert_eq!(request.url, "https://api.line.me/v2/bot/chat/markAsRead");
    assert_eq!(body(&request), json!({ "markAsReadToken": "read-1" }));
    let without = LastHeard {
        handle: None,
        ..last.clone()
    };
    assert_eq!(signal(&read, Some(&without)), None);
    assert_eq!(signal(&read, None), None);
    let older = receipt("01KAM", ReceiptStatus::Read);
    assert_eq!(signal(&older, Some(&last)), None);
    let delivered = receipt(&last.id, ReceiptStatus::Delivered);
    assert_eq!(signal(&delivered, Some(&last)), None);
}
