"""The pages that the browser opens."""

from __future__ import annotations

from local.demo_requests import SESSION

_REPORT = """
const report = (page, more) => fetch('/report', {method: 'POST', body: JSON.stringify({page, ...more})});
"""

#: Shows where the browser came from, and does not sign in.
LOGIN = f"""<!doctype html><title>Sign in</title><h1>Sign in</h1>
<p>Afterwards: <b id="to"></b></p>
<script>{_REPORT}
const query = new URL(location.href).searchParams;
const to = query.get('return_to') ?? query.get('to');
document.getElementById('to').textContent = to;
report('login', {{address: location.href, to}});
</script>"""

#: Signs Ada in and sends the browser back to where it came from.
LOGIN_OF_ADA = f"""<!doctype html><title>Sign in</title><h1>Welcome, Ada</h1>
<script>{_REPORT}
document.cookie = '{SESSION[1]}; Domain=example.test; Path=/; Secure; SameSite=Lax';
location.replace(new URL(location.href).searchParams.get('return_to'));
</script>"""

#: A page of another origin whose script calls the API, and reports what it could read.
CALLER = f"""<!doctype html><title>App</title><h1>App</h1>
<script>{_REPORT}
document.cookie = 'ory_kratos_session=%(session)s; Domain=example.test; Path=/; Secure; SameSite=Lax';
const call = async (method, path) => {{
  try {{
    const response = await fetch('https://api.example.test' + path, {{
      method, credentials: 'include', headers: {{'Content-Type': 'application/json'}},
    }});
    return {{status: response.status, body: await response.text()}};
  }} catch (error) {{
    return {{unreadable: String(error)}};
  }}
}};
(async () => {{
  const seen = {{}};
  for (const [method, path] of %(calls)s) seen[method + ' ' + path] = await call(method, path);
  report('app', {{seen}});
}})();
</script>"""
