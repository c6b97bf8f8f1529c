"""The enterprise graph: who owns, controls, guarantees, supplies, pays and resembles whom, and what follows from it.

Kernels work on compressed sparse arrays in memory, over node numbers; ids come in and go out at the doors.
"""
