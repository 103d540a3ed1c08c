//! Kinds of files, by LiveEngage's names.

/// The largest file that a consumer may send, in bytes. LivePerson says "3 MB" and not which: this is the smaller reading.
pub const LONGEST_FILE: u64 = 3_000_000;

/// The kinds of files that LiveEngage takes from a consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostedFileType {
    /// `JPEG`, also named `JPG`.
    Jpeg,
    /// `PNG`
    Png,
    /// `GIF`
    Gif,
}

impl HostedFileType {
    /// LiveEngage's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Gif => "GIF",
        }
    }

    /// The kind of LiveEngage's name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "JPEG" | "JPG" => Some(Self::Jpeg),
            "PNG" => Some(Self::Png),
            "GIF" => Some(Self::Gif),
            _ => None,
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
        }
    }

    /// The kind of a file that begins with these bytes (eight suffice). Platforms do not always know what they carry.
    pub fn from_bytes(start: &[u8]) -> Option<Self> {
        let begins = |magic: &[u8]| start.starts_with(magic);
        if begins(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if begins(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if begins(b"GIF87a") || begins(b"GIF89a") {
            Some(Self::Gif)
        } else {
            None
        }
    }
}

/// The media type of an agent's file, by LiveEngage's name of its kind or by the extension of its name; `None` for others. LivePerson
/// lists no names for Office documents and names the other kinds by their extensions, so one table has both.
pub fn media_type_of(kind: &str) -> Option<&'static str> {
    if let Some(image) = HostedFileType::from_name(kind) {
        return Some(image.media_type());
    }
    Some(match kind.to_ascii_uppercase().as_str() {
        "WEBP" => "image/webp",
        "PDF" => "application/pdf",
        "TXT" => "text/plain",
        "CSV" => "text/csv",
        "DOC" => "application/msword",
        "XLS" => "application/vnd.ms-excel",
        "PPT" => "application/vnd.ms-powerpoint",
        "DOCX" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "XLSX" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "PPTX" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "MP3" => "audio/mpeg",
        "OGG" => "audio/ogg",
        "M4A" => "audio/mp4",
        "WAV" => "audio/wav",
        "MP4" => "video/mp4",
        "MOV" => "video/quicktime",
        "ZIP" => "application/zip",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consumers_send_three_kinds_of_images() {
        for (name, bytes, kind) in [
            ("JPEG", &b"\xff\xd8\xff\xe0\0\0"[..], HostedFileType::Jpeg),
            ("JPG", b"\xff\xd8\xff\xdb", HostedFileType::Jpeg),
            ("png", b"\x89PNG\r\n\x1a\n\0", HostedFileType::Png),
            ("GIF", b"GIF89a...", HostedFileType::Gif),
            ("gif", b"GIF87a...", HostedFileType::Gif),
        ] {
            assert_eq!(HostedFileType::from_name(name), Some(kind));
            assert_eq!(HostedFileType::from_bytes(bytes), Some(kind));
            assert_eq!(HostedFileType::from_name(kind.as_str()), Some(kind));
        }
        assert_eq!(HostedFileType::from_name("PDF"), None);
        for bytes in [
            &b""[..],
            b"\xff\xd8",
            b"%PDF-1.7",
            b"\x89PNG",
            b"GIF90a",
            b"<svg",
        ] {
            assert_eq!(HostedFileType::from_bytes(bytes), None);
        }
    }

    #[test]
    fn agents_send_documents_too() {
        for (file_type, media_type) in [
            ("JPEG", Some("image/jpeg")),
            ("jpg", Some("image/jpeg")),
            ("PDF", Some("application/pdf")),
            ("TXT", Some("text/plain")),
            (
                "XLSX",
                Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ),
            ("IMG", None),
            ("", None),
            ("EXE", None),
        ] {
            assert_eq!(media_type_of(file_type), media_type, "{file_type}");
        }
    }
}
