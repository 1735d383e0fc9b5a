"""`python -m auditor` is `audit`."""

from auditor.cli.main import main

if __name__ == "__main__":
    main()
