// The access rules, in Ory Oathkeeper's format: https://www.ory.sh/docs/oathkeeper/api-access-rules
//
// Each request must match exactly one rule. `domain` and `version` come from the stage file (`rules.values`).

local domain = std.extVar('domain');
local version = std.extVar('version');

local api(path) = 'https://api.' + domain + path;
local versioned(path) = api('/' + version + path);

// Who may be asking: the owner of a session, or a guest where that is not required.
local session = { handler: 'cookie_session' };
local guest = { handler: 'anonymous' };

// What the backend gets to see: the user's id, and a signed token with the session in it.
local identity = [{ handler: 'header' }, { handler: 'id_token' }];

local rule(id, url, methods) = {
  id: id,
  match: { url: url, methods: methods },
  authorizer: { handler: 'allow' },
};

[
  // Open to everyone; the backend receives no identity.
  rule('health', api('/health'), ['GET', 'HEAD']) {
    authenticators: [{ handler: 'noop' }],
    mutators: [{ handler: 'noop' }],
  },

  // Guests are welcome; a session is recognised where there is one, and a broken one is refused.
  rule('public', versioned('/public/<.*>'), ['GET', 'HEAD', 'POST']) {
    authenticators: [session, guest],
    mutators: identity,
  },

  // For the owner of a session. No session: 401, and no guest gets in.
  rule('account', versioned('/account/<[0-9]+>'), ['GET', 'PUT', 'DELETE']) {
    authenticators: [session],
    mutators: identity,
  },

  // Switched off for everyone: 403.
  rule('closed', versioned('/closed'), ['GET']) {
    authenticators: [guest],
    authorizer: { handler: 'deny' },
    mutators: [{ handler: 'noop' }],
  },

  // A page: without a session the browser is redirected to the login, and back here afterwards.
  rule('page', api('/<(app|settings)/.*>'), ['GET']) {
    authenticators: [session],
    mutators: identity,
    errors: [{
      handler: 'redirect',
      config: { to: 'https://www.' + domain + '/login', return_to_query_param: 'return_to' },
    }],
  },
]
