"""What links and file systems may do to the rule; the rule itself is in the cases."""

from pathlib import Path

import pytest

from gaugeway.sources.environment import Environment, Place
from gaugeway.sources.trust import WorkTrees


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    repo = tmp_path / "home" / "repo"
    (repo / ".git").mkdir(parents=True)
    return repo


def trust(cwd: Path, path: Path, variable: str | None = "GAUGEWAY_CONFIG") -> str:
    env = Environment(environ={}, home=cwd.parent, cwd=cwd)
    return WorkTrees(env).trust(Place(path, variable))


def test_a_place_that_no_variable_names_is_trusted(repo):
    assert trust(repo, repo / "x.toml", None) == "trusted"
    assert trust(repo, repo / "x.toml") == "display-only"


def test_a_file_that_does_not_exist_is_judged_by_its_place(repo):
    assert trust(repo, repo / "no" / "such.toml") == "display-only"
    assert trust(repo, repo.parent / "no" / "such.toml") == "trusted"


def test_dots_do_not_lead_out(repo):
    assert trust(repo, repo.parent / "else" / ".." / "repo" / "x.toml") == "display-only"


def test_the_current_folder_behind_a_link(repo):
    link = repo.parent.parent / "link"
    link.symlink_to(repo)
    env = Environment(environ={}, home=repo.parent, cwd=link)
    assert WorkTrees(env).trust(Place(repo / "x.toml", "X")) == "display-only"
    assert WorkTrees(env).trust(Place(link / "x.toml", "X")) == "display-only"


def test_a_chain_of_links_through_the_tree(repo):
    outside = repo.parent.parent / "outside.toml"
    outside.write_text("")
    (repo / "inner").symlink_to(outside)
    first = repo.parent.parent / "first"
    first.symlink_to(repo / "inner")
    assert trust(repo, first) == "display-only"


def test_a_linked_folder_of_the_tree(repo):
    outside = repo.parent.parent / "outside"
    outside.mkdir()
    (repo / "inner").symlink_to(outside)
    assert trust(repo, repo / "inner" / "x.toml") == "display-only"


def test_a_loop_of_links_ends(repo):
    one, two = repo.parent.parent / "one", repo.parent.parent / "two"
    one.symlink_to(two)
    two.symlink_to(one)
    assert trust(repo, one) == "trusted"
    assert trust(repo, one / "below") == "trusted"


def test_a_name_that_is_too_long_is_judged_too(repo):
    assert trust(repo, repo / ("x" * 5000)) == "display-only"
    assert trust(repo, repo.parent / ("x" * 5000)) == "trusted"


def test_a_home_inside_the_tree_makes_the_tree_the_users(repo):
    env = Environment(environ={}, home=repo / "home", cwd=repo)
    assert WorkTrees(env).trust(Place(repo / "x.toml", "X")) == "trusted"
