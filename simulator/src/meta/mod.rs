//! Meta: Messenger, Instagram and the WhatsApp Business Cloud API, on the Graph API's paths.

mod fields;
mod graph;
mod pages;
mod signature;
mod whatsapp;
