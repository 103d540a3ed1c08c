//! What becomes of messages, and how it is told.

use std::collections::BTreeMap;

use serde_json::json;

use crate::common::{World, world};
use crate::{ANN, BRAND, PHONE, WHATSAPP_BRAND, accepted, form, person, says, send, settle};

const CALLBACK: (&str, &str) = (
    "StatusCallback",
    "https://sms.example/channels/support-sms?status=1",
);

/// The statuses that were told, once there are so many.
async fn told(world: &World, count: usize) -> Vec<BTreeMap<String, String>> {
    let statuses = || {
        let posted = world.posted().into_iter();
        let posted = posted.filter(|posted| posted.query.as_deref() == Some("status=1"));
        posted.map(|posted| form(&posted)).collect::<Vec<_>>()
    };
    for _ in 0..500 {
        if statuses().len() >= count {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    // One too many would come at once.
    tokio::time::sleep(std::time::Duration::from_millis(80)).await;
    let statuses = statuses();
    assert_eq!(statuses.len(), count, "{statuses:?}");
    statuses
}

fn names(statuses: &[BTreeMap<String, String>]) -> Vec<&str> {
    statuses
        .iter()
        .map(|one| one["MessageStatus"].as_str())
        .collect()
}

#[tokio::test]
async fn an_sms_is_sent_and_delivered_and_never_read() {
    let world = world().await;
    let service = ("MessagingServiceSid", crate::SERVICE);
    let sid = accepted(&world, &[("To", PHONE), service, ("Body", "hi"), CALLBACK]).await;
    let statuses = told(&world, 2).await;
    assert_eq!(names(&statuses), ["sent", "delivered"]);
    for status in &statuses {
        assert_eq!(status["MessageSid"], sid);
        assert_eq!(status["SmsStatus"], status["MessageStatus"]);
        assert_eq!(
            (status["From"].as_str(), status["To"].as_str()),
            (BRAND, PHONE)
        );
        assert_eq!(status["MessagingServiceSid"], crate::SERVICE);
        assert!(!status.contains_key("ErrorCode"));
    }
    world
        .control(&format!("/platforms/twilio/people/{PHONE}/read"), json!({}))
        .await;
    told(&world, 2).await;
    let receipts = person(&world, PHONE).await["messages"][0]["receipts"].clone();
    assert_eq!(receipts["delivered"], true);
}

#[tokio::test]
async fn with_whatsapp_it_is_read_when_the_person_reads() {
    let world = world().await;
    says(&world, ANN, "hello").await;
    let from = ("From", WHATSAPP_BRAND);
    let sid = accepted(&world, &[("To", ANN), from, ("Body", "hi"), CALLBACK]).await;
    accepted(&world, &[("To", ANN), from, ("Body", "nobody asks")]).await;
    told(&world, 2).await;
    let path = format!("/platforms/twilio/people/{ANN}/read");
    let read = world.control(&path, json!({})).await;
    assert_eq!(read["messages"].as_array().unwrap().len(), 2);
    let statuses = told(&world, 3).await;
    assert_eq!(names(&statuses), ["sent", "delivered", "read"]);
    assert_eq!(statuses[2]["MessageSid"], sid);
    assert_eq!(statuses[2]["EventType"], "READ");
    assert_eq!(statuses[2]["ChannelPrefix"], "whatsapp");
    world.control(&path, json!({})).await;
    told(&world, 3).await;
}

#[tokio::test]
async fn outside_the_window_free_text_fails() {
    let world = world().await;
    let message = [
        ("To", ANN),
        ("From", WHATSAPP_BRAND),
        ("Body", "hi"),
        CALLBACK,
    ];
    accepted(&world, &message).await;
    let statuses = told(&world, 1).await;
    assert_eq!(names(&statuses), ["failed"]);
    assert_eq!(statuses[0]["ErrorCode"], "63016");
    says(&world, ANN, "hello").await;
    accepted(&world, &message).await;
    told(&world, 3).await;
    settle(&world, ANN, json!({ "silent_for_s": 86_401 })).await;
    accepted(&world, &message).await;
    assert_eq!(told(&world, 4).await[3]["ErrorCode"], "63016");
    let shown = person(&world, ANN).await["messages"].clone();
    assert_eq!(
        shown.as_array().unwrap().len(),
        2,
        "what failed is not shown"
    );
}

#[tokio::test]
async fn a_message_ends_as_the_phone_is_set_up() {
    let world = world().await;
    let message = [("To", PHONE), ("From", BRAND), ("Body", "hi"), CALLBACK];
    settle(&world, PHONE, json!({ "fails_with": 30003 })).await;
    accepted(&world, &message).await;
    let statuses = told(&world, 2).await;
    assert_eq!(names(&statuses), ["sent", "undelivered"]);
    assert!(!statuses[0].contains_key("ErrorCode"));
    assert_eq!(statuses[1]["ErrorCode"], "30003");
    assert_eq!(
        statuses[1]["ErrorMessage"],
        "Unreachable destination handset"
    );
    settle(
        &world,
        PHONE,
        json!({ "fails_with": null, "blocked": true }),
    )
    .await;
    accepted(&world, &message).await;
    assert_eq!(names(&told(&world, 3).await)[2], "sent");
    settle(
        &world,
        PHONE,
        json!({ "blocked": false, "auto_receipts": false }),
    )
    .await;
    let sid = accepted(&world, &message).await;
    told(&world, 3).await;
    let path = format!("/platforms/twilio/people/{PHONE}/events");
    let status = json!({ "kind": "status", "message": sid, "status": "failed", "code": 30005 });
    world.control(&path, status).await;
    let statuses = told(&world, 4).await;
    assert_eq!(statuses[3]["ErrorCode"], "30005");
    assert_eq!(
        person(&world, PHONE).await["messages"][0]["receipts"]["failed"],
        true
    );
    let unknown = json!({ "kind": "status", "message": "SM1", "status": "sent" });
    assert_eq!(world.control_refused(&path, unknown).await, 400);
}

#[tokio::test]
async fn senders_and_addresses_of_statuses_are_checked() {
    let world = world().await;
    let (sms, ann, body) = (("To", PHONE), ("To", ANN), ("Body", "hi"));
    for (fields, code) in [
        (
            vec![
                sms,
                body,
                ("MessagingServiceSid", "MG00000000000000000000000000000002"),
            ],
            21701,
        ),
        (vec![ann, body, ("From", BRAND)], 21910),
        (vec![sms, body, ("From", WHATSAPP_BRAND)], 21910),
        (vec![ann, body, ("From", "whatsapp:+15550109999")], 63007),
        (
            vec![
                sms,
                body,
                ("From", BRAND),
                ("StatusCallback", "/channels/x"),
            ],
            21609,
        ),
        (
            vec![
                sms,
                body,
                ("From", BRAND),
                ("StatusCallback", "https://a_b.example/"),
            ],
            21609,
        ),
    ] {
        let (status, told) = send(&world, crate::TOKEN, &fields).await;
        assert_eq!((status, told["code"].as_u64()), (400, Some(code)), "{told}");
    }
    let elsewhere = ("StatusCallback", "https://other.example/");
    accepted(&world, &[sms, body, ("From", BRAND), elsewhere]).await;
    let (_, journal) = world.get("/control/journal?side=twilio").await;
    assert!(journal.to_string().contains("StatusCallback is not below"));
}
