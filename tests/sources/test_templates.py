"""What commands and the keyring may do. The other kinds of templates are in the cases."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from gaugeway.errors import SetupError
from gaugeway.sources.environment import Environment
from gaugeway.sources.settings import Layer, Setting
from gaugeway.sources.templates import MAX_BYTES, Template, Text, expand, run

PYTHON = sys.executable


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    return Environment(environ={"PATH": "/usr/bin:/bin", "WORD": "told"}, home=tmp_path, cwd=tmp_path)


def setting(text: str, folder: Path, *, own: bool = True) -> Setting:
    layer = Layer(file="config.toml", folder=folder, line_of=lambda _: 3, own=own)
    return Setting(text, layer, ("gateways", "a", "api_key"))


def resolved(text: str, env: Environment) -> str:
    return Text.of(setting(text, env.home), deferred=True).resolve(env)


def refused(text: str, env: Environment) -> SetupError:
    with pytest.raises(SetupError) as caught:
        resolved(text, env)
    assert caught.value.code == "unresolved_template"
    assert caught.value.message.startswith(f"config.toml:3: gateways.a.api_key has {text}, which ")
    return caught.value


def program(env: Environment, code: str) -> str:
    path = env.home / "program.py"
    path.write_text(code)
    return f"{{command:{PYTHON} program.py}}"


def test_the_first_line_without_its_white_space(env):
    assert resolved(program(env, "print('  sk-test-1  '); print('more')"), env) == "sk-test-1"


def test_it_is_split_like_words_and_no_shell_sees_it(env):
    assert resolved("{command:echo 'a  b' $HOME ; echo c}", env) == "a  b $HOME ; echo c"


def test_stdin_is_closed(tmp_path):
    (tmp_path / "program.py").write_text("import sys; print(repr(sys.stdin.read()))")
    code = (
        "import sys; from pathlib import Path; from gaugeway.sources.environment import Environment\n"
        "from gaugeway.sources.settings import Layer, Setting\n"
        "from gaugeway.sources.templates import Text\n"
        "folder = Path(sys.argv[1]); env = Environment(environ={}, home=folder, cwd=folder)\n"
        "layer = Layer(file='config.toml', folder=folder, own=True)\n"
        "setting = Setting(f'{{command:{sys.executable} program.py}}', layer, ())\n"
        "print(Text.of(setting, deferred=True).resolve(env))"
    )
    command = [PYTHON, "-c", code, str(tmp_path)]
    done = subprocess.run(command, input="typed\n", capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "''"


def test_it_runs_in_the_folder_of_its_file_with_our_variables(env):
    code = "import os; print(os.getcwd(), os.environ['WORD'])"
    assert resolved(program(env, code), env) == f"{env.home} told"


def test_nothing_is_taken_from_relative_folders_of_the_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tool = tmp_path / "tool"
    tool.write_text("#!/bin/sh\necho sk-test-evil\n")
    tool.chmod(0o755)
    careless = Environment(environ={"PATH": ".::/usr/bin"}, home=tmp_path, cwd=tmp_path)
    assert "names a program that is not found" in refused("{command:tool}", careless).message
    assert resolved("{command:./tool}", careless) == "sk-test-evil"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("print('sk-test-x'); raise SystemExit(3)", "ended with status 3"),
        ("", "is empty"),
        ("print(); print('second')", "is empty"),
        (f"print('x' * {MAX_BYTES + 1})", "gives more than 8 KiB"),
        ("import sys; sys.stdout.buffer.write(b'sk-test-\\xff')", "is not text in UTF-8"),
    ],
)
def test_outputs_that_are_no_key(env, code, said):
    error = refused(program(env, code), env)
    assert said in error.message
    assert "sk-test" not in str(error)


def test_commands_that_are_none(env):
    assert "can't be run: No closing quotation" in refused("{command:echo 'x}", env).message
    assert "can't be run" in refused("{command:./none}", env).message
    assert "names a program that is not found" in refused("{command:''}", env).message


@pytest.mark.parametrize(
    "code",
    [
        "import time; time.sleep(60)",
        "import os, time; print('sk-test-x', flush=True); os.close(1); time.sleep(60)",
        "import sys, subprocess; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3)'])",
    ],
    ids=["silent", "closes its output and stays", "leaves a child that keeps the pipe"],
)
def test_a_command_has_its_time(env, code):
    (env.home / "program.py").write_text(code)
    started = time.monotonic()
    template = Template("command", f"{PYTHON} program.py", setting("", env.home))
    with pytest.raises(SetupError, match=r"took longer than 0\.5 seconds"):
        run(template, env, seconds=0.5)
    assert time.monotonic() - started < 2.5


def test_an_endless_output_ends_at_once(env):
    assert "more than 8 KiB" in refused("{command:yes}", env).message


def test_nothing_runs_before_it_is_asked(env):
    text = Text.of(setting("x{command:touch ran}{env:UNSET}", env.home), deferred=True)
    assert (text.deferred, text.shown) == (True, "...{command:touch ran}{env:UNSET}")
    assert not (env.home / "ran").exists()
    with pytest.raises(SetupError):
        text.resolve(env)
    assert (env.home / "ran").exists()


def test_files_have_a_size_and_an_end(env):
    (env.home / "large").write_bytes(b"x" * (MAX_BYTES + 1))
    assert "gives more than 8 KiB" in refused("{file:large}", env).message
    assert "is not a file" in refused("{file:/dev/zero}", env).message
    assert "can't be read" in refused("{file:" + "x" * 300 + "}", env).message


def test_a_value_that_is_not_text(env):
    layer = Layer(file="config.toml", folder=env.home)
    with pytest.raises(SetupError, match=r"^config\.toml: gateways\.a\.api_key is not text"):
        expand(Setting(3, layer, ("gateways", "a", "api_key")), env)
