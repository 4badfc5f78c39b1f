"""Five stories of an agent's work, made up from a seed: the outputs it reads, and questions whose answers must survive.

    python -m headroom_mcp.evals.scenarios [--seeds 0-19] [--json] [--show NAME]

    needle       a hundred log entries, one of them critical
    search       a hundred results of a code search
    incident     logs, metrics, pods and deployments of a service that fails
    exploration  a tree, a search and five source files of an unknown code base
    triage       a hundred issues of a tracker

An answer survives when it stands in what is shown, with nothing fetched back. `examples/` has each as a program.
"""
