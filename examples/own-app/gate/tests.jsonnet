local whoami = '*/sessions/whoami';
local ada = { cookie: 'ory_kratos_session=ada' };
local orders = 'https://orders.example.com/orders';

{
  services: [
    { url: whoami, method: 'GET', when: ada, body: { identity: { id: 'ada' } } },
    { url: whoami, method: 'GET', status: 401, body: {} },
  ],
  tests: [
    {
      name: 'a client with a session reads its orders',
      request: { url: orders, headers: ada },
      expect: { status: 200, rule: 'orders', headers: { 'X-User': 'ada' } },
    },
    {
      name: 'a client without one does not',
      request: { url: orders },
      expect: { status: 401 },
    },
  ],
}
