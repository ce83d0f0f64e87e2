"""What is typed at the door: name and password, a code, a new password."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AdminPasswordChangeForm, SetPasswordForm

from kaili_hukou.models import Officer

PASSWORD = {"autocomplete": "current-password"}
CODE = {"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}


class LoginForm(forms.Form):
    username = forms.CharField(
        label="用户名",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label="密码", max_length=500, strip=False, widget=forms.PasswordInput(attrs=PASSWORD)
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label="动态口令或恢复码",
        max_length=20,
        widget=forms.TextInput(attrs=CODE),
        help_text="手机上正在显示的六位数字;手机不在身边的,填一个恢复码。",
    )


class FirstCodeForm(forms.Form):
    code = forms.CharField(
        label="手机上显示的六位数字",
        max_length=20,
        widget=forms.TextInput(attrs=CODE | {"inputmode": "numeric"}),
    )


class ProofForm(forms.Form):
    """The password, or a code of the authenticator where there is one."""

    proof = forms.CharField(
        label="登录密码",
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs=PASSWORD | {"autofocus": True}),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=200)


class NewPasswordForm(SetPasswordForm):
    """A new password twice; the old one as well, unless it was typed a moment ago to log in."""

    old_password = forms.CharField(
        label="原密码",
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs=PASSWORD | {"autofocus": True}),
    )
    field_order = ["old_password", "new_password1", "new_password2"]

    def __init__(self, user: Officer, *args: Any, fresh: bool = False, **options: Any) -> None:
        super().__init__(user, *args, **options)
        if fresh:
            del self.fields["old_password"]

    def save(self, commit: bool = True) -> Officer:
        self.user.password_given = False
        return super().save(commit)


class GivenPasswordForm(AdminPasswordChangeForm):
    """Set by an administrator: its owner changes it at his next login, within 72 hours."""

    def save(self, commit: bool = True) -> Officer:
        self.user.password_given = True
        return super().save(commit)
