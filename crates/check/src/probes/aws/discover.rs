//! What AWS can list for the form: regions, networks, their subnets, and shared file systems.

use reqwest::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{FIELDS, assume, place, refuse_temporary};
use crate::answer::Answer;
use crate::ask::Ask;
use crate::checker::Suggestion;
use crate::endpoints::Endpoint;
use crate::probe::{Discovered, Probe, below};
use crate::probes::signed::{self, EC2, Items, REGIONS, Signer};
use crate::{Report, Verdict};

pub(in crate::probes) const DISCOVERED: &[&str] = &["awsRegion", "importedVpcId", "subnets", "efsFileSystemId"];

pub(in crate::probes) async fn discover(probe: &Probe<'_>, field: &'static str) -> Discovered {
    // Every region knows all of them, so that one can be asked before one is chosen.
    let region = match probe.values.text(FIELDS.region) {
        None if field == FIELDS.region => "us-east-1",
        chosen => chosen.ok_or_else(|| probe.missing(FIELDS.region))?,
    };
    let signer = Signer::of(probe, &FIELDS, region)?;
    refuse_temporary(probe, &signer)?;
    let assumed = match probe.values.text("roleArn") {
        Some(arn) => Some(assume(probe, &signer, &place(probe, Endpoint::AwsSts, "sts", region)?, arn).await?),
        None => None,
    };
    let signer = assumed.as_ref().map_or_else(|| signer.within(region), |key| signer.temporary(key));
    let ec2 = Ec2 { probe, signer, url: place(probe, Endpoint::AwsEc2, "ec2", region)? };
    match field {
        "awsRegion" => {
            let answer = ec2.signer.act(probe, "ec2", &ec2.url, REGIONS).await?;
            let regions =
                signed::regions(&answer).ok_or_else(|| ec2.refused(&answer, &ec2.url, "ec2:DescribeRegions"))?;
            Ok(regions.into_iter().map(|region| Suggestion::plain(region.name)).collect())
        }
        "importedVpcId" => ec2.networks().await,
        "subnets" => ec2.subnets().await,
        _ => ec2.file_systems().await,
    }
}

/// EC2 of a region, with a key to ask it by.
struct Ec2<'a> {
    probe: &'a Probe<'a>,
    signer: Signer<'a>,
    url: Url,
}

