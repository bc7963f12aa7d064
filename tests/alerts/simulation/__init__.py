"""A simulated year of a brand: does everybody hear in time, and not too much (DOMAIN.md §7, mail load)?"""
