"""The authorizers: random options, and the responses of the services behind them."""

from . import service_responses

FORWARDED = ("X-Role", "x-two", "X-Empty", "X-Missing", "Set-Cookie", "X-One")


def retry(chance):
    """Short delays, so that retries take little time."""
    return chance.options(
        give_up_after=(0.9, lambda: chance.one("1ms", "10ms")), max_delay=(0.6, lambda: chance.one("100ms", "1s"))
    )


def headers(chance, templates):
    names = chance.some(("X-Subject", "x-one", "Authorization", "Content-Type", "X-Add"), 0, 3)
    return {name: templates.text() for name in names}


def remote(chance, knobs, templates):
    return chance.options(
        remote=(1.0, lambda: "${STUB}/authz" + chance.one("", "", "?a=b")),
        headers=(0.4, lambda: headers(chance, templates)),
        forward_response_headers_to_upstream=(0.5, lambda: chance.some(FORWARDED, 0, 4)),
        retry=(0.6, lambda: retry(chance)),
    )


def remote_json(chance, knobs, templates):
    return {**remote(chance, knobs, templates), "payload": templates.json()}


def keto(chance, knobs, templates):
    def text():
        return (
            templates.text()
            if chance.maybe(0.5)
            else chance.one("read", "things:{{ printIndex .MatchContext.RegexpCaptureGroups 0 }}", "", "a b")
        )

    return chance.options(
        base_url=(1.0, lambda: chance.one("${STUB}/keto", "${STUB}/keto/", "${STUB}")),
        required_action=(1.0, text),
        required_resource=(1.0, text),
        subject=(0.4, text),
        flavor=(0.4, lambda: chance.one("regex", "exact", "glob", "", "a b")),
    )


MAKE = {
    "allow": lambda chance, knobs, templates: {},
    "deny": lambda chance, knobs, templates: {},
    "remote": remote,
    "remote_json": remote_json,
    "keto_engine_acp_ory": keto,
}


def quick(config):
    return "give_up_after" in (config.get("retry") or {})


def prepare_remote(draft, config, good):
    draft.stub("/authz", service_responses.allowed(draft.chance, good, quick(config)))
    draft.stub("/fine", {"status": 200})
    if draft.chance.maybe(0.3):
        draft.method = draft.chance.one("POST", "PUT")


def prepare_keto(draft, config, good):
    answer = service_responses.keto(draft.chance, good)
    for flavor in ("regex", "exact", "glob", "a%20b"):
        for base in ("/keto", ""):
            draft.stub(f"{base}/engines/acp/ory/{flavor}/allowed", answer)


PREPARE = {"remote": prepare_remote, "remote_json": prepare_remote, "keto_engine_acp_ory": prepare_keto}
