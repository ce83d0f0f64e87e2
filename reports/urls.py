"""The pages of the annual submission. No address holds anything personal."""

from django.urls import path

from reports.views import attachments, auditing, consultations, evaluations, indicators

app_name = "reports"

urlpatterns = [
    path("indicators/", indicators.indicators, name="indicators"),
    path("indicators/template.xlsx", indicators.template, name="indicators-template"),
    path("evaluations/", evaluations.evaluations, name="evaluations"),
    path("evaluations/findings/", evaluations.findings_print, name="findings-print"),
    path("evaluations/findings/<uuid:pk>/", evaluations.finding, name="finding"),
    path("evaluations/<uuid:pk>/", evaluations.evaluation, name="evaluation"),
    path("attachments/<uuid:pk>/", attachments.attachment, name="attachment"),
    path("audit/", auditing.decisions_page, name="audit"),
    path("audit/export/", auditing.audit_export, name="audit-export"),
    path("consultations/", consultations.consultations, name="consultations"),
    path("consultations/<uuid:pk>/", consultations.consultation, name="consultation"),
    path("consultations/<uuid:pk>/export/", consultations.export, name="opinions-export"),
    path("opinions/<uuid:pk>/", consultations.opinion, name="opinion"),
]
