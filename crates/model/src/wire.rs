//! Where a kind lives in the Taikun API. Paths only; the client is elsewhere.

use serde::Serialize;

/// The endpoints of one kind. An absent one does not exist in the API, and then the action does not exist here either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wire {
    /// `GET`, paged.
    pub list: &'static str,
    /// Makes a new one.
    pub create: Call,
    /// Changes one; where it is absent an edit is a delete and a create.
    pub update: Option<Call>,
    /// `DELETE`, followed by `/{id}`.
    pub delete: &'static str,
    /// `POST {id, mode}`.
    pub lock: Option<&'static str>,
    /// `POST {id}`.
    pub default: Option<&'static str>,
}

/// One writing call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The HTTP method.
    pub method: Method,
    /// The path from the host's root.
    pub path: &'static str,
    /// How the fields travel.
    pub body: Body,
}

impl Call {
    /// `POST` with a JSON body, the usual one.
    pub const fn post(path: &'static str) -> Self {
        Self { method: Method::Post, path, body: Body::Json }
    }

    /// `PUT` with a JSON body.
    pub const fn put(path: &'static str) -> Self {
        Self { method: Method::Put, path, body: Body::Json }
    }

    /// `POST` with form parts.
    pub const fn form(path: &'static str) -> Self {
        Self { method: Method::Post, path, body: Body::Multipart }
    }
}

/// The HTTP methods that write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Method {
    /// `POST`
    Post,
    /// `PUT`
    Put,
}

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Body {
    /// `application/json`
    Json,
    /// `multipart/form-data`, whose file parts say `application/json`.
    Multipart,
}

impl Wire {
    /// A cloud provider's endpoints: all share lock, default and delete.
    pub const fn cloud(list: &'static str, create: Call, update: Option<Call>) -> Self {
        Self {
            list,
            create,
            update,
            delete: "/api/v1/cloudcredentials",
            lock: Some("/api/v1/cloudcredentials/lockmanager"),
            default: Some("/api/v1/cloudcredentials/makedefault"),
        }
    }
}
