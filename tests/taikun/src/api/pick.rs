//! Drop-downs and the other small lists, none of them paged.

use credenza_model::KindId;
use serde_json::{Value, json};

use super::rights;
use crate::http::{Answer, Asked, Refusal, Reply};
use crate::shape::Shape;
use crate::world::{Page, Person, Stored};

fn rows(asked: &Asked, person: &Person, kind: KindId) -> Result<Vec<Stored>, Refusal> {
    let organization = asked.number("OrganizationId")?;
    let scope = rights::scope(person, kind, organization)?;
    let (rows, _) = asked.world.page(&Page {
        kind,
        scope: &scope,
        organization,
        id: asked.number("Id")?,
        search: asked.query("Search"),
        infra: asked.flag("IsInfra")?.filter(|_| Shape::of(kind).is_cloud()),
        order: ("rows.id", false),
        limit: u32::MAX,
        offset: 0,
    })?;
    Ok(rows)
}

fn projects(row: &Stored) -> Value {
    row.used_by.iter().map(|(id, name)| json!({ "id": id, "name": name })).collect()
}

/// `GET cloudcredentials`
pub(crate) fn clouds(asked: &Asked, person: &Person) -> Answer {
    let mut clouds = Vec::new();
    for shape in Shape::of_generation(asked.generation()).filter(|shape| shape.is_cloud()) {
        if asked.query("CloudType").is_some_and(|wanted| wanted != shape.cloud) {
            continue;
        }
        clouds.extend(rows(asked, person, shape.kind)?.iter().map(|row| {
            json!({
                "id": row.id, "projects": projects(row), "fullName": row.name, "cloudType": shape.cloud,
                "isDefault": row.default, "organizationId": row.organization,
            })
        }));
    }
    Ok(Reply::Json(clouds.into()))
}

/// `GET s3credentials`
pub(crate) fn backups(asked: &Asked, person: &Person) -> Answer {
    let rows = rows(asked, person, KindId::Backup)?;
    let picks = rows.iter().map(
        |row| json!({ "backupCredentialId": row.id, "name": row.name, "isDefault": row.default, "isInfra": row.infra }),
    );
    Ok(Reply::Json(picks.collect()))
}

/// `GET opscredentials`
pub(crate) fn billings(asked: &Asked, person: &Person) -> Answer {
    let rows = rows(asked, person, KindId::Billing)?;
    let picks =
        rows.iter().map(|row| json!({ "operationCredentialId": row.id, "name": row.name, "isDefault": row.default }));
    Ok(Reply::Json(picks.collect()))
}

/// `GET ai-credential`
pub(crate) fn ais(asked: &Asked, person: &Person) -> Answer {
    let rows = rows(asked, person, KindId::Ai)?;
    let picks = rows.iter().map(|row| {
        let built_in = row.given.contains_key("builtIn");
        json!({
            "id": row.id, "url": row.given.get("url"), "name": row.name,
            "type": if built_in { "Taikun" } else { "OpenAi" }, "isDefault": row.default,
        })
    });
    Ok(Reply::Json(picks.collect()))
}

/// `GET showbackcredentials/list`, the drop-down in spite of its name.
pub(crate) fn showbacks(asked: &Asked, person: &Person) -> Answer {
    let rows = rows(asked, person, KindId::Showback)?;
    Ok(Reply::Json(rows.iter().map(|row| json!({ "id": row.id, "name": row.name })).collect()))
}

/// `GET opscredentials/{id}/metric/names`
pub(crate) fn metrics(asked: &Asked, person: &Person) -> Answer {
    let id = asked.path_number("id")?;
    rights::reach(person, "OperationCredential", id, asked.world.stored(KindId::Billing, id)?)?;
    Ok(Reply::Json(json!(["kube_pod_info", "node_cpu_seconds_total", "up"])))
}

/// `GET common/enumvalues`: the words that credentials need, and none of the others.
pub(crate) fn words(asked: &Asked, _: &Person) -> Answer {
    const EMPTY: [&str; 27] = [
        "projectStatuses",
        "serverRoles",
        "serverStatuses",
        "securityGroupRules",
        "prometheusTypes",
        "auditLogs",
        "rebootOptions",
        "availability",
        "slackTypes",
        "requestLogs",
        "azureQuotas",
        "showbackKinds",
        "alertTypes",
        "reminderTypes",
        "awsPlatforms",
        "cronPeriods",
        "validityPeriods",
        "alertingIntegrationTypes",
        "googleImageTypes",
        "standaloneVmStatuses",
        "retentionPeriods",
        "proxmoxRoles",
        "projectResourceTypes",
        "projectResourceUnits",
        "nonGlobalRoles",
        "lbProviders",
        "filteredUserRoles",
    ];
    let numbered = |words: &[&str]| -> Value {
        words.iter().enumerate().map(|(id, name)| json!({ "id": id, "name": name })).collect()
    };
    let mut all: serde_json::Map<String, Value> = EMPTY.iter().map(|name| ((*name).into(), json!([]))).collect();
    let clouds: Vec<&str> =
        Shape::of_generation(asked.generation()).filter(|shape| shape.is_cloud()).map(|shape| shape.cloud).collect();
    all.insert("cloudTypes".into(), numbered(&clouds));
    all.insert("lbProviders".into(), numbered(&["amphora", "ovn"]));
    all.insert("nonGlobalRoles".into(), numbered(&["None", "Member", "Manager"]));
    let continents = [("eu", "Europe"), ("us", "America"), ("as", "Asia")];
    all.insert(
        "openstackContinents".into(),
        continents.iter().map(|(id, name)| json!({ "id": id, "name": name })).collect(),
    );
    Ok(Reply::Json(Value::Object(all)))
}

/// `GET common/sorting-elements/{type}`
pub(crate) fn sortings(asked: &Asked, _: &Person) -> Answer {
    let elements: &[&str] = match asked.path.rsplit('/').next().unwrap_or_default() {
        "cloud-credentials" => {
            &["id", "name", "organizationName", "isLocked", "isDefault", "createdAt", "createdBy", "lastModified"]
        }
        "backupcredentials" => &["id", "s3Name", "s3Endpoint", "s3Region", "organizationName", "lastModified"],
        "billing-credentials" => &["id", "name", "prometheusUrl", "prometheusUsername", "organizationName"],
        "showback-credentials" => &["id", "name", "url", "username", "organizationName", "createdAt"],
        "organizations" => &["id", "name"],
        _ => return Err(Refusal::new(404, "There is no such type.")),
    };
    Ok(Reply::Json(json!(elements)))
}

/// `GET zadara/volume-types`
pub(crate) fn volume_types(_: &Asked, person: &Person) -> Answer {
    rights::works(person)?;
    let types = ["io1", "io2", "gp2", "gp3", "sc1", "st1", "standard", "sbp1", "sbg1"];
    Ok(Reply::Json(json!(types)))
}

/// `GET tanzu/kubernetes-versions/{cloudId}`
pub(crate) fn tanzu_versions(asked: &Asked, person: &Person) -> Answer {
    let id = asked.path_number("cloudId")?;
    rights::reach(person, "CloudCredential", id, asked.world.stored(KindId::Tanzu, id)?)?;
    Ok(Reply::Json(json!(["v1.31.4", "v1.32.1"])))
}
