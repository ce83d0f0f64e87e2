"""The drill: backed up, restored elsewhere, and there everything is as it was."""

import io
import json
import os

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from kaili_hukou import backups
from kaili_hukou.models import AuditEntry, Person
from kaili_hukou.sealed_files import Shelf
from kaili_hukou.sealed_stream import NotReadable, Opening, Sealing
from kaili_hukou.sealing import seal, verify
from tests import factories
from tests.factories import client_of

SHELF = Shelf("drill", "tests.drill")
WORDS = "correct horse battery staple"


@pytest.fixture(autouse=True)
def passphrase(settings):
    settings.BACKUP_KEY = WORDS


class TestTheStream:
    def sealed(self, content, monkeypatch, block=64):
        monkeypatch.setattr("kaili_hukou.sealed_stream.BLOCK_BYTES", block)
        monkeypatch.setattr("kaili_hukou.sealed_stream.COST", 2**4)
        out = io.BytesIO()
        with Sealing(out, WORDS) as stream:
            stream.write(content)
        return out.getvalue()

    @pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 128, 1000])
    def test_comes_back_as_it_was(self, size, monkeypatch):
        content = os.urandom(size)
        sealed = self.sealed(content, monkeypatch)
        assert io.BufferedReader(Opening(io.BytesIO(sealed), WORDS)).read() == content
        assert size < 8 or content not in sealed

    def test_none_of_its_blocks_can_be_left_out_swapped_changed_or_cut_off(self, monkeypatch):
        sealed = self.sealed(os.urandom(200), monkeypatch)
        head, block = 22, 4 + 64 + 16
        first, second = sealed[head : head + block], sealed[head + block : head + 2 * block]
        rest = sealed[head + 2 * block :]
        broken = {
            "left out": sealed[:head] + second + rest,
            "swapped": sealed[:head] + second + first + rest,
            "cut off": sealed[: head + 2 * block],
            "changed": sealed[:-1] + bytes([sealed[-1] ^ 1]),
            "another salt": sealed[:10] + bytes([sealed[10] ^ 1]) + sealed[11:],
            "none of ours": b"PK" + sealed[2:],
        }
        for way, content in broken.items():
            with pytest.raises(NotReadable):
                io.BufferedReader(Opening(io.BytesIO(content), WORDS)).read()
            assert way
        with pytest.raises(NotReadable):
            io.BufferedReader(Opening(io.BytesIO(sealed), WORDS + "x")).read()


@pytest.fixture
def backed_up(transactional_db, settings, tmp_path):
    """A desk at work, in a file; and what was counted before."""
    desk = factories.desk("大十字派出所")
    case = factories.application("education", state="accepted", desk=desk)
    SHELF.keep(case.pk, "扫描件".encode())
    seal(timezone.now())
    file = tmp_path / "desk.backup"
    call_command("backup", str(file), stdout=io.StringIO())
    return file, desk, case


def counts():
    return {model._meta.label: model._base_manager.count() for model in backups.tables()}


@pytest.mark.engine
def test_restored_elsewhere_everything_is_as_it_was(backed_up, settings, tmp_path, capsys):
    file, desk, case = backed_up
    before, record = counts(), verify().as_json()
    empty(settings, tmp_path)
    assert not Person.objects.exists()
    call_command("restore", str(file))
    told = json.loads(capsys.readouterr().out)
    assert counts() == before
    assert told["rows"] == sum(before.values())
    assert told["record"] == record
    assert record["ok"]
    assert record["sealed"] == AuditEntry.objects.count() > 0
    found = Person.objects.get(pk=case.applicant.pk)
    assert found.number == case.applicant.number
    assert SHELF.content_of(case.pk).decode() == "扫描件"
    assert client_of(desk.clerk).get("/").status_code in (200, 302)
    # Numbers that the database draws itself go on after the last one.
    factories.officer("window", desk.station)


@pytest.mark.engine
def test_without_the_field_keys_nobody_is_read(backed_up, settings, tmp_path):
    file, _, case = backed_up
    empty(settings, tmp_path)
    call_command("restore", str(file), stdout=io.StringIO())
    settings.FIELD_KEYS = "1:" + "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg="
    with pytest.raises(ValueError, match="不符"):
        _ = Person.objects.get(pk=case.applicant.pk).number


@pytest.mark.engine
def test_another_passphrase_and_a_changed_file_leave_nothing_behind(backed_up, settings, tmp_path):
    file, *_ = backed_up
    empty(settings, tmp_path)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    for name, told in (("BACKUP_KEY", "another passphrase"), ("", "")):
        if name:
            settings.BACKUP_KEY = told
        else:
            settings.BACKUP_KEY = WORDS
            file.write_bytes(content)
        with pytest.raises(CommandError, match="备份文件打不开"):
            call_command("restore", str(file))
        assert not Person.objects.exists()
        assert not (tmp_path / "new").exists()


@pytest.mark.engine
def test_only_into_an_empty_place(backed_up, settings, tmp_path):
    file, *_ = backed_up
    with pytest.raises(CommandError, match="只能恢复到空的数据库"):
        call_command("restore", str(file))
    call_command("flush", interactive=False, verbosity=0)
    with pytest.raises(CommandError, match="只能恢复到空的文件目录"):
        call_command("restore", str(file))


def test_no_passphrase_no_backup_and_none_over_another(db, settings, tmp_path):
    file = tmp_path / "there"
    file.write_bytes(b"")
    with pytest.raises(CommandError, match="没有覆盖"):
        call_command("backup", str(file))
    settings.BACKUP_KEY = "short"
    with pytest.raises(CommandError, match="BACKUP_KEY"):
        call_command("backup", str(tmp_path / "new"))
    assert not list(tmp_path.glob("new*"))


def empty(settings, tmp_path):
    """Another machine: an empty database of the same engine, and no files."""
    call_command("flush", interactive=False, verbosity=0)
    settings.MEDIA_ROOT = str(tmp_path / "new")
