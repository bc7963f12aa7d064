"""How calendar programs are told of an address. Plain Python."""

PROGRAMS = (
    (
        "Google Calendar",
        "Beside “Other calendars” choose + and “From URL”, paste the address, “Add calendar”.",
    ),
    ("Apple Calendar", "File, “New Calendar Subscription …”, paste the address, “Subscribe”."),
    ("Outlook", "“Add calendar”, “Subscribe from web”, paste the address, “Import”."),
)
