//! aws-smithy-runtime: the identity cache of the AWS SDKs, around our own token request.

use crate::holder::{Holder, bearer};
use crate::server::Server;
use crate::world::Failure;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime::client::auth::http::BearerAuthScheme;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::orchestrator::endpoints::StaticUriEndpointResolver;
use aws_smithy_runtime::client::retries::strategy::NeverRetryStrategy;
use aws_smithy_runtime_api::client::auth::AuthSchemeId;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::identity::http::Token;
use aws_smithy_runtime_api::client::identity::{
    Identity, IdentityFuture, ResolveCachedIdentity, ResolveIdentity, SharedIdentityCache,
    SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::config_bag::ConfigBag;
use http::HeaderValue;
use std::time::{Duration, SystemTime};

/// A lazy cache, and the arguments that a client passes to it.
pub(crate) struct Aws {
    cache: SharedIdentityCache,
    resolver: SharedIdentityResolver,
    components: RuntimeComponents,
    config: ConfigBag,
}

impl Holder for Aws {
    const NAME: &'static str = "aws-smithy-runtime";
    /// It renews 5 to 10 s early, at random.
    const ROLLOVER: Duration = Duration::from_secs(10 + 3);
    const OUTAGE: (Duration, Duration) = (Self::ROLLOVER, Duration::from_secs(12));

    async fn new(server: &Server) -> Result<Self, Failure> {
        let cache = IdentityCache::lazy().build();
        let resolver = SharedIdentityResolver::new(Fetch {
            client: jeel_auth_reqwest::client_builder()?.build()?,
            url: server.url(),
        });
        let scheme = AuthSchemeId::new("http-bearer-auth");
        let components = RuntimeComponentsBuilder::new("benches")
            .with_auth_scheme(BearerAuthScheme::new())
            .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![
                scheme.clone(),
            ])))
            .with_endpoint_resolver(Some(StaticUriEndpointResolver::uri(server.origin())))
            .with_identity_cache(Some(cache.clone()))
            .with_identity_resolver(scheme, resolver.clone())
            .with_retry_strategy(Some(NeverRetryStrategy::new()))
            .with_time_source(Some(SystemTimeSource::new()))
            .with_sleep_impl(Some(TokioSleep::new()))
            .build()?;
        Ok(Self { cache, resolver, components, config: ConfigBag::base() })
    }

    async fn header(&self) -> Result<HeaderValue, Failure> {
        let resolver = self.resolver.clone();
        let identity =
            self.cache.resolve_cached_identity(resolver, &self.components, &self.config).await?;
        bearer(identity.data::<Token>().ok_or("no token")?.token())
    }
}

/// It has no client-credentials grant, so the request uses reqwest.
#[derive(Debug)]
struct Fetch {
    client: reqwest::Client,
    url: String,
}

impl ResolveIdentity for Fetch {
    fn resolve_identity<'a>(
        &'a self,
        _: &'a RuntimeComponents,
        _: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        IdentityFuture::new(async {
            let (token, lifetime) = crate::by_hand::fetch(&self.client, &self.url).await?;
            let end = SystemTime::now() + lifetime;
            Ok(Identity::new(Token::new(token, Some(end)), Some(end)))
        })
    }
}
