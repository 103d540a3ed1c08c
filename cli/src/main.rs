//! `connector`: what an operator does with a deployment besides deploying it.

mod admin;
mod check;
mod client;
mod dev_vars;
mod live;
mod manifest;
mod options;
mod report;
mod settings;
mod time;
mod words;
mod wrangler;

use std::io::{self, Write};
use std::process::ExitCode;

use options::{Command, USAGE};

fn main() -> ExitCode {
    let done = match std::env::args_os().nth(1) {
        Some(command) if admin::is_command(&command) => operate(),
        _ => examine(),
    };
    match done {
        Ok(in_order) => ExitCode::from(u8::from(!in_order)),
        Err(text) => {
            say_aside(&format!("connector: {}\n", text.trim_end()));
            ExitCode::from(2)
        }
    }
}

/// The commands that ask what is deployed, and change it.
fn operate() -> Result<bool, String> {
    match admin::parse(std::env::args_os()) {
        Ok(Some(options)) => admin::run(&options),
        Ok(None) => {
            say(admin::USAGE);
            Ok(true)
        }
        Err(error) => Err(format!("{error}\n\n{}", admin::USAGE)),
    }
}

/// The commands that examine settings and manifests.
fn examine() -> Result<bool, String> {
    match options::parse(std::env::args_os()) {
        Ok(Command::Say(text)) => {
            say(text);
            Ok(true)
        }
        Ok(Command::Check(options, live)) => check::check(&options, live.as_ref()),
        Ok(Command::Write(options, account, chosen)) => {
            manifest::write(&options, &account, &chosen)
        }
        Ok(Command::Validate(options, file, account)) => {
            manifest::validate(&options, &file, account.as_deref())
        }
        Err(error) => Err(format!("{error}\n\n{USAGE}")),
    }
}

/// To standard output. A reader that has gone away changes nothing about the verdict.
pub(crate) fn say(text: &str) {
    let mut out = io::stdout();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// To standard error.
pub(crate) fn say_aside(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
