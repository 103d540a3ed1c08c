//! `connector`: what an operator does with a deployment's configuration before it is deployed.

mod check;
mod dev_vars;
mod report;
mod wrangler;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
Usage: connector check [--config FILE] [--env NAME] [--secrets FILE]

Reads the settings as the deployed connector will read them, and says what is wrong with them.

  --config FILE   the wrangler configuration (wrangler.toml)
  --env NAME      the settings of [env.NAME] instead of those at the top
  --secrets FILE  the secrets (.dev.vars.NAME, else .dev.vars, beside the configuration)

The exit status is 0 when everything is in order, 1 when there are problems and 2 when the command
itself cannot run.
";

/// What the command line asks for.
enum Command {
    Check(Options),
    Say(&'static str),
}

/// The options of `check`.
pub(crate) struct Options {
    config: PathBuf,
    env: Option<String>,
    secrets: Option<PathBuf>,
}

fn main() -> ExitCode {
    let done = match parse(std::env::args_os()) {
        Ok(Command::Say(text)) => Ok((text.to_owned(), true)),
        Ok(Command::Check(options)) => check::check(&options),
        Err(error) => Err(format!("{error}\n\n{USAGE}")),
    };
    // A reader that has gone away changes nothing about the verdict.
    match done {
        Ok((text, in_order)) => {
            let _ = io::stdout().write_all(text.as_bytes());
            ExitCode::from(u8::from(!in_order))
        }
        Err(text) => {
            let _ = writeln!(io::stderr(), "connector: {}", text.trim_end());
            ExitCode::from(2)
        }
    }
}

fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, lexopt::Error> {
    use lexopt::prelude::{Long, Short, Value, ValueExt};

    let mut parser = lexopt::Parser::from_iter(args);
    let mut command = None;
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
            Value(name) if command.is_none() => command = Some(name),
            Short('c') | Long("config") => options.config = parser.value()?.into(),
            Short('e') | Long("env") => options.env = Some(parser.value()?.string()?),
            Long("secrets") => options.secrets = Some(parser.value()?.into()),
            other => return Err(other.unexpected()),
        }
    }
    match command {
        Some(name) if name == "check" => Ok(Command::Check(options)),
        Some(_) => Err("there is no such command".into()),
        None => Err("a command is missing".into()),
    }
}
