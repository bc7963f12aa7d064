"""Writes on briefs and posts that change no coverage; adding posts does, and lives in authorizations.operations."""
