"""A request under construction, with the responses of the services that it leads to."""

import base64
import urllib.parse


def wire(text):
    """A text whose characters are the bytes of its UTF-8: HTTP clients write those unchanged."""
    return text.encode("utf8").decode("latin1")


class Draft:
    def __init__(self, chance):
        self.chance = chance
        self.method, self.scheme, self.host, self.path, self.query = "GET", "https", "api.example.com", "/", ""
        self.headers, self.cookies, self.own_query, self.stubs = [], [], [], []
        self.at, self.body, self.settle, self.slow = "/decisions", None, 0, False

    def header(self, name, value):
        self.headers.append([name, value])

    def cookie(self, name, value):
        self.cookies.append(f"{name}={value}")

    def basic(self, user, password):
        pair = f"{urllib.parse.quote_plus(user)}:{urllib.parse.quote_plus(password)}"
        self.header("Authorization", "Basic " + base64.b64encode(pair.encode()).decode())

    def stub(self, path, response, **more):
        """Adds a response of the services. The first stub that fits is used; one for any path comes last."""
        entry = {"path": path, **more, **response}
        self.stubs.append(entry) if path == "*" else self.stubs.insert(0, entry)

    def token(self, value, place):
        """Puts a token where `token_from` looks for it."""
        place = place or {}
        if place.get("header") is not None:
            name = place["header"]
            self.header(name, f"Bearer {value}" if name == "Authorization" else value)
        elif place.get("query_parameter") is not None:
            self.own_query.append((place["query_parameter"], value))
        elif place.get("cookie") is not None:
            self.cookie(place["cookie"], value)
        else:
            scheme = self.chance.weighted(
                {"Bearer": 20, "bearer": 2, "BEARER": 1, "Basic": 0.3, "Bearer ": 0.3, "": 0.3}
            )
            self.header("Authorization", f"{scheme} {value}")

    def case(self, name):
        headers = [[key, wire(value)] for key, value in self.headers]
        if self.cookies:
            joined = self.chance.weighted({"; ": 20, ";": 1, "; ;": 0.5})
            headers.append(["Cookie", wire(joined.join(self.cookies))])
        request = {"method": self.method, "url": wire(f"{self.scheme}://{self.host}{self.path}{self.query}")}
        at = self.at + ("?" + urllib.parse.urlencode(self.own_query) if self.own_query else "")
        if at != "/decisions":
            request["at"] = at
        if headers:
            request["headers"] = headers
        if self.body is not None:
            request["body"] = self.body
        found = {"name": name, "request": request, "stubs": self.stubs}
        if self.settle:
            found["settle_ms"] = self.settle
        return found
