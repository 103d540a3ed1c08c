//! The listener. It serves connections itself, rather than through `axum::serve`, for two reasons:
//! a fault must be able to close a connection without one byte of an answer, and a request's effect must
//! take place although its caller has given up.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::options::Options;
use crate::sim::Sim;

/// Marks an answer that must not be sent: the connection is closed in its place.
#[derive(Clone)]
pub(crate) struct CloseConnection;

/// A simulator that listens.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    /// Stops listening.
    pub fn stop(&self) {
        self.task.abort();
    }
}

/// Starts a simulator on 127.0.0.1.
///
/// # Errors
/// The port cannot be bound.
pub async fn start(options: Options) -> io::Result<Running> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
    let address = listener.local_addr()?;
    let sim = Sim::new(options, address).map_err(io::Error::other)?;
    let router = router(&sim);
    let task = tokio::spawn(accept(listener, router));
    Ok(Running { address, task })
}

fn router(sim: &Arc<Sim>) -> Router {
    Router::new()
        .merge(crate::liveperson::routes())
        .merge(crate::twilio::routes())
        .merge(crate::gateway::routes())
        .merge(crate::line::routes())
        .merge(crate::meta::routes())
        .merge(crate::control::routes())
        .merge(crate::page::routes())
        .with_state(Arc::clone(sim))
}

async fn accept(listener: TcpListener, router: Router) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: do not spin.
            crate::clock::sleep_ms(50).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = service_fn(move |request| answer(router.clone(), request));
        tokio::spawn(async move {
            let _ = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(router: Router, request: Request<Incoming>) -> io::Result<Response<Body>> {
    let request = request.map(Body::new);
    // In a task of its own: hyper drops this future when the caller hangs up.
    let handled = tokio::spawn(router.oneshot(request)).await;
    let response: Result<Response<Body>, Infallible> = handled.map_err(io::Error::other)?;
    let Ok(response) = response;
    if response.extensions().get::<CloseConnection>().is_some() {
        return Err(io::Error::other("closed by a fault"));
    }
    Ok(response)
}
