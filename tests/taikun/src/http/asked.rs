//! One request, read as far as every endpoint needs it.

use std::cell::RefCell;

use axum::body::Body;
use axum::extract::RawPathParams;
use axum::http::{HeaderMap, Request, Response, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::{Map, Value};

use super::{Answer, Noted, Refusal, form};
use crate::Generation;
use crate::fault::Skew;
use crate::shape::{Shape, Takes};
use crate::world::{Key, Person, World};

/// The largest body that is read.
const BODY_BYTES: usize = 10 * 1024 * 1024;

/// A request.
pub(crate) struct Asked {
    pub(crate) world: World,
    pub(crate) path: String,
    pub(crate) body: Map<String, Value>,
    /// Whether the body was a form, whose values are all texts.
    pub(crate) form: bool,
    query: Vec<(String, String)>,
    params: Vec<(String, String)>,
    authorization: Option<String>,
    skew: Skew,
    unknown: RefCell<Vec<String>>,
}

/// Whether an endpoint asks who is there.
#[derive(Clone, Copy)]
pub(crate) enum Endpoint {
    /// Open to all.
    Open(fn(&Asked) -> Answer),
    /// For those who are signed in.
    Signed(fn(&Asked, &Person) -> Answer),
}

/// Reads a request and lets an endpoint answer it.
pub(super) async fn answer(
    world: World,
    params: RawPathParams,
    request: Request<Body>,
    endpoint: Endpoint,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let bytes = match Limited::new(body, BODY_BYTES).collect().await {
        Ok(bytes) => bytes.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return Refusal::new(413, "Request body too large.").response();
        }
        Err(_) => return Refusal::bad("Unexpected end of request content.").response(),
    };
    let read = form::fields(&head.headers, bytes).await;
    let query = form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes());
    let mut asked = Asked {
        world,
        path: head.uri.path().to_owned(),
        body: Map::new(),
        form: false,
        query: query.into_owned().collect(),
        params: params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        authorization: authorization(&head.headers),
        skew: head.extensions.get::<Skew>().copied().unwrap_or_default(),
        unknown: RefCell::default(),
    };
    let mut noted = Noted::default();
    let outcome = match endpoint {
        Endpoint::Open(endpoint) => read.and_then(|(body, form)| {
            (asked.body, asked.form) = (body, form);
            endpoint(&asked)
        }),
        // Who asks comes before what is asked.
        Endpoint::Signed(endpoint) => asked.who().and_then(|person| {
            noted.user = Some(person.login.clone());
            let (body, form) = read?;
            (asked.body, asked.form) = (body, form);
            endpoint(&asked, &person)
        }),
    };
    noted.unknown = asked.unknown.into_inner();
    let mut response = match outcome {
        Ok(reply) => reply.response(),
        Err(refusal) => refusal.response(),
    };
    response.extensions_mut().insert(noted);
    response
}

fn authorization(headers: &HeaderMap) -> Option<String> {
    headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

impl Asked {
    pub(crate) fn generation(&self) -> Generation {
        self.world.options().generation
    }

    /// The moment, by the clock that this request meets.
    pub(crate) fn now(&self) -> i64 {
        self.world.now() + self.skew.0 * 1_000_000
    }

    /// A query parameter; its name is read as ASP.NET does, whatever its case.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// A query parameter that is a number.
    pub(crate) fn number(&self, name: &str) -> Result<Option<i32>, Refusal> {
        let Some(text) = self.query(name) else { return Ok(None) };
        let number = text.parse().map_err(|_| Refusal::invalid(name, format!("The value '{text}' is not valid.")))?;
        Ok(Some(number))
    }

    /// A query parameter that is true or false.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.query(name).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(text) => Err(Refusal::invalid(name, format!("The value '{text}' is not valid."))),
        }
    }

    /// A part of the path that is a number.
    pub(crate) fn path_number(&self, name: &str) -> Result<i32, Refusal> {
        let text = self.params.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value.as_str());
        text.parse().map_err(|_| Refusal::invalid(name, format!("The value '{text}' is not valid.")))
    }

    /// A text of the body, when there is one.
    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.body.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// A whole number of the body.
    pub(crate) fn int(&self, field: &str) -> Option<i32> {
        let value = self.body.get(field)?;
        let number = value.as_i64().or_else(|| value.as_str().filter(|_| self.form)?.parse().ok())?;
        i32::try_from(number).ok()
    }

    /// The access token.
    pub(crate) fn bearer(&self) -> Option<&str> {
        self.authorization.as_deref()?.strip_prefix("Bearer ")
    }

    fn who(&self) -> Result<Person, Refusal> {
        // Robots came with the current generation.
        let robots = self.generation() == Generation::Current;
        let basic = self.authorization.as_deref().and_then(|value| value.strip_prefix("Basic ")).filter(|_| robots);
        if let Some(basic) = basic {
            let pair = STANDARD.decode(basic).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let (access, secret) = pair
                .as_deref()
                .and_then(|pair| pair.split_once(':'))
                .ok_or_else(|| Refusal::new(401, "The key is malformed."))?;
            return match self.world.by_key(access, secret)? {
                Some(Key::Robot(row)) => Ok(self.world.robot(row)?),
                _ => Err(Refusal::new(401, "The access key or the secret key is wrong.")),
            };
        }
        let holder = self.bearer().and_then(|token| self.world.sessions().holder(token, self.now()));
        match holder {
            // Somebody who was removed has a token still, and it is worth nothing.
            Some((row, false)) => self.world.person(row).map_err(|_| Refusal::unauthorized()),
            _ => Err(Refusal::unauthorized()),
        }
    }

    /// Refuses a body in which a known field has another type; remembers unknown ones.
    pub(crate) fn check_fields(&self, known: &[(&str, Takes)]) -> Result<(), Refusal> {
        for (field, value) in &self.body {
            match known.iter().find(|(name, _)| name == field) {
                Some((_, takes)) if self.form || fits(value, *takes) => {}
                Some(_) => {
                    return Err(Refusal::invalid(
                        &format!("$.{field}"),
                        format!("The JSON value could not be converted. Path: $.{field}."),
                    ));
                }
                None => self.unknown.borrow_mut().push(field.clone()),
            }
        }
        Ok(())
    }

    /// [`Asked::check_fields`] with the fields that a kind takes in this generation.
    pub(crate) fn check_shape(&self, shape: &Shape, more: &[(&'static str, Takes)]) -> Result<(), Refusal> {
        let mut known: Vec<(&str, Takes)> =
            shape.takes.iter().filter(|(name, _)| shape.knows(name, self.generation())).copied().collect();
        known.extend(more);
        self.check_fields(&known)
    }
}

fn fits(value: &Value, takes: Takes) -> bool {
    let int = || value.as_i64().is_some_and(|number| i32::try_from(number).is_ok());
    let object = |value: &Value, fields: &[(&str, Takes)]| {
        let given = |(name, takes): &(&str, Takes)| value.get(*name).is_none_or(|inner| fits(inner, *takes));
        value.is_object() && fields.iter().all(given)
    };
    match takes {
        Takes::Text => value.is_null() || value.is_string(),
        Takes::Number => value.is_null() || int(),
        Takes::Count => int(),
        Takes::Flag => value.is_boolean(),
        Takes::Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
        Takes::Object(fields) => value.is_null() || object(value, fields),
        Takes::Texts => value.is_null() || value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        Takes::Objects(fields) => {
            value.is_null() || value.as_array().is_some_and(|items| items.iter().all(|item| object(item, fields)))
        }
    }
}
