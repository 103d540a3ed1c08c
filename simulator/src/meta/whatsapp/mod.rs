//! The WhatsApp Business Cloud API: messages, media, and the callbacks of a number.

mod content;
mod interactive;
mod request;
mod templates;
#[cfg(test)]
mod tests;
mod window;
