//! Command line and environment. Every option has a default, so that `simulator` alone is useful.

/// What `--help` prints.
pub const USAGE: &str = "\
usage: simulator [options]

  --port N              port on 127.0.0.1, 0 for any free one         (8790)
  --connector URL       where webhooks and callbacks are posted       (http://127.0.0.1:8787)
  --public-url URL      the URL that Twilio's signatures are made for (the connector's)
  --account ID          LiveEngage account                            (le12345678)
  --client-id ID        app installation id
  --client-secret TEXT  app installation secret, signs the webhooks
  --twilio-sid AC...    Twilio account sid
  --twilio-token TEXT   Twilio auth token, signs the callbacks
  --twilio-number +N    number of a channel that is given by name alone (+15550100002)
  --channel NAME[=+N]   channel; may be repeated                      (support-sms)
  --twilio-whatsapp-channel NAME  channel of its WhatsApp sender       (twilio-whatsapp)
  --app-channel NAME    channel of the gateway app                    (app)
  --gateway-secret TEXT whsec_..., signs both ways between app and connector
  --line-channel NAME   channel of the LINE bot                       (line)
  --line-secret TEXT    its channel secret, signs the callbacks
  --line-token TEXT     its channel access token
  --messenger-channel NAME  channel of the page                       (messenger)
  --instagram-channel NAME  channel of the Instagram account          (instagram)
  --whatsapp-channel NAME   channel of the WhatsApp number            (whatsapp)
  --meta-app-secret TEXT    secret of Meta's app, signs the callbacks
  --meta-verify-token TEXT  what the handshake of those three says

Each option can also be given as an environment variable: SIMULATOR_PORT, SIMULATOR_CONNECTOR, ...";

/// What the command line asks for.
#[derive(Debug)]
pub enum Command {
    /// Run with these options.
    Run(Box<Options>),
    /// Print the usage.
    Help,
}

/// How a simulator is set up. It stays the same for the life of the process.
#[derive(Clone, Debug)]
pub struct Options {
    /// Port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// Base URL to which webhooks and callbacks are posted.
    pub connector: String,
    /// Base URL that callbacks are signed for.
    pub public_url: String,
    /// LiveEngage account.
    pub account: String,
    /// App installation id.
    pub client_id: String,
    /// App installation secret.
    pub client_secret: String,
    /// Twilio account sid.
    pub twilio_sid: String,
    /// Twilio auth token.
    pub twilio_token: String,
    /// Channels: name and number.
    pub channels: Vec<(String, String)>,
    /// The channel of Twilio's WhatsApp sender, which has the number of the first channel.
    pub twilio_whatsapp_channel: String,
    /// Channel of the gateway app.
    pub app_channel: String,
    /// Signing secret of that channel, `whsec_` and base64.
    pub gateway_secret: String,
    /// Channel of the LINE bot.
    pub line_channel: String,
    /// Its channel secret.
    pub line_secret: String,
    /// Its channel access token.
    pub line_token: String,
    /// Its user id.
    pub line_bot: String,
    /// Channel of the Messenger page.
    pub messenger_channel: String,
    /// The page's id.
    pub messenger_page: String,
    /// The page's access token.
    pub messenger_token: String,
    /// Channel of the Instagram account.
    pub instagram_channel: String,
    /// The account's id.
    pub instagram_account: String,
    /// The account's access token.
    pub instagram_token: String,
    /// Channel of the WhatsApp number.
    pub whatsapp_channel: String,
    /// The number's id.
    pub whatsapp_number_id: String,
    /// The WhatsApp business account's id.
    pub whatsapp_account: String,
    /// The number, as it is shown.
    pub whatsapp_number: String,
    /// The system user's access token.
    pub whatsapp_token: String,
    /// Secret of Meta's app.
    pub meta_app_secret: String,
    /// Verify token of the three channels.
    pub meta_verify_token: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 8790,
            connector: "http://127.0.0.1:8787".into(),
            public_url: "http://127.0.0.1:8787".into(),
            account: "le12345678".into(),
            client_id: "0f0e0d0c-1111-4222-8333-444444444444".into(),
            client_secret: "local-client-secret-of-the-simulator".into(),
            twilio_sid: "AC00000000000000000000000000000001".into(),
            twilio_token: "local-auth-token-of-the-simulator".into(),
            channels: vec![("support-sms".into(), "+15550100002".into())],
            twilio_whatsapp_channel: "twilio-whatsapp".into(),
            app_channel: "app".into(),
            gateway_secret: "whsec_bG9jYWwtb25seS1zaWduaW5nLXNlY3JldC1mb3ItdGhlLXNpbXVsYXRvcg=="
                .into(),
            line_channel: "line".into(),
            line_secret: "local-channel-secret-of-the-simulator".into(),
            line_token: "local-channel-access-token-of-the-simulator".into(),
            line_bot: "U00000000000000000000000000000001".into(),
            messenger_channel: "messenger".into(),
            messenger_page: "100000000000001".into(),
            messenger_token: "local-page-access-token-of-the-simulator".into(),
            instagram_channel: "instagram".into(),
            instagram_account: "17841400000000001".into(),
            instagram_token: "local-instagram-access-token-of-the-simulator".into(),
            whatsapp_channel: "whatsapp".into(),
            whatsapp_number_id: "106540000000001".into(),
            whatsapp_account: "102290000000001".into(),
            whatsapp_number: "15550100003".into(),
            whatsapp_token: "local-whatsapp-access-token-of-the-simulator".into(),
            meta_app_secret: "local-app-secret-of-the-simulator".into(),
            meta_verify_token: "local-verify-token-of-the-simulator".into(),
        }
    }
}

