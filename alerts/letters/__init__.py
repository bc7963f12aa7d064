"""What the messages about alerts say: mails, chats, webhooks. Judged again at the moment they are written."""