#[derive(Deserialize, Default)]
struct Tag {
    key: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Networks {
    vpc_set: Items<Network>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Network {
    vpc_id: String,
    #[serde(default)]
    cidr_block: String,
    #[serde(default)]
    tag_set: Items<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subnets {
    subnet_set: Items<Subnet>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subnet {
    subnet_id: String,
    vpc_id: String,
    #[serde(default)]
    cidr_block: String,
    #[serde(default)]
    availability_zone: String,
    #[serde(default)]
    map_public_ip_on_launch: bool,
    #[serde(default)]
    tag_set: Items<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tables {
    route_table_set: Items<Table>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Table {
    #[serde(default)]
    vpc_id: String,
    #[serde(default)]
    route_set: Items<Route>,
    #[serde(default)]
    association_set: Items<Association>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Route {
    #[serde(default)]
    gateway_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Association {
    #[serde(default)]
    subnet_id: String,
    #[serde(default)]
    main: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FileSystems {
    file_systems: Vec<FileSystem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FileSystem {
    file_system_id: String,
    #[serde(default)]
    name: String,
}

impl Ec2<'_> {
    async fn networks(&self) -> Discovered {
        let networks: Networks = self.list("DescribeVpcs", &[]).await?;
        let networks = networks.vpc_set.item.into_iter();
        Ok(networks.map(|one| Suggestion::with(one.vpc_id, &words(&one.tag_set, &[&one.cidr_block]))).collect())
    }

    /// The subnets of the chosen network, or all of them. One is public when its routes lead to an internet gateway.
    async fn subnets(&self) -> Discovered {
        let chosen = self.probe.values.text("importedVpcId");
        let filter = chosen.map(|id| [("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", id)]);
        let filter = filter.as_ref().map_or(&[][..], |pairs| &pairs[..]);
        let subnets: Subnets = self.list("DescribeSubnets", filter).await?;
        // Without the right to see routes, what a subnet does for new machines is the next best sign.
        let tables: Option<Tables> = self.list("DescribeRouteTables", filter).await.ok();
        let named = subnets.subnet_set.item.into_iter().map(|one| {
            let table = tables.as_ref().and_then(|tables| table_of(&tables.route_table_set.item, &one));
            let public = table.map_or(one.map_public_ip_on_launch, leads_out);
            let access = if public { "Public" } else { "Private" };
            Suggestion::with(
                format!("{}:{access}", one.subnet_id),
                &words(&one.tag_set, &[&one.cidr_block, &one.availability_zone]),
            )
        });
        Ok(named.collect())
    }

    async fn file_systems(&self) -> Discovered {
        let url = place(self.probe, Endpoint::AwsEfs, "elasticfilesystem", self.signer.region)?;
        let ask = Ask::get(below(&url, &["2015-02-01", "file-systems"]));
        let answer = self.signer.send(self.probe, "elasticfilesystem", ask).await?;
        let systems = answer.status.is_success().then(|| answer.json::<FileSystems>()).flatten();
        let right = "elasticfilesystem:DescribeFileSystems";
        // This service speaks JSON, and names its refusals beside it.
        let denied = answer.header("x-amzn-errortype").is_some_and(|sort| sort.starts_with("AccessDenied"));
        let systems = systems.ok_or_else(|| if denied { lacks(right) } else { self.refused(&answer, &url, right) })?;
        Ok(systems.file_systems.into_iter().map(|one| Suggestion::with(one.file_system_id, &one.name)).collect())
    }

    async fn list<T: DeserializeOwned>(&self, action: &str, filter: &[(&str, &str)]) -> Result<T, Report> {
        let mut pairs = vec![("Action", action), ("Version", EC2)];
        pairs.extend_from_slice(filter);
        let answer = self.signer.act(self.probe, "ec2", &self.url, &pairs).await?;
        let found = answer.status.is_success().then(|| answer.xml()).flatten();
        found.ok_or_else(|| self.refused(&answer, &self.url, &format!("ec2:{action}")))
    }

    fn refused(&self, answer: &Answer, url: &Url, right: &str) -> Report {
        match signed::Refusal::of(answer) {
            Some(refusal) if refusal.is_denial() => lacks(right),
            _ => signed::refused(self.probe, &self.signer, answer, url),
        }
    }
}

fn lacks(right: &str) -> Report {
    let sentence =
        format!("The key is right, but may not list these. It needs the right {right}; type the value in instead.");
    Report::new(Verdict::NotEnoughRights, sentence).at(FIELDS.id)
}

/// The routes that a subnet uses: its own, or the main ones of its network.
fn table_of<'t>(tables: &'t [Table], subnet: &Subnet) -> Option<&'t Table> {
    let own = |table: &&Table| table.association_set.item.iter().any(|one| one.subnet_id == subnet.subnet_id);
    let main = |table: &&Table| table.vpc_id == subnet.vpc_id && table.association_set.item.iter().any(|one| one.main);
    tables.iter().find(own).or_else(|| tables.iter().find(main))
}

fn leads_out(table: &Table) -> bool {
    table.route_set.item.iter().any(|route| route.gateway_id.starts_with("igw-"))
}

/// A name out of the tags, and what else tells one from another.
fn words(tags: &Items<Tag>, others: &[&str]) -> String {
    let name = tags.item.iter().find(|tag| tag.key == "Name").map(|tag| tag.value.as_str());
    let words: Vec<_> = name.into_iter().chain(others.iter().copied()).filter(|word| !word.is_empty()).collect();
    words.join(", ")
}
