"""`make run`: settings, database, registers, demonstration data on first run, then the server.

Each step may be run again: a second start keeps the data and takes seconds.
"""

import base64
import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
ENV = HERE / ".env"
ACCOUNTS = HERE / ".run" / "accounts.json"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(port: str) -> int:
    write_env()
    manage("migrate", "--verbosity", "0")
    manage("load_registers", quiet=True)
    if not ACCOUNTS.exists():
        demonstrate()
    print_accounts(port)
    return serve(port)


def write_env() -> None:
    """Once: DEBUG on and fresh keys, for this folder alone."""
    if ENV.exists():
        return
    key = lambda: base64.b64encode(secrets.token_bytes(32)).decode()  # noqa: E731
    lines = [
        "DEBUG=on",
        f"SECRET_KEY={secrets.token_urlsafe(50)}",
        f"FIELD_KEYS=1:{key()}",
        f"DIGEST_KEY={key()}",
    ]
    with open(ENV, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write("\n".join(lines) + "\n")
    say(f"已生成密钥,保存在 {ENV}。请妥善保管:没有它,数据库里的个人信息无法读出。")


def manage(*arguments: str, quiet: bool = False) -> str:
    """One command of manage.py; a failure ends the start with its own words."""
    done = subprocess.run(  # noqa: S603 - our own manage.py, no shell
        [sys.executable, str(HERE / "manage.py"), *arguments],
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=None,
        cwd=HERE,
    )
    if done.returncode:
        say(done.stdout)
        raise SystemExit(done.returncode)
    if done.stdout.strip() and not quiet:
        say(done.stdout.strip())
    return done.stdout


def demonstrate() -> None:
    say("首次运行:正在生成演示账号和虚构办件……")
    printed = manage("demo_data", quiet=True)
    ACCOUNTS.parent.mkdir(exist_ok=True)
    ACCOUNTS.write_text(json.dumps(json.loads(printed)["accounts"], ensure_ascii=False))
    ACCOUNTS.chmod(0o600)


def print_accounts(port: str) -> None:
    say("\n演示账号(人物均为虚构):")
    for account in json.loads(ACCOUNTS.read_text()):
        say(
            f"  {account['username']:<12} {account['password']:<18} "
            f"{account['role']}  {account['scope']}"
        )
    say(f"\n打开 http://127.0.0.1:{port}/ 登录。Ctrl+C 结束。\n")


def serve(port: str) -> int:
    """The server, and beside it the worker where there is no Redis; both end together."""
    command = [sys.executable, str(HERE / "manage.py")]
    children = [
        subprocess.Popen(  # noqa: S603 - our own manage.py, no shell
            [*command, "runserver", f"127.0.0.1:{port}", "--noreload"], cwd=HERE
        )
    ]
    if not redis_is_set():
        children.append(subprocess.Popen([*command, "work"], cwd=HERE))  # noqa: S603 - as above
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.3)
    except KeyboardInterrupt:
        pass
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(timeout=10)
    return max((child.returncode for child in children if child.returncode > 0), default=0)


def redis_is_set() -> bool:
    lines = ENV.read_text().splitlines() if ENV.exists() else []
    set_in_file = any(line.startswith("REDIS_URL=") and line != "REDIS_URL=" for line in lines)
    return bool(os.environ.get("REDIS_URL")) or set_in_file


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else "8000"))
