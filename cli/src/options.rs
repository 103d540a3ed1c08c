//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use liveengage_connector::liveengage::installation::{Header, ManifestOptions};

pub(crate) const USAGE: &str = "\
Usage: connector check [--live [--account NAME]] [common options]
       connector manifest ACCOUNT [manifest options] [common options]
       connector manifest --validate FILE [ACCOUNT] [common options]
       connector consumers|messages|trace|dead-letters|stuck|adopt|import|pause|resume|pauses|erase ...

The commands of the last line operate what is deployed; `connector consumers --help` tells of them.

`check` reads the settings as the deployed connector will read them, and says what is wrong with them. With
--live it also calls LivePerson and the deployed connector, without any effect there.

  --live          look up the service addresses, fetch a token, and see whether the deployed connector answers
  --account NAME  only this account and its channels

`manifest` writes the app installation's manifest for LivePerson, or says what is wrong with one.

  --validate FILE      examine this manifest or installation (- for standard input) instead of writing one
  --name TEXT          the app's name, unique in the account (LiveEngage connector)
  --display-name TEXT  the name to show (the app's name)
  --description TEXT   what it is
  --logo URL           an icon of 70 by 70 pixels
  --retention SECONDS  how long undelivered events are kept (259200, three days)
  --header NAME:VALUE  a header that LivePerson adds to its calls; may be repeated

Common options:

  --config FILE   the wrangler configuration (wrangler.toml)
  --env NAME      the settings of [env.NAME] instead of those at the top
  --secrets FILE  the secrets (.dev.vars.NAME, else .dev.vars, beside the configuration)

The exit status is 0 when everything is in order, 1 when there are problems and 2 when the command
itself cannot run.
";

/// What the command line asks for.
pub(crate) enum Command {
    Check(Options, Option<Live>),
    Write(Options, String, ManifestOptions),
    Validate(Options, OsString, Option<String>),
    Say(&'static str),
}

/// Where the settings are.
pub(crate) struct Options {
    pub(crate) config: PathBuf,
    pub(crate) env: Option<String>,
    pub(crate) secrets: Option<PathBuf>,
}

/// `check --live`.
pub(crate) struct Live {
    /// Name of the only account to check; by default all are.
    pub(crate) account: Option<String>,
}

/// Every argument, before it is known which belong together.
#[derive(Default)]
struct Given {
    command: Option<String>,
    operand: Option<String>,
    live: bool,
    account: Option<String>,
    validate: Option<OsString>,
    manifest: Option<ManifestOptions>,
}

pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, lexopt::Error> {
    use lexopt::prelude::{Long, Short, Value, ValueExt};

    let mut parser = lexopt::Parser::from_iter(args);
    let mut given = Given::default();
    let mut options = Options {
        config: PathBuf::from("wrangler.toml"),
        env: None,
        secrets: None,
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Say(USAGE)),
            Short('V') | Long("version") => {
                return Ok(Command::Say(concat!(
                    "connector ",
                    env!("CARGO_PKG_VERSION"),
                    "\n"
                )));
            }
            Value(name) if given.command.is_none() => given.command = Some(name.string()?),
            Value(name) if given.operand.is_none() => given.operand = Some(name.string()?),
            Short('c') | Long("config") => options.config = parser.value()?.into(),
            Short('e') | Long("env") => options.env = Some(parser.value()?.string()?),
            Long("secrets") => options.secrets = Some(parser.value()?.into()),
            Long("live") => given.live = true,
            Long("account") => given.account = Some(parser.value()?.string()?),
            Long("validate") => given.validate = Some(parser.value()?),
            Long(
                name @ ("name" | "display-name" | "description" | "logo" | "retention" | "header"),
            ) => {
                let name = name.to_owned();
                let value = parser.value()?;
                let manifest = given.manifest.get_or_insert_default();
                choose(manifest, &name, value)?;
            }
            other => return Err(other.unexpected()),
        }
    }
    given.command(options)
}

fn choose(
    manifest: &mut ManifestOptions,
    name: &str,
    value: OsString,
) -> Result<(), lexopt::Error> {
    use lexopt::ValueExt as _;

    match name {
        "name" => manifest.client_name = value.string()?,
        "display-name" => manifest.display_name = Some(value.string()?),
        "description" => manifest.description = value.string()?,
        "logo" => manifest.logo_uri = value.string()?,
        "retention" => manifest.retention = value.parse()?,
        _ => {
            let text = value.string()?;
            // The value may be a secret, so the argument is not repeated.
            let (name, value) = text
                .split_once(':')
                .ok_or("--header takes a name and a value with a colon between them")?;
            manifest.headers.push(Header {
                name: name.trim().to_owned(),
                value: value.trim().to_owned(),
            });
        }
    }
    Ok(())
}

impl Given {
    fn command(self, options: Options) -> Result<Command, lexopt::Error> {
        let of_manifest = self.validate.is_some() || self.manifest.is_some();
        let of_check = self.live || self.account.is_some();
        match self.command.as_deref() {
            Some("check") if of_manifest => Err("check takes no options of manifest".into()),
            Some("check") if self.operand.is_some() => {
                Err("check takes no operand; an account is named by --account".into())
            }
            Some("check") if self.account.is_some() && !self.live => {
                Err("--account goes with --live".into())
            }
            Some("check") => {
                let live = self.live.then_some(Live {
                    account: self.account,
                });
                Ok(Command::Check(options, live))
            }
            Some("manifest") if of_check => Err("manifest takes no options of check".into()),
            Some("manifest") => match (self.validate, self.operand) {
                (Some(_), _) if self.manifest.is_some() => {
                    Err("--validate takes no other option of manifest".into())
                }
                (Some(file), account) => Ok(Command::Validate(options, file, account)),
                (None, Some(account)) => {
                    let manifest = self.manifest.unwrap_or_default();
                    Ok(Command::Write(options, account, manifest))
                }
                (None, None) => Err("manifest needs the name of an account".into()),
            },
            Some(_) => Err("there is no such command".into()),
            None => Err("a command is missing".into()),
        }
    }
}
