use super::*;
use crate::message::{LastHeard, ReceiptStatus, Signal};

const SID: &str = "SM00000000000000000000000000000001";

fn whatsapp(more: Value) -> Box<dyn Adapter> {
    let mut settings = json!({ "account_sid": ACCOUNT, "from": "+15550100002", "whatsapp": true });
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    adapter_with(settings)
}

fn asks(
    adapter: &dyn Adapter,
    consumer: &str,
    heard: Option<&str>,
    signal: &Signal,
) -> Option<HttpRequest> {
    let heard = heard.map(|id| LastHeard {
        id: id.to_owned(),
        ..LastHeard::default()
    });
    adapter.signal(&OutgoingSignal {
        consumer,
        signal,
        heard: heard.as_ref(),
        nonce: "0011223344556677",
        now: 0,
    })
}

fn state(state: &str) -> Signal {
    Signal::ChatState {
        state: state.to_owned(),
    }
}

#[test]
fn typing_on_whatsapp_refers_to_what_was_heard_last() {
    let adapter = whatsapp(json!({}));
    let consumer = "whatsapp:+15550100001";
    for heard in [SID, "SM00000000000000000000000000000001.2"] {
        let request = asks(&*adapter, consumer, Some(heard), &state("COMPOSING")).unwrap();
        assert_eq!(request.method, Method::Post);
        assert_eq!(
            request.url,
            "https://messaging.twilio.com/v2/Indicators/Typing.json"
        );
        let body = format!("channel=whatsapp&messageId={SID}");
        assert_eq!(String::from_utf8(request.body).unwrap(), body);
        let (name, value) = request.headers.last().unwrap();
        assert!(*name == "authorization" && value.starts_with("Basic "));
    }
    let elsewhere = whatsapp(json!({ "messaging_url": "http://127.0.0.1:8790/" }));
    let request = asks(&*elsewhere, consumer, Some(SID), &state("COMPOSING")).unwrap();
    assert_eq!(
        request.url,
        "http://127.0.0.1:8790/v2/Indicators/Typing.json"
    );
}

#[test]
fn there_is_no_other_signal() {
    let (on, off) = (whatsapp(json!({})), whatsapp(json!({ "typing": "off" })));
    let (consumer, composing) = ("whatsapp:+15550100001", state("COMPOSING"));
    let read = Signal::Receipt {
        remote_id: SID.to_owned(),
        status: ReceiptStatus::Read,
        code: None,
    };
    for (adapter, consumer, heard, signal) in [
        (&off, consumer, Some(SID), &composing),
        (&adapter(), "+15550100001", Some(SID), &composing),
        (&adapter(), consumer, Some(SID), &composing),
        (&on, "+15550100001", Some(SID), &composing),
        (&on, consumer, None, &composing),
        (&on, consumer, Some("SM1"), &composing),
        (&on, consumer, Some(""), &composing),
        (&on, consumer, Some("SM1&channel=x"), &composing),
        (&on, consumer, Some(SID), &state("ACTIVE")),
        (&on, consumer, Some(SID), &state("PAUSE")),
        (&on, consumer, Some(SID), &read),
    ] {
        assert_eq!(
            asks(&**adapter, consumer, heard, signal),
            None,
            "{consumer} {heard:?} {signal:?}"
        );
    }
}
