//! The API's description, when it is at hand: what an answer must be, and what a request can be.

use std::path::Path;

use serde_json::{Map, Value, json};

pub(crate) struct Schema {
    document: Value,
}

impl Schema {
    /// The description, or nothing with a word about it.
    pub(crate) fn load() -> Option<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/contract/openapi.json");
        match std::fs::read_to_string(&path) {
            Ok(text) => Some(Self { document: serde_json::from_str(&text).unwrap() }),
            Err(_) => {
                #[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
                {
                    eprintln!("skipped: the description of the API is not at hand");
                }
                None
            }
        }
    }

    /// Every operation: its source, its method, its path, itself.
    pub(crate) fn operations(&self) -> Vec<(&str, &str, &str, &Value)> {
        let mut all = Vec::new();
        for (path, item) in self.document["paths"].as_object().unwrap() {
            let source = item["x-source"].as_str().unwrap_or_default();
            for method in ["get", "post", "put", "delete"] {
                if let Some(operation) = item.get(method) {
                    all.push((source, method, path.as_str(), operation));
                }
            }
        }
        all
    }

    /// A request body with every field of the operation's schema, and whether it is a form.
    pub(crate) fn body(&self, operation: &Value) -> Option<(Value, bool)> {
        let content = operation.get("requestBody")?["content"].as_object()?;
        let form = content.get("multipart/form-data");
        let media = form.or_else(|| content.get("application/json"))?;
        Some((self.sample("", &media["schema"]), form.is_some()))
    }

    fn sample(&self, name: &str, schema: &Value) -> Value {
        let schema = self.resolved(schema);
        if let Some(word) = schema["enum"].get(0) {
            return word.clone();
        }
        match (schema["type"].as_str().unwrap_or_default(), name) {
            ("object", _) => {
                let fields = schema["properties"].as_object().cloned().unwrap_or_default();
                fields
                    .iter()
                    .map(|(name, schema)| (name.clone(), self.sample(name, schema)))
                    .collect::<Map<_, _>>()
                    .into()
            }
            ("array", _) => json!([self.sample(name, &schema["items"])]),
            ("integer", "netMask") => json!(24),
            ("integer", _) => json!(1),
            ("boolean", _) => json!(false),
            (_, "config") => json!("{\"project_id\": \"sample\"}"),
            _ => json!(format!("sample-{}", name.to_lowercase())),
        }
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str().and_then(|place| place.rsplit('/').next()) {
            Some(name) => &self.document["components"]["schemas"][name],
            None => schema,
        }
    }

    /// What is wrong with an answer.
    pub(crate) fn problems(&self, operation: &Value, status: u16, text: &str) -> Vec<String> {
        let response = &operation["responses"][status.to_string()];
        if response.is_null() {
            return vec![format!("{status} is not declared")];
        }
        let schema = response["content"].as_object().and_then(|content| content.values().next());
        let schema = schema
            .and_then(|media| media.get("schema"))
            .filter(|schema| schema.as_object().is_some_and(|s| !s.is_empty()));
        match schema {
            None if text.is_empty() => Vec::new(),
            None => vec![format!("a body where none is declared: {text}")],
            Some(schema) => match serde_json::from_str(text) {
                Ok(value) => {
                    let mut problems = Vec::new();
                    self.check(schema, &value, "$", &mut problems);
                    problems
                }
                Err(error) => vec![format!("no JSON: {error} in {text:?}")],
            },
        }
    }

    fn check(&self, outer: &Value, value: &Value, place: &str, problems: &mut Vec<String>) {
        let schema = self.resolved(outer);
        if value.is_null() {
            let nullable =
                |schema: &Value| schema["nullable"] == json!(true) || schema.as_object().is_some_and(Map::is_empty);
            if !nullable(outer) && !nullable(schema) {
                problems.push(format!("{place} is null"));
            }
            return;
        }
        if let Some(words) = schema["enum"].as_array()
            && !words.contains(value)
        {
            problems.push(format!("{place} is none of {words:?}: {value}"));
        }
        let fits = match (schema["type"].as_str(), schema["format"].as_str()) {
            (Some("integer"), Some("int32")) => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
            (Some("integer"), _) => value.is_i64() || value.is_u64(),
            (Some("number"), _) => value.is_number(),
            (Some("boolean"), _) => value.is_boolean(),
            (Some("array"), _) => value.is_array(),
            (Some("object"), _) => value.is_object(),
            (Some("string"), Some("date-time")) => {
                value.as_str().is_some_and(|text| text.len() >= 20 && text.contains('T') && text.ends_with('Z'))
            }
            (Some("string"), _) => value.is_string(),
            _ => true,
        };
        if !fits {
            problems.push(format!("{place} is no {}: {value}", schema["type"]));
        }
        for (number, item) in value.as_array().into_iter().flatten().enumerate() {
            self.check(&schema["items"], item, &format!("{place}[{number}]"), problems);
        }
        if let Some(fields) = value.as_object() {
            self.check_object(schema, fields, place, problems);
        }
    }

    fn check_object(&self, schema: &Value, fields: &Map<String, Value>, place: &str, problems: &mut Vec<String>) {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !fields.contains_key(name) {
                problems.push(format!("{place}.{name} is missing"));
            }
        }
        for (name, inner) in fields {
            match (schema["properties"].get(name), schema.get("additionalProperties")) {
                (Some(known), _) => self.check(known, inner, &format!("{place}.{name}"), problems),
                (None, Some(Value::Object(more))) => {
                    if !more.is_empty() {
                        self.check(&schema["additionalProperties"], inner, &format!("{place}.{name}"), problems);
                    }
                }
                (None, _) => problems.push(format!("{place}.{name} is not in the description")),
            }
        }
        // What is shown although it need not be: a real server leaves nothing out.
        let optional = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name);
        for name in optional.filter(|name| !fields.contains_key(*name)) {
            if schema["properties"].as_object().is_some_and(|all| !all.contains_key("detail")) {
                problems.push(format!("{place}.{name} is left out"));
            }
        }
    }
}
