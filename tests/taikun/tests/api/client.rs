//! A small HTTP client, and servers to ask.

use credenza_taikun::{Generation, Options, Seed, Taikun, User};
use serde_json::{Value, json};
use ureq::http::{Request, Response};
use ureq::{Agent, Body};

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) headers: ureq::http::HeaderMap,
}

impl Heard {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The rows of a list.
    pub(crate) fn data(&self) -> Vec<Value> {
        self.json()["data"].as_array().unwrap_or_else(|| panic!("no rows in {self:?}")).clone()
    }

    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A client of one server.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    base: String,
    pub(crate) authorization: Option<String>,
}

impl Client {
    pub(crate) fn new(taikun: &Taikun) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0);
        Self { agent: config.build().into(), base: taikun.address(), authorization: None }
    }

    /// The same client with this header.
    pub(crate) fn with(&self, authorization: &str) -> Self {
        Self { authorization: Some(authorization.to_owned()), ..self.clone() }
    }

    /// A client that is signed in.
    pub(crate) fn of(taikun: &Taikun, email: &str) -> Self {
        let mut client = Self::new(taikun);
        let token = client.login(email).expect(200).json()["token"].as_str().unwrap().to_owned();
        client.authorization = Some(format!("Bearer {token}"));
        client
    }

    pub(crate) fn login(&self, email: &str) -> Heard {
        self.post("/api/v1/auth/login", &json!({ "email": email, "password": "secret" }))
    }

    pub(crate) fn get(&self, path: &str) -> Heard {
        self.send("GET", path, None).unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Heard {
        self.send("POST", path, Some(body)).unwrap()
    }

    pub(crate) fn delete(&self, path: &str) -> Heard {
        self.send("DELETE", path, None).unwrap()
    }

    /// Sends JSON, or nothing.
    pub(crate) fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Heard, ureq::Error> {
        match body {
            Some(body) => self.raw(method, path, "application/json", body.to_string()),
            None => heard(self.agent.run(self.request(method, path).body(()).unwrap())?),
        }
    }

    pub(crate) fn raw(&self, method: &str, path: &str, media: &str, body: String) -> Result<Heard, ureq::Error> {
        let request = self.request(method, path).header("content-type", media).body(body).unwrap();
        heard(self.agent.run(request)?)
    }

    /// Sends form parts; the part `config` is a file of this media type.
    pub(crate) fn form(&self, path: &str, parts: &Value, media: &str) -> Heard {
        let mut body = String::new();
        for (name, value) in parts.as_object().unwrap() {
            body += &format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"");
            if name == "config" {
                body += &format!("; filename=\"config.json\"\r\nContent-Type: {media}");
            }
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
                other => other.to_string(),
            };
            body += &format!("\r\n\r\n{text}\r\n");
        }
        body += "--edge--\r\n";
        self.raw("POST", path, "multipart/form-data; boundary=edge", body).unwrap()
    }

    fn request(&self, method: &str, path: &str) -> ureq::http::request::Builder {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        match &self.authorization {
            Some(authorization) => request.header("authorization", authorization),
            None => request,
        }
    }
}

fn heard(mut response: Response<Body>) -> Result<Heard, ureq::Error> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Heard { status, text: response.body_mut().read_to_string()?, headers })
}

/// A server with two organizations, a Partner, a Manager of the first and Member of the second, and a Member.
pub(crate) fn server(options: Options) -> (Taikun, i32, i32) {
    let taikun = Taikun::start(options).unwrap();
    let world = taikun.world();
    let (first, second) = (world.add_organization("First"), world.add_organization("Second"));
    world.add_user(User::new("partner@test", "secret").partner());
    world.add_user(User::new("manager@test", "secret").manager_of(first).member_of(second));
    world.add_user(User::new("member@test", "secret").member_of(first));
    (taikun, first, second)
}

pub(crate) fn current() -> (Taikun, i32, i32) {
    server(Options::default())
}

pub(crate) fn legacy() -> (Taikun, i32, i32) {
    server(Options { generation: Generation::Legacy, ..Options::default() })
}

/// A server with the demonstration's rows.
pub(crate) fn demo(generation: Generation) -> Taikun {
    let taikun = Taikun::start(Options { generation, seed: Seed::Demo, ..Options::default() }).unwrap();
    let world = taikun.world();
    world.add_user(User::new("partner@test", "secret").partner());
    taikun
}

/// The body of an AWS create.
pub(crate) fn aws(name: &str, organization: i32) -> Value {
    json!({
        "name": name, "awsAccessKeyId": "AKIAQ3EGQKJ5R7UEXMPL", "awsSecretAccessKey": "first-secret",
        "awsRegion": "eu-central-1", "azCount": 2, "organizationId": organization,
    })
}
