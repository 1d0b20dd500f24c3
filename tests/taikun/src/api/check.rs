//! The checkers: whether a provider takes a credential. A secret with the word `wrong` in it is refused, and one with
//! `broken` in it makes the checker itself fail; every other one is fine.

use serde_json::json;

use super::rights;
use crate::Generation;
use crate::http::{Answer, Asked, Refusal, Reply};
use crate::shape::Takes;
use crate::world::Person;

/// One checker.
pub(crate) struct Checker {
    pub(crate) path: &'static str,
    /// What it takes beside the secrets, all of it text but for the flags and the port.
    takes: &'static [&'static str],
    secrets: &'static [&'static str],
    /// What it says of a wrong secret.
    refusal: &'static str,
    says: Says,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    /// 200 without a body, or 400.
    Nothing,
    /// `true` or `false`, of a file.
    Bool,
    /// 200 without a body, or 400, of a file.
    NothingOfFile,
    /// An object, and in the older generation nothing.
    Openstack,
    /// As `Nothing`, and only in the older generation.
    Legacy,
}

static CHECKERS: [Checker; 14] = [
    Checker {
        path: "/api/v1/checker/aws",
        takes: &["awsAccessKeyId", "roleArn"],
        secrets: &["awsSecretAccessKey", "externalId"],
        refusal: "Failed to validate AWS credentials",
        says: Says::Nothing,
    },
    Checker {
        path: "/api/v1/checker/azure",
        takes: &["azureClientId", "azureTenantId"],
        secrets: &["azureClientSecret"],
        refusal: "Failed to validate Azure credentials",
        says: Says::Nothing,
    },
    Checker {
        path: "/api/v1/checker/google",
        takes: &[],
        secrets: &["config"],
        refusal: "Failed to validate Google credentials",
        says: Says::Bool,
    },
    Checker {
        path: "/api/v1/checker/openstack",
        takes: &["openStackUser", "openStackUrl", "openStackDomain", "isAdmin", "applicationCredEnabled"],
        secrets: &["openStackPassword"],
        refusal: "The request you have made requires authentication.",
        says: Says::Openstack,
    },
    Checker {
        path: "/api/v1/openshift/validate",
        takes: &[],
        secrets: &["config"],
        refusal: "Failed to validate kubeconfig",
        says: Says::NothingOfFile,
    },
    Checker {
        path: "/api/v1/openshift/pull-secret",
        takes: &[],
        secrets: &["config"],
        refusal: "Failed to validate pull secret",
        says: Says::NothingOfFile,
    },
    Checker {
        path: "/api/v1/checker/proxmox",
        takes: &["url", "tokenId"],
        secrets: &["tokenSecret"],
        refusal: "Failed to validate Proxmox credentials",
        says: Says::Nothing,
    },
    Checker {
        path: "/api/v1/vsphere/validate",
        takes: &["url", "username"],
        secrets: &["password"],
        refusal: "Failed to validate vSphere credentials",
        says: Says::Nothing,
    },
    Checker {
        path: "/api/v1/checker/zadara",
        takes: &["zadaraUrl", "zadaraAccessKeyId"],
        secrets: &["zadaraSecretAccessKey"],
        refusal: "Failed to validate Zadara credentials",
        says: Says::Nothing,
    },
    Checker {
        path: "/api/v1/checker/s3",
        takes: &["s3AccessKeyId", "s3Endpoint", "s3Region"],
        secrets: &["s3SecretKey"],
        refusal: "Invalid S3 credentials",
        says: Says::Nothing,
    },
    Checker {
        path: "/api/v1/checker/prometheus",
        takes: &["userName", "url"],
        secrets: &["password"],
        refusal: "Failed to connect to Prometheus",
        says: Says::Nothing,
    },
    Checker {
        path: "/api/v1/checker/openai",
        takes: &[],
        secrets: &["token"],
        refusal: "Failed to validate the OpenAI token",
        says: Says::Nothing,
    },
    Checker {
        path: "/api/v1/checker/tanzu",
        takes: &["username", "url", "namespace", "port", "volumeType"],
        secrets: &["password"],
        refusal: "Failed to validate Tanzu credentials",
        says: Says::Legacy,
    },
    Checker {
        path: "/api/v1/checker/zededa",
        takes: &["url"],
        secrets: &["token"],
        refusal: "Failed to validate Zededa credentials",
        says: Says::Legacy,
    },
];

/// The checkers of a generation.
pub(crate) fn of_generation(generation: Generation) -> impl Iterator<Item = &'static Checker> {
    CHECKERS.iter().filter(move |checker| generation == Generation::Legacy || checker.says != Says::Legacy)
}

/// Every checker.
pub(crate) fn check(asked: &Asked, person: &Person) -> Answer {
    rights::works(person)?;
    let checker = CHECKERS
        .iter()
        .find(|checker| checker.path == asked.path)
        .ok_or_else(|| Refusal::new(404, "There is no such checker."))?;
    let says = match checker.says {
        Says::Openstack if asked.generation() == Generation::Legacy => Says::Nothing,
        says => says,
    };
    if asked.form != matches!(says, Says::Bool | Says::NothingOfFile) {
        return Err(Refusal::new(415, "The media type is not supported."));
    }
    asked.check_fields(&known(checker.takes, checker.secrets))?;
    let role = asked.text("roleArn").is_some();
    if !role && let Some(secret) = checker.secrets.first().filter(|secret| asked.text(secret).is_none()) {
        return Err(Refusal::invalid(secret, format!("The {secret} field is required.")));
    }
    let secrets = || checker.secrets.iter().filter_map(|secret| asked.text(secret));
    if secrets().any(|secret| secret.contains("broken")) {
        return Err(Refusal::new(500, "An error occurred while processing your request."));
    }
    let right = !secrets().any(|secret| secret.contains("wrong"));
    match says {
        Says::Openstack => Ok(Reply::Json(json!({
            "isOpenstackAvailable": right,
            "isManilaAvailable": right,
            "errorMessage": (!right).then_some(checker.refusal),
        }))),
        Says::Bool => Ok(Reply::Json(json!(right))),
        _ if right => Ok(Reply::Empty),
        _ => Err(Refusal::bad(checker.refusal)),
    }
}

/// The fields of a body by their names, with the few that are no text.
pub(super) fn known(takes: &[&'static str], secrets: &[&'static str]) -> Vec<(&'static str, Takes)> {
    let takes_of = |field: &'static str| match field {
        "isAdmin" | "applicationCredEnabled" => Takes::Flag,
        "port" | "cloudId" | "projectId" => Takes::Number,
        "ipMode" => Takes::Word(&["Ipv4", "DualStack"]),
        _ => Takes::Text,
    };
    takes.iter().chain(secrets).map(|field| (*field, takes_of(field))).collect()
}
