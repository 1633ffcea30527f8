// The rules of the gate that the suite deploys. `revision` is `one`, or `two` or `three` for deploys that are made under load.

local revision = std.extVar('revision');

local rule(id, authenticator, mutators, authorizer='allow') = {
  id: id,
  match: {
    url: 'https://prove.example.com/' + id + '/<.*>',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  },
  authenticators: [{ handler: authenticator }],
  authorizer: { handler: authorizer },
  mutators: mutators,
};

local identity = [{ handler: 'header' }, { handler: 'id_token' }];

// The second revision vouches for another header: the mappings change with the rules. The third vouches for the same. Each
// says which one it is.
local vouched = { 'X-User': '{{ print .Subject }}', 'X-Revision': revision }
                + (if revision != 'one' then { 'X-Note': 'from the gate' } else {});
local noted = [{ handler: 'header', config: { headers: vouched } }];

[
  rule('open', 'noop', [{ handler: 'noop' }]),
  rule('guest', 'anonymous', identity),
  rule('account', 'cookie_session', identity),
  rule('noted', 'anonymous', noted),
  rule('closed', 'anonymous', [{ handler: 'noop' }], 'deny'),
  rule('page', 'cookie_session', identity) {
    errors: [{ handler: 'redirect', config: { to: 'https://www.example.com/login', return_to_query_param: 'return_to' } }],
  },
]
