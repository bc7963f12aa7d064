"""What the messages about alerts say: mails, chats, webhooks. Judged again at the moment they are written."""

from alerts.letters.channels import chat_text, webhook_payload
from alerts.letters.letter import Letter
from alerts.letters.mime import mime
from alerts.letters.telling import Desk
from alerts.letters.writing import write

__all__ = ["Desk", "Letter", "chat_text", "mime", "webhook_payload", "write"]
