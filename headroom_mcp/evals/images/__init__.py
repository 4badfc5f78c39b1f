"""What images cost less by, and whether anything is lost: on images made on the spot, or shipped by installed packages."""
