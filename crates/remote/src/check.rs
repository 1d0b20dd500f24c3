//! Asking the account to ask the provider whether a credential works.

use credenza_model::{KindId, SecretMap, Value, Values};
use reqwest::Method;

use crate::content::{Content, Node, Part};
use crate::json::Json;
use crate::link::{Ask, Pace, Reply};
use crate::trouble::Cause;
use crate::{Account, Answer, RemoteError, bodies, refusal};

/// Pairs of a wire name and the field whose value goes there. Checkers and discovery name many fields otherwise than the
/// create call does.
pub(crate) type Picked = &'static [(&'static str, &'static str)];

/// How a checker is asked.
pub(crate) enum Checker {
    /// With JSON.
    Json(&'static str, Picked),
    /// With one file each, all of which have to be good: path, file name, field.
    Files(&'static [(&'static str, &'static str, &'static str)]),
}

const AWS: Picked = &[
    ("awsAccessKeyId", "awsAccessKeyId"),
    ("awsSecretAccessKey", "awsSecretAccessKey"),
    ("roleArn", "roleArn"),
    ("externalId", "externalId"),
];
const AZURE: Picked = &[
    ("azureClientId", "azureClientId"),
    ("azureClientSecret", "azureClientSecret"),
    ("azureTenantId", "azureTenantId"),
];
const OPENSTACK: Picked = &[
    ("openStackUser", "openStackUser"),
    ("openStackPassword", "openStackPassword"),
    ("openStackUrl", "openStackUrl"),
    ("openStackDomain", "openStackDomain"),
    ("isAdmin", "isAdmin"),
    ("applicationCredEnabled", "applicationCredEnabled"),
];

pub(crate) fn checker(kind: KindId) -> Checker {
    match kind {
        KindId::Aws => Checker::Json("/api/v1/checker/aws", AWS),
        KindId::Azure => Checker::Json("/api/v1/checker/azure", AZURE),
        KindId::Gcp => Checker::Files(&[("/api/v1/checker/google", "config.json", "config")]),
        KindId::Openstack => Checker::Json("/api/v1/checker/openstack", OPENSTACK),
        KindId::Tanzu => Checker::Json(
            "/api/v1/checker/tanzu",
            &[
                ("username", "username"),
                ("url", "url"),
                ("password", "password"),
                ("namespace", "namespace"),
                ("port", "port"),
                ("volumeType", "volumeType"),
            ],
        ),
        KindId::Proxmox => Checker::Json(
            "/api/v1/checker/proxmox",
            &[("url", "url"), ("tokenId", "tokenId"), ("tokenSecret", "tokenSecret")],
        ),
        KindId::Openshift => Checker::Files(&[
            ("/api/v1/openshift/validate", "kubeconfig.yaml", "kubeConfig"),
            ("/api/v1/openshift/pull-secret", "pull-secret.json", "pullSecret"),
        ]),
        KindId::Vsphere => Checker::Json(
            "/api/v1/vsphere/validate",
            &[("url", "url"), ("username", "username"), ("password", "password")],
        ),
        KindId::Zededa => Checker::Json("/api/v1/checker/zededa", &[("url", "apiUrl"), ("token", "apiToken")]),
        KindId::Zadara => Checker::Json(
            "/api/v1/checker/zadara",
            &[
                ("zadaraSecretAccessKey", "zadaraSecretAccessKey"),
                ("zadaraAccessKeyId", "zadaraAccessKeyId"),
                ("zadaraUrl", "zadaraUrl"),
            ],
        ),
        KindId::Backup => Checker::Json(
            "/api/v1/checker/s3",
            &[
                ("s3AccessKeyId", "s3AccessKeyId"),
                ("s3SecretKey", "s3SecretKey"),
                ("s3Endpoint", "s3Endpoint"),
                ("s3Region", "s3Region"),
            ],
        ),
        KindId::Billing => Checker::Json(
            "/api/v1/checker/prometheus",
            &[("userName", "prometheusUsername"), ("password", "prometheusPassword"), ("url", "prometheusUrl")],
        ),
        // There is no checker of its own; a source is a Prometheus or speaks as one does.
        KindId::Showback => Checker::Json(
            "/api/v1/checker/prometheus",
            &[("userName", "username"), ("password", "password"), ("url", "url")],
        ),
        KindId::Ai => Checker::Json("/api/v1/checker/openai", &[("token", "apiKey")]),
    }
}

