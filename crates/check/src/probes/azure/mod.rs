//! Azure: a token for the app registration, then the subscription.

mod discover;
mod refusal;

use reqwest::Url;
use serde::Deserialize;
use zeroize::Zeroizing;

pub(super) use self::discover::{DISCOVERED, discover};
use crate::answer::Answer;
use crate::ask::Ask;
use crate::checker::is_loopback;
use crate::probe::{Checked, Probe, below};
use crate::{Endpoint, Report, Verdict};

const CLIENT: &str = "azureClientId";
const SECRET: &str = "azureClientSecret";
const TENANT: &str = "azureTenantId";
const SUBSCRIPTION: &str = "azureSubscriptionId";
const LOCATION: &str = "azureLocation";

const LOGIN_SERVER: &str = "Microsoft's sign-in";
const MANAGEMENT_SERVER: &str = "Azure Resource Manager";

/// One of Azure's clouds: where its sign-in and its management are.
struct Cloud {
    login: &'static str,
    management: &'static str,
}

const PUBLIC: Cloud = Cloud { login: "https://login.microsoftonline.com", management: "https://management.azure.com" };
const GOVERNMENT: Cloud =
    Cloud { login: "https://login.microsoftonline.us", management: "https://management.usgovcloudapi.net" };
const CHINA: Cloud =
    Cloud { login: "https://login.chinacloudapi.cn", management: "https://management.chinacloudapi.cn" };

/// A sign-in that came about, and what it was made with.
struct Session {
    token: Zeroizing<String>,
    management: Url,
}

#[derive(Deserialize)]
struct Token {
    access_token: Zeroizing<String>,
}

/// A subscription as Azure describes it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Subscription {
    subscription_id: String,
    display_name: String,
    state: String,
}

/// A page of a list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    value: Vec<T>,
    next_link: Option<String>,
}

/// What a caller may do, and what is taken away from that again.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Permission {
    actions: Vec<String>,
    not_actions: Vec<String>,
}

/// What a cluster is made with first.
const MAKES_MACHINES: &str = "Microsoft.Compute/virtualMachines/write";

pub(super) async fn check(probe: &Probe<'_>) -> Checked {
    let id = probe.text(SUBSCRIPTION)?;
    let session = Session::open(probe).await?;
    let url = session.url(&["subscriptions", id], "2022-12-01");
    let answer = session.get(probe, url.clone()).await?;
    let found = answer.status.is_success().then(|| answer.json::<Subscription>()).flatten();
    let asked = |one: &Subscription| one.subscription_id.eq_ignore_ascii_case(id) && !one.state.is_empty();
    if answer.status.is_success() && !found.as_ref().is_some_and(asked) {
        return Err(probe.unexpected(&answer, &url, MANAGEMENT_SERVER));
    }
    let Some(subscription) = found else {
        let others = session.subscriptions(probe).await.unwrap_or_default();
        return Err(refusal::of_subscription(probe, &answer, &url, &others));
    };
    let name = probe.clean(&subscription.display_name);
    let mut report = Report::new(Verdict::Works, format!("The app signs in, and reaches the subscription {name}."))
        .identity(probe.text(CLIENT)?)
        .detail("Subscription", name.clone())
        .detail("State", probe.clean(&subscription.state));
    match subscription.state.as_str() {
        "Disabled" | "Deleted" | "Expired" => {
            return Err(Report::new(
                Verdict::Disabled,
                format!(
                    "The app signs in, but the subscription {name} is {}. Reactivate it in the Azure portal, or choose another.",
                    subscription.state.to_lowercase()
                ),
            )
            .at(SUBSCRIPTION));
        }
        "Warned" | "PastDue" => {
            report =
                report.warning(format!("The subscription {name} has a bill that is overdue, and will be disabled."));
        }
        _ => {}
    }
    // Whoever may read a subscription may also ask for the rights on it. Without an answer nothing is said.
    if let Some(makes) = session.may(probe, id, MAKES_MACHINES).await {
        report = report.detail("Rights", if makes { "reads and changes" } else { "reads only" });
        if !makes {
            report = report.warning(
                "The app may not make machines in this subscription. Give it a role such as Contributor before clusters are made.",
            );
        }
    }
    Ok(report)
}

