//! Messenger and Instagram: the Send API, profiles, and the callbacks of a page and of an Instagram account.

mod message;
mod request;
mod template;
#[cfg(test)]
mod tests;
mod window;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    Messenger,
    Instagram,
}
