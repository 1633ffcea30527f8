// Who has a session may read its orders and its profile. GET /health has no rule: the app excludes it from the gate.
[
  {
    id: name,
    match: { url: 'https://orders.example.com/' + name, methods: ['GET'] },
    authenticators: [{ handler: 'cookie_session' }],
    authorizer: { handler: 'allow' },
    mutators: [{ handler: 'header' }],
  }
  for name in ['orders', 'profile']
]