impl Cloud {
    /// The cloud of a location; without one the public cloud.
    fn of(probe: &Probe<'_>) -> Self {
        match probe.values.text(LOCATION).unwrap_or_default() {
            place if place.starts_with("usgov") || place.starts_with("usdod") => GOVERNMENT,
            place if place.starts_with("china") => CHINA,
            _ => PUBLIC,
        }
    }
}

impl Session {
    /// Signs in with the app's id and secret.
    async fn open(probe: &Probe<'_>) -> Result<Self, Report> {
        let (client, secret, tenant) = (probe.text(CLIENT)?, probe.secret(SECRET)?, probe.text(TENANT)?);
        let cloud = Cloud::of(probe);
        let place = |endpoint, default| match probe.checker.endpoints.get(endpoint) {
            Some(url) => Ok(url.clone()),
            None => probe.address(LOCATION, default),
        };
        let login = place(Endpoint::AzureLogin, cloud.login)?;
        let management = place(Endpoint::AzureManagement, cloud.management)?;
        let url = below(&login, &[tenant, "oauth2", "v2.0", "token"]);
        // A cloud of its own has a management of its own, for which the token is made out.
        let audience = match probe.checker.endpoints.get(Endpoint::AzureManagement) {
            Some(url) if !is_loopback(url) => url.as_str().trim_end_matches('/').to_owned(),
            _ => cloud.management.to_owned(),
        };
        let scope = format!("{audience}/.default");
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client),
            ("client_secret", secret),
            ("scope", scope.as_str()),
        ];
        let answer = probe.send(Ask::post(url.clone()).form(&form)).await?;
        match answer.status.is_success().then(|| answer.json::<Token>()).flatten() {
            Some(token) => Ok(Self { token: token.access_token, management }),
            None => Err(refusal::of_sign_in(probe, &answer, &url)),
        }
    }

    /// An address of the management with the version of its API.
    fn url(&self, path: &[&str], version: &str) -> Url {
        let mut url = below(&self.management, path);
        url.query_pairs_mut().append_pair("api-version", version);
        url
    }

    async fn get(&self, probe: &Probe<'_>, url: Url) -> Result<Answer, Report> {
        probe.send(Ask::get(url).bearer(&self.token)).await
    }

    /// The subscriptions that the app sees.
    async fn subscriptions(&self, probe: &Probe<'_>) -> Result<Vec<Subscription>, Report> {
        self.list(probe, self.url(&["subscriptions"], "2022-12-01")).await
    }

    /// Whether an action is among those that are allowed on the subscription; nothing when it is not told.
    async fn may(&self, probe: &Probe<'_>, subscription: &str, action: &str) -> Option<bool> {
        let path = ["subscriptions", subscription, "providers", "Microsoft.Authorization", "permissions"];
        let permissions: Vec<Permission> = self.list(probe, self.url(&path, "2022-04-01")).await.ok()?;
        let among = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, action));
        Some(permissions.iter().any(|one| among(&one.actions) && !among(&one.not_actions)))
    }
}

/// Whether a pattern with stars takes an action in.
fn matches(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_lowercase(), action.to_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = action.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    #[test]
    fn patterns_have_stars_anywhere() {
        for (pattern, taken) in [
            ("*", true),
            ("Microsoft.Compute/*", true),
            ("microsoft.compute/virtualmachines/write", true),
            ("*/write", true),
            ("Microsoft.*/virtualMachines/*", true),
            ("*/read", false),
            ("Microsoft.Compute/virtualMachines", false),
            ("Microsoft.Network/*", false),
        ] {
            assert_eq!(super::matches(pattern, super::MAKES_MACHINES), taken, "{pattern}");
        }
    }
}
