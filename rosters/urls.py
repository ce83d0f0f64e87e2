"""The pages of rosters. No address holds anything personal."""

from django.urls import path

from rosters.views import difference, preview, uploads

app_name = "rosters"

urlpatterns = [
    path("uploads/<uuid:pk>/", uploads.one, name="one"),
    path("uploads/<uuid:pk>/rows/", preview.checked, name="checked"),
    path("uploads/<uuid:pk>/errors/", preview.errors, name="errors"),
    path("uploads/<uuid:pk>/difference/", difference.difference, name="difference"),
    path("uploads/<uuid:pk>/import/", preview.decide, name="decide"),
]
