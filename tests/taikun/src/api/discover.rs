//! What a provider has to choose from, asked through the account: regions, zones, networks, hosts.
//!
//! A question comes with the credential itself or with the number of a row whose secrets the account has. The answers
//! are fixed and depend a little on what is asked. A secret with the word `wrong` in it is refused.

use credenza_model::KindId;
use serde_json::{Value, json};

use super::{check, rights};
use crate::Generation;
use crate::http::{Answer, Asked, Refusal, Reply};
use crate::world::Person;

/// One question.
pub(crate) struct Question {
    pub(crate) path: &'static str,
    kind: KindId,
    takes: &'static [&'static str],
    /// The one that must be right.
    secret: &'static str,
    since: Since,
    answer: fn(&Asked) -> Value,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Since {
    Ever,
    Current,
    OnlyLegacy,
}

const AWS: [&str; 3] = ["awsAccessKeyId", "roleArn", "externalId"];

static QUESTIONS: &[Question] = &[
    question("/api/v1/aws/regions", KindId::Aws, &["cloudId"], |_| {
        json!([
            { "name": "Europe (Frankfurt)", "region": "eu-central-1" },
            { "name": "Europe (Ireland)", "region": "eu-west-1" },
            { "name": "US East (N. Virginia)", "region": "us-east-1" },
        ])
    }),
    question("/api/v1/aws/zones", KindId::Aws, &["region", "cloudId"], |asked| {
        zones(["a", "b", "c"].map(|letter| format!("{}{letter}", asked.text("region").unwrap_or("eu-central-1"))))
    }),
    newer("/api/v1/aws/vpc-list", KindId::Aws, &["awsRegion", "ipMode"], |asked| {
        let mode = asked.text("ipMode").unwrap_or("Ipv4");
        json!([
            { "vpcId": "vpc-0a1b2c3d4e5f60718", "name": "main", "cidrBlock": "10.20.0.0/16", "ipMode": mode },
            { "vpcId": "vpc-0fedcba9876543210", "name": null, "cidrBlock": "172.31.0.0/16", "ipMode": mode },
        ])
    }),
    newer("/api/v1/aws/subnet-list", KindId::Aws, &["awsRegion", "vpcId"], |asked| {
        let region = asked.text("awsRegion").unwrap_or("eu-central-1");
        let subnet = |number: u32, letter: &str| {
            json!({
                "subnetId": format!("subnet-0a1b2c3d{number}"), "zone": format!("{region}{letter}"),
                "state": "available", "hasIpv6": false, "cidr": format!("10.20.{number}.0/24"), "ipv6Cidr": null,
                "name": format!("net-{number}"), "availableIpCount": 251, "isDefault": false,
                "ownerId": "123456789012", "vpcId": asked.text("vpcId"),
            })
        };
        json!([subnet(1, "a"), subnet(2, "b")])
    }),
    newer("/api/v1/aws/efs-file-system-by-vpc-list", KindId::Aws, &["awsRegion", "vpcId"], |_| {
        json!([{
            "filesystemId": "fs-0123456789abcdef0", "name": "shared", "lifecycleState": "available",
            "sizeInBytes": 6144,
        }])
    }),
    Question {
        path: "/api/v1/azure/subscriptions",
        kind: KindId::Azure,
        // The older generation calls them otherwise, see `secret_of`.
        takes: &["azureClientId", "azureTenantId", "clientId", "clientSecret", "tenantId"],
        secret: "azureClientSecret",
        since: Since::Ever,
        answer: |_| {
            json!([
                { "id": "b1f3c2a4-5d6e-4f70-8192-a3b4c5d6e7f8", "name": "Production" },
                { "id": "c2e4d3b5-6e7f-4081-92a3-b4c5d6e7f809", "name": "Tests" },
            ])
        },
    },
    question("/api/v1/azure/locations", KindId::Azure, &["azureSubscriptionId"], |_| {
        json!(["westeurope", "northeurope", "germanywestcentral", "eastus"])
    }),
    question("/api/v1/azure/zones", KindId::Azure, &["azureSubscriptionId", "azureLocation", "cloudId"], |_| {
        zones(["1", "2", "3"].map(str::to_owned))
    }),
    newer("/api/v1/azure/vnet-resource-group-list", KindId::Azure, &["azureSubscriptionId", "cloudId"], |_| {
        json!(["network-rg", "shared-rg"])
    }),
    newer(
        "/api/v1/azure/vnet-list",
        KindId::Azure,
        &["azureSubscriptionId", "resourceGroupName", "cloudId", "ipMode"],
        |asked| {
            let group = asked.text("resourceGroupName").unwrap_or("network-rg");
            json!([{ "name": format!("{group}-vnet"), "addressSpace": "10.30.0.0/16", "ipMode": "Ipv4" }])
        },
    ),
    newer(
        "/api/v1/azure/vnet-subnet-list",
        KindId::Azure,
        &["azureSubscriptionId", "resourceGroupName", "vnetName", "cloudId", "ipMode"],
        |_| {
            json!([
                { "name": "default", "addressPrefix": "10.30.0.0/24", "isPublic": false, "ipMode": "Ipv4" },
                { "name": "edge", "addressPrefix": "10.30.1.0/24", "isPublic": true, "ipMode": "Ipv4" },
            ])
        },
    ),
    newer(
        "/api/v1/azure/file-share-list",
        KindId::Azure,
        &["azureSubscriptionId", "resourceGroupName", "cloudId"],
        |_| json!([{ "name": "share", "id": "/subscriptions/b1f3c2a4/resourceGroups/shared-rg/shares/share" }]),
    ),
    question(
        "/api/v1/googlecloud/billing-accounts",
        KindId::Gcp,
        &[],
        |_| json!([{ "id": "01C3D5-7E9F1A-2B4C6D", "name": "Billing account" }]),
    ),
    question("/api/v1/googlecloud/regions", KindId::Gcp, &[], |_| {
        json!(["europe-west3", "europe-west4", "us-central1"])
    }),
    question("/api/v1/googlecloud/zones", KindId::Gcp, &["region", "cloudId"], |asked| {
        zones(["a", "b", "c"].map(|letter| format!("{}-{letter}", asked.text("region").unwrap_or("europe-west4"))))
    }),
    newer(
        "/api/v1/googlecloud/vpc-list",
        KindId::Gcp,
        &["importedGcpProjectId", "cloudId", "ipMode"],
        |_| json!([{ "name": "default", "selfLink": "projects/sample/global/networks/default", "ipMode": "Ipv4" }]),
    ),
    newer(
        "/api/v1/googlecloud/subnetwork-list",
        KindId::Gcp,
        &["importedGcpProjectId", "region", "networkName", "cloudId", "ipMode"],
        |asked| {
            json!([{
                "name": "default", "selfLink": "projects/sample/subnetworks/default",
                "region": asked.text("region"), "ipCidrRange": "10.132.0.0/20", "hasIpv6": false,
                "availableIpCount": 4000,
            }])
        },
    ),
    newer(
        "/api/v1/googlecloud/filestore-list",
        KindId::Gcp,
        &["importedGcpProjectId", "importedFilestoreProjectId", "region", "cloudId"],
        |_| {
            json!([{
                "instanceId": "files-1", "name": "files", "tier": "BASIC_HDD", "fileShareName": "share",
                "network": "default", "ipAddress": "10.0.0.2",
            }])
        },
    ),
    openstack("/api/v1/openstack/projects", &[], |_| {
        json!([
            { "id": "1f0c2e3d4b5a69788796a5b4c3d2e1f0", "name": "prod" },
            { "id": "2f0c2e3d4b5a69788796a5b4c3d2e1f1", "name": "test" },
        ])
    }),
    openstack("/api/v1/openstack/regions", &[], |_| json!(["RegionOne", "RegionTwo"])),
    openstack("/api/v1/openstack/networks", &["openStackProjectId", "openStackRegion"], |asked| {
        let region = asked.text("openStackRegion").unwrap_or("RegionOne");
        json!([
            { "id": "5d1c6a50-6f0f-4c6c-9a53-0a8f6f5f1a01", "name": "public" },
            { "id": "5d1c6a50-6f0f-4c6c-9a53-0a8f6f5f1a02", "name": format!("public-{}", region.to_lowercase()) },
        ])
    }),
    openstack(
        "/api/v1/openstack/subnets",
        &["openStackProject", "openStackProjectId", "openStackRegion"],
        |_| json!([{ "id": "9a7b1c2d-0a8f-4c6c-9a53-6f5f1a01d1c6", "name": "internal", "cidr": "192.168.10.0/24" }]),
    ),
    openstack("/api/v1/openstack/zones", &["openStackRegion", "openstackProject"], |_| json!(["nova", "az2"])),
    openstack("/api/v1/openstack/volumes", &["openStackRegion", "openstackProject", "projectId"], |_| {
        json!(["ssd", "hdd"])
    }),
    Question {
        since: Since::Current,
        ..openstack("/api/v1/openstack/storage-types", &["openStackRegion", "openstackProject"], |_| {
            json!(["default_share_type"])
        })
    },
    question("/api/v1/openshift/storage-class", KindId::Openshift, &[], |_| {
        json!(["ocs-storagecluster-ceph-rbd", "ocs-storagecluster-cephfs"])
    }),
    question("/api/v1/proxmox/hypervisor-list", KindId::Proxmox, &["url", "tokenId", "cloudId"], |_| {
        hosts(["pve1", "pve2", "pve3"])
    }),
    question("/api/v1/proxmox/storage-list", KindId::Proxmox, &["url", "tokenId"], |_| json!(["local-lvm", "ceph"])),
    question("/api/v1/proxmox/bridge-list", KindId::Proxmox, &["url", "tokenId", "hypervisor"], |_| {
        json!(["vmbr0", "vmbr1"])
    }),
    question(
        "/api/v1/proxmox/vm-template-list",
        KindId::Proxmox,
        &["url", "tokenId", "cloudId"],
        |_| json!([{ "id": 9000, "name": "ubuntu-24.04" }, { "id": 9001, "name": "debian-13" }]),
    ),
    vsphere("/api/v1/vsphere/datacenter-list", &["datacenterName"], |asked| {
        let all = [("datacenter-3", "Prague"), ("datacenter-4", "Brno")];
        let wanted = asked.text("datacenterName");
        let found = all.iter().filter(|(_, name)| wanted.is_none_or(|wanted| wanted == *name));
        found.map(|(id, name)| json!({ "datacenter": id, "name": name })).collect()
    }),
    vsphere("/api/v1/vsphere/datastore-list", &["datacenterId"], |_| {
        json!([{
            "datastore": "datastore-11", "name": "vsan-1", "type": "VSAN", "capacity": 4_398_046_511_104_i64,
            "freeSpace": 2_199_023_255_552_i64,
        }])
    }),
    vsphere("/api/v1/vsphere/hypervisor-list", &["datacenterId", "cloudId"], |_| {
        hosts(["esxi1.example.com", "esxi2.example.com", "esxi3.example.com"])
    }),
    vsphere("/api/v1/vsphere/network-list", &["datacenterId"], |_| {
        json!([
            { "network": "network-12", "name": "VM Network", "type": "STANDARD_PORTGROUP" },
            { "network": "dvportgroup-13", "name": "Internal", "type": "DISTRIBUTED_PORTGROUP" },
        ])
    }),
    vsphere(
        "/api/v1/vsphere/resource-pool-list",
        &["datacenterId"],
        |_| json!([{ "name": "taikun", "resourcePool": "resgroup-8" }, { "name": "Resources", "resourcePool": "resgroup-9" }]),
    ),
    vsphere(
        "/api/v1/vsphere/vm-template-list",
        &["datacenterId"],
        |_| json!([{ "name": "ubuntu-24.04", "size": 10_240, "uuid": "42302ae0-5e6b-4a52-b3ff-5d9e6c1f0a11" }]),
    ),
    question(
        "/api/v1/zadara/regions",
        KindId::Zadara,
        &["url", "zadaraAccessKeyId"],
        |_| json!([{ "name": "symphony", "region": "symphony" }]),
    ),
    question("/api/v1/zadara/zones", KindId::Zadara, &["url", "zadaraAccessKeyId", "cloudId"], |_| {
        zones(["symphony-a", "symphony-b"].map(str::to_owned))
    }),
    Question {
        since: Since::OnlyLegacy,
        ..question("/api/v1/tanzu/storage-list", KindId::Tanzu, &["username", "url", "namespace", "port"], |_| {
            json!(["vsan-default", "gold"])
        })
    },
    zededa(
        "/api/v1/zededa/projects",
        &[],
        |_| json!([{ "id": "f1", "name": "factory" }, { "id": "o1", "name": "office" }]),
    ),
    zededa(
        "/api/v1/zededa/edge-nodes",
        &["project"],
        |_| json!([{ "id": "n1", "name": "edge-1" }, { "id": "n2", "name": "edge-2" }]),
    ),
    zededa("/api/v1/zededa/interfaces", &["project", "edgeNode"], |_| json!(["eth0", "eth1"])),
];

