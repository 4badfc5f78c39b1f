"""`python -m headroom_mcp.evals.images`: the same as `headroom bench images`."""

from headroom_mcp.evals.images.command import bench

if __name__ == "__main__":
    bench()
