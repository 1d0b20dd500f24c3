//! The server itself: a thread of its own that listens until it is dropped.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread::JoinHandle;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::fault::{Dropped, serve};
use crate::world::World;
use crate::{Options, Seed, Tls, http, seed, tls};

/// A running stand-in. It stops, and closes its connections, when it is dropped.
#[derive(Debug)]
pub struct Taikun {
    world: World,
    address: String,
    port: u16,
    authority: Option<String>,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Taikun {
    /// Starts a server on the loopback address.
    ///
    /// # Errors
    /// When the port is taken, the data file cannot be used, or a certificate cannot be made.
    pub fn start(options: Options) -> io::Result<Self> {
        let world = World::open(&options).map_err(io::Error::other)?;
        if options.seed == Seed::Demo {
            seed::demo(&world);
        }
        Self::resume(world, options.port)
    }

    /// Starts a server over the world that another one has left, with its options, as after a restart. Whoever was
    /// signed in is so still; a certificate is a new one, of a new authority.
    ///
    /// # Errors
    /// As [`Taikun::start`].
    pub fn resume(world: World, port: u16) -> io::Result<Self> {
        let options = world.options();
        let identity = tls::identity(options.tls)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))))?;
        let port = listener.local_addr()?.port();
        let address = match options.tls {
            Tls::None => format!("http://127.0.0.1:{port}"),
            _ => format!("https://localhost:{port}"),
        };
        let (stop, stopped) = oneshot::channel();
        let (acceptor, authority) = identity.map(|identity| (identity.acceptor, identity.authority)).unzip();
        let router = http::routes(world.clone());
        let served = world.clone();
        let thread = std::thread::Builder::new().name("taikun".into()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = listen(listener, acceptor, served, router) => {}
                    // The sender is never used but to be dropped.
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { world, address, port, authority, stop: Some(stop), thread: Some(thread) })
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `http://127.0.0.1:PORT`, or `https://localhost:PORT`.
    pub fn address(&self) -> String {
        self.address.clone()
    }

    /// The certificate of the authority to trust, in PEM.
    pub fn authority_pem(&self) -> Option<String> {
        self.authority.clone()
    }

    /// What the server knows.
    pub fn world(&self) -> &World {
        &self.world
    }
}

impl Drop for Taikun {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic in there has been printed already.
            let _ = thread.join();
        }
    }
}

async fn listen(listener: TcpListener, acceptor: Option<TlsAcceptor>, world: World, router: Router) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (acceptor, world, router) = (acceptor.clone(), world.clone(), router.clone());
        tokio::spawn(async move {
            match acceptor {
                None => connection(stream, world, router).await,
                Some(acceptor) => {
                    // Who does not trust the certificate goes away.
                    if let Ok(stream) = acceptor.accept(stream).await {
                        connection(stream, world, router).await;
                    }
                }
            }
        });
    }
}

async fn connection(stream: impl AsyncRead + AsyncWrite + Unpin, world: World, router: Router) {
    let service = service_fn(move |request: Request<Incoming>| {
        // A task of its own, so that a request is carried out even when its client has gone away meanwhile.
        let served = tokio::spawn(serve(world.clone(), router.clone(), request.map(Body::new)));
        async move { served.await.unwrap_or(Err(Dropped)) }
    });
    // An error is a client that went away, or a connection that was dropped on purpose.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
