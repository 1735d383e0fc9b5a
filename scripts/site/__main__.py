"""The documentation as a static site: every page of docs/, the rules, the examples as the tool's own pages, and a search.

    python -m scripts.site FOLDER

Nothing of it needs a server or a network. A link that leads nowhere ends the build: the site is the test of the links too.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from scripts.site.build import BrokenLinksError, build


def main() -> int:
    """Build the site into a folder that is empty, or that was built before."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    if folder.exists() and any(folder.iterdir()) and not (folder / "search" / "entries.js").is_file():
        sys.stderr.write(f"{folder} holds something else than a site; name an empty folder\n")
        return 2
    shutil.rmtree(folder, ignore_errors=True)
    try:
        count = build(folder)
    except BrokenLinksError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{count} pages in {folder}; open {folder / 'index.html'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
