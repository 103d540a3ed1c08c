//! Files that agents send.

use serde_json::Value;

use crate::liveengage::files::{RelativePath, media_type_of};
use crate::liveengage::json::{number, text};
use crate::message::{File, FilePlace};

/// Characters in an address.
const MAX_URL: usize = 2048;

/// Characters in a file's name.
const MAX_NAME: usize = 255;

/// A file in LiveEngage's storage: `{caption?, relativePath, fileType, preview?}`. The preview is left behind: the file itself can be
/// fetched.
pub(super) fn hosted(message: &Value) -> Option<File> {
    let path =
        text(message.get("relativePath")).filter(|path| RelativePath::parse(path).is_some())?;
    let last = path.rsplit('/').next().unwrap_or_default().to_owned();
    let kind = file_type(message);
    let named = caption(message).and_then(|caption| file_name(&caption, kind.as_deref()));
    Some(File {
        name: Some(named.unwrap_or_else(|| last.clone())),
        media_type: media_type(kind.as_deref(), &last),
        size: size(message),
        caption: caption(message),
        link: None,
        at: FilePlace::Liveengage {
            relative_path: path,
        },
    })
}

/// A file that lies elsewhere. Its fields are not documented, so the address is looked for under the names that are usual.
pub(super) fn external(message: &Value) -> Option<File> {
    let url = ["url", "uri", "link", "downloadUrl"]
        .into_iter()
        .filter_map(|field| message.get(field)?.as_str())
        .find_map(address)?;
    let last = last_segment(url).to_owned();
    let kind = file_type(message);
    let named = ["caption", "fileName", "name", "title"]
        .into_iter()
        .filter_map(|field| message.get(field)?.as_str())
        .find_map(|name| file_name(name, kind.as_deref()));
    Some(File {
        name: named.or_else(|| file_name(&last, kind.as_deref())),
        media_type: media_type(kind.as_deref(), &last),
        size: size(message),
        caption: caption(message),
        link: None,
        at: FilePlace::Url {
            url: url.to_owned(),
        },
    })
}

/// A file elsewhere of which nothing is known but its address.
pub(super) fn at_address(url: &str) -> Option<File> {
    let url = address(url)?;
    let last = last_segment(url);
    Some(File {
        name: file_name(last, None),
        media_type: media_type(None, last),
        size: None,
        caption: None,
        link: None,
        at: FilePlace::Url {
            url: url.to_owned(),
        },
    })
}

/// An absolute https address.
fn address(url: &str) -> Option<&str> {
    let url = url.trim();
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let fine = scheme.eq_ignore_ascii_case("https")
        && host.starts_with(|first: char| first.is_alphanumeric() || first == '[')
        && !host.contains('@')
        && !url.chars().any(|c| c.is_whitespace() || c.is_control())
        && url.chars().count() <= MAX_URL;
    fine.then_some(url)
}

/// What stands after the last slash of an address's path.
fn last_segment(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    path.split_once('/')
        .and_then(|(_, path)| path.rsplit('/').next())
        .unwrap_or_default()
}

fn caption(message: &Value) -> Option<String> {
    text(message.get("caption")).filter(|caption| !caption.trim().is_empty())
}

fn file_type(message: &Value) -> Option<String> {
    text(message.get("fileType")).map(|kind| kind.trim().to_owned())
}

fn size(message: &Value) -> Option<u64> {
    number(message.get("fileSize")).or_else(|| number(message.get("size")))
}

/// A text that is the name of a file, rather than words about it: its extension is a known one or that of the file's type.
fn file_name(text: &str, kind: Option<&str>) -> Option<String> {
    let name = text.trim();
    let (stem, extension) = name.rsplit_once('.')?;
    let of_its_type = kind.is_some_and(|kind| kind.eq_ignore_ascii_case(extension));
    let is_name = !stem.trim().is_empty()
        && (of_its_type || media_type_of(extension).is_some())
        && !name.contains(['/', '\\'])
        && !name.chars().any(char::is_control)
        && name.chars().count() <= MAX_NAME;
    is_name.then(|| name.to_owned())
}

/// The media type by the file's type; where that is not said, or only that it is an image, by the extension of its name.
fn media_type(kind: Option<&str>, name: &str) -> Option<String> {
    let known = match kind {
        Some(kind) if !kind.is_empty() && !kind.eq_ignore_ascii_case("IMG") => media_type_of(kind),
        _ => media_type_of(name.rsplit_once('.')?.1),
    };
    known.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_file_is_one_that_its_storage_can_be_asked_for() {
        for path in ["/v1/a/report..pdf", "/v1/a/x.PDF", "/v1/a b/ü.pdf"] {
            let file = hosted(&json!({ "relativePath": path, "fileType": "PDF" })).unwrap();
            let relative_path = path.to_owned();
            assert_eq!(file.at, FilePlace::Liveengage { relative_path });
        }
        for path in [
            "",
            "/",
            "v1/x.pdf",
            "//evil.example/x.pdf",
            "/v1//x.pdf",
            "/v1/../x.pdf",
            "/v1/%2e%2E/x.pdf",
            "/v1/a%2fx.pdf",
            "/v1\\x.pdf",
            "/v1/x\n.pdf",
        ] {
            let message = json!({ "relativePath": path, "fileType": "PDF" });
            assert_eq!(hosted(&message), None, "{path}");
        }
    }

    #[test]
    fn the_kind_of_a_file_is_its_types_or_else_its_names() {
        let said = |kind: &str, name: &str| media_type(Some(kind), name);
        assert_eq!(said("pdf", "x").as_deref(), Some("application/pdf"));
        assert_eq!(said("JPG", "x.png").as_deref(), Some("image/jpeg"));
        assert_eq!(said("IMG", "x.png").as_deref(), Some("image/png"));
        assert_eq!(said("", "x.WebP").as_deref(), Some("image/webp"));
        assert_eq!(said("EXE", "x.png"), None);
        assert_eq!(media_type(None, "x"), None);
    }
}
