//! vSphere's SOAP: as old as vSphere, and the only way to its templates.

use quick_xml::escape::escape;
use reqwest::Url;
use reqwest::header::SET_COOKIE;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{PASSWORD, SERVER, Thing, URL, USER, What, refused, without_rights};
use crate::answer::Answer;
use crate::ask::Ask;
use crate::probe::{Farewell, Probe, at_path};
use crate::{Report, Verdict};

/// How many things come at a time: what a page weighs stays far below the bound for answers.
const PAGE: usize = 500;

/// More than any vCenter may have of one sort.
const THINGS: usize = 50_000;

pub(super) struct Soap {
    url: Url,
    cookie: Zeroizing<String>,
    content: Content,
    pub(super) version: String,
    farewell: Farewell,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope<T> {
    body: T,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ContentBody {
    retrieve_service_content_response: Returned<Content>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ViewBody {
    create_container_view_response: Returned<Reference>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PageBody {
    #[serde(alias = "ContinueRetrievePropertiesExResponse")]
    retrieve_properties_ex_response: Maybe<Page>,
}

#[derive(Deserialize)]
struct Returned<T> {
    returnval: T,
}

#[derive(Deserialize)]
struct Maybe<T> {
    returnval: Option<T>,
}

/// Where everything else is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    root_folder: Reference,
    property_collector: Reference,
    view_manager: Option<Reference>,
    session_manager: Option<Reference>,
    about: About,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    version: String,
    api_type: String,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(rename = "$text")]
    id: String,
}

#[derive(Deserialize)]
struct Page {
    token: Option<String>,
    #[serde(default)]
    objects: Vec<Object>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    obj: Reference,
    #[serde(default)]
    prop_set: Vec<Property>,
}

#[derive(Deserialize)]
struct Property {
    name: String,
    val: Text,
}

#[derive(Default, Deserialize)]
struct Text {
    #[serde(rename = "$text", default)]
    text: String,
}

impl Soap {
    pub(super) async fn open(probe: &Probe<'_>, root: &Url) -> Result<Self, Report> {
        let (user, password) = (probe.text(USER)?, probe.secret(PASSWORD)?);
        let url = at_path(root, "/sdk");
        let call = "<RetrieveServiceContent xmlns=\"urn:vim25\"><_this type=\"ServiceInstance\">ServiceInstance</_this>\
                    </RetrieveServiceContent>";
        let answer = probe.send(post(&url, call)).await?;
        let envelope = answer.status.is_success().then(|| answer.xml::<Envelope<ContentBody>>()).flatten();
        let Some(envelope) = envelope else { return Err(probe.unexpected(&answer, &url, SERVER).at(URL)) };
        let content = envelope.body.retrieve_service_content_response.returnval;
        // Nobody is signed in where nothing that the credential names can be.
        if content.about.api_type != "VirtualCenter" {
            let sentence =
                "This is a single ESXi host and not a vCenter. Give the address of the vCenter that has the host.";
            return Err(Report::new(Verdict::WrongServer, sentence).at(URL));
        }
        let manager = content.session_manager.as_ref().map_or("SessionManager", |manager| &manager.id);
        let login = Zeroizing::new(format!(
            "<Login xmlns=\"urn:vim25\"><_this type=\"SessionManager\">{}</_this><userName>{}</userName><password>{}</password>\
             </Login>",
            escape(manager),
            escape(user),
            *Zeroizing::new(escape(password).into_owned())
        ));
        let answer = probe.send(post(&url, &login)).await?;
        if !answer.status.is_success() {
            return Err(fault(probe, &answer, &url));
        }
        let version = probe.clean(&content.about.version);
        let cookie = cookie(&answer);
        let logout =
            format!("<Logout xmlns=\"urn:vim25\"><_this type=\"SessionManager\">{}</_this></Logout>", escape(manager));
        let farewell = probe.farewell(post(&url, &logout).header("cookie", &cookie))?;
        Ok(Self { url, cookie, content, version, farewell })
    }

    pub(super) async fn list(&self, probe: &Probe<'_>, what: What, inside: Option<&str>) -> Result<Vec<Thing>, Report> {
        let sort = match what {
            What::Datacenter => "Datacenter",
            What::Pool => "ResourcePool",
            What::Datastore => "Datastore",
            What::Host => "HostSystem",
            What::Network => "Network",
            What::Template => "VirtualMachine",
        };
        let container = match inside {
            Some(datacenter) => format!("<container type=\"Datacenter\">{}</container>", escape(datacenter)),
            None => format!("<container type=\"Folder\">{}</container>", escape(&*self.content.root_folder.id)),
        };
        let manager = self.content.view_manager.as_ref().map_or("ViewManager", |manager| &manager.id);
        let view = self
            .call::<ViewBody>(
                probe,
                &format!(
                    "<CreateContainerView xmlns=\"urn:vim25\"><_this type=\"ViewManager\">{}</_this>{container}\
                     <type>{sort}</type><recursive>true</recursive></CreateContainerView>",
                    escape(manager)
                ),
            )
            .await?
            .create_container_view_response
            .returnval;
        let collector =
            format!("<_this type=\"PropertyCollector\">{}</_this>", escape(&*self.content.property_collector.id));
        let template = if what == What::Template { "<pathSet>config.template</pathSet>" } else { "" };
        let mut call = format!(
            "<RetrievePropertiesEx xmlns=\"urn:vim25\">{collector}<specSet><propSet><type>{sort}</type><pathSet>name</pathSet>\
             {template}</propSet><objectSet><obj type=\"ContainerView\">{}</obj><skip>true</skip>\
             <selectSet xsi:type=\"TraversalSpec\"><name>view</name><type>ContainerView</type><path>view</path>\
             <skip>false</skip></selectSet></objectSet></specSet><options><maxObjects>{PAGE}</maxObjects></options>\
             </RetrievePropertiesEx>",
            escape(&*view.id)
        );
        let mut found = Vec::new();
        loop {
            let page = self.call::<PageBody>(probe, &call).await?.retrieve_properties_ex_response.returnval;
            let Some(page) = page else { return Ok(found) };
            found.extend(page.objects.into_iter().filter_map(|object| thing(object, what)));
            match page.token {
                Some(token) if found.len() < THINGS => {
                    call = format!(
                        "<ContinueRetrievePropertiesEx xmlns=\"urn:vim25\">{collector}<token>{}</token>\
                         </ContinueRetrievePropertiesEx>",
                        escape(&*token)
                    );
                }
                _ => return Ok(found),
            }
        }
    }

    pub(super) async fn close(self) {
        self.farewell.say().await;
    }

    async fn call<T: for<'de> Deserialize<'de>>(&self, probe: &Probe<'_>, call: &str) -> Result<T, Report> {
        let answer = self.ask(probe, call).await?;
        if !answer.status.is_success() {
            return Err(fault(probe, &answer, &self.url));
        }
        let envelope = answer.xml::<Envelope<T>>();
        envelope.map(|envelope| envelope.body).ok_or_else(|| probe.unexpected(&answer, &self.url, SERVER).at(URL))
    }

    async fn ask(&self, probe: &Probe<'_>, call: &str) -> Result<Answer, Report> {
        probe.send(post(&self.url, call).header("cookie", &self.cookie)).await
    }
}

/// A call in its envelope.
fn post(url: &Url, call: &str) -> Ask {
    const OPEN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
                        xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
                        xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>";
    const CLOSE: &str = "</soapenv:Body></soapenv:Envelope>";
    let mut body = Zeroizing::new(Vec::with_capacity(OPEN.len() + call.len() + CLOSE.len()));
    for part in [OPEN, call, CLOSE] {
        body.extend_from_slice(part.as_bytes());
    }
    Ask::post(url.clone()).header("soapaction", "urn:vim25/5.0").body("text/xml; charset=utf-8", body)
}

/// The session's cookie, with which it is asked and ended.
fn cookie(answer: &Answer) -> Zeroizing<String> {
    let cookies = answer.headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    let mut pairs = cookies.filter_map(|cookie| cookie.split(';').next());
    let session = pairs.find(|pair| pair.trim_start().starts_with("vmware_soap_session="));
    Zeroizing::new(session.unwrap_or_default().trim().to_owned())
}

/// What a fault means. Its name is in its details, which differ in form between versions.
fn fault(probe: &Probe<'_>, answer: &Answer, url: &Url) -> Report {
    let said = answer.text().unwrap_or_default();
    if said.contains("PasswordExpired") {
        let sentence = format!("{} has expired. Set a new one in vCenter.", probe.label(PASSWORD));
        return Report::new(Verdict::Expired, sentence).at(PASSWORD);
    }
    if said.contains("InvalidLogin") {
        return refused(probe);
    }
    if said.contains("NoPermission") || said.contains("NotAuthenticated") {
        return without_rights(probe);
    }
    probe.unexpected(answer, url, SERVER).at(URL)
}

fn thing(object: Object, what: What) -> Option<Thing> {
    let mut values = object.prop_set.into_iter();
    if what == What::Template {
        let all: Vec<Property> = values.collect();
        if !all.iter().any(|one| one.name == "config.template" && one.val.text == "true") {
            return None;
        }
        values = all.into_iter();
    }
    let name = values.find(|one| one.name == "name")?.val.text;
    Some(Thing { id: object.obj.id, name })
}
