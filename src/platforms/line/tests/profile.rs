use super::outbound::answer;
use super::*;
use crate::message::Profile;

#[test]
fn a_person_is_asked_for_by_an_id_that_can_be_one() {
    let request = adapter().profile(PERSON).unwrap();
    assert_eq!(request.method, Method::Get);
    assert_eq!(
        request.url,
        format!("https://api.line.me/v2/bot/profile/{PERSON}")
    );
    let authorization = ("authorization", format!("Bearer {TOKEN}"));
    assert_eq!(request.headers, [authorization]);
    for nobody in [
        "",
        "U1",
        "+15550100001",
        "C0000000000000000000000000000d001",
        "U0000000000000000000000000000d0/1",
        "U../../00000000000000000000000001",
    ] {
        assert_eq!(adapter().profile(nobody), None, "{nobody}");
    }
}

#[test]
fn what_line_tells_of_a_person_is_name_picture_and_language() {
    let read = |status, body| adapter().read_profile(&answer(status, body).unwrap());
    let known = Profile {
        name: Some("Aoi 🌸".to_owned()),
        avatar_url: Some("https://profile.line-scdn.net/0h0000000000000001".to_owned()),
        language: Some("ja".to_owned()),
        ..Profile::default()
    };
    assert_eq!(read(200, fixture!("answers/profile.json")), Some(known));
    let only_name = Profile {
        name: Some("Aoi".to_owned()),
        ..Profile::default()
    };
    let odd = r#"{"displayName":"Aoi","pictureUrl":7,"language":" "}"#;
    assert_eq!(read(200, odd), Some(only_name));
    assert_eq!(read(404, fixture!("answers/no_profile_404.json")), None);
    for nothing in ["", "{}", "[]", r#"{"displayName":""}"#] {
        assert_eq!(read(200, nothing), None, "{nothing}");
    }
}
