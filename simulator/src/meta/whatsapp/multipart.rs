//! Forms with files: `multipart/form-data`, as far as an upload needs it.

use std::collections::HashMap;

/// One field.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) file_name: Option<String>,
    pub(super) media_type: Option<String>,
    pub(super) bytes: Vec<u8>,
}

/// The fields of a body, by name. `None` where it is not such a form.
pub(super) fn read(content_type: &str, body: &[u8]) -> Option<HashMap<String, Part>> {
    let (kind, parameters) = content_type.split_once(';')?;
    let form = kind.trim().eq_ignore_ascii_case("multipart/form-data");
    let boundary = parameter(parameters, "boundary").filter(|_| form)?;
    let delimiter = format!("\r\n--{boundary}").into_bytes();
    let mut parts = HashMap::new();
    // The first delimiter has no line before it.
    let mut rest = body.strip_prefix(delimiter.get(2..)?)?;
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let end = find(part, &delimiter)?;
        let (name, part_read) = read_part(part.get(..end)?)?;
        parts.insert(name, part_read);
        rest = part.get(end + delimiter.len()..)?;
    }
    rest.starts_with(b"--").then_some(parts)
}

fn read_part(part: &[u8]) -> Option<(String, Part)> {
    let end = find(part, b"\r\n\r\n")?;
    let head = std::str::from_utf8(part.get(..end)?).ok()?;
    let mut read = Part {
        bytes: part.get(end + 4..)?.to_vec(),
        ..Part::default()
    };
    let mut name = None;
    for line in head.split("\r\n") {
        let (header, value) = line.split_once(':')?;
        if header.eq_ignore_ascii_case("content-type") {
            read.media_type = Some(value.trim().to_owned());
        } else if header.eq_ignore_ascii_case("content-disposition") {
            name = parameter(value, "name");
            read.file_name = parameter(value, "filename");
        }
    }
    name.map(|name| (name, read))
}

/// `name=value` or `name="value"` among parameters.
fn parameter(text: &str, name: &str) -> Option<String> {
    let pairs = text
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(known, _)| known.eq_ignore_ascii_case(name));
    let (_, value) = values.next()?;
    Some(value.trim_matches('"').to_owned())
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::read;

    const BODY: &[u8] = b"--b\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n\
        --b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a b.png\"\r\nContent-Type: image/png\r\n\r\n\
        \x89PNG\r\n--\r\n--b--\r\n";

    #[test]
    fn fields_and_files_are_read_with_their_bytes() {
        let parts = read("multipart/form-data; boundary=\"b\"", BODY).unwrap();
        assert_eq!(parts["messaging_product"].bytes, b"whatsapp");
        let file = &parts["file"];
        assert_eq!(file.bytes, b"\x89PNG\r\n--");
        assert_eq!(file.file_name.as_deref(), Some("a b.png"));
        assert_eq!(file.media_type.as_deref(), Some("image/png"));
    }

    #[test]
    fn what_is_no_form_is_none() {
        assert!(read("application/json", BODY).is_none());
        assert!(read("multipart/form-data; boundary=c", BODY).is_none());
        assert!(read("multipart/form-data; boundary=b", &BODY[..BODY.len() - 6]).is_none());
        assert!(read("multipart/form-data; boundary=b", b"").is_none());
    }
}
