//! A stand-in for the Taikun API: a real server on the loopback address, with data of its own.
//!
//! Nobody can run Taikun in a test, and a mock inside of the program would agree with every mistake of the program. So
//! this server is written from the API's description alone, keeps to its quirks in both of its generations, and lets
//! anything go wrong that can go wrong between two machines ([`Faults`]). A test looks at what it knows and changes it
//! behind the client's back through the [`World`].

#![deny(missing_docs)]

mod api;
mod fault;
mod http;
mod options;
mod seed;
mod server;
mod shape;
mod tls;
mod world;

pub use fault::{Fault, Faults, When};
pub use options::{Generation, Options, Seed, Tls};
pub use seed::sample;
pub use server::Taikun;
pub use world::{Access, Logged, Membership, Organization, User, World};
