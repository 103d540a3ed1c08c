//! `simulator`: starts the stand-in for LiveEngage and the consumers' side and runs it until it is told to stop.

use std::io::Write;
use std::process::ExitCode;

use liveengage_simulator::{Command, Options, USAGE, start};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            let _ = writeln!(std::io::stderr(), "simulator: {sentence}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let options = match Options::read(std::env::args().skip(1), |name| std::env::var(name).ok())? {
        Command::Run(options) => *options,
        Command::Help => return say(USAGE),
    };
    let port = options.port;
    let running = start(options).await.map_err(|error| {
        if error.kind() == std::io::ErrorKind::AddrInUse {
            format!("port {port} is in use; stop what is using it or choose another with --port")
        } else {
            format!("cannot listen on 127.0.0.1:{port}: {error}")
        }
    })?;
    say(&format!(
        "simulator listening on http://{}",
        running.address
    ))?;
    until_stopped().await;
    running.stop();
    Ok(())
}

fn say(line: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    let written = writeln!(out, "{line}").and_then(|()| out.flush());
    written.map_err(|error| format!("cannot write to standard output: {error}"))
}

#[cfg(unix)]
async fn until_stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn until_stopped() {
    let _ = tokio::signal::ctrl_c().await;
}