const NAMES: [&str; 21] = [
    "port",
    "connector",
    "public-url",
    "account",
    "client-id",
    "client-secret",
    "twilio-sid",
    "twilio-token",
    "twilio-number",
    "channel",
    "twilio-whatsapp-channel",
    "app-channel",
    "gateway-secret",
    "line-channel",
    "line-secret",
    "line-token",
    "messenger-channel",
    "instagram-channel",
    "whatsapp-channel",
    "meta-app-secret",
    "meta-verify-token",
];

impl Options {
    /// Reads the environment, then the arguments, which win.
    ///
    /// # Errors
    /// A sentence for the person at the keyboard.
    pub fn read(
        args: impl IntoIterator<Item = String>,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Command, String> {
        let mut given: Vec<(String, String)> = Vec::new();
        for name in NAMES {
            let variable = format!("SIMULATOR_{}", name.to_uppercase().replace('-', "_"));
            if let Some(value) = env(&variable) {
                given.push((name.to_owned(), value));
            }
        }
        let from_env = given.len();
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            if arg == "--help" || arg == "-h" {
                return Ok(Command::Help);
            }
            let name = arg
                .strip_prefix("--")
                .ok_or_else(|| format!("\"{arg}\" is not an option; see --help"))?;
            let (name, value) = match name.split_once('=') {
                Some((name, value)) if name != "channel" => (name.to_owned(), value.to_owned()),
                _ => (
                    name.to_owned(),
                    args.next()
                        .ok_or_else(|| format!("--{name} needs a value"))?,
                ),
            };
            if !NAMES.contains(&name.as_str()) {
                return Err(format!("--{name} is not an option; see --help"));
            }
            given.push((name, value));
        }
        Self::build(&given, from_env).map(|options| Command::Run(Box::new(options)))
    }

