//! File sharing: signed URLs of one minute, and an object store in memory.

mod links;
pub(crate) mod samples;
mod swift;

use std::collections::{BTreeMap, VecDeque};

use axum::body::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha1::Sha1;

use crate::clock;
use crate::ids;

pub(super) use links::{download_url, upload_url};
pub(super) use swift::routes;

/// The largest file a consumer may send (bytes).
pub(super) const LARGEST: usize = 3 * 1024 * 1024;
/// How much is kept; the oldest bytes go first.
const KEPT: usize = 128 * 1024 * 1024;

/// The object store.
pub(crate) struct Files {
    key: String,
    stored: BTreeMap<String, Stored>,
    /// Paths with bytes, oldest first.
    order: VecDeque<String>,
    size: usize,
}

/// A place for a file, with or without the file.
pub(crate) struct Stored {
    /// Whose conversation it belongs to.
    consumer: String,
    by_agent: bool,
    file_type: String,
    /// What the upload was announced with (bytes).
    announced: usize,
    bytes: Option<Bytes>,
    at: u64,
}

impl Default for Files {
    fn default() -> Self {
        Self {
            key: ids::random_hex(20),
            stored: BTreeMap::new(),
            order: VecDeque::new(),
            size: 0,
        }
    }
}

impl Files {
    /// A new place: its path.
    fn reserve(
        &mut self,
        account: &str,
        consumer: &str,
        kind: &str,
        size: usize,
        by_agent: bool,
    ) -> String {
        let uuid = ids::uuid();
        let path = format!(
            "/v1/AUTH_async-images/{account}/{consumer}_uuid_{uuid}_{}.{kind}",
            clock::now_ms()
        );
        let place = Stored {
            consumer: consumer.to_owned(),
            by_agent,
            file_type: kind.to_owned(),
            announced: size,
            bytes: None,
            at: clock::now_ms(),
        };
        self.stored.insert(path.clone(), place);
        path
    }

    fn put(&mut self, path: &str, bytes: Bytes) -> bool {
        let Some(place) = self.stored.get_mut(path) else {
            return false;
        };
        self.size += bytes.len();
        match place.bytes.replace(bytes) {
            Some(before) => self.size -= before.len(),
            None => self.order.push_back(path.to_owned()),
        }
        while self.size > KEPT {
            let oldest = self.order.pop_front();
            let oldest = oldest.and_then(|path| self.stored.get_mut(&path)?.bytes.take());
            let Some(bytes) = oldest else { break };
            self.size -= bytes.len();
        }
        true
    }

    /// A file of an agent, for this consumer; its path.
    pub(crate) fn put_by_agent(
        &mut self,
        account: &str,
        consumer: &str,
        kind: &str,
        bytes: Vec<u8>,
    ) -> String {
        let path = self.reserve(account, consumer, kind, bytes.len(), true);
        self.put(&path, bytes.into());
        path
    }

    /// Whether this consumer has uploaded that file.
    pub(super) fn uploaded_by(&self, path: &str, consumer: &str) -> bool {
        let place = self.stored.get(path);
        place.is_some_and(|place| {
            !place.by_agent && place.consumer == consumer && place.bytes.is_some()
        })
    }

    /// The bytes and their content type.
    pub(crate) fn content(&self, path: &str) -> Option<(Bytes, &'static str)> {
        let place = self.stored.get(path)?;
        let bytes = place.bytes.clone()?;
        Some((bytes, content_type(&place.file_type)))
    }

    /// All places, oldest first.
    pub(crate) fn show(&self) -> Vec<Value> {
        let mut places: Vec<_> = self.stored.iter().collect();
        places.sort_by_key(|(_, place)| place.at);
        let show = |(path, place): (&String, &Stored)| {
            json!({
                "path": path, "fileType": place.file_type, "announced": place.announced,
                "size": place.bytes.as_ref().map(Bytes::len), "byAgent": place.by_agent,
                "lp_consumer_id": place.consumer, "at": place.at,
            })
        };
        places.into_iter().map(show).collect()
    }

    /// `temp_url_sig`: 40 hex digits.
    fn sign(&self, method: &str, expires: u64, path: &str) -> String {
        let signed = format!("{method}\n{expires}\n{path}");
        let mac = Hmac::<Sha1>::new_from_slice(self.key.as_bytes());
        let mac = mac.map(|mac| mac.chain_update(signed.as_bytes()).finalize().into_bytes());
        // HMAC takes keys of any length, so there is always one.
        mac.map_or_else(|_| String::new(), |bytes| ids::hex(&bytes))
    }
}

fn content_type(kind: &str) -> &'static str {
    match kind {
        "JPG" | "JPEG" => "image/jpeg",
        "PNG" => "image/png",
        "GIF" => "image/gif",
        "PDF" => "application/pdf",
        "TXT" => "text/plain",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::{Files, KEPT};

    #[test]
    fn the_oldest_bytes_go_when_there_are_too_many() {
        let mut files = Files::default();
        let half = vec![0; KEPT / 2];
        let mut put = || files.put_by_agent("1", "c", "PNG", half.clone());
        let paths = [put(), put(), put()];
        let kept = paths.map(|path| files.content(&path).is_some());
        assert_eq!(kept, [false, true, true]);
        assert_eq!(files.size, KEPT / 2 * 2);
    }
}
