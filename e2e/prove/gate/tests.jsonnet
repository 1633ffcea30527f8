{
  tests: [
    {
      name: 'what is open is open',
      request: { url: 'https://prove.example.com/open/a' },
      expect: { status: 200, rule: 'open' },
    },
    {
      name: 'what is closed is closed',
      request: { url: 'https://prove.example.com/closed/a' },
      expect: { status: 403, rule: 'closed' },
    },
  ],
}
