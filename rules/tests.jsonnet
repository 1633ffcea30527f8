// What the rules must do, run by `oathgate rules test` and before every deployment. docs/rules.md describes the form.

local domain = std.extVar('domain');
local version = std.extVar('version');

local api(path) = 'https://api.' + domain + path;
local versioned(path) = api('/' + version + path);

local whoami = '*/sessions/whoami'; // whichever host the stage names
local ada = { cookie: 'ory_kratos_session=ada' };

{
  // Ory Kratos, as far as the tests need it: one session, and no other.
  services: [
    { url: whoami, method: 'GET', when: ada, body: { id: 'session', identity: { id: 'ada', traits: { email: 'ada@example.com' } } } },
    { url: whoami, method: 'GET', status: 401, body: { 'error': { code: 401 } } },
  ],

  tests: [
    {
      name: 'the health check is open, and has no user',
      request: { url: api('/health') },
      expect: { status: 200, rule: 'health', headers: { 'X-User': null, Authorization: null } },
    },
    {
      name: 'guests are welcome where it is public',
      request: { url: versioned('/public/news') },
      expect: { status: 200, rule: 'public', subject: 'guest', headers: { 'X-User': 'guest' }, claims: { sub: 'guest' } },
    },
    {
      name: 'a broken session is refused where guests are welcome',
      request: { url: versioned('/public/news'), headers: { cookie: 'ory_kratos_session=stolen' } },
      expect: { status: 401, rule: 'public' },
    },
    {
      name: 'the owner of a session is handed on, signed',
      request: { url: versioned('/account/7'), headers: ada },
      expect: {
        status: 200,
        rule: 'account',
        headers: { 'X-User': 'ada' },
        claims: { sub: 'ada', session: { identity: { traits: { email: 'ada@example.com' } } } },
      },
    },
    {
      name: 'a HEAD is the same person as a GET',
      request: { method: 'HEAD', url: versioned('/public/news'), headers: ada },
      expect: { status: 200, rule: 'public', subject: 'ada', headers: { 'X-User': 'ada' }, claims: { sub: 'ada' } },
    },
    {
      name: 'no guest gets at an account',
      request: { url: versioned('/account/7') },
      expect: { status: 401, rule: 'account', headers: { Location: null } },
    },
    {
      name: 'no request passes while sessions cannot be checked',
      services: [{ url: whoami, fault: 'timeout' }],
      request: { url: versioned('/account/7'), headers: ada },
      expect: { status: 403, rule: 'account' },
    },
    {
      name: 'an account is a number',
      request: { url: versioned('/account/admin'), headers: ada },
      expect: { status: 404 },
    },
    {
      name: 'a path that a backend could read differently is refused',
      request: { url: versioned('/closed/../public/x'), headers: ada },
      expect: { status: 400 },
    },
    {
      name: 'what is closed is closed to all',
      request: { url: versioned('/closed'), headers: ada },
      expect: { status: 403, rule: 'closed', body: { 'error': { code: 403 } } },
    },
    {
      name: 'people without a session are sent to the login, and back',
      request: { url: api('/app/inbox?page=2'), headers: { accept: 'text/html' } },
      expect: {
        status: 302,
        rule: 'page',
        headers: {
          Location: 'https://www.' + domain + '/login?return_to=' + 'https%3A%2F%2Fapi.' + domain + '%2Fapp%2Finbox%3Fpage%3D2',
        },
      },
    },
  ],
}
