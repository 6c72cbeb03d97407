"""Joined stylesheets and scripts: whole, in order, and refused when they are not understood."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from painclinic.assets import SCRIPTS, STYLES, CannotJoinError, joined_script, joined_styles

STATIC = Path(settings.BASE_DIR) / "static"


def _files(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.js").write_text(text)
    return folder / "main.js"


def test_script_holds_each_import_once_and_before_its_use(tmp_path: Path) -> None:
    entry = _files(
        tmp_path,
        main='import { one } from "./a.js";\nimport * as b from "./b.js";\none(b.two);\n',
        a='import { two } from "./b.js";\nexport function one() { return two; }\n',
        b="export const two = 2;\nconst hidden = 3;\nexport class Three {}\n"
        "export async function four() {}\n",
    )

    text = joined_script(entry)

    assert text.count("const two = 2;") == 1
    assert text.index("const two = 2;") < text.index("function one()") < text.index("one(b.two)")
    assert "return { two, Three, four };" in text
    assert "import " not in text
    assert "export " not in text


def test_script_imported_for_what_it_does_runs(tmp_path: Path) -> None:
    entry = _files(tmp_path, main='import "./a.js";\nlast();\n', a="first();\n")

    text = joined_script(entry)

    assert text.index("first()") < text.index("last()")


@pytest.mark.parametrize(
    "line",
    [
        "export default 1;",
        "export { a };",
        'import a from "./a.js";',
        'import { a } from "elsewhere";',
        "export let b = 1;",
    ],
)
def test_script_that_is_not_understood_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(CannotJoinError, match=r"main\.js"):
        joined_script(_files(tmp_path, main=line, a=""))


def test_scripts_that_import_each_other_are_refused(tmp_path: Path) -> None:
    entry = _files(tmp_path, main='import "./a.js";\n', a='import "./main.js";\n')

    with pytest.raises(CannotJoinError):
        joined_script(entry)


@pytest.mark.parametrize("name", [*STYLES, *SCRIPTS])
def test_joined_file_is_what_the_site_serves(name: str) -> None:
    found = finders.find(name)
    assert found
    expected = joined_styles(STATIC, STYLES[name]) if name in STYLES else joined_script(STATIC / name)

    assert Path(str(found)).read_text() == expected


def test_everything_joined_is_collected_once() -> None:
    listed = [path for finder in finders.get_finders() for path, _storage in finder.list([])]

    assert set(listed) >= {*STYLES, *SCRIPTS}
    # The joined script comes before its own first part, under the same name.
    assert listed.index(SCRIPTS[0]) < len(STYLES) + len(SCRIPTS)
