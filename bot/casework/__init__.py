"""Casework: the one place where answers become a plan that is kept and worked on."""
