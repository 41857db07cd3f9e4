//! A server with a new key after a restart. Its API rejects every old token.

use super::middleware::Middleware;
use crate::case::{Scheme, cases};
use crate::case_run::{API, CaseRun, ensure};
use crate::clients::Clients;
use crate::exchange::Seen;
use crate::install::Outcome;
use crate::product::ISSUED;
use crate::request::Request;
use crate::table::Row;
use crate::world::World;
use jeel_auth::Token;
use jeel_auth::core::Policy;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Adapters reject the token explicitly, the reqwest middleware does so itself. Each sends one
/// token request.
pub(crate) fn run(world: &World<'_>) -> Vec<Row> {
    let school = world.client("school", 3600);
    let cases = world.working_cases();
    let mut clients = Clients::new(world, "new key", cases, &school, &Policy::default());
    clients.act(|run| called(run, &run.token(1)?, OK));
    let calling = |case: &crate::case::Case| world.product.answers.issues(case.encoding);
    let mut middleware: Vec<Middleware<'_>> = cases_of_reqwest()
        .filter(calling)
        .map(|case| Middleware::new(world, case, &school))
        .collect();
    middleware.iter_mut().for_each(Middleware::call);
    clients.meanwhile(|| {
        world.stop();
        world.start()
    });
    clients.act(|run| {
        let (token, _) = run.first()?;
        called(run, &token, UNAUTHORIZED)?;
        run.client.reject(&token);
        called(run, &run.token(4)?, OK)
    });
    middleware.iter_mut().for_each(Middleware::call);
    let mut rows = clients.expect(|run| ridden_out(run.opening(ISSUED), run.works()));
    rows.extend(middleware.into_iter().map(Middleware::row));
    rows
}

fn cases_of_reqwest() -> impl Iterator<Item = crate::case::Case> {
    cases().into_iter().filter(|case| case.adapter.name() == "reqwest")
}

/// The expected requests: a successful call, a rejected call after the restart, one token request,
/// and the repeated call.
pub(super) fn ridden_out(opening: Vec<Request>, works: Seen) -> Vec<Request> {
    let mut requests = opening;
    requests.extend([
        Request::answered(Seen::Other, OK),
        Request::answered(Seen::Other, UNAUTHORIZED),
        Request::answered(works, ISSUED),
        Request::answered(Seen::Other, OK),
    ]);
    requests
}

/// Calls the API with the token and expects this status.
fn called(run: &CaseRun<'_>, token: &Token, status: u16) -> Outcome {
    let mut config = Agent::config_builder().http_status_as_error(false);
    if run.case.scheme == Scheme::Https {
        let authority = Certificate::from_der(&run.world.tls.authority).to_owned();
        let roots = RootCerts::new_with_certs(&[authority]);
        config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
    }
    let call = config.build().new_agent().get(format!("{}{API}payments", run.proxy.origin()));
    let response = call.header("Authorization", token.authorization()).call();
    let got = response.map_err(|error| format!("the API: {error}"))?.status().as_u16();
    ensure(got == status, || format!("the API answered {got}"))
}

const OK: u16 = 200;
const UNAUTHORIZED: u16 = 401;
