"""How people learn that something is unusual.

`voices` estimates how many independent authors there are; `news` leaves out what a backfill dug up; `watch` evaluates
the rules of a brand, moves its incidents on and writes what is to be sent; `notify` sends it.
"""
