"""The pages of the annual submission. No address holds anything personal."""

from django.urls import path

from reports.views import (
    attachments,
    auditing,
    consultations,
    evaluations,
    figures,
    gathering,
    indicators,
    police_form,
    reminders,
    returns,
    rules,
)

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
    path("", gathering.home, name="home"),
    path("returns/<int:year>/", gathering.overview, name="overview"),
    path("returns/<int:year>/list/", gathering.paper, name="overview-paper"),
    path("returns/<int:year>/reminders/", reminders.reminders, name="reminders"),
    path("returns/<int:year>/reminders/call/", reminders.call, name="call"),
    path("returns/<int:year>/reminders/letters/", reminders.letters, name="letters"),
    path("returns/<int:year>/<slug:code>/", returns.one, name="return"),
    path("returns/<int:year>/<slug:code>/paper/", returns.paper, name="return-paper"),
    path("returns/<int:year>/<slug:code>/rebuild/", returns.recount, name="rebuild"),
    path("returns/<int:year>/<slug:code>/move/<slug:name>/", returns.move, name="return-move"),
    path("files/<uuid:pk>/", returns.file, name="file"),
    path("files/<uuid:pk>/remove/", returns.remove, name="remove-file"),
    path("figures/", figures.figures, name="figures"),
    path("figures/behind/", figures.behind_figure, name="behind"),
    path("figures/police/<int:year>/", police_form.police_form, name="police-form"),
    path("rules/", rules.overview, name="rules"),
    path("rules/<uuid:pk>/", rules.one, name="rule"),
]
