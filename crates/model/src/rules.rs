//! Rules that several kinds share, as named functions. A kind's own rules stand in its file.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use url::Url;

use crate::field::Choice;
use crate::kind::Subject;
use crate::{Code, Findings, Values};

/// The continents, as the API codes them.
pub(crate) const CONTINENTS: &[Choice] = &[
    Choice { value: "eu", label: "Europe" },
    Choice { value: "us", label: "America" },
    Choice { value: "as", label: "Asia" },
];

/// How addresses are given out.
pub(crate) const IP_MODES: &[Choice] =
    &[Choice { value: "Ipv4", label: "IPv4" }, Choice { value: "DualStack", label: "IPv4 and IPv6" }];

/// Whether the provider's network is made or taken over.
pub(crate) const VPC_MODES: &[Choice] = &[
    Choice { value: "Create", label: "Create a new one" },
    Choice { value: "Import", label: "Import an existing one" },
];

/// A cloud credential's name: 3 to 30 ASCII letters, digits and dashes.
pub(crate) fn cloud_name(name: &str) -> Result<(), String> {
    if name.chars().any(|c| !c.is_ascii_alphanumeric() && c != '-') {
        return Err("Cloud Name takes letters a to z, digits and dashes only.".into());
    }
    of_length("Cloud Name", name, 3, 30)
}

/// A text of so many characters, both bounds inclusive.
pub(crate) fn of_length(label: &str, text: &str, least: usize, most: usize) -> Result<(), String> {
    let length = text.chars().count();
    if (least..=most).contains(&length) {
        Ok(())
    } else {
        Err(format!("{label} has {least} to {most} characters; this has {length}."))
    }
}

/// An http or https address with a host and no user or password.
pub(crate) fn web_address(label: &str, text: &str) -> Result<(), String> {
    let wrong = || Err(format!("{label} is a web address such as https://cloud.example.com."));
    // The parser forgives slashes that are missing or too many, and takes what follows for the host.
    let after = text.split_once("://").map_or("", |(_, after)| after);
    if after.is_empty() || after.starts_with(['/', '\\']) {
        return wrong();
    }
    let Ok(url) = Url::parse(text) else {
        return wrong();
    };
    if !matches!(url.scheme(), "http" | "https") || text.contains(char::is_whitespace) {
        return wrong();
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("{label} holds a user or a password; give these in their own fields."));
    }
    match url.host_str() {
        Some(host) if !host.is_empty() => Ok(()),
        _ => wrong(),
    }
}

/// `a.b.c.d/n` with n from 1 to 32.
pub(crate) fn network(label: &str, text: &str) -> Result<Ipv4Net, String> {
    let Some((address, prefix)) = text.split_once('/') else {
        return Err(format!("{label} is an address and a prefix length, such as 10.3.0.0/24."));
    };
    let Ok(address) = address.parse::<Ipv4Addr>() else {
        return Err(format!("{label} begins with an IPv4 address, such as 10.3.0.0/24."));
    };
    let digits = !prefix.is_empty() && prefix.len() <= 2 && prefix.bytes().all(|byte| byte.is_ascii_digit());
    match prefix.parse::<u8>() {
        Ok(prefix) if digits && (1..=32).contains(&prefix) => {
            Ipv4Net::new(address, prefix).map_err(|_| format!("{label} has a prefix length from 1 to 32."))
        }
        _ => Err(format!("{label} has a prefix length from 1 to 32.")),
    }
}

/// A DNS name: labels of letters, digits and dashes, at least two of them.
pub(crate) fn dns_name(label: &str, text: &str) -> Result<(), String> {
    let part = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    if text.len() <= 253 && text.contains('.') && text.split('.').all(part) {
        Ok(())
    } else {
        Err(format!("{label} is a DNS name such as example.com, without https:// and without a path."))
    }
}

/// A GUID in its usual form of five groups.
pub(crate) fn guid(label: &str, text: &str) -> Result<(), String> {
    let groups: Vec<&str> = text.split('-').collect();
    let formed = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if formed { Ok(()) } else { Err(format!("{label} is a GUID such as 72f988bf-86f1-41af-91ab-2d7cd011db47.")) }
}

/// The two network blocks of a kind that has them: each consistent in itself, and the two apart.
pub(crate) fn networks(subject: &Subject<'_>, findings: &mut Findings) {
    let public = network_block("publicNetwork", subject, findings);
    let private = network_block("privateNetwork", subject, findings);
    let (Some(public), Some(private)) = (public, private) else {
        return;
    };
    if public.contains(&private.network()) || private.contains(&public.network()) {
        findings.problem(
            "privateNetwork.ipAddress",
            Code::Conflict,
            format!("The private network {private} and the public network {public} overlap."),
        );
    }
}

