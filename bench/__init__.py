"""Speed: the audit beside linters of Markdown and the bare parse, as ratios of one run."""
