"""All addresses of sparktrack. /healthz and /readyz are answered before routing (core.middleware)."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from alerts.urls import own_urlpatterns as own_alerts
from campaigns.views.planner import show_planner
from sparktrack.core.mailbox_views import mail_html, mail_source, show_mail, show_mails
from workplace.urls import own_urlpatterns as own_workplace

# The admin's own login form would know neither second factors nor lock-outs.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = "sparktrack"
admin.site.site_title = "sparktrack"

urlpatterns = [
    path("", include("brands.urls")),
    path("planner/", show_planner, name="planner"),
    path("", include(own_alerts)),
    path("", include(own_workplace)),
    path("b/<slug:slug>/", include("campaigns.urls")),
    path("b/<slug:slug>/", include("alerts.urls")),
    path("b/<slug:slug>/", include("workplace.urls")),
    # Not the admin's own: it would not count wrong passwords.
    path(
        "admin/password_change/",
        RedirectView.as_view(pattern_name="account_change_password"),
        name="admin_password_change",
    ),
    path("admin/", admin.site.urls),
    path("api/v1/", include("sparktrack.api.urls")),
]

if not settings.PRODUCTION:
    urlpatterns += [
        path("dev/mail/", show_mails, name="dev-mails"),
        path("dev/mail/<uuid:pk>/", show_mail, name="dev-mail"),
        path("dev/mail/<uuid:pk>/html/", mail_html, name="dev-mail-html"),
        path("dev/mail/<uuid:pk>/source/", mail_source, name="dev-mail-source"),
    ]

handler400 = "sparktrack.core.views.bad_request"
handler403 = "sparktrack.core.views.permission_denied"
handler404 = "sparktrack.core.views.page_not_found"
handler429 = "sparktrack.core.views.too_many_requests"
handler500 = "sparktrack.core.views.server_error"
