//! `connector manifest` as an operator runs it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod support;

use serde_json::Value;
use support::{Place, assert_says};

/// Before the app is installed there is neither client id nor secret.
const CONFIG: &str = r#"
[vars]
PUBLIC_URL = "https://connector.example.com"
[vars.ACCOUNT_MAIN_BRAND]
id = "12345678"
"#;
const INSTALLED: &str = r#"
[vars]
PUBLIC_URL = "https://connector.example.com"
[vars.ACCOUNT_MAIN]
id = "12345678"
client_id = "app-1"
[vars.ACCOUNT_OTHER]
id = "87654321"
client_id = "app-2"
"#;

#[test]
fn a_manifest_is_written_before_there_is_an_installation() {
    let place = Place::new("manifest", &[("wrangler.toml", CONFIG)]);
    let (status, out, aside) = place.run_with(
        &[
            "manifest",
            "main-brand",
            "--name",
            "Acme SMS",
            "--retention=86400",
            "--header",
            "X-Route: blue",
        ],
        "",
    );
    assert_eq!(status, 0, "{aside}");
    let golden = include_str!("../../tests/fixtures/installation/manifest.json");
    assert_eq!(out, golden);
    assert_says(
        &aside,
        &["for the account main-brand", "Nothing is wrong with it."],
    );

    // What was written is in order for its own validation.
    let (status, said, _) = place.run_with(&["manifest", "--validate", "-", "main-brand"], &out);
    assert_says(&said, &["standard input", "Nothing is wrong with it."]);
    assert_eq!(status, 0);
}

#[test]
fn what_liveperson_would_not_take_is_not_written() {
    let local = CONFIG.replace("https://connector.example.com", "http://localhost:8787");
    let place = Place::new(
        "manifest-local",
        &[("wrangler.toml", CONFIG), ("local.toml", &local)],
    );
    let cases = [
        (&["--config", "local.toml"][..], "PUBLIC_URL points to"),
        (&["--retention", "1"], "retention_time is not a number"),
        (&["--name", ""], "/client_name is missing"),
        (&["--header", "X Y:hunter2"], "/0/header_name cannot be"),
    ];
    for (args, problem) in cases {
        let args = [&["manifest", "main-brand"][..], args].concat();
        let (status, out, aside) = place.run_with(&args, "");
        assert_eq!((status, out.as_str()), (1, ""), "{args:?}");
        assert_says(&aside, &["No manifest was written", problem, "    -> "]);
    }
    let (status, out, aside) = place.run_with(&["manifest", "main-brand", "--retention", "60"], "");
    assert!(status == 0 && out.starts_with('{'));
    assert_says(&aside, &["Unwise\n", "is less than an hour"]);
}

#[test]
fn a_manifest_is_examined_in_plain_words() {
    let place = Place::new("validate", &[("wrangler.toml", INSTALLED)]);
    let (_, good, _) = place.run_with(&["manifest", "main"], "");
    let mut manifest: Value = serde_json::from_str(&good).unwrap();
    manifest["client_id"] = "app-2".into();
    manifest["client_secret"] = "hunter2".into();
    manifest["new"] = "hunter2".into();
    let text = manifest.to_string();

    let (status, said, _) = place.run_with(&["manifest", "--validate", "-", "main"], &text);
    assert_says(
        &said,
        &[
            "Wrong\n  /client_id is another one than the account's client_id",
            "Unwise\n  /client_secret is a secret",
            "Good to know\n  /new is no field",
            "3 findings\n",
        ],
    );
    assert_eq!(status, 1);

    // Of its own account it is in order; with several accounts and none named nothing is compared.
    let (status, ..) = place.run_with(&["manifest", "--validate", "-", "other"], &text);
    assert_eq!(status, 0);
    let (status, said, _) = place.run_with(&["manifest", "--validate", "-"], &text);
    assert_says(&said, &["client_id was compared with nothing"]);
    assert_eq!(status, 0);

    for text in ["hunter2", "", "[]"] {
        let (status, said, _) = place.run_with(&["manifest", "--validate", "-"], text);
        assert_says(&said, &["-> "]);
        assert_eq!(status, 1, "{text:?}");
    }
}

#[test]
fn what_cannot_run_gives_status_2() {
    let place = Place::new("manifest-usage", &[("wrangler.toml", INSTALLED)]);
    for args in [
        &["manifest"][..],
        &["manifest", "nobody"],
        &["manifest", "main", "other"],
        &["manifest", "main", "--live"],
        &["manifest", "main", "--retention", "long"],
        &["manifest", "main", "--header", "hunter2"],
        &["manifest", "--validate", "missing.json"],
        &["manifest", "--validate", "-", "--name", "x"],
    ] {
        let (status, said) = place.run(args);
        assert_eq!(status, 2, "{args:?}: {said}");
        assert!(said.starts_with("connector: "), "{args:?}: {said}");
    }
    let (_, said) = place.run(&["manifest", "nobody"]);
    assert_says(&said, &["there are: main, other"]);
}
