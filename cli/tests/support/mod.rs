//! A directory to run the command in, and somebody to answer its calls.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod deployed;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

/// Stands in every secret of these tests, so that a leak of any of them is seen.
pub(crate) const MARK: &str = "hunter2";

/// A directory with files of its own.
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        for (file, text) in files {
            fs::write(path.join(file), text).unwrap();
        }
        Self(path)
    }

    /// Exit status and everything that was said.
    pub(crate) fn run(&self, args: &[&str]) -> (i32, String) {
        let (status, out, aside) = self.run_with(args, "");
        (status, out + &aside)
    }

    /// Exit status, standard output and standard error.
    pub(crate) fn run_with(&self, args: &[&str], input: &str) -> (i32, String, String) {
        self.run_as(&[], args, input)
    }

    /// The same with environment variables.
    pub(crate) fn run_as(
        &self,
        variables: &[(&str, &str)],
        args: &[&str],
        input: &str,
    ) -> (i32, String, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_connector"))
            .args(args)
            .current_dir(&self.0)
            .env("NO_PROXY", "*")
            .env_remove("CONNECTOR_URL")
            .env_remove("CONNECTOR_ADMIN_TOKEN")
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that reads nothing may have ended.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        let aside = String::from_utf8(output.stderr).unwrap();
        let said = format!("{out}{aside}");
        assert!(!said.contains(MARK), "a secret was printed:\n{said}");
        (output.status.code().unwrap(), out, aside)
    }
}

pub(crate) fn assert_says(said: &str, lines: &[&str]) {
    for line in lines {
        assert!(said.contains(line), "{line:?} is missing in:\n{said}");
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Status, further header lines and body; no status is a closed connection.
pub(crate) type Reply = (u16, &'static str, String);

/// An HTTP server on this machine, for as long as the test runs.
pub(crate) struct Server {
    pub(crate) port: u16,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Server {
    pub(crate) fn start(answer: impl Fn(&Call, u16) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&calls);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let _ = serve(&stream.unwrap(), &seen, |call| answer(call, port));
            }
        });
        Self { port, calls }
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }
}

fn serve(
    stream: &TcpStream,
    seen: &Mutex<Vec<Call>>,
    answer: impl Fn(&Call) -> Reply,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    // The first byte of TLS, to which a server without it answers in plain text.
    if reader.fill_buf()?.first() == Some(&0x16) {
        let mut stream = stream;
        return write!(stream, "HTTP/1.1 400 X\r\ncontent-length: 0\r\n\r\n");
    }
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Ok(());
    };
    let mut call = Call {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: Vec::new(),
        body: String::new(),
    };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        call.headers.push((name.to_owned(), value.to_owned()));
    }
    let length = call
        .header("content-length")
        .map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    call.body = String::from_utf8(body).unwrap();
    seen.lock().unwrap().push(call.clone());
    let (status, headers, body) = answer(&call);
    if status == 0 {
        return Ok(());
    }
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}
