"""A page as a browser sees it: its forms with the values that would be sent."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"input", "br", "meta", "link", "img", "hr"})


@dataclass
class Form:
    action: str = ""
    identity: str = ""
    fields: dict = field(default_factory=dict)
    choices: dict = field(default_factory=dict)
    buttons: list = field(default_factory=list)

    def filled(self, typed, button=None):
        """What is sent: the page's own values, and what was typed into fields that exist."""
        missing = set(typed) - set(self.fields)
        assert not missing, f"the page has no field {sorted(missing)}; it has {sorted(self.fields)}"
        for name, value in typed.items():
            values = value if isinstance(value, list) else [value]
            wrong = [one for one in values if one not in self.choices.get(name, values)]
            assert not wrong, f"{name} offers {self.choices[name]}, not {wrong}"
        sent = {name: value for name, value in (self.fields | typed).items() if value is not None}
        if button is None:
            return sent
        assert button in self.buttons, f"the page has no button {button}; it has {self.buttons}"
        return sent | dict([button])


class Page(HTMLParser):
    """The forms of a page, the rows that its templates add, and its text."""

    def __init__(self, html):
        super().__init__()
        self.forms, self.text, self.links = [], "", []
        self.added = Form()
        self._form = self._select = self._textarea = None
        self._template = False
        self._text = []
        self.feed(html)
        self.text = " ".join(" ".join(self._text).split())

    def form(self, *names, button=None):
        """The one form that has all these fields, and the button."""
        found = [
            form
            for form in self.forms
            if set(names) <= set(form.fields) and (button is None or button in form.buttons)
        ]
        assert len(found) == 1, f"{len(found)} forms with {names}: {[f.fields for f in self.forms]}"
        return found[0]

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "template":
            self._template = True
        elif tag == "form":
            self._form = Form(told.get("action", ""), told.get("id", ""))
            self.forms.append(self._form)
        elif tag == "a":
            self.links.append(told.get("href", ""))
        elif tag in ("input", "select", "textarea", "button") and told.get("name"):
            self._field(tag, told)
        elif tag == "option" and self._select:
            self._option(told)

    def _of(self, told):
        if self._template:
            return self.added
        by_id = [form for form in self.forms if form.identity == told.get("form")]
        return by_id[0] if told.get("form") else self._form

    def _field(self, tag, told):
        form, name = self._of(told), told["name"]
        if tag == "button":
            form.buttons.append((name, told.get("value", "")))
        elif tag == "select":
            self._select = (form, name)
            form.fields[name], form.choices[name] = None, []
        elif told.get("type") in ("checkbox", "radio"):
            value = told.get("value", "on")
            form.choices.setdefault(name, []).append(value)
            chosen = value if "checked" in told else None
            form.fields[name] = chosen or form.fields.get(name)
        else:
            form.fields[name] = told.get("value", "")
            self._textarea = (form, name) if tag == "textarea" else None

    def _option(self, told):
        form, name = self._select
        value = told.get("value", "")
        form.choices[name].append(value)
        if form.fields[name] is None or "selected" in told:
            form.fields[name] = value

    def handle_data(self, data):
        if self._textarea:
            form, name = self._textarea
            form.fields[name] += data.removeprefix("\n")
        if not self._template:
            self._text.append(data)

    def handle_endtag(self, tag):
        if tag == "template":
            self._template = False
        elif tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._textarea = None


def page(response):
    assert response.status_code in (200, 409), response.status_code
    return Page(response.content.decode())


def submit(client, response, typed=None, *, button=None, has=()):
    """Fills the form of a page that has these fields, and follows where it leads."""
    form = page(response).form(*(has or typed or ()), button=button)
    address = form.action or response.request["PATH_INFO"]
    return client.post(address, form.filled(typed or {}, button), follow=True)


def with_rows(form, rows, added, prefix="companions"):
    """A dossier form with rows added as the page's script does it."""
    total = int(form.fields[f"{prefix}-TOTAL_FORMS"])
    fields, choices = dict(form.fields), dict(form.choices)
    for place in range(total, total + rows):
        for name, value in added.fields.items():
            fields[name.replace("__prefix__", str(place))] = value
        for name, values in added.choices.items():
            choices[name.replace("__prefix__", str(place))] = values
    fields[f"{prefix}-TOTAL_FORMS"] = str(total + rows)
    return Form(form.action, form.identity, fields, choices, form.buttons)
