//! Requests to a channel that no person has made.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::Platform;
use crate::journal::Side;
use crate::sim::Sim;

/// Any request to the channel: its status and body.
pub(crate) async fn raw(
    sim: &Arc<Sim>,
    platform: &'static dyn Platform,
    wanted: &Raw,
) -> (u16, String) {
    let options = &sim.options;
    let channel = wanted.channel.clone();
    let channel = channel.unwrap_or_else(|| platform.channel(options));
    let query = wanted
        .query
        .as_ref()
        .map_or_else(String::new, |query| format!("?{query}"));
    let path = format!("/channels/{channel}{query}");
    let url = format!("{}{path}", options.connector);
    let request = if wanted.get {
        sim.http.get(url)
    } else {
        sim.http.post(url).body(wanted.body.clone())
    };
    let mut headers: Vec<(String, String)> = Vec::new();
    if !wanted.get {
        let own = platform.headers(options, &path, &wanted.body, wanted.sign);
        headers.extend(
            own.into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        );
    }
    for (name, value) in &wanted.headers {
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        headers.extend(value.clone().map(|value| (name.clone(), value)));
    }
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(name, value)
    });
    let answered = request.timeout(Duration::from_secs(15)).send().await;
    let (status, body) = match answered {
        Ok(answer) => (
            answer.status().as_u16(),
            answer.text().await.unwrap_or_default(),
        ),
        Err(_) => (0, String::new()),
    };
    let details = json!({
        "status": status, "platform": platform.name(), "channel": channel, "path": path,
    });
    sim.world().journal.add(Side::Callback, "raw", details);
    sim.changed();
    (status, body)
}

/// A request that nobody wrote for it.
pub(crate) struct Raw {
    pub(crate) get: bool,
    pub(crate) query: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) body: String,
    /// With the platform's signature.
    pub(crate) sign: bool,
    /// In place of what the platform would say; null for none.
    pub(crate) headers: Vec<(String, Option<String>)>,
}
