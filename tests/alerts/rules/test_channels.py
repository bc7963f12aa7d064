"""The addresses a channel may have: what vendors give out, and names that the whole internet knows."""

import pytest

from alerts.enums import ChannelKind
from alerts.rules.channels import MAX_ADDRESS, AddressError, Place, clean_address

SLACK, TEAMS, DISCORD, WEBHOOK = (
    ChannelKind.SLACK,
    ChannelKind.TEAMS,
    ChannelKind.DISCORD,
    ChannelKind.WEBHOOK,
)
INVOKE = "triggers/manual/paths/invoke"
QUERY = "api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=fKJ_x-8"
POWER = "default98.73.environment.api.powerplatform.com"


@pytest.mark.parametrize(
    ("kind", "pasted", "place"),
    [
        (
            SLACK,
            " https://hooks.slack.com/services/T1/B2/aBc3 ",
            Place("https://hooks.slack.com/services/T1/B2/aBc3", "hooks.slack.com"),
        ),
        (
            SLACK,
            "https://HOOKS.slack-gov.com/services/T1/B2/aBc3/",
            Place("https://hooks.slack-gov.com/services/T1/B2/aBc3", "hooks.slack-gov.com"),
        ),
        (
            DISCORD,
            "https://ptb.discord.com/api/v10/webhooks/123/a-B_c?thread_id=9",
            Place("https://discord.com/api/webhooks/123/a-B_c", "discord.com"),
        ),
        (
            DISCORD,
            "https://discordapp.com/api/webhooks/123/a-B_c",
            Place("https://discord.com/api/webhooks/123/a-B_c", "discord.com"),
        ),
        *(
            (TEAMS, address, Place(address, host))
            for host, path in [
                ("prod-23.westeurope.logic.azure.com", f":443/workflows/0a/{INVOKE}"),
                (POWER, f":443/powerautomate/automations/direct/workflows/0a/{INVOKE}/"),
                (POWER, f"/powerautomate/automations/direct/cu/08/workflows/0a/{INVOKE}"),
            ]
            for address in [f"https://{host}{path}?{QUERY}"]
        ),
        (WEBHOOK, "https://hooks.example.com", Place("https://hooks.example.com/", "hooks.example.com")),
        (
            WEBHOOK,
            "HTTPS://Hooks.Example.com:443/In?key=A%20b",
            Place("https://hooks.example.com/In?key=A%20b", "hooks.example.com"),
        ),
        (WEBHOOK, "https://a.xn--p1ai?x", Place("https://a.xn--p1ai/?x", "a.xn--p1ai")),
    ],
)
def test_what_vendors_give_out_is_taken_and_tidied(kind, pasted, place):
    assert clean_address(kind, pasted) == place


@pytest.mark.parametrize(
    ("kind", "pasted"),
    [
        *(
            (kind, text)
            for kind in ChannelKind
            for text in ("", "   ", "hello", "json://127.0.0.1/", "http://a.example/")
        ),
        *((kind, "https://hooks.example.com/" + "x" * MAX_ADDRESS) for kind in ChannelKind),
        (SLACK, "http://hooks.slack.com/services/T1/B2/x"),
        (SLACK, "https://hooks.slack.com.evil.example/services/T1/B2/x"),
        (SLACK, "https://evil.example/https://hooks.slack.com/services/T1/B2/x"),
        (SLACK, "https://hooks.slack.com@evil.example/services/T1/B2/x"),
        (SLACK, "https://hooks.slack.com/services/T1/B2/../../x"),
        (SLACK, "https://hooks.slack.com/services/T1/B2/x?u=1"),
        (SLACK, "https://hooks.slack.com:8443/services/T1/B2/x"),
        (DISCORD, "https://discord.com.evil.example/api/webhooks/1/x"),
        (DISCORD, "https://evildiscord.com/api/webhooks/1/x"),
        (DISCORD, "https://discord.com/api/webhooks/x/x"),
        (TEAMS, f"https://logic.azure.com.evil.example/workflows/0a/{INVOKE}?{QUERY}"),
        (TEAMS, f"https://evillogic.azure.com/workflows/0a/{INVOKE}?{QUERY}"),
        (TEAMS, f"https://x@prod.logic.azure.com/workflows/0a/{INVOKE}?{QUERY}"),
        (TEAMS, f"https://prod.logic.azure.com:8443/workflows/0a/{INVOKE}?{QUERY}"),
        (TEAMS, f"https://prod.logic.azure.com/workflows/0a/{INVOKE}?api-version=1"),
        (TEAMS, f"https://prod.logic.azure.com/workflows/0a/{INVOKE}?template=http%3A//127.0.0.1/x&{QUERY}"),
        (TEAMS, f"https://prod.logic.azure.com/workflows/0a/{INVOKE}?{QUERY}&Template=/etc/passwd"),
        (TEAMS, f"https://prod.logic.azure.com/workflows/0a/{INVOKE}?{QUERY}&tem%70late=x"),
        (TEAMS, f"https://prod.logic.azure.com/workflows/0a/{INVOKE}?{QUERY}&sig=again"),
        (TEAMS, f"https://prod.logic.azure.com/workflows/0a/{INVOKE}?{QUERY}#x"),
        (WEBHOOK, "https://hooks.example.com:8443/"),
        (WEBHOOK, "https://hooks.example.com:80/"),
        (WEBHOOK, "https://user:secret@hooks.example.com/"),
        (WEBHOOK, "https://hooks.example.com/#x"),
        (WEBHOOK, "https://hooks.example.com\\@127.0.0.1/"),
        (WEBHOOK, "https://hooks.example.com/a b"),
        (WEBHOOK, "https://hooks.example.com/a\r\nHost: b"),
        (WEBHOOK, "https://hooks.exämple.com/"),
        (WEBHOOK, "https://localhost/"),
        (WEBHOOK, "https://127.0.0.1/"),
        (WEBHOOK, "https://2130706433/"),
        (WEBHOOK, "https://0x7f.1/"),
        (WEBHOOK, "https://[::1]/"),
        (WEBHOOK, "https://nas.local/"),
        (WEBHOOK, "https://metadata.google.internal/"),
        (WEBHOOK, "https://intranet/"),
        (WEBHOOK, "https://.example.com/"),
        (WEBHOOK, f"https://{'a' * 64}.example.com/"),
    ],
)
def test_everything_else_is_refused_with_a_reason(kind, pasted):
    with pytest.raises(AddressError) as refused:
        clean_address(kind, pasted)
    assert len(str(refused.value)) > 10


def test_an_office_connector_is_told_apart():
    with pytest.raises(AddressError, match="Microsoft has retired those"):
        clean_address(TEAMS, "https://acme.webhook.office.com/webhookb2/1@2/IncomingWebhook/3/4")
