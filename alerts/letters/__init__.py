"""What the messages about alerts say: mails, chats, webhooks. Judged again at the moment they are written."""

from alerts.letters.channels import chat_text, webhook_payload
from alerts.letters.letter import Letter
from alerts.letters.mime import mime
from alerts.letters.writing import at_desk, write

__all__ = ["Letter", "at_desk", "chat_text", "mime", "webhook_payload", "write"]
