use super::*;
use crate::message::{ConsumerEvent, EventKind, Profile, ReceiptStatus, Reference, Signal};
use crate::platforms::Ignored;

const REFERENCE: &str = "12-0f1e2d3c4b5a69788796a5b4c3d2e1f0";

fn ignored(kind: &str) -> Parsed {
    Parsed {
        events: Vec::new(),
        ignored: vec![Ignored {
            kind: kind.to_owned(),
        }],
    }
}

#[test]
fn a_status_callback_is_a_receipt_or_nothing() {
    let receipt = |consumer: &str, status, code: Option<&str>| Parsed {
        events: vec![ConsumerEvent {
            consumer: consumer.to_owned(),
            profile: Profile::default(),
            handle: None,
            event: EventKind::Signal(Signal::Receipt {
                remote_id: "SM00000000000000000000000000000010".to_owned(),
                status,
                code: code.map(str::to_owned),
            }),
        }],
        ignored: Vec::new(),
    };
    let cases = [
        (
            fixture!("status_delivered.form"),
            receipt("+15550100001", ReceiptStatus::Delivered, None),
        ),
        (
            fixture!("status_undelivered.form"),
            receipt("+15550100001", ReceiptStatus::Failed, Some("30003")),
        ),
        (
            fixture!("status_read_whatsapp.form"),
            receipt("whatsapp:+15550100001", ReceiptStatus::Read, None),
        ),
        (
            fixture!("status_delivered_whatsapp.form"),
            receipt("whatsapp:+15550100001", ReceiptStatus::Delivered, None),
        ),
        (
            fixture!("status_failed_whatsapp.form"),
            receipt(
                "whatsapp:+15550100001",
                ReceiptStatus::Failed,
                Some("63016"),
            ),
        ),
        (fixture!("status_sent.form"), ignored("MessageStatus=sent")),
        (
            "MessageStatus=a+new%0Aone&MessageSid=x",
            ignored("MessageStatus=other"),
        ),
        ("SmsStatus=queued&SmsSid=x", ignored("MessageStatus=queued")),
        (fixture!("call.form"), ignored("call")),
        (
            fixture!("conversations_event.form"),
            ignored("EventType=onMessageAdded"),
        ),
        ("something=else", ignored("other")),
        ("EventType=%0A", ignored("other")),
    ];
    for (form, expected) in cases {
        assert_eq!(Call::form(form).parse(), Ok(expected), "{form}");
    }
}

#[test]
fn only_a_number_of_a_failure_is_its_code() {
    for (parameters, expected) in [
        ("MessageStatus=failed&ErrorCode=30008", Some("30008")),
        ("MessageStatus=failed&ErrorCode=+030008", Some("30008")),
        ("MessageStatus=failed&ErrorCode=0", None),
        ("MessageStatus=failed&ErrorCode=None", None),
        ("MessageStatus=failed&ErrorCode=%F0", None),
        ("MessageStatus=failed&ErrorCode=99999999999", None),
        ("MessageStatus=failed", None),
        ("MessageStatus=delivered&ErrorCode=30008", None),
    ] {
        let form = format!("MessageSid={SENT}&To=%2B15550100001&{parameters}");
        let parsed = Call::form(&form).parse().unwrap();
        let EventKind::Signal(Signal::Receipt { code, .. }) = &parsed.events[0].event else {
            panic!("{parameters} is no receipt");
        };
        assert_eq!(code.as_deref(), expected, "{parameters}");
    }
}

#[test]
fn a_status_behind_a_reference_says_that_the_request_was_taken() {
    let id = "SM00000000000000000000000000000010";
    let taken = || {
        EventKind::Signal(Signal::Taken {
            reference: Reference::parse(REFERENCE).unwrap(),
            remote_id: id.to_owned(),
        })
    };
    let receipt = |status, code: Option<&str>| {
        EventKind::Signal(Signal::Receipt {
            remote_id: id.to_owned(),
            status,
            code: code.map(str::to_owned),
        })
    };
    for (status, expected) in [
        ("accepted", vec![taken()]),
        ("queued", vec![taken()]),
        ("sending", vec![taken()]),
        ("sent", vec![taken()]),
        (
            "delivered",
            vec![taken(), receipt(ReceiptStatus::Delivered, None)],
        ),
        (
            "failed&ErrorCode=30003",
            vec![taken(), receipt(ReceiptStatus::Failed, Some("30003"))],
        ),
        // Whether it will be sent is not known yet.
        ("scheduled", vec![]),
        ("canceled", vec![]),
    ] {
        let form = format!("MessageSid={id}&To=%2B15550100001&MessageStatus={status}");
        let said = |query: &str| {
            let mut call = Call::form(&form);
            call.query = Some(query.to_owned());
            let events = call.parse().unwrap().events;
            events
                .into_iter()
                .map(|event| event.event)
                .collect::<Vec<_>>()
        };
        let named = format!("reference={REFERENCE}");
        assert_eq!(said(&named), expected, "{status}");
        for query in [
            "reference=",
            "reference=%F0",
            "reference=0a1b-2",
            &format!("{named}0"),
            &format!("other={REFERENCE}"),
        ] {
            assert!(!said(query).iter().any(is_taken), "{status} {query}");
        }
    }
}

fn is_taken(event: &EventKind) -> bool {
    matches!(event, EventKind::Signal(Signal::Taken { .. }))
}
