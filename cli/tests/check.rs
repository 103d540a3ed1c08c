//! `connector check` as an operator runs it: files in, text and exit status out.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod support;

use support::{Place, assert_says};

const CONFIG: &str = r#"
name = "connector"
[vars]
PUBLIC_URL = "https://connector.example.com"
[vars.ACCOUNT_DEMO]
id = "le12345678"
client_id = "app-1"
[vars.CHANNEL_SUPPORT_SMS]
platform = "twilio"
account = "demo"
account_sid = "AC00000000000000000000000000000001"
from = "+15550100002"
[[kv_namespaces]]
binding = "INDEX"
[[durable_objects.bindings]]
name = "CONVERSATION"
[[durable_objects.bindings]]
name = "DIRECTORY"
[env.eu.vars]
PUBLIC_URL = "https://eu.example.com"
[env.bare]
workers_dev = true
"#;

const SECRETS: &str = r#"
# all of them
IDENTITY_KEY="hunter2-identity-key-of-32-characters-or-more"
export SECRET_ACCOUNT_DEMO='{"client_secret": "hunter2-account"}'
SECRET_CHANNEL_SUPPORT_SMS='{"auth_token": {"current": "hunter2-new", "previous": "hunter2-old"}}'
"#;

#[test]
fn a_configuration_in_order_is_described() {
    let place = Place::new(
        "in-order",
        &[("wrangler.toml", CONFIG), (".dev.vars", SECRETS)],
    );
    let (status, said) = place.run(&["check"]);
    let expected = "\
Configuration of wrangler.toml
  secrets from .dev.vars

Accounts
  demo: LiveEngage account le12345678
    app installation app-1
    service addresses from https://api.liveperson.net
  LiveEngage calls https://connector.example.com/liveengage/webhooks

Channels
  support-sms: twilio, answered by account demo
    twilio calls https://connector.example.com/channels/support-sms
      enter it, by POST, for incoming messages of the number, the WhatsApp sender or the messaging service
      with #rt=4000&rc=3&rp=4xx,5xx,ct,rt behind it, so that Twilio tries again
    consumers are kept under the namespace support-sms
    a message of unknown fate is sent again; one older than 72 hours is not sent any more

Bindings
  9: 3 settings, 3 secrets, 1 KV namespace, 2 Durable Object classes
  Cloudflare takes 64 on the free plan and 128 on the paid plan

Identity key
  IDENTITY_KEY is set.
  It is never rotated: with another key every consumer would be a new one.

Admin API
  There is none: neither ADMIN_TOKEN nor [vars.ADMIN] is set.

No problems.
";
    assert_eq!(said, expected);
    assert_eq!(status, 0);
}

#[test]
fn without_a_secrets_file_everything_else_is_checked() {
    let place = Place::new("no-secrets", &[("wrangler.toml", CONFIG)]);
    let (status, said) = place.run(&["check"]);
    assert_says(
        &said,
        &[
            "without secrets",
            "  support-sms: twilio",
            "    IDENTITY_KEY\n",
            "    SECRET_ACCOUNT_DEMO: JSON with client_secret\n",
            "    SECRET_CHANNEL_SUPPORT_SMS: JSON with auth_token\n",
            "npx wrangler secret list",
            "9: 3 settings, 3 secrets",
            "IDENTITY_KEY could not be checked",
            "No problems.",
        ],
    );
    assert_eq!(status, 0);

    let broken = CONFIG.replace("account = \"demo\"", "account = \"dmeo\"");
    let place = Place::new("no-secrets-broken", &[("wrangler.toml", &broken)]);
    let (status, said) = place.run(&["check"]);
    assert_says(
        &said,
        &[
            "CHANNEL_SUPPORT_SMS: out of service",
            "1 problem\n  CHANNEL_SUPPORT_SMS.account names no account\n    -> write one of: demo\n",
        ],
    );
    assert_eq!(status, 1);
}

#[test]
fn problems_are_named_and_give_status_1() {
    let config = CONFIG.replace("from =", "form =");
    let secrets = SECRETS.replace("\"client_secret\"", "\"secret\"");
    let place = Place::new(
        "problems",
        &[("wrangler.toml", &config), (".dev.vars", &secrets)],
    );
    let (status, said) = place.run(&["check"]);
    assert_says(
        &said,
        &[
            "ACCOUNT_DEMO: out of service",
            "CHANNEL_SUPPORT_SMS: out of service",
            "SECRET_ACCOUNT_DEMO.client_secret is missing",
            "CHANNEL_SUPPORT_SMS.form is not a setting",
            "CHANNEL_SUPPORT_SMS.account names the account `demo`, which is out of service",
            "    -> correct the problems of ACCOUNT_DEMO",
        ],
    );
    assert_eq!(status, 1);
}

#[test]
fn secrets_in_the_wrong_place_and_lines_in_the_wrong_form_are_problems() {
    let config = CONFIG.replace(
        "[vars]\n",
        "[vars]\nSECRET_ACCOUNT_DEMO = '{\"client_secret\": \"hunter2\"}'\n",
    );
    let secrets = format!("{SECRETS}hunter2\n");
    let place = Place::new(
        "misplaced",
        &[("wrangler.toml", &config), (".dev.vars", &secrets)],
    );
    let (status, said) = place.run(&["check"]);
    assert_says(
        &said,
        &[
            "2 problems",
            "SECRET_ACCOUNT_DEMO is a secret and stands among the settings in plain text",
            ".dev.vars:6 is not a line that wrangler understands",
        ],
    );
    assert_eq!(status, 1);
}

