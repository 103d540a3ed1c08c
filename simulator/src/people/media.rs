//! Files of people: what a phone sends that has none.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::Platform;
use crate::liveperson::files::samples::make as made;
use crate::sim::Sim;

/// A file.
#[derive(Clone, Debug)]
pub(crate) struct Media {
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) bytes: Vec<u8>,
}

/// Where the page finds a file of a person.
pub(crate) fn media_url(sim: &Sim, platform: &dyn Platform, id: &str) -> String {
    let (host, platform) = (&sim.host, platform.name());
    format!("http://{host}/control/platforms/{platform}/media/{id}")
}

/// A sample for this kind of deed: `picture`, `gif`, `sticker`, `video`, `audio`, `voice`, `file`. `None` for a kind
/// that has no bytes.
pub(crate) fn sample(kind: &str) -> Option<Media> {
    let (name, media_type, bytes) = match kind {
        "picture" => ("picture.jpg", "image/jpeg", made("picture", "JPG", None)),
        "gif" => ("picture.gif", "image/gif", made("picture", "GIF", None)),
        "sticker" => ("sticker.webp", "image/webp", webp()),
        "video" => ("video.mp4", "video/mp4", container(*b"isom", 4_096)),
        "audio" => ("audio.m4a", "audio/mp4", container(*b"M4A ", 2_048)),
        "voice" => ("voice.ogg", "audio/ogg", ogg()),
        "file" => (
            "document.pdf",
            "application/pdf",
            made("document", "PDF", None),
        ),
        _ => return None,
    };
    Some(Media {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        bytes,
    })
}

/// The file of a deed: a sample, with `name`, `media_type`, `base64` and `size` (bytes) put in its place where the deed
/// has them. A PNG and a PDF are made to fit their media type.
pub(crate) fn sampled(deed: &Value) -> Result<Option<Media>, String> {
    let kind = deed["kind"].as_str().unwrap_or_default();
    let Some(mut media) = sample(kind) else {
        return Ok(None);
    };
    let text = |name: &str| deed[name].as_str().map(str::to_owned);
    if let Some(kind) = text("media_type") {
        let fitting = ["PNG", "PDF", "GIF", "JPEG"];
        let fitting = fitting.into_iter().find(|known| {
            let known = known.to_lowercase();
            kind.strip_suffix(&known)
                .is_some_and(|start| start.ends_with('/'))
        });
        if let Some(fitting) = fitting {
            media.bytes = made("sample", fitting, None);
            media.name = format!("sample.{}", fitting.to_lowercase());
        }
        media.media_type = kind;
    }
    media.name = text("name").unwrap_or(media.name);
    if let Some(given) = text("base64") {
        let bytes = BASE64_STANDARD.decode(given);
        media.bytes = bytes.map_err(|error| format!("base64: {error}"))?;
    }
    if let Some(size) = deed["size"].as_u64() {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        media.bytes.resize(size.min(64 * 1024 * 1024), 0);
    }
    Ok(Some(media))
}

/// The first box of an MP4, and space.
fn container(brand: [u8; 4], size: u32) -> Vec<u8> {
    let mut bytes = vec![0, 0, 0, 24];
    bytes.extend(b"ftyp");
    bytes.extend(brand);
    bytes.extend([0, 0, 2, 0]);
    bytes.extend(brand);
    bytes.extend(b"mp41");
    bytes.extend(size.to_be_bytes());
    bytes.extend(b"free");
    let end = bytes.len() + usize::try_from(size.saturating_sub(8)).unwrap_or_default();
    bytes.resize(end, 0);
    bytes
}

/// The first page of an Ogg stream, without content.
fn ogg() -> Vec<u8> {
    let mut bytes = b"OggS\x00\x02".to_vec();
    bytes.resize(28, 0);
    bytes.extend(b"OpusHead\x01\x01\x00\x00\x80\xbb\x00\x00\x00\x00\x00");
    bytes
}

/// The frame of a WebP, without a picture.
fn webp() -> Vec<u8> {
    let mut bytes = b"RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00".to_vec();
    bytes.resize(30, 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::{sample, sampled};
    use serde_json::json;

    #[test]
    fn samples_begin_as_their_types_do() {
        for (kind, at, start) in [
            ("picture", 0, &b"\xff\xd8\xff"[..]),
            ("gif", 0, b"GIF89a"),
            ("sticker", 8, b"WEBP"),
            ("video", 4, b"ftypisom"),
            ("audio", 4, b"ftypM4A "),
            ("voice", 0, b"OggS"),
            ("file", 0, b"%PDF-"),
        ] {
            let bytes = sample(kind).unwrap().bytes;
            assert!(bytes[at..].starts_with(start), "{kind}");
        }
        assert!(sample("text").is_none());
    }

    #[test]
    fn a_file_may_have_its_own_name_type_size_and_bytes() {
        let deed = json!({ "kind": "picture", "media_type": "image/png", "size": 9000 });
        let png = sampled(&deed).unwrap().unwrap();
        assert!(png.bytes.starts_with(b"\x89PNG"));
        assert_eq!((png.bytes.len(), png.name.as_str()), (9000, "sample.png"));
        let deed = json!({ "kind": "file", "name": "a.txt", "media_type": "text/plain", "base64": "aGk=" });
        let text = sampled(&deed).unwrap().unwrap();
        assert_eq!(
            (text.bytes, text.name),
            (b"hi".to_vec(), "a.txt".to_owned())
        );
        assert!(sampled(&json!({ "kind": "file", "base64": "?" })).is_err());
    }
}
