"""Pages about alerts: those of a brand are below ``/b/<slug>/``, a person's own at the root."""

from django.urls import URLPattern, path

from alerts.views.acting import acknowledge_alerts, pause_hit_flights, reopen_alerts, snooze_alert
from alerts.views.alerts import my_alerts, show_alert, show_alerts
from alerts.views.calendars import calendar_feed, calendar_settings, calendar_stop
from alerts.views.channel_acts import change, exchange_secret, off, on, testing
from alerts.views.channels import add, channel, channels, delete
from alerts.views.fragments import bell, board_alerts, post_alerts
from alerts.views.links import acknowledge_link, snooze_link, unsubscribe_link
from alerts.views.settings import alert_choices, brand_settings

# Of a brand.
urlpatterns: list[URLPattern] = [
    path("alerts/", show_alerts, name="alerts"),
    path("alerts/acknowledge/", acknowledge_alerts, name="alerts-acknowledge"),
    path("alerts/reopen/", reopen_alerts, name="alerts-reopen"),
    path("alerts/of-board/", board_alerts, name="alerts-of-board"),
    path("alerts/of-post/<uuid:pk>/", post_alerts, name="alerts-of-post"),
    path("alerts/<uuid:alert>/", show_alert, name="alert"),
    path("alerts/<uuid:alert>/snooze/", snooze_alert, name="alert-snooze"),
    path("alerts/<uuid:alert>/paused/", pause_hit_flights, name="alert-paused"),
    path("settings/warnings/", brand_settings, name="brand-settings"),
    path("settings/channels/", channels, name="channels"),
    path("settings/channels/add/<str:kind>/", add, name="channel-add"),
    path("settings/channels/<uuid:channel>/", channel, name="channel"),
    path("settings/channels/<uuid:channel>/change/", change, name="channel-change"),
    path("settings/channels/<uuid:channel>/test/", testing, name="channel-test"),
    path("settings/channels/<uuid:channel>/secret/", exchange_secret, name="channel-secret"),
    path("settings/channels/<uuid:channel>/off/", off, name="channel-off"),
    path("settings/channels/<uuid:channel>/on/", on, name="channel-on"),
    path("settings/channels/<uuid:channel>/delete/", delete, name="channel-delete"),
]

# Of a person: signed links of mails, choices, the calendar.
own_urlpatterns: list[URLPattern] = [
    path("alerts/", my_alerts, name="my-alerts"),
    path("alerts/bell/", bell, name="bell"),
    path("account/alerts/", alert_choices, name="alert-choices"),
    path("account/calendar/", calendar_settings, name="calendar"),
    path("account/calendar/stop/", calendar_stop, name="calendar-stop"),
    path("calendar/<str:token>.ics", calendar_feed, name="calendar-feed"),
    path("mail/acknowledge/<str:token>/", acknowledge_link, name="acknowledge-alert"),
    path("mail/snooze/<str:token>/", snooze_link, name="snooze-alert"),
    path("mail/unsubscribe/<str:token>/", unsubscribe_link, name="unsubscribe"),
]
