"""Every address of the desk; apps are named by string, so that imports keep their direction."""

from django.contrib import admin
from django.urls import include, path

from kaili_hukou import views

urlpatterns = [
    path("", views.home, name="home"),
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
