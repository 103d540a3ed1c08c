use super::*;
use crate::http::redirect;
use crate::message::{File, FilePlace};

fn asked(settings: Value, at: FilePlace) -> Option<HttpRequest> {
    let mut table = json!({ "account_sid": ACCOUNT, "from": "+15550100002" });
    for (name, value) in settings.as_object().unwrap() {
        table[name] = value.clone();
    }
    adapter_with(table).media(&File {
        at,
        name: None,
        media_type: None,
        size: None,
        caption: None,
        link: None,
    })
}

fn kept(reference: &str) -> FilePlace {
    FilePlace::Platform {
        reference: reference.to_owned(),
    }
}

const PATH: &str =
    "/Messages/MM00000000000000000000000000000002/Media/ME00000000000000000000000000000001";

#[test]
fn a_file_is_read_with_credentials_that_end_at_the_first_redirect() {
    let url = format!("{MEDIA}{PATH}");
    let request = asked(json!({}), kept(&url)).unwrap();
    assert_eq!((request.method, &request.url), (Method::Get, &url));
    let (name, value) = &request.headers[0];
    assert_eq!((*name, value.get(..6)), ("authorization", Some("Basic ")));
    assert_eq!(request.headers.len(), 1);

    let leads = |location: &str| redirect::next(&request, 307, Some(location));
    let moved = leads("https://mms.twiliocdn.com/a/b?Signature=c").unwrap();
    assert_eq!(moved.headers, []);
    for elsewhere in [
        "https://api.twilio.com/another",
        "http://mms.twiliocdn.com/a",
        "https://twiliocdn.com.example/a",
        "https://evil.example/twiliocdn.com",
    ] {
        assert_eq!(leads(elsewhere), None, "{elsewhere}");
    }
}

#[test]
fn an_api_elsewhere_may_redirect_to_itself() {
    let api = json!({ "api_url": "http://127.0.0.1:8790/twilio" });
    let url = format!("http://127.0.0.1:8790/twilio/2010-04-01/Accounts/{ACCOUNT}{PATH}");
    let request = asked(api.clone(), kept(&url)).unwrap();
    assert!(redirect::next(&request, 302, Some("/twilio-cdn/1")).is_some());
    assert_eq!(asked(api, kept(&format!("{MEDIA}{PATH}"))), None);
}

#[test]
fn credentials_go_to_files_of_the_own_account_only() {
    let own = "https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001";
    for other in [
        "https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000002/Messages/MM1/Media/ME1",
        "http://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages/MM1/Media/ME1",
        "https://api.twilio.com.example/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages/MM1",
        "https://api.twilio.com@example.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages/MM1",
        own,
        &format!("{own}/"),
        &format!("{own}/../AC00000000000000000000000000000002/Messages/MM1"),
        &format!("{own}/%2e%2e/AC00000000000000000000000000000002"),
        &format!("{own}/Messages/MM1?x=1"),
        &format!("{own}//Messages/MM1"),
        &format!("{own}/Messages/MM1\\@example.com"),
        "https://mms.twiliocdn.com/a",
        "",
    ] {
        assert_eq!(asked(json!({}), kept(other)), None, "{other}");
    }
    let url = format!("{MEDIA}{PATH}");
    assert_eq!(asked(json!({}), FilePlace::Url { url }), None);
    let relative_path = "/a/b.jpg".to_owned();
    assert_eq!(
        asked(json!({}), FilePlace::Liveengage { relative_path }),
        None
    );
}