impl Account {
    /// Asks the account to ask the provider.
    ///
    /// # Errors
    /// What keeps the question from being asked at all: unreachable, signed out, not allowed, too many questions.
    pub async fn check(&self, kind: KindId, values: &Values, secrets: &SecretMap) -> Result<Answer, RemoteError> {
        match checker(kind) {
            Checker::Json(path, picked) => {
                let body = Content::json(&Node::Object(pick(picked, values, secrets)));
                self.checked(path, body, secrets).await
            }
            Checker::Files(files) => {
                for (path, file, field) in files {
                    let value = secrets.expose(field).unwrap_or_default();
                    let body = Content::form(&[Part { name: "config", file: Some(file), value }]);
                    match self.checked(path, body, secrets).await? {
                        Answer::Valid => {}
                        other => return Ok(other),
                    }
                }
                Ok(Answer::Valid)
            }
        }
    }

    async fn checked(&self, path: &str, body: Content, secrets: &SecretMap) -> Result<Answer, RemoteError> {
        let ask = Ask::new(Method::POST, path, Pace::Slow).body(body, bodies::hidden(secrets));
        let reply = match self.session.ask(&self.link, &ask).await {
            Ok(reply) => reply,
            Err(trouble) if trouble.cause == Cause::Late => {
                return Ok(Answer::NoAnswer("The account did not answer the check in time. Try again later.".into()));
            }
            Err(trouble) => return Err(trouble.error),
        };
        if reply.status.is_success() {
            return Ok(self.judged(&ask, &reply));
        }
        let said = self.said(&ask, &reply);
        match reply.status.as_u16() {
            404 | 405 => Ok(Answer::NoAnswer("This account has no check for such credentials.".into())),
            401 | 403 | 429 | 300..=399 => Err(self.refused(&ask, &reply)),
            400..=499 => {
                Ok(Answer::Invalid(said.unwrap_or_else(|| "The provider refuses it, without a reason.".into())))
            }
            code => Ok(Answer::NoAnswer(match said {
                Some(said) => format!("The account's check failed: {said}"),
                None => format!("The account's check failed ({code})."),
            })),
        }
    }

    /// What a 200 means: nothing, `true`, an object, or a polite no.
    fn judged(&self, ask: &Ask<'_>, reply: &Reply) -> Answer {
        if reply.body.trim_ascii().is_empty() {
            return Answer::Valid;
        }
        let Some(json) = Json::parse(&reply.body).filter(|_| !reply.html) else {
            return Answer::NoAnswer("The account answers the check with something else than JSON.".into());
        };
        let flag = |name: &str| json.get(name).and_then(Json::as_bool);
        let no = json.as_bool() == Some(false)
            || flag("isOpenstackAvailable") == Some(false)
            || flag("isSuccess") == Some(false)
            || flag("isError") == Some(true);
        match no {
            false => Answer::Valid,
            true => Answer::Invalid(
                self.said(ask, reply).unwrap_or_else(|| "The provider refuses it, without a reason.".into()),
            ),
        }
    }

    /// What a reply says, without the secrets it may quote.
    fn said(&self, ask: &Ask<'_>, reply: &Reply) -> Option<String> {
        self.session.hiding(|more| {
            let hidden: Vec<&str> = ask.hidden.iter().chain(more).copied().collect();
            refusal::said(&reply.body, &hidden)
        })
    }
}

/// The named values, those that there are. Of a list the first entry goes.
pub(crate) fn pick<'a>(picked: Picked, values: &'a Values, secrets: &'a SecretMap) -> Vec<(&'a str, Node<'a>)> {
    let node = |field: &str| match values.get(field) {
        Some(Value::Text(text)) => Some(Node::Text(text)),
        Some(Value::Int(number)) => Some(Node::Int((*number).into())),
        Some(Value::Bool(on)) => Some(Node::Bool(*on)),
        Some(Value::List(items)) => items.first().map(|item| Node::Text(item)),
        None => secrets.expose(field).map(Node::Text),
    };
    picked.iter().filter_map(|(name, field)| Some((*name, node(field)?))).collect()
}
