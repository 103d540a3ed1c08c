//! Files of people, which the connector reads from the app without credentials.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

use crate::faults::{Facts, Point};
use crate::ids;
use crate::journal::Side;
use crate::perform::perform;
use crate::sim::Sim;

/// Larger than LiveEngage takes (bytes).
const BIG: usize = 4 * 1024 * 1024;
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mOQy9uHFTEMLQkAFKhSgZB6ROEAAAAASUVORK5CYII=";
const JPEG: &str = "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AP//Z";
const PDF: &str = "%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n\
    2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n\
    3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >> endobj\n\
    trailer << /Size 4 /Root 1 0 R >>\n%%EOF\n";

/// Files made here.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sample {
    Png,
    Jpeg,
    Pdf,
    /// A PNG of 4 MB.
    Big,
}

impl Sample {
    /// The name of a file that was given none.
    pub(crate) fn file_name(self) -> &'static str {
        match self {
            Self::Png => "sample.png",
            Self::Jpeg => "sample.jpg",
            Self::Pdf => "sample.pdf",
            Self::Big => "big.png",
        }
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Png | Self::Big => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Pdf => "application/pdf",
        }
    }

    pub(crate) fn bytes(self) -> Vec<u8> {
        let decode = |text| BASE64_STANDARD.decode(text).unwrap_or_default();
        match self {
            Self::Png => decode(PNG),
            Self::Jpeg => decode(JPEG),
            Self::Pdf => PDF.as_bytes().to_vec(),
            Self::Big => {
                // Readers of pictures do not look behind the end of one.
                let mut bytes = decode(PNG);
                bytes.resize(BIG, 0);
                bytes
            }
        }
    }
}

/// All files, by their ids.
pub(crate) type Files = HashMap<String, File>;

/// One file.
#[derive(Clone)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) media_type: HeaderValue,
    pub(crate) bytes: Vec<u8>,
}

/// Keeps a file and returns its address.
pub(crate) fn keep(sim: &Arc<Sim>, file: File) -> String {
    let id = ids::random_hex(16);
    let name = percent_encoded(&file.name);
    sim.world().app.files.insert(id.clone(), file);
    format!("http://{}/gateway/files/{id}/{name}", sim.host)
}

fn percent_encoded(name: &str) -> String {
    use std::fmt::Write;
    name.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

/// `GET` and `HEAD` of a file.
pub(super) async fn serve(
    State(sim): State<Arc<Sim>>,
    Path((id, name)): Path<(String, String)>,
) -> Response {
    let facts = Facts {
        text: name.clone(),
        ..Facts::default()
    };
    let effect = move |sim: &Arc<Sim>| {
        let file = sim.world().app.files.get(&id).cloned();
        match file.filter(|file| file.name == name) {
            Some(file) => ([(header::CONTENT_TYPE, file.media_type)], file.bytes).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    };
    perform(&sim, Side::Gateway, Point::GatewayFile, facts, effect).await
}

#[cfg(test)]
mod tests {
    use super::{BIG, Sample, percent_encoded};

    #[test]
    fn samples_begin_as_their_types_do() {
        for (sample, start) in [
            (Sample::Png, &b"\x89PNG\r\n"[..]),
            (Sample::Big, b"\x89PNG\r\n"),
            (Sample::Jpeg, b"\xff\xd8\xff"),
            (Sample::Pdf, b"%PDF-"),
        ] {
            let name = sample.file_name();
            assert!(sample.bytes().starts_with(start), "{name}");
        }
        assert_eq!(Sample::Big.bytes().len(), BIG);
    }

    #[test]
    fn names_are_percent_encoded_in_addresses() {
        assert_eq!(percent_encoded("a é/b.png"), "a%20%C3%A9%2Fb.png");
    }
}
