"""`oathgate serve` behind real gateways: nginx's auth_request and Caddy's forward_auth, from the system's packages."""
