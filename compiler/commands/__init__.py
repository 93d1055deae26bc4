"""The subcommands of `baur`, a file each; only the one that runs is imported."""
