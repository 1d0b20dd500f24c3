//! Every path of the API, and what answers it.

use axum::Router;
use axum::extract::{RawPathParams, Request, State};
use axum::routing::{MethodFilter, MethodRouter, on};

use super::asked::{Endpoint, answer};
use super::{Refusal, problem};
use crate::Generation;
use crate::api::{auth, change, check, create, discover, events, list, pick, who};
use crate::shape::Shape;
use crate::world::World;

/// The whole API in the generation of a world.
pub(crate) fn routes(world: World) -> Router {
    let generation = world.options().generation;
    let mut router = Router::new();
    let mut route = |method: MethodFilter, path: &str, endpoint: Endpoint| {
        router = std::mem::take(&mut router).route(path, to(method, endpoint));
    };
    sign_in(&mut route);
    if generation == Generation::Current {
        route(MethodFilter::GET, "/api/v1/robot/details", Endpoint::Signed(who::robot));
    }
    credentials(&mut route, generation);
    picks(&mut route);
    for checker in check::of_generation(generation) {
        route(MethodFilter::POST, checker.path, Endpoint::Signed(check::check));
    }
    for question in discover::of_generation(generation) {
        route(MethodFilter::POST, question.path, Endpoint::Signed(discover::discover));
    }
    if world.options().events {
        route(MethodFilter::GET, "/api/v1/sse/notifications", Endpoint::Signed(events::events));
    }
    router
        .fallback(async || Refusal::new(404, "There is nothing at this address.").response())
        .method_not_allowed_fallback(async || problem(405, "Method Not Allowed", "This method is not allowed here."))
        .with_state(world)
}

fn to(method: MethodFilter, endpoint: Endpoint) -> MethodRouter<World> {
    on(method, move |State(world): State<World>, params: RawPathParams, request: Request| async move {
        answer(world, params, request, endpoint).await
    })
}

type Route<'a> = &'a mut dyn FnMut(MethodFilter, &str, Endpoint);

fn sign_in(route: Route<'_>) {
    route(MethodFilter::POST, "/api/v1/auth/login", Endpoint::Open(auth::login));
    route(MethodFilter::POST, "/api/v1/auth/refresh", Endpoint::Open(auth::refresh));
    route(MethodFilter::POST, "/api/v1/two-factor-auth/login", Endpoint::Open(auth::code));
    route(MethodFilter::POST, "/api/v1/two-factor-auth/recovery", Endpoint::Open(auth::recovery));
    route(MethodFilter::GET, "/api/v1/users/userinfo", Endpoint::Signed(who::userinfo));
    route(MethodFilter::GET, "/api/v1/organizations", Endpoint::Signed(who::organizations));
    route(MethodFilter::GET, "/api/v1/organizations/list", Endpoint::Signed(who::organizations_to_pick));
}

fn credentials(route: Route<'_>, generation: Generation) {
    for shape in Shape::of_generation(generation) {
        route(MethodFilter::GET, shape.list, Endpoint::Signed(list::list));
        route(MethodFilter::POST, shape.create, Endpoint::Signed(create::create));
        let (update, takes) = shape.update;
        if !takes.is_empty() {
            let method = if update == shape.create { MethodFilter::PUT } else { MethodFilter::POST };
            route(method, update, Endpoint::Signed(change::update));
        }
    }
    for (path, _, _) in change::LISTS {
        if generation == Generation::Legacy || !path.contains("zededa") {
            route(MethodFilter::POST, path, Endpoint::Signed(change::update_list));
        }
    }
    for family in &change::FAMILIES {
        let base = family.base;
        route(MethodFilter::DELETE, &format!("{base}/{{id}}"), Endpoint::Signed(change::delete));
        if family.locks {
            route(MethodFilter::POST, &format!("{base}/lockmanager"), Endpoint::Signed(change::lock));
        }
        if family.defaults {
            route(MethodFilter::POST, &format!("{base}/makedefault"), Endpoint::Signed(change::make_default));
        }
    }
    if generation == Generation::Legacy {
        let versions = "/api/v1/tanzu/kubernetes-versions/{cloudId}";
        route(MethodFilter::GET, versions, Endpoint::Signed(pick::tanzu_versions));
    } else {
        route(MethodFilter::GET, "/api/v1/generic-kubernetes/list", Endpoint::Signed(list::generic));
        route(MethodFilter::PUT, "/api/v1/generic-kubernetes/update", Endpoint::Signed(change::generic));
    }
}

/// The drop-downs.
fn picks(route: Route<'_>) {
    route(MethodFilter::GET, "/api/v1/cloudcredentials", Endpoint::Signed(pick::clouds));
    route(MethodFilter::GET, "/api/v1/s3credentials", Endpoint::Signed(pick::backups));
    route(MethodFilter::GET, "/api/v1/opscredentials", Endpoint::Signed(pick::billings));
    route(MethodFilter::GET, "/api/v1/ai-credential", Endpoint::Signed(pick::ais));
    route(MethodFilter::GET, "/showback/v1/showbackcredentials/list", Endpoint::Signed(pick::showbacks));
    route(MethodFilter::GET, "/api/v1/opscredentials/{id}/metric/names", Endpoint::Signed(pick::metrics));
    route(MethodFilter::GET, "/api/v1/common/enumvalues", Endpoint::Signed(pick::words));
    route(MethodFilter::GET, "/api/v1/common/sorting-elements/{type}", Endpoint::Signed(pick::sortings));
    route(MethodFilter::GET, "/api/v1/zadara/volume-types", Endpoint::Signed(pick::volume_types));
}