#[test]
fn an_environment_has_settings_of_its_own() {
    let place = Place::new(
        "environments",
        &[
            ("wrangler.toml", CONFIG),
            (".dev.vars", "IDENTITY_KEY=short"),
            (
                ".dev.vars.eu",
                "IDENTITY_KEY=hunter2-identity-key-of-32-characters-or-more",
            ),
        ],
    );
    let (status, said) = place.run(&["check", "--env", "eu"]);
    assert_says(
        &said,
        &[
            "wrangler.toml, environment eu",
            "secrets from .dev.vars.eu",
            "https://eu.example.com/liveengage/webhooks",
            "none: add a table [vars.CHANNEL_SUPPORT]",
            "2: 1 setting, 1 secret\n",
        ],
    );
    assert_eq!(status, 0);

    let (status, said) = place.run(&["check", "--env=bare"]);
    assert_says(
        &said,
        &[
            "[env.bare.vars] is missing",
            "does not inherit",
            "IDENTITY_KEY is missing or shorter",
        ],
    );
    assert_eq!(status, 1);

    let (status, said) = place.run(&["check", "--env", "us"]);
    assert_says(&said, &["has no environment `us`; it has: bare, eu"]);
    assert_eq!(status, 2);
}

#[test]
fn the_limits_of_the_platform_are_counted() {
    let mut config = CONFIG.to_owned();
    for number in 0..60 {
        let table = format!("[vars.ACCOUNT_N{number}]\nid = \"{number}\"\nclient_id = \"c\"\n");
        config = config.replace("[[kv", &format!("{table}[[kv"));
    }
    let place = Place::new("limits", &[("wrangler.toml", &config)]);
    let (status, said) = place.run(&["check"]);
    assert_says(
        &said,
        &[
            "129: 63 settings, 63 secrets",
            "Bindings are 129, more than 128",
            "one Worker per group",
        ],
    );
    assert_eq!(status, 1);

    let config = CONFIG.replace("le12345678", &"a".repeat(5 * 1024));
    let place = Place::new(
        "size",
        &[("wrangler.toml", &config), (".dev.vars", SECRETS)],
    );
    let (status, said) = place.run(&["check"]);
    assert_says(
        &said,
        &[
            "1 problem",
            "ACCOUNT_DEMO has 51",
            "more than Cloudflare's 5120",
        ],
    );
    assert_eq!(status, 1);
}

#[test]
fn a_password_in_a_callback_url_is_not_shown() {
    let config = CONFIG.replace(
        "account = \"demo\"",
        "account = \"demo\"\npublic_url = \"https://twilio:hunter2@hooks.example.com/sms\"",
    );
    let place = Place::new(
        "password",
        &[("wrangler.toml", &config), (".dev.vars", SECRETS)],
    );
    let (status, said) = place.run(&["check"]);
    assert_says(&said, &["twilio calls https://***@hooks.example.com/sms"]);
    assert_eq!(status, 0);
}

#[test]
fn what_cannot_run_gives_status_2() {
    let place = Place::new(
        "usage",
        &[
            ("wrangler.toml", CONFIG),
            ("bad.toml", "[vars]\nA = hunter2\n"),
        ],
    );
    for args in [
        &[][..],
        &["chekc"],
        &["check", "--nonsense"],
        &["check", "again"],
        &["check", "--config"],
        &["check", "--config", "missing.toml"],
        &["check", "--secrets", "missing"],
        &["check", "--account", "demo"],
        &["check", "--retention", "60"],
        &["check", "--live", "--account", "nobody"],
    ] {
        let (status, said) = place.run(args);
        assert_eq!(status, 2, "{args:?}: {said}");
        assert!(said.starts_with("connector: "), "{args:?}: {said}");
    }
    let (status, said) = place.run(&["check", "--config", "bad.toml"]);
    assert_says(&said, &["bad.toml is not TOML", "line 2: "]);
    assert_eq!(status, 1);
    for args in [&["--help"][..], &["check", "-h"]] {
        let (status, said) = place.run(args);
        assert!(status == 0 && said.starts_with("Usage: "), "{args:?}");
    }
    let (status, said) = place.run(&["--version"]);
    assert!(status == 0 && said.starts_with("connector 0."));
}

#[test]
fn what_suits_a_local_run_only_is_noted_and_no_problem() {
    let shipped = include_str!("../../wrangler.toml");
    let secrets = include_str!("../../.dev.vars.example");
    let place = Place::new(
        "shipped",
        &[("wrangler.toml", shipped), (".dev.vars", secrets)],
    );
    let (status, said) = place.run(&["check"]);
    assert_says(
        &said,
        &[
            "Before a deployment\n",
            "  the id of the KV namespace INDEX is a placeholder\n",
            "    -> create it by `npx wrangler kv namespace create INDEX`",
            "  PUBLIC_URL points to this machine\n",
            "  ACCOUNT_DEMO.domain_api points to this machine\n",
            "No problems.\n",
        ],
    );
    assert_eq!(status, 0);
}
