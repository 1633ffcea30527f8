"""Concurrent requests do not affect each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from local.demo_requests import ADA

GRACE = "2b7e1516-28ae-4d2a-abf7-158809cf4f3c"

#: path, cookie, status, user
WHO = [
    ("/v1/account/7", "ory_kratos_session=ada-session", 200, ADA),
    ("/v1/account/7", "ory_kratos_session=grace-session", 200, GRACE),
    ("/v1/public/news", "theme=dark", 200, "guest"),
    ("/v1/account/7", "theme=dark", 401, None),
    ("/health", "ory_kratos_session=ada-session", 200, "none"),
    ("/v1/closed", "ory_kratos_session=ada-session", 403, None),
]


def test_each_of_many_requests_at_once_gets_its_own_response(gate):
    def send(number: int):
        path, cookie, _, _ = WHO[number % len(WHO)]
        response = gate.send("GET", f"{path}?n={number}", [("Cookie", cookie)])
        return number, response

    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(send, range(120)))
    for number, response in responses:
        _, _, status, user = WHO[number % len(WHO)]
        assert response.status == status
        if user is not None:
            assert response.json["query"] == f"n={number}"
            assert [value for name, value in response.json["headers"] if name.lower() == "x-user"] == [user]
