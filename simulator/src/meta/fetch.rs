//! Files of the connector, which Meta fetches itself.

use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, LOCATION};

use crate::people::{File, Media};
use crate::sim::Sim;

const TIMEOUT: Duration = Duration::from_secs(10);
const REDIRECTS: usize = 5;

/// A file that was fetched.
pub(crate) struct Fetched {
    name: String,
    /// Without parameters.
    pub(crate) media_type: String,
    pub(crate) bytes: Vec<u8>,
}

/// Why one was not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Unreachable,
    TooLarge,
}

impl Fetched {
    /// As a phone shows it, from an address of our own.
    pub(crate) fn shown(&self, url: String) -> File {
        File {
            url,
            name: Some(self.name.clone()),
            media_type: Some(self.media_type.clone()),
        }
    }

    pub(crate) fn into_media(self) -> Media {
        Media {
            name: self.name,
            media_type: self.media_type,
            bytes: self.bytes,
        }
    }
}

/// Fetches what is at an address, following redirects, if it is not too large (bytes).
pub(crate) async fn fetch(sim: &Arc<Sim>, url: &str, largest: usize) -> Result<Fetched, Failure> {
    let mut url = reqwest::Url::parse(url).map_err(|_| Failure::Unreachable)?;
    for _ in 0..=REDIRECTS {
        let request = sim.http.get(url.clone()).timeout(TIMEOUT);
        let request = request.header("user-agent", "facebookexternalua");
        let answer = request.send().await.map_err(|_| Failure::Unreachable)?;
        if answer.status().is_redirection() {
            let location = answer.headers().get(LOCATION);
            let location = location.and_then(|location| location.to_str().ok());
            let next = location.and_then(|location| url.join(location).ok());
            url = next.ok_or(Failure::Unreachable)?;
            continue;
        }
        return read(answer, &url, largest).await;
    }
    Err(Failure::Unreachable)
}

async fn read(
    mut answer: reqwest::Response,
    url: &reqwest::Url,
    largest: usize,
) -> Result<Fetched, Failure> {
    if !answer.status().is_success() {
        return Err(Failure::Unreachable);
    }
    let kind = answer.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let media_type = kind.split(';').next().unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|_| Failure::Unreachable)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > largest {
            return Err(Failure::TooLarge);
        }
    }
    let name = url.path().rsplit('/').next().unwrap_or_default();
    Ok(Fetched {
        name: name.to_owned(),
        media_type,
        bytes,
    })
}
