//! Access tokens that go into the header `Authorization: Bearer`.

use crate::config::SettingsReader;
use crate::http::HttpRequest;
use crate::secret::Rotating;

/// Reads one from the channel's secret; `cure` says where to find it. What cannot stand in a header would fail every request, as if
/// the platform could not be reached.
pub(super) fn read(reader: &mut SettingsReader<'_>, field: &str, cure: &str) -> Option<Rotating> {
    let token = reader.required_secret(field, cure)?;
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    let valid = token.active().all(|token| plain(token.expose().trim()));
    if !valid {
        reader.secret_problem(
            field,
            "has characters that no token has",
            format!("{cure}; it is one line without blanks, and without `Bearer`"),
        );
    }
    valid.then_some(token)
}

/// The request with a token's current value.
pub(super) fn authorized(request: HttpRequest, token: &Rotating) -> HttpRequest {
    let token = token.current().expose().trim();
    request.header("authorization", format!("Bearer {token}"))
}
