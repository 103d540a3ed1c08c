//! Files to people: Twilio reads them where the request says.

use serde_json::{Value, json};

use crate::common::{World, world};
use crate::{ANN, BRAND, PHONE, TOKEN, WHATSAPP_BRAND, accepted, person, says, send};

async fn eventually(world: &World, who: &str, fits: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..500 {
        let shown = person(world, who).await["messages"].clone();
        if fits(&shown) {
            return shown;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("it does not come to that: {}", person(world, who).await);
}

#[tokio::test]
async fn a_picture_is_read_and_kept() {
    let world = world().await;
    let url = format!("{}/pictures/a.png", world.base);
    let other = format!("{}/pictures/b.png", world.base);
    let to = [("To", PHONE), ("From", BRAND)];
    let files = [("Body", "two"), ("MediaUrl", &url), ("MediaUrl", &other)];
    let sid = accepted(&world, &[&to[..], &files].concat()).await;
    assert!(sid.starts_with("MM"));
    let kept = |shown: &Value| shown[0]["picture"].is_string() && shown[0]["cards"][0].is_object();
    let shown = eventually(&world, PHONE, kept).await;
    assert_eq!(shown[0]["text"], "two");
    let address = shown[0]["picture"].as_str().unwrap();
    let bytes = reqwest::get(address).await.unwrap().bytes().await.unwrap();
    assert!(bytes.starts_with(b"\x89PNG"));
    let (_, phone) = world.get(&format!("/control/phones/{PHONE}")).await;
    assert_eq!(phone["messages"][0]["picture"], address);
}

#[tokio::test]
async fn what_cannot_be_read_fails_and_is_not_shown() {
    let world = world().await;
    says(&world, ANN, "hello").await;
    let gone = format!("{}/nothing/here.png", world.base);
    let callback = ("StatusCallback", "https://sms.example/channels/support-sms");
    for (to, from, code) in [(PHONE, BRAND, "21620"), (ANN, WHATSAPP_BRAND, "63019")] {
        let before = world.posted().len();
        accepted(
            &world,
            &[("To", to), ("From", from), ("MediaUrl", &gone), callback],
        )
        .await;
        let posted = world.posted_at_least(before + 1).await;
        let told = crate::form(&posted[before]);
        assert_eq!(
            (told["MessageStatus"].as_str(), told["ErrorCode"].as_str()),
            ("failed", code)
        );
    }
    assert_eq!(person(&world, PHONE).await["messages"], json!([]));
}

#[tokio::test]
async fn there_is_a_number_of_files_and_each_has_an_address() {
    let world = world().await;
    let url = ("MediaUrl", "https://cdn.example/a.png");
    let (sms, whatsapp) = (
        [("To", PHONE), ("From", BRAND)],
        [("To", ANN), ("From", WHATSAPP_BRAND)],
    );
    for (fields, code) in [
        ([&sms[..], &[url; 11]].concat(), 21623),
        ([&whatsapp[..], &[url; 2]].concat(), 21623),
        ([&sms[..], &[("MediaUrl", "picture.png")]].concat(), 21620),
        (
            [&sms[..], &[("MediaUrl", "ftp://cdn.example/a")]].concat(),
            21620,
        ),
    ] {
        let (status, told) = send(&world, TOKEN, &fields).await;
        assert_eq!((status, told["code"].as_u64()), (400, Some(code)), "{told}");
    }
}

#[tokio::test]
async fn a_place_goes_to_whatsapp() {
    let world = world().await;
    says(&world, ANN, "where?").await;
    let place = ("PersistentAction", "geo:52.37,4.89|Dam Square");
    let words = ("Body", "Dam Square");
    accepted(
        &world,
        &[("To", ANN), ("From", WHATSAPP_BRAND), words, place],
    )
    .await;
    let shown = person(&world, ANN).await["messages"][1].clone();
    assert_eq!(shown["kind"], "location");
    assert_eq!(shown["content"]["latitude"], 52.37);
    let wrong = ("PersistentAction", "geo:95,4.89");
    let fields = [("To", ANN), ("From", WHATSAPP_BRAND), words, wrong];
    assert_eq!(send(&world, TOKEN, &fields).await.0, 400);
}
