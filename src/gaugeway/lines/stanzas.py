"""What goes into each host's configuration, where, and how it gets there without changing anything else."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from shlex import join
from typing import Any

import msgspec

from gaugeway.errors import SetupError
from gaugeway.sources import jsonc, jsonc_edit
from gaugeway.sources.environment import Environment, Place

BEGIN, END = "# >>> gaugeway >>>", "# <<< gaugeway <<<"
_BLOCK = re.compile(rf"^{BEGIN}\r?\n(?:(?!{BEGIN}|{END}).*\n)*{END}\r?(?:\n|\Z)", re.MULTILINE)
_FILES = Path(__file__).with_name("files")  # by host, with @COMMAND@ where the command belongs
_PLUGIN = "# <xbar.title>gaugeway</xbar.title>"
_STYLE = "#custom-gaugeway.low { color: orange; } #custom-gaugeway.critical { color: red; }"


class Stanza(msgspec.Struct, frozen=True, kw_only=True):
    """``text``: what to put into the file at ``place``. ``edit``: the file's bytes (empty: there is none)
    with it; raises SetupError. ``after``: what to do then. ``undo``: how to be rid of it. ``instead_of``: the
    system's file, whose place a user's own takes with all that is in it.
    """

    place: Place
    text: str
    edit: Callable[[bytes], bytes]
    after: str
    undo: str = f"remove the lines from `{BEGIN}` to `{END}`"
    instead_of: str = ""
    executable: bool = False


def stanza(host: str, command: Sequence[str], env: Environment) -> Stanza | None:
    """None for a host without a configuration of its own."""
    make = _MAKERS.get(host)
    return None if make is None else make(join(command), env)


def _tmux(command: str, env: Environment) -> Stanza:
    if ")" in command:  # tmux ends a command there, whatever quotes it stands in
        raise _refused("tmux takes no command with a `)` in it", "choose another --format")
    # Appended to what is there, once: a configuration is often read again.
    inside = f" #({command.replace('#', '##').replace('%', '%%')})"
    place = _first(env.place(env.home) / ".tmux.conf", _config(env) / "tmux" / "tmux.conf")
    return _block("tmux", place, re.sub(r'([\\"$])', r"\\\1", inside), f"tmux source-file {place.name}")


def _zsh(command: str, env: Environment) -> Stanza:
    # The prompt does not wait. zsh draws no RPROMPT that was unset when the line's editing began.
    folder = env.named("ZDOTDIR") or env.place(env.home)
    return _block("zsh", folder / ".zshrc", command, "open a new shell")


def _starship(command: str, env: Environment) -> Stanza:
    place = env.named("STARSHIP_CONFIG") or _config(env) / "starship.toml"
    text = msgspec.json.encode(command).decode()[1:-1]  # JSON's escapes are TOML's too
    after = "it shows with the next prompt; where your format names its modules, add ${custom.gaugeway} to it"
    return _block("starship", place, text, after)


def _i3blocks(command: str, env: Environment) -> Stanza:
    place = _config(env) / "i3blocks" / "config"
    return _block("i3blocks", place, command, "restart i3 in place", instead_of="/etc/i3blocks.conf")


def _claude_code(command: str, env: Environment) -> Stanza:
    place = (env.named("CLAUDE_CONFIG_DIR") or env.place(env.home / ".claude")) / "settings.json"
    setting = {"type": "command", "command": command, "padding": 0, "refreshInterval": 15}

    def edit(before: bytes) -> bytes:
        document = _document(before, place)
        if "gaugeway" not in str(document.value.get("statusLine") or "gaugeway"):
            hint = f"let its script print the output of `{command}` as a line of its own"
            raise _refused(f"{place.name} has another statusLine already", hint)
        return _with(document, "statusLine", setting, place).data

    return Stanza(
        place=place,
        text=_json({"statusLine": setting}),
        edit=edit,
        after="it shows in the next session",
        undo="remove statusLine",
    )


def _waybar(command: str, env: Environment) -> Stanza:
    folder = _config(env) / "waybar"
    place = _first(folder / "config", folder / "config.jsonc")
    name = "custom/gaugeway"
    module = {"exec": command, "return-type": "json", "interval": 15}

    def edit(before: bytes) -> bytes:
        document = _with(_document(before, place), name, module, place)
        listed = [value for key, value in document.value.items() if key.startswith("modules-")]
        if any(isinstance(value, list) and name in value for value in listed):
            return document.data
        if "modules-right" not in document.value:
            return _with(document, "modules-right", [name], place).data
        return jsonc_edit.with_item(document, ("modules-right",), name, place.name)

    return Stanza(
        place=place,
        text=_json({"modules-right": ["...", name], name: module}),
        edit=edit,
        after=f"pkill -SIGUSR2 waybar; colours go into style.css: {_STYLE}",
        undo=f'remove "{name}" in both places',
        instead_of="/etc/xdg/waybar/config",
    )


def _xbar(command: str, env: Environment) -> Stanza:
    xbar = env.place(env.home / "Library/Application Support/xbar/plugins")
    place = (xbar if env.platform == "darwin" else _config(env) / "argos") / "gaugeway.30s.sh"
    text = _lines("xbar", command)

    def edit(before: bytes) -> bytes:
        if before and _PLUGIN.encode() not in before:  # a copy beside it would be a plugin too
            raise _refused(f"{place.name} is another plugin", "move it away first")
        return text.encode()

    return Stanza(
        place=place,
        text=text,
        edit=edit,
        after="refresh the plugins; for SwiftBar move the file into its plugin folder",
        undo="remove the file",
        executable=True,
    )


_MAKERS = {
    "tmux": _tmux,
    "starship": _starship,
    "claude-code": _claude_code,
    "waybar": _waybar,
    "i3blocks": _i3blocks,
    "xbar": _xbar,
    "zsh": _zsh,
}


def _block(host: str, place: Place, command: str, after: str, *, instead_of: str = "") -> Stanza:
    """Lines between two marks, at the end of the file or where they are already."""
    text = f"{BEGIN}\n{_lines(host, command)}{END}\n"

    def edit(before: bytes) -> bytes:
        try:
            old = before.decode()
        except UnicodeDecodeError:
            raise _refused(f"{place.name} is not UTF-8", "add the lines yourself") from None
        new, found = _BLOCK.subn(lambda _: text, old, count=1)
        if any(mark in _BLOCK.sub("", old, count=1) for mark in (BEGIN, END)):
            what = f"{place.name} has a mark of gaugeway without its other one, or more than one block"
            raise _refused(what, f"remove `{BEGIN}` and `{END}`, then run this again")
        if not found:
            new = old + ("" if not old or old.endswith("\n") else "\n") + ("\n" if old else "") + text
        if host == "starship":
            _check_toml(new, place)
        return new.encode()

    return Stanza(place=place, text=text, edit=edit, after=after, instead_of=instead_of)


def _lines(host: str, command: str) -> str:
    return (_FILES / host).read_text(encoding="utf-8").replace("@COMMAND@", command)


def _check_toml(text: str, place: Place) -> None:
    import tomli

    try:
        tomli.loads(text)
    except ValueError as error:
        raise _refused(f"{place.name} would not be TOML: {error}", "mend it first") from None


def _document(before: bytes, place: Place) -> jsonc.Document:
    document = jsonc.read(before or b"{\n}\n", place.name)
    if not isinstance(document.value, dict):
        raise _refused(f"{place.name} is not one object", "add the lines yourself")
    return document


def _with(document: jsonc.Document, name: str, value: Any, place: Place) -> jsonc.Document:
    """The object with this member, in the place of the one it may have."""
    if name in document.value:
        if document.value[name] == value:
            return document
        document = jsonc.read(jsonc_edit.without(document, (name,), place.name))
    return jsonc.read(jsonc_edit.with_member(document, (), name, value, place.name))


def _first(*places: Place) -> Place:
    """The first that exists, else the first."""
    return next((place for place in places if place.path.exists()), places[0])


def _config(env: Environment) -> Place:
    return env.xdg("XDG_CONFIG_HOME", ".config")


def _json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def _refused(what: str, hint: str) -> SetupError:
    return SetupError("invalid_config", what, hint)
