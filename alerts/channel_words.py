"""The words of the pages of channels: where an address comes from, how a message fared. Plain Python."""

from dataclasses import dataclass

from alerts.enums import ChannelKind


@dataclass(frozen=True, slots=True)
class ChannelGuide:
    """A kind of channel: what it is good for, and the steps to its address."""

    kind: ChannelKind
    name: str
    what: str
    steps: tuple[str, ...]


GUIDES = {
    ChannelKind.SLACK: ChannelGuide(
        ChannelKind.SLACK,
        "Slack",
        "A message in a channel of your workspace.",
        (
            "In Slack open Apps and add “Incoming WebHooks”. Or make an app at api.slack.com/apps that has them on.",
            "Add a new webhook and choose the channel that is to hear of alerts.",
            "Copy its webhook URL. It begins with https://hooks.slack.com/services/.",
        ),
    ),
    ChannelKind.TEAMS: ChannelGuide(
        ChannelKind.TEAMS,
        "Teams",
        "A card in a channel of Microsoft Teams.",
        (
            "In Teams open the menu (•••) of the channel and choose Workflows.",
            "Take “Send webhook alerts to a channel”; older: “Post to a channel when a webhook request is received”.",
            "Choose team and channel, save, and copy the address that is shown. It ends in sig=… and more.",
        ),
    ),
    ChannelKind.DISCORD: ChannelGuide(
        ChannelKind.DISCORD,
        "Discord",
        "A message in a channel of your server.",
        (
            "In Discord open the settings of the channel and choose Integrations, then Webhooks.",
            "Make a new webhook and give it a name.",
            "Copy the webhook URL. It begins with https://discord.com/api/webhooks/.",
        ),
    ),
    ChannelKind.WEBHOOK: ChannelGuide(
        ChannelKind.WEBHOOK,
        "Webhook",
        "Signed JSON to any system of your own.",
        (
            "Give an https address on port 443 that the whole internet can reach.",
            "You get a secret, once. Each message is signed with it, the way of Standard Webhooks; take a library.",
            "Answer 2xx when you have it. 429, 5xx and silence are tried again; 410 Gone switches the channel off.",
        ),
    ),
}

EVENTS = {
    "alert.raised": "Alert",
    "alert.resolved": "Resolved",
    "test": "Test",
}
