//! What the tests of this crate share: complete credentials of every kind, typed as a person would.

#![allow(dead_code, reason = "each test file uses its own part of this")]
#![allow(unreachable_pub, reason = "each test file takes this in as a module of its own")]
#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

use credenza_model::{Code, Findings, Input, Kind, KindId, Reading, SecretMap, SecretState, Values};

/// Pairs of a field id and what is typed into it; an empty text clears.
pub type Typed = Vec<(&'static str, String)>;

/// A credential as it was read and judged.
pub struct Judged {
    pub reading: Reading,
    pub values: Values,
    pub findings: Findings,
}

impl Judged {
    /// Every remark made, of whatever sort.
    pub fn messages(&self) -> Vec<String> {
        let Self { reading, findings, .. } = self;
        [&reading.refusals, &reading.notes, &findings.problems, &findings.warnings]
            .into_iter()
            .flatten()
            .map(|remark| remark.message.clone())
            .collect()
    }

    /// Fields and codes of what was refused, or of the problems when nothing was.
    pub fn wrong(&self) -> Vec<(String, Code)> {
        let remarks = if self.reading.refusals.is_empty() { &self.findings.problems } else { &self.reading.refusals };
        remarks.iter().map(|remark| (remark.field.clone(), remark.code)).collect()
    }

    /// Fields of the warnings.
    pub fn warned(&self) -> Vec<String> {
        self.findings.warnings.iter().map(|warning| warning.field.clone()).collect()
    }

    /// Nothing to say against it.
    pub fn is_clean(&self) -> bool {
        self.reading.refusals.is_empty() && self.findings.problems.is_empty() && self.findings.warnings.is_empty()
    }

    /// Everything said of one field, in one text.
    pub fn said_of(&self, field: &str) -> String {
        let Self { reading, findings, .. } = self;
        [&reading.refusals, &findings.problems, &findings.warnings, &reading.notes]
            .into_iter()
            .flatten()
            .filter(|remark| remark.field == field)
            .map(|remark| remark.message.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// Reads and judges an input for a new credential.
pub fn judge(kind: &Kind, input: Input) -> Judged {
    let mut reading = kind.read(input);
    let mut values = Values::default();
    std::mem::take(&mut reading.changes).apply(&mut values);
    let findings = kind.judge(&values, &|_| SecretState::Unset, &reading.secrets);
    Judged { reading, values, findings }
}

/// The same for typed pairs; a later pair wins.
pub fn judge_typed(kind: &Kind, typed: &[(&str, String)]) -> Judged {
    judge(kind, input(typed))
}

/// An input of typed pairs.
pub fn input(typed: &[(&str, String)]) -> Input {
    let mut input = Input::default();
    for (field, text) in typed {
        input.set(*field, text.clone());
    }
    input
}

/// The kind's own sample.
pub fn sample(kind: &Kind) -> Typed {
    kind.sample.iter().map(|(field, text)| (*field, (*text).to_owned())).collect()
}

/// The sample with some fields typed anew.
pub fn sample_with(kind: &Kind, changes: &[(&'static str, &str)]) -> Typed {
    let mut typed = sample(kind);
    for (field, text) in changes {
        typed.retain(|(given, _)| given != field);
        if !text.is_empty() {
            typed.push((*field, (*text).to_owned()));
        }
    }
    typed
}

/// The secrets of typed pairs.
pub fn secrets(kind: &Kind, typed: &[(&str, String)]) -> SecretMap {
    kind.read(input(typed)).secrets
}

/// Complete credentials that together give every field of the kind: the sample, and what its conditions show.
pub fn complete(id: KindId) -> Vec<Typed> {
    let kind = id.kind();
    let with = |changes: &[(&'static str, &str)]| sample_with(kind, changes);
    let mut all = vec![sample(kind)];
    all.extend(match id {
        KindId::Aws => vec![
            with(&[
                ("awsAccessKeyId", ""),
                ("awsSecretAccessKey", ""),
                ("roleArn", "arn:aws:iam::123456789012:role/taikun"),
                ("externalId", "acme-0417"),
            ]),
            with(&[
                ("vpcMode", "Import"),
                ("importedVpcId", "vpc-0a1b2c3d4e5f60718"),
                ("subnets", "subnet-0a1b2c3d:Public,subnet-1a1b2c3d:Private"),
            ]),
            with(&[
                ("sharedFileSystemEnabled", "true"),
                ("efsFileSystemId", "fs-0123456789abcdef0"),
                ("privateOnly", "true"),
                ("ipMode", "DualStack"),
            ]),
        ],
        KindId::Azure => vec![
            with(&[
                ("vnetMode", "Existing"),
                ("existingVirtualNetworkResourceGroupName", "net-rg"),
                ("existingVirtualNetworkName", "hub"),
            ]),
            with(&[
                ("vnetMode", "Import"),
                ("existingVirtualNetworkResourceGroupName", "net-rg"),
                ("existingVirtualNetworkName", "hub"),
                ("subnets", "default,apps"),
            ]),
            with(&[
                ("sharedFileSystemEnabled", "true"),
                ("importedFileShareId", "share-1"),
                ("importedFileShareResourceGroupName", "files-rg"),
                ("ipMode", "Ipv4"),
            ]),
        ],
        KindId::Gcp => vec![
            with(&[("importProject", "true"), ("folderId", ""), ("billingAccountId", "")]),
            with(&[
                ("vpcMode", "Import"),
                ("importedGcpProjectId", "acme-net"),
                ("importedVpcName", "shared"),
                ("subnets", "a,b"),
                ("ipMode", "Ipv4"),
            ]),
            with(&[("importedFilestoreId", "files"), ("importedFilestoreProjectId", "acme-files")]),
        ],
        KindId::Openstack => vec![
            with(&[
                ("applicationCredEnabled", "true"),
                ("openStackDomain", ""),
                ("openStackUser", "0123456789abcdef0123456789abcdef"),
            ]),
            with(&[
                ("openStackImportNetwork", "true"),
                ("openStackInternalSubnetId", "a1b2c3d4-e5f6-4708-9a0b-1c2d3e4f5061"),
            ]),
            with(&[
                ("manilaEnabled", "true"),
                ("manilaStorageType", "cephfs"),
                ("lbProvider", "ovn"),
                ("isAdmin", "true"),
                ("skipTlsFlag", "true"),
            ]),
            with(&[("openStackAvailabilityZone", "nova"), ("openStackVolumeType", "ssd")]),
        ],
        KindId::Proxmox => vec![with(&[("skipTlsFlag", "true")])],
        KindId::Vsphere => vec![
            with(&[("drsEnabled", "true"), ("hypervisors", "")]),
            with(&[("datacenterId", "datacenter-3"), ("skipTlsFlag", "true")]),
        ],
        _ => Vec::new(),
    });
    all
}

/// A fixture of this crate.
pub fn fixture(name: &str) -> String {
    let path = format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The sample with one field typed anew, judged.
pub fn with(id: KindId, field: &'static str, text: &str) -> Judged {
    judge_typed(id.kind(), &sample_with(id.kind(), &[(field, text)]))
}

/// The file is refused with one sentence that holds `part`, and nothing else is said.
pub fn refused(id: KindId, field: &'static str, text: &str, part: &str) {
    let judged = with(id, field, text);
    let problems = &judged.findings.problems;
    assert_eq!(judged.wrong(), [(field.to_owned(), Code::Invalid)], "{part}: {problems:?}");
    assert!(judged.findings.warnings.is_empty(), "{part}: {:?}", judged.findings.warnings);
    let said = &problems[0].message;
    assert!(said.contains(part), "{part}: {said}");
    assert!(said.ends_with('.') || said.contains("kubectl"), "{said}");
    assert!(!said.contains('\n'), "one line: {said}");
}

/// The file is taken, with these warnings.
pub fn taken(id: KindId, field: &'static str, text: &str, parts: &[&str]) {
    let judged = with(id, field, text);
    assert_eq!(judged.wrong(), [], "{:?}", judged.messages());
    let warnings: Vec<&str> = judged.findings.warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(warnings.len(), parts.len(), "{warnings:?}");
    assert!(warnings.iter().zip(parts).all(|(said, part)| said.contains(part)), "{warnings:?}");
}