const fn question(
    path: &'static str,
    kind: KindId,
    takes: &'static [&'static str],
    answer: fn(&Asked) -> Value,
) -> Question {
    let secret = match kind {
        KindId::Aws => "awsSecretAccessKey",
        KindId::Azure => "azureClientSecret",
        KindId::Gcp | KindId::Openshift => "config",
        KindId::Openstack => "openStackPassword",
        KindId::Proxmox => "tokenSecret",
        KindId::Zadara => "zadaraSecretAccessKey",
        KindId::Zededa => "apiToken",
        _ => "password",
    };
    Question { path, kind, takes, secret, since: Since::Ever, answer }
}

const fn newer(
    path: &'static str,
    kind: KindId,
    takes: &'static [&'static str],
    answer: fn(&Asked) -> Value,
) -> Question {
    Question { since: Since::Current, ..question(path, kind, takes, answer) }
}

const fn openstack(path: &'static str, takes: &'static [&'static str], answer: fn(&Asked) -> Value) -> Question {
    question(path, KindId::Openstack, takes, answer)
}

const fn vsphere(path: &'static str, takes: &'static [&'static str], answer: fn(&Asked) -> Value) -> Question {
    question(path, KindId::Vsphere, takes, answer)
}

const fn zededa(path: &'static str, takes: &'static [&'static str], answer: fn(&Asked) -> Value) -> Question {
    Question { since: Since::OnlyLegacy, ..question(path, KindId::Zededa, takes, answer) }
}

/// The questions of a generation.
pub(crate) fn of_generation(generation: Generation) -> impl Iterator<Item = &'static Question> {
    QUESTIONS.iter().filter(move |question| match question.since {
        Since::Ever => true,
        Since::Current => generation == Generation::Current,
        Since::OnlyLegacy => generation == Generation::Legacy,
    })
}

/// Every question.
pub(crate) fn discover(asked: &Asked, person: &Person) -> Answer {
    rights::works(person)?;
    let question = QUESTIONS
        .iter()
        .find(|question| question.path == asked.path)
        .ok_or_else(|| Refusal::new(404, "There is nothing at this address."))?;
    let file = matches!(question.kind, KindId::Gcp | KindId::Openshift);
    if asked.form != file {
        return Err(Refusal::new(415, "The media type is not supported."));
    }
    let mut known = check::known(question.takes, &[question.secret]);
    known.extend(check::known(&common(question), &[]));
    asked.check_fields(&known)?;
    let Some(secret) = secret_of(asked, person, question)? else {
        return Err(Refusal::invalid(question.secret, format!("The {} field is required.", question.secret)));
    };
    if secret.contains("broken") {
        return Err(Refusal::new(500, "An error occurred while processing your request."));
    }
    if secret.contains("wrong") {
        return Err(Refusal::bad("The provider refused the credentials"));
    }
    Ok(Reply::Json((question.answer)(asked)))
}

/// What every question of a kind takes.
fn common(question: &Question) -> Vec<&'static str> {
    match question.kind {
        KindId::Aws => AWS.to_vec(),
        KindId::Azure => vec!["azureClientId", "azureTenantId"],
        KindId::Openstack => {
            let mut fields = vec!["openStackUser", "openStackUrl", "openStackDomain", "applicationCredEnabled"];
            if !question.path.ends_with("/subnets") {
                fields.push("isAdmin");
            }
            fields
        }
        KindId::Vsphere => vec!["url", "username"],
        KindId::Zededa => vec!["apiUrl"],
        _ => Vec::new(),
    }
}

/// The secret of the question, or that of the row which it names.
fn secret_of(asked: &Asked, person: &Person, question: &Question) -> Result<Option<String>, Refusal> {
    let older = question.path.ends_with("azure/subscriptions") && asked.generation() == Generation::Legacy;
    if older {
        return Ok(asked.text("clientSecret").map(str::to_owned));
    }
    if let Some(secret) = asked.text(question.secret) {
        return Ok(Some(secret.to_owned()));
    }
    if let Some(role) = asked.text("roleArn") {
        return Ok(Some(role.to_owned()));
    }
    let Some(id) = asked.int("cloudId").filter(|_| question.takes.contains(&"cloudId")) else { return Ok(None) };
    let row = rights::reach(person, "CloudCredential", id, asked.world.stored(question.kind, id)?)?;
    let secret = row.given.get(question.secret).or_else(|| row.given.get("roleArn"));
    Ok(secret.and_then(Value::as_str).map(str::to_owned))
}

fn zones<const N: usize>(names: [String; N]) -> Value {
    json!({ "data": names.to_vec(), "totalCount": N })
}

fn hosts(names: [&str; 3]) -> Value {
    names.iter().map(|name| json!({ "name": name, "isBound": false, "usedByServer": false })).collect()
}