    fn build(given: &[(String, String)], from_env: usize) -> Result<Self, String> {
        let mut options = Self::default();
        let last = |wanted: &str| {
            let found = given.iter().rev().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.clone())
        };
        let url = |name: &str, value: String| {
            if value.starts_with("http://") || value.starts_with("https://") {
                Ok(value.trim_end_matches('/').to_owned())
            } else {
                Err(format!("--{name} must be a URL, not \"{value}\""))
            }
        };
        if let Some(port) = last("port") {
            options.port = port
                .parse()
                .map_err(|_| format!("--port must be a number up to 65535, not \"{port}\""))?;
        }
        if let Some(connector) = last("connector") {
            options.connector = url("connector", connector)?;
            if !options.connector.starts_with("http://") {
                return Err("--connector must be http:// (the simulator speaks no TLS)".into());
            }
        }
        options.public_url = match last("public-url") {
            Some(value) => url("public-url", value)?,
            None => options.connector.clone(),
        };
        for (name, field) in [
            ("account", &mut options.account),
            ("client-id", &mut options.client_id),
            ("client-secret", &mut options.client_secret),
            ("twilio-sid", &mut options.twilio_sid),
            ("twilio-token", &mut options.twilio_token),
            (
                "twilio-whatsapp-channel",
                &mut options.twilio_whatsapp_channel,
            ),
            ("app-channel", &mut options.app_channel),
            ("gateway-secret", &mut options.gateway_secret),
            ("line-channel", &mut options.line_channel),
            ("line-secret", &mut options.line_secret),
            ("line-token", &mut options.line_token),
            ("messenger-channel", &mut options.messenger_channel),
            ("instagram-channel", &mut options.instagram_channel),
            ("whatsapp-channel", &mut options.whatsapp_channel),
            ("meta-app-secret", &mut options.meta_app_secret),
            ("meta-verify-token", &mut options.meta_verify_token),
        ] {
            if let Some(value) = last(name) {
                *field = value;
            }
        }
        if crate::gateway::key(&options.gateway_secret).is_none() {
            return Err("--gateway-secret must be whsec_ and base64 of 24 to 64 bytes".into());
        }
        let number = last("twilio-number").unwrap_or_else(|| "+15550100002".into());
        let named = |pairs: &[(String, String)]| -> Vec<(String, String)> {
            let channels = pairs.iter().filter(|(name, _)| name == "channel");
            channels
                .map(|(_, value)| match value.split_once('=') {
                    Some((name, number)) => (name.to_owned(), number.to_owned()),
                    None => (value.clone(), number.clone()),
                })
                .collect()
        };
        let (env, args) = given.split_at(from_env);
        options.channels = named(args);
        if options.channels.is_empty() {
            options.channels = named(env);
        }
        if options.channels.is_empty() {
            options.channels.push(("support-sms".into(), number));
        }
        for (name, number) in &options.channels {
            if !crate::twilio::is_e164(number) {
                return Err(format!(
                    "channel {name}: \"{number}\" is not a number like +15550100002"
                ));
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, Options};

    fn read(args: &[&str]) -> Result<Options, String> {
        match Options::read(args.iter().map(ToString::to_string), |_| None)? {
            Command::Run(options) => Ok(*options),
            Command::Help => Err("help".into()),
        }
    }

    #[test]
    fn no_arguments_give_the_defaults() {
        let options = read(&[]).unwrap();
        assert_eq!(options.port, 8790);
        assert_eq!(options.public_url, "http://127.0.0.1:8787");
    }

    #[test]
    fn the_public_url_follows_the_connector_unless_it_is_named() {
        let options = read(&["--connector", "http://127.0.0.1:9/"]).unwrap();
        assert_eq!(options.public_url, "http://127.0.0.1:9");
        let options = read(&["--public-url=https://sms.example"]).unwrap();
        assert_eq!(options.public_url, "https://sms.example");
        assert_eq!(options.connector, "http://127.0.0.1:8787");
    }

    #[test]
    fn channels_repeat_and_may_bring_a_number() {
        let options = read(&["--channel", "a=+15550100003", "--channel", "b"]).unwrap();
        let expected = [("a", "+15550100003"), ("b", "+15550100002")];
        assert_eq!(
            options.channels,
            expected.map(|(name, number)| (name.to_owned(), number.to_owned()))
        );
    }

    #[test]
    fn the_gateway_secret_is_that_of_the_example() {
        let example = include_str!("../../.dev.vars.example");
        assert!(example.contains(&read(&[]).unwrap().gateway_secret));
        let toml = include_str!("../../wrangler.toml");
        let options = read(&[]).unwrap();
        let url = format!(
            "127.0.0.1:{}/gateway/{}\"",
            options.port, options.app_channel
        );
        assert!(toml.contains(&url), "{url}");
    }

    #[test]
    fn mistakes_are_sentences() {
        for (args, part) in [
            (vec!["--prot", "1"], "--prot is not an option"),
            (vec!["--port"], "--port needs a value"),
            (vec!["--port", "x"], "must be a number"),
            (vec!["--channel", "a=555"], "is not a number like"),
            (vec!["--connector", "https://x.example"], "no TLS"),
            (vec!["--gateway-secret", "whsec_AAAA"], "24 to 64 bytes"),
        ] {
            let error = read(&args).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
