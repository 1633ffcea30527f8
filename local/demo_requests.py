"""The requests of `make demo`, and the response that each must have."""

from __future__ import annotations

from dataclasses import dataclass

ADA = "9f425a8d-7efc-4768-8f23-7647a74fdf13"
SESSION = ("Cookie", "ory_kratos_session=ada-session")


@dataclass(frozen=True)
class DemoRequest:
    """One request and the response that it must have."""

    what: str
    method: str
    path: str
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    #: the X-User that the backend must receive, where the request reaches it
    user: str | None = None
    #: whether the backend must receive a signed token for that user
    token: bool = False
    #: `error.code` in the body of a refusal
    code: int | None = None
    #: headers that the response must have
    response_headers: tuple[tuple[str, str], ...] = ()


REQUESTS = (
    DemoRequest(
        "An open route: anyone may call it",
        "GET",
        "/health",
        200,
        user="none",
    ),
    DemoRequest("A guest, where guests are welcome", "GET", "/v1/public/news?page=2", 200, user="guest", token=True),
    DemoRequest(
        "A session: the backend receives the user, signed",
        "GET",
        "/v1/account/7",
        200,
        (SESSION,),
        user=ADA,
        token=True,
    ),
    DemoRequest(
        "The same, with a token of the client's own: it is replaced",
        "GET",
        "/v1/account/7",
        200,
        (SESSION, ("Authorization", "Bearer forged")),
        user=ADA,
        token=True,
    ),
    DemoRequest(
        "The same, with a forged X-User: it is refused, and the body says why the status is 403",
        "GET",
        "/v1/account/7",
        403,
        (SESSION, ("x-user", "admin")),
        code=400,
    ),
    DemoRequest("No session, where one is needed", "GET", "/v1/account/7", 401, code=401),
    DemoRequest(
        "A session that has ended",
        "GET",
        "/v1/account/7",
        401,
        (("Cookie", "ory_kratos_session=expired-session"),),
        code=401,
    ),
    DemoRequest("A route that is closed to all", "GET", "/v1/closed", 403, (SESSION,), code=403),
    DemoRequest(
        "A path that no rule knows: API Gateway's status is 403, the body has the real one",
        "GET",
        "/v1/nowhere",
        403,
        (SESSION,),
        code=404,
    ),
    DemoRequest(
        "A page, without a session: browsers are redirected to the login, and back afterwards",
        "GET",
        "/app/dashboard",
        403,
        (("Accept", "text/html"),),
        response_headers=(
            (
                "Refresh",
                "0; url=https://www.example.test/login?return_to=https%3A%2F%2Fapi.example.test%2Fapp%2Fdashboard",
            ),
        ),
    ),
    DemoRequest(
        "The same page, with a session",
        "GET",
        "/app/dashboard",
        200,
        (SESSION, ("Accept", "text/html")),
        user=ADA,
        token=True,
    ),
)
