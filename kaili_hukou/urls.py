"""Every address of the desk; apps are named by string, so that imports keep their direction."""

from django.contrib import admin
from django.urls import include, path

from kaili_hukou import factor_views, login_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("login/code/", login_views.code, name="login-code"),
    path("login/confirm/", login_views.confirm_again, name="confirm-again"),
    path("login/kept/", login_views.kept_forms, name="kept-forms"),
    path("login/locks/", login_views.locks, name="login-locks"),
    path("login/locks/<int:pk>/", login_views.unlock, name="unlock"),
    path("login/second-factor/", factor_views.second_factor_page, name="second-factor"),
    path("login/second-factor/<int:pk>/", factor_views.reset, name="reset-second-factor"),
    path("admin/", admin.site.urls),
    path("desk/", include("applications.urls", namespace="desk")),
    path("permits/", include("residence_permits.urls", namespace="permits")),
    path("rosters/", include("rosters.urls", namespace="rosters")),
    path("reports/", include("reports.urls", namespace="reports")),
]

handler400 = "kaili_hukou.views.bad_request"
handler403 = "kaili_hukou.views.forbidden"
handler404 = "kaili_hukou.views.not_found"
handler500 = "kaili_hukou.views.server_error"
