"""An admin before the pages of channels."""

import re

from alerts.enums import ChannelKind
from alerts.operations.channels import ChannelDraft, add_channel
from brands.enums import Role
from sparktrack.core.clock import utc_now
from tests.world import World, client_of

ADDRESSES = {
    "slack": "https://hooks.slack.com/services/T1/B1/canary",
    "teams": "https://a.logic.azure.com/workflows/0a/triggers/manual/paths/invoke?sp=x&sig=canary",
    "discord": "https://discord.com/api/webhooks/1/canary",
    "webhook": "https://hooks.example.com/canary",
}


class Desk:
    """An admin before the pages of channels."""

    def __init__(self):
        self.world = World(now=utc_now())
        self.client = client_of(self.world.member(Role.ADMIN))
        self.home = f"/b/{self.world.brand.slug}/settings/channels/"

    def channel(self, kind="slack", name="Team"):
        draft = ChannelDraft(ChannelKind(kind), name, ADDRESSES[kind])
        return add_channel(draft=draft, **self.world.by).channel

    def get(self, path="", **headers):
        response = self.client.get(self.home + path, headers=headers)
        assert "canary" not in response.content.decode()
        return response

    def post(self, path, headers=None, **data):
        return self.client.post(self.home + path, data, headers=headers)


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())
