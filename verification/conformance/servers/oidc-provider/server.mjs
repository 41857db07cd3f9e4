// oidc-provider, with clients from the environment.

import Provider from 'oidc-provider';

const clients = JSON.parse(process.env.CLIENTS);
const lifetimes = new Map(clients.map(({ id, lifetime }) => [id, lifetime]));
const port = Number(process.env.PORT);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: clients.map(({ id, secret }) => ({
    client_id: id,
    client_secret: secret,
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  })),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
  },
  ttl: {
    ClientCredentials: (ctx, token, client) => lifetimes.get(client.clientId),
  },
});

provider.listen(port, '127.0.0.1');
