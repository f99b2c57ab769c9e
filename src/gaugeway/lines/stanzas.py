"""What goes into each host's configuration, where, and how it gets there without changing anything else."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from shlex import join
from typing import Any

import msgspec

from gaugeway.errors import SetupError
from gaugeway.sources import jsonc, jsonc_edit
from gaugeway.sources.environment import Environment

BEGIN, END = "# >>> gaugeway >>>", "# <<< gaugeway <<<"
_BLOCK = re.compile(rf"^{BEGIN}\r?\n(?:(?!{BEGIN}|{END}).*\n)*{END}\r?(?:\n|\Z)", re.MULTILINE)


class Stanza(msgspec.Struct, frozen=True, kw_only=True):
    """``text``: what to put into the file at ``path``. ``edit``: the file's bytes (None: there is none) with
    it; raises SetupError. ``after``: what to do then. ``undo``: how to be rid of it.
    ``mark``: a file without it has nothing of ours.
    """

    path: Path
    text: str
    edit: Callable[[bytes | None], bytes]
    after: str
    undo: str = f"remove the lines from `{BEGIN}` to `{END}`"
    mark: str = BEGIN
    executable: bool = False


def stanza(host: str, command: Sequence[str], env: Environment) -> Stanza | None:
    """None for a host without a configuration of its own."""
    make = _MAKERS.get(host)
    return None if make is None else make(command, env)


def _tmux(command: Sequence[str], env: Environment) -> Stanza:
    if ")" in "".join(command):  # tmux ends a command there, whatever quotes it stands in
        raise SetupError(
            "invalid_config", "tmux takes no command with a `)` in it", "choose another --format"
        )
    # Appended to what is there, once: a configuration is often read again.
    inside = f" #({join(command).replace('#', '##').replace('%', '%%')})"
    lines = (
        'if-shell -F "#{m:*gaugeway*line*,#{status-right}}" "" {\n'
        f"  set -ga status-right {_tmux_quoted(inside)}\n"
        "}\n"
        "set -g status-right-length 120\n"
    )
    places = [env.path("~/.tmux.conf"), _config(env, "tmux") / "tmux.conf"]
    path = next((place for place in places if place.exists()), places[0])
    return _block(path, lines, "tmux source-file " + str(path))


def _zsh(command: Sequence[str], env: Environment) -> Stanza:
    # The prompt does not wait. zsh draws no RPROMPT that was unset when the line's editing began.
    lines = f"""\