/// One block: gateway and range inside the network, the range not reversed.
fn network_block(block: &str, subject: &Subject<'_>, findings: &mut Findings) -> Option<Ipv4Net> {
    let id = |field: &str| format!("{block}.{field}");
    let address = |field: &str| subject.values.text(&id(field)).and_then(|text| text.parse::<Ipv4Addr>().ok());
    let text = subject.values.text(&id("ipAddress"))?;
    let net = network("", text).ok()?;
    let shown = net.trunc();
    if net.addr() != net.network() {
        findings.warn(
            &id("ipAddress"),
            Code::Suspicious,
            format!("{text} has host bits set; the network is {shown}. It is kept as typed."),
        );
    }
    let (gateway, start, end) = (address("gateway"), address("beginAllocationRange"), address("endAllocationRange"));
    for (field, name, value) in [
        ("gateway", "gateway", gateway),
        ("beginAllocationRange", "start of the range", start),
        ("endAllocationRange", "end of the range", end),
    ] {
        if let Some(value) = value.filter(|value| !net.contains(value)) {
            findings.problem(&id(field), Code::Invalid, format!("The {name} {value} is not inside {shown}."));
        }
    }
    let edge = |address: &Ipv4Addr| net.prefix_len() < 31 && (*address == net.network() || *address == net.broadcast());
    if gateway.as_ref().is_some_and(edge) {
        findings.warn(
            &id("gateway"),
            Code::Suspicious,
            "The gateway is the network's own or its broadcast address, which no machine has.",
        );
    }
    let (Some(start), Some(end)) = (start, end) else {
        return Some(shown);
    };
    if start > end {
        findings.problem(
            &id("endAllocationRange"),
            Code::Invalid,
            format!("The range ends at {end}, before it starts at {start}."),
        );
    } else if let Some(gateway) = gateway.filter(|gateway| (start..=end).contains(gateway)) {
        findings.warn(
            &id("beginAllocationRange"),
            Code::Suspicious,
            format!("The range holds the gateway {gateway}, which would be given to a machine."),
        );
    } else if edge(&start) || edge(&end) {
        findings.warn(
            &id("beginAllocationRange"),
            Code::Suspicious,
            "The range holds the network's own or its broadcast address.".to_owned(),
        );
    }
    Some(shown)
}

/// The help of every switch that turns the check of certificates off.
pub(crate) const SKIP_TLS_HELP: &str = "Accept any certificate of this host, also one that no known authority signed.";

/// A value as a fact.
pub(crate) fn fact(values: &Values, field: &str) -> Option<String> {
    values.text(field).map(str::to_owned)
}

/// The path of a web address, when it is one.
pub(crate) fn path_of(address: &str) -> Option<String> {
    Url::parse(address).ok().filter(Url::has_host).map(|url| url.path().to_owned())
}

/// Whether a web address says more than scheme, host and port.
pub(crate) fn has_path_or_query(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| {
        !url.path().trim_end_matches('/').is_empty() || url.query().is_some() || url.fragment().is_some()
    })
}

/// One label of a DNS name as Kubernetes takes it: small letters, digits, and dashes within.
pub(crate) fn is_dns_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// A user of vCenter's sign-in belongs to a domain, which people leave out.
pub(crate) fn user_has_domain(field: &str, label: &str, subject: &Subject<'_>, findings: &mut Findings) {
    if subject.values.text(field).is_some_and(|user| !user.contains(['@', '\\'])) {
        findings.warn(
            field,
            Code::Suspicious,
            format!("{label} usually names a domain, such as administrator@vsphere.local; this one does not."),
        );
    }
}

/// Basic authentication parts user from password at the first colon.
pub(crate) fn basic_auth_user(label: &str, user: &str) -> Result<(), String> {
    if user.contains(':') {
        Err(format!("{label} takes no colon, because Basic authentication cannot carry one."))
    } else {
        Ok(())
    }
}

/// The address in a browser, or that of one call, is not the root that calls are made from.
pub(crate) fn prometheus_root(field: &str, label: &str, subject: &Subject<'_>, findings: &mut Findings) {
    let Some(path) = subject.values.text(field).and_then(path_of) else {
        return;
    };
    let path = path.trim_end_matches('/');
    if path.ends_with("/graph") || path.ends_with("/api/v1") {
        findings.warn(
            field,
            Code::Suspicious,
            format!("{label} is the address of the server, without /graph or /api/v1 at its end."),
        );
    }
}
