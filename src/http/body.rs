//! Bodies that are files: how long they are, and what is read of them.

use super::{FILE_HEAD, HttpRequest};

/// The length that an answer announces, if it says the length of what is read: a compressed body is longer than announced.
pub fn announced(headers: &[(String, String)]) -> Option<u64> {
    let find = |name: &str| {
        let found = headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim())
    };
    if find("content-encoding").is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
        return None;
    }
    let length = find("content-length")?;
    // `parse` takes a sign.
    let digits = length.bytes().all(|byte| byte.is_ascii_digit());
    length.parse().ok().filter(|_| digits)
}

/// Whether an answer is a whole file of that length, as far as it says.
pub fn is_whole(status: u16, headers: &[(String, String)], length: u64) -> bool {
    status == 200 && announced(headers).is_none_or(|announced| announced == length)
}

/// The same request for a body as it is, since the length of a compressed one is not the file's.
#[must_use]
pub fn uncompressed(request: &HttpRequest) -> HttpRequest {
    let request = request.clone();
    let says = |(name, _): &(&'static str, String)| *name == "accept-encoding";
    if request.headers.iter().any(says) {
        return request;
    }
    request.header("accept-encoding", "identity")
}

/// Reads the head of a body and finds out its length, chunk by chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    head: Vec<u8>,
    seen: u64,
    announced: Option<u64>,
    limit: u64,
}

impl Sample {
    /// A sample of an answer with these headers, whose length matters up to `limit`.
    pub fn new(headers: &[(String, String)], limit: u64) -> Self {
        Self {
            head: Vec::new(),
            seen: 0,
            announced: announced(headers),
            limit,
        }
    }

    /// Takes the next bytes; says whether more are wanted.
    pub fn take(&mut self, chunk: &[u8]) -> bool {
        let room = FILE_HEAD.saturating_sub(self.head.len());
        self.head.extend(chunk.iter().take(room));
        self.seen = self.seen.saturating_add(chunk.len() as u64);
        let counting = self.announced.is_none() && self.seen <= self.limit;
        counting || self.head.len() < FILE_HEAD
    }

    /// The head, and the length unless it is over the limit. To be called at the end of the body, or when no more is wanted.
    pub fn finish(self) -> (Vec<u8>, Option<u64>) {
        let length = self.announced.unwrap_or(self.seen);
        (
            self.head,
            Some(length).filter(|length| *length <= self.limit),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::Method;
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(own).collect()
    }

    #[test]
    fn a_length_is_announced_by_a_plain_number_of_an_unencoded_body() {
        let length = |value| announced(&headers(&[("content-length", value)]));
        assert_eq!(length("0"), Some(0));
        assert_eq!(length(" 12 "), Some(12));
        for wrong in ["", "+1", "-1", "1, 1", "0x1", "99999999999999999999"] {
            assert_eq!(length(wrong), None, "{wrong}");
        }
        let coded = |coding| {
            announced(&headers(&[
                ("content-length", "12"),
                ("content-encoding", coding),
            ]))
        };
        assert_eq!(coded("gzip"), None);
        assert_eq!(coded("Identity"), Some(12));
        assert_eq!(announced(&[]), None);
    }

    #[test]
    fn a_file_is_whole_with_its_own_length_or_an_unknown_one() {
        let twelve = headers(&[("content-length", "12")]);
        assert!(is_whole(200, &twelve, 12));
        assert!(is_whole(200, &[], 12));
        assert!(!is_whole(200, &twelve, 13));
        for status in [204, 206, 302, 404, 500] {
            assert!(!is_whole(status, &twelve, 12), "{status}");
        }
    }

    #[test]
    fn a_body_is_asked_for_uncompressed_unless_the_request_says_more() {
        let request = HttpRequest::new(Method::Get, "https://a.example/".to_owned());
        let asked = uncompressed(&request);
        assert_eq!(asked.headers, [("accept-encoding", "identity".to_owned())]);
        assert_eq!(uncompressed(&asked), asked);
    }

    /// The head's length, the length found, and how many chunks were taken.
    fn sample(pairs: &[(&str, &str)], limit: u64, chunks: &[&[u8]]) -> (usize, Option<u64>, usize) {
        let mut sample = Sample::new(&headers(pairs), limit);
        let mut taken = 0;
        for chunk in chunks {
            taken += 1;
            if !sample.take(chunk) {
                break;
            }
        }
        let (head, length) = sample.finish();
        (head.len(), length, taken)
    }

    #[test]
    fn of_an_announced_body_only_the_head_is_read() {
        let announced = [("content-length", "1000")];
        let chunks: [&[u8]; 4] = [&[0; 40], &[0; 23], &[0; 1], &[0; 936]];
        assert_eq!(sample(&announced, 1000, &chunks), (64, Some(1000), 3));
        assert_eq!(sample(&announced, 999, &chunks), (64, None, 3));
        assert_eq!(
            sample(&[("content-length", "3")], 5, &[b"abc"]),
            (3, Some(3), 1)
        );
    }

    #[test]
    fn an_unannounced_body_is_counted_up_to_the_limit() {
        let chunks: [&[u8]; 3] = [&[0; 100], &[0; 100], &[0; 100]];
        assert_eq!(sample(&[], 300, &chunks), (64, Some(300), 3));
        assert_eq!(sample(&[], 299, &chunks), (64, None, 3));
        assert_eq!(sample(&[], 150, &chunks), (64, None, 2));
        assert_eq!(sample(&[], 10, &[b"12345", b"678"]), (8, Some(8), 2));
        assert_eq!(sample(&[], 10, &[]), (0, Some(0), 0));
    }

    #[test]
    fn the_head_is_the_beginning_of_the_body() {
        let body: Vec<u8> = (0..100).collect();
        let mut sample = Sample::new(&[], 1000);
        for chunk in body.chunks(7) {
            assert!(sample.take(chunk));
        }
        assert_eq!(sample.finish(), (body[..64].to_vec(), Some(100)));
    }
}