: "${{RPROMPT=}}"
_gaugeway_ask() {{
  local fd
  exec {{fd}}< <(command {join(command)} 2>/dev/null)
  zle -F $fd _gaugeway_show
}}
_gaugeway_show() {{
  local line fd=$1
  IFS= read -r -u $fd line
  zle -F $fd
  exec {{fd}}<&-
  RPROMPT="${{RPROMPT%"$_gaugeway_line"}}"
  _gaugeway_line=" $line"
  RPROMPT+=$_gaugeway_line
  zle reset-prompt
}}
autoload -Uz add-zsh-hook
add-zsh-hook precmd _gaugeway_ask
"""
    folder = env.path(env.environ.get("ZDOTDIR") or "~")
    return _block(folder / ".zshrc", lines, "open a new shell")


def _starship(command: Sequence[str], env: Environment) -> Stanza:
    named = env.environ.get("STARSHIP_CONFIG")
    path = env.path(named) if named else _config(env, "") / "starship.toml"
    lines = (
        "[custom.gaugeway]\n"
        f"command = {_toml(join(command))}\n"
        "when = true\n"
        'shell = ["sh"]\n'
        'format = "[$output]($style) "\n'
        'style = "dimmed"\n'
    )
    after = "it shows with the next prompt; where your format names its modules, add ${custom.gaugeway} to it"
    return _block(path, lines, after, check=_is_toml)


def _i3blocks(command: Sequence[str], env: Environment) -> Stanza:
    path = _config(env, "i3blocks") / "config"
    lines = f"[gaugeway]\ncommand={join(command)}\ninterval=15\nformat=json\n"
    return _block(path, lines, "restart i3 in place", instead_of="/etc/i3blocks.conf")


def _claude_code(command: Sequence[str], env: Environment) -> Stanza:
    folder = env.path(env.environ.get("CLAUDE_CONFIG_DIR") or "~/.claude")
    path = folder / "settings.json"
    setting = {"type": "command", "command": join(command), "padding": 0, "refreshInterval": 15}

    def edit(before: bytes | None) -> bytes:
        document = _document(before, path)
        present = document.value.get("statusLine") if isinstance(document.value, dict) else None
        if present == setting:
            return document.data
        if present is not None:
            if not (isinstance(present, dict) and "gaugeway" in str(present.get("command"))):
                raise SetupError(
                    "invalid_config",
                    f"{path} has another statusLine already",
                    f"let its script print the output of `{join(command)}` as a line of its own",
                )
            document = jsonc.read(jsonc_edit.without(document, ("statusLine",), str(path)))
        return jsonc_edit.with_member(document, (), "statusLine", setting, str(path))

    return Stanza(
        path=path,
        text=_json({"statusLine": setting}),
        edit=edit,
        after="it shows in the next session",
        undo="remove statusLine",
        mark="line --for claude-code",
    )


def _waybar(command: Sequence[str], env: Environment) -> Stanza:
    folder = _config(env, "waybar")
    places = [folder / "config", folder / "config.jsonc"]
    path = next((place for place in places if place.exists()), places[0])
    name = "custom/gaugeway"
    module = {"exec": join(command), "return-type": "json", "interval": 15}

    def edit(before: bytes | None) -> bytes:
        if before is None:
            raise _instead_of(path, "/etc/xdg/waybar/config")
        document = _document(before, path)
        if not isinstance(document.value, dict):
            raise SetupError("invalid_config", f"{path} has several bars", "add the lines yourself")
        if name in document.value and document.value[name] != module:
            document = jsonc.read(jsonc_edit.without(document, (name,), str(path)))
        if name not in document.value:
            document = jsonc.read(jsonc_edit.with_member(document, (), name, module, str(path)))
        listed = {key: value for key, value in document.value.items() if key.startswith("modules-")}
        for key, value in listed.items():
            if not isinstance(value, list):
                raise SetupError(
                    "invalid_config", f"{path}: {key} is not a list", "mend it, then run this again"
                )
            if name in value:
                return document.data
        if "modules-right" not in document.value:
            return jsonc_edit.with_member(document, (), "modules-right", [name], str(path))
        return jsonc_edit.with_item(document, ("modules-right",), name, str(path))

    style = "#custom-gaugeway.low { color: orange; } #custom-gaugeway.critical { color: red; }"
    return Stanza(
        path=path,
        text=_json({"modules-right": ["...", name], name: module}),
        edit=edit,
        after=f"pkill -SIGUSR2 waybar; colours go into style.css: {style}",
        undo=f'remove "{name}" in both places',
        mark="line --for waybar",
    )


def _xbar(command: Sequence[str], env: Environment) -> Stanza:
    if env.platform == "darwin":
        folder = env.path("~/Library/Application Support/xbar/plugins")
    else:
        folder = _config(env, "argos")
    path = folder / "gaugeway.30s.sh"
    mark = "# <xbar.title>gaugeway</xbar.title>"
    text = (
        "#!/bin/sh\n"
        f"{mark}\n"
        "# <xbar.desc>How much is left on every gateway.</xbar.desc>\n"
        "# <xbar.dependencies>gaugeway</xbar.dependencies>\n"
        "# <swiftbar.hideRunInTerminal>true</swiftbar.hideRunInTerminal>\n"
        f"exec {join(command)}\n"
    )

    def edit(before: bytes | None) -> bytes:
        if before is not None and mark.encode() not in before:  # a copy beside it would be a plugin too
            raise SetupError("invalid_config", f"{path} is another plugin", "move it away first")
        return text.encode()

    return Stanza(
        path=path,
        text=text,
        edit=edit,
        after="refresh the plugins; for SwiftBar move the file into its plugin folder",
        undo="remove the file",
        mark=mark,
        executable=True,
    )


_MAKERS: dict[str, Callable[[Sequence[str], Environment], Stanza]] = {
    "tmux": _tmux,
    "starship": _starship,
    "claude-code": _claude_code,
    "waybar": _waybar,
    "i3blocks": _i3blocks,
    "xbar": _xbar,
    "zsh": _zsh,
}


def _block(
    path: Path,
    lines: str,
    after: str,
    *,
    instead_of: str | None = None,
    check: Callable[[str, Path], None] | None = None,
) -> Stanza:
    """Lines between two marks, at the end of the file or where they are already."""
    text = f"{BEGIN}\n{lines}{END}\n"

    def edit(before: bytes | None) -> bytes:
        if before is None and instead_of is not None:
            raise _instead_of(path, instead_of)
        try:
            old = (before or b"").decode()
        except UnicodeDecodeError:
            raise SetupError("invalid_config", f"{path} is not UTF-8", "add the lines yourself") from None
        if any(mark in _BLOCK.sub("", old, count=1) for mark in (BEGIN, END)):
            what = f"{path} has a mark of gaugeway without its other one, or more than one block"
            raise SetupError("invalid_config", what, f"remove `{BEGIN}` and `{END}`, then run this again")
        if _BLOCK.search(old):
            new = _BLOCK.sub(lambda _: text, old, count=1)
        else:
            new = old + ("" if not old or old.endswith("\n") else "\n") + ("\n" if old else "") + text
        if check is not None:
            check(new, path)
        return new.encode()

    return Stanza(path=path, text=text, edit=edit, after=after)


def _instead_of(path: Path, usual: str) -> SetupError:
    """A file of the user's own takes the place of the system's, with all that is in it."""
    return SetupError(
        "invalid_config", f"there is no {path}", f"copy {usual} there first, then run this again"
    )


def _is_toml(text: str, path: Path) -> None:
    import tomli

    try:
        tomli.loads(text)
    except ValueError as error:
        raise SetupError("invalid_config", f"{path} would not be TOML: {error}", "mend it first") from None


def _document(before: bytes | None, path: Path) -> jsonc.Document:
    try:
        return jsonc.read(before or b"{\n}\n", str(path))
    except jsonc.JsoncError as error:
        raise SetupError(
            "invalid_config", f"{path}:{error.line} is not JSON: {error.what}", "mend it first"
        ) from None


def _config(env: Environment, name: str) -> Path:
    base = Path(env.environ.get("XDG_CONFIG_HOME", ""))
    return (base if base.is_absolute() else env.home / ".config") / name


def _json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def _toml(text: str) -> str:
    """A basic string: JSON's escapes are TOML's too."""
    return msgspec.json.encode(text).decode()


def _tmux_quoted(text: str) -> str:
    if "'" not in text:
        return f"'{text}'"
    for char in ("\\", '"', "$"):
        text = text.replace(char, f"\\{char}")
    return f'"{text}"'
