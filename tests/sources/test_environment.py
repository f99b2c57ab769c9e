"""Folders of gaugeway and OpenCode on each platform."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from platformdirs.unix import Unix

from gaugeway.sources.environment import MAX_FILE, Environment, Place

HOME = Path("/home/u")


def environment(environ: Mapping[str, str], platform: str = "linux") -> Environment:
    return Environment(environ=environ, home=HOME, cwd=Path("/project"), platform=platform)


def test_linux_folders_are_those_of_platformdirs():
    process = Environment.of_process()
    linux = Environment(environ=process.environ, home=process.home, cwd=process.cwd, platform="linux")
    folders = Unix("gaugeway", appauthor=False)
    assert next(linux.config_files()).path.parent == folders.user_config_path
    if "GAUGEWAY_STATE_DIR" not in process.environ:
        assert linux.state_dir() == folders.user_state_path


@pytest.mark.parametrize(
    ("environ", "config", "state"),
    [
        ({}, "/home/u/.config/gaugeway/config.toml", "/home/u/.local/state/gaugeway"),
        (
            {"XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"},
            "/c/gaugeway/config.toml",
            "/s/gaugeway",
        ),
        (
            {"XDG_CONFIG_HOME": "relative", "XDG_STATE_HOME": ""},
            "/home/u/.config/gaugeway/config.toml",
            "/home/u/.local/state/gaugeway",
        ),
        ({"GAUGEWAY_STATE_DIR": "state"}, "/home/u/.config/gaugeway/config.toml", "/project/state"),
        ({"GAUGEWAY_STATE_DIR": "~/state"}, "/home/u/.config/gaugeway/config.toml", "/home/u/state"),
    ],
)
def test_linux_folders(environ, config, state):
    env = environment(environ)
    assert (str(next(env.config_files()).path), str(env.state_dir())) == (config, state)


def test_only_a_place_that_a_variable_names_says_so():
    assert next(environment({}).config_files()).variable is None
    assert next(environment({"XDG_CONFIG_HOME": "/home/u/.config"}).config_files()).variable is None
    assert next(environment({"XDG_CONFIG_HOME": "/c"}).config_files()).variable == "XDG_CONFIG_HOME"
    assert environment({"GAUGEWAY_CONFIG": "x.toml"}).named("GAUGEWAY_CONFIG") == Place(
        Path("/project/x.toml"), "GAUGEWAY_CONFIG"
    )
    assert environment({"GAUGEWAY_CONFIG": ""}).named("GAUGEWAY_CONFIG") is None


@pytest.mark.parametrize(
    ("platform", "environ", "config", "auth"),
    [
        ("linux", {}, ["/home/u/.config/opencode"], ["/home/u/.local/share/opencode/auth.json"]),
        (
            "linux",
            {"XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "/d"},
            ["/c/opencode"],
            ["/d/opencode/auth.json"],
        ),
        (
            "darwin",
            {},
            ["/home/u/Library/Application Support/opencode", "/home/u/.config/opencode"],
            [
                "/home/u/.local/share/opencode/auth.json",
                "/home/u/Library/Application Support/opencode/auth.json",
            ],
        ),
        (
            "win32",
            {"APPDATA": "/roaming", "LOCALAPPDATA": "/local"},
            ["/local/opencode", "/roaming/opencode", "/home/u/.config/opencode"],
            [
                "/home/u/.local/share/opencode/auth.json",
                "/local/opencode/auth.json",
                "/roaming/opencode/auth.json",
            ],
        ),
        ("win32", {}, ["/home/u/.config/opencode"], ["/home/u/.local/share/opencode/auth.json"]),
    ],
)
def test_opencode_folders(platform, environ, config, auth):
    env = environment(environ, platform)
    assert [str(place.path) for place in env.opencode_config_dirs()] == config
    assert [str(place.path) for place in env.opencode_auth_files()] == auth


@pytest.mark.parametrize(
    ("platform", "config", "state"),
    [
        (
            "darwin",
            "/u/Library/Application Support/gaugeway/config.toml",
            "/u/Library/Application Support/gaugeway",
        ),
        ("win32", "/u/local/gaugeway/config.toml", "/u/local/gaugeway"),
    ],
)
def test_the_other_platforms_are_those_of_platformdirs(platform, config, state):
    # platformdirs reads the process's own environment, so each has a process of its own
    code = (
        "import sys; sys.modules['ctypes'] = None  # asks Windows itself\n"
        "from pathlib import Path; from gaugeway.sources.environment import Environment\n"
        f"env = Environment(environ={{}}, home=Path('/u'), cwd=Path('/'), platform={platform!r})\n"
        "print(next(env.config_files()).path, env.state_dir(), sep='|')"
    )
    environ = {**os.environ, "HOME": "/u", "LOCALAPPDATA": "/u/local", "APPDATA": "/u/roaming"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().replace("\\", "/").split("|") == [config, state]


def test_of_process():
    env = Environment.of_process()
    assert (env.environ, env.home, env.cwd, env.platform) == (
        os.environ,
        Path.home(),
        Path.cwd(),
        sys.platform,
    )


def test_a_deleted_current_folder_is_no_obstacle(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    code = (
        "import os, sys; os.rmdir(sys.argv[1])\n"
        "from gaugeway.sources.environment import Environment\n"
        "env = Environment.of_process(); print(env.cwd == env.home)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(gone)], cwd=gone, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True"


def test_a_user_without_a_home_is_no_obstacle():
    code = (
        "import os; os.environ.pop('HOME', None); os.setuid(54321)\n"
        "from gaugeway.sources.environment import Environment; print(Environment.of_process().home)"
    )
    if os.name != "posix" or os.getuid() != 0:
        pytest.skip("only root can become a user that has no entry")
    environ = {name: value for name, value in os.environ.items() if name != "HOME"}
    command = [sys.executable, "-c", "import gaugeway.sources.environment\n" + code]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "/"


def test_a_place_is_read_as_far_as_it_can_be(tmp_path):
    path = tmp_path / "file"
    assert Place(path).read() is None
    path.write_bytes(b"x" * MAX_FILE)
    assert Place(path).read() == b"x" * MAX_FILE
    assert Place(path / "below").read() is None
    with path.open("ab") as file:
        file.write(b"x")
    with pytest.raises(OSError, match="larger than 1 MiB"):
        Place(path).read()
    with pytest.raises(OSError, match="larger than 1 MiB"):
        Place(Path("/dev/zero")).read()


def test_a_name_that_is_not_utf_8_can_be_printed():
    assert Place(Path("/a/\udcff")).name.encode() == b"/a/?"
