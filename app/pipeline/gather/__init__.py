"""How mentions are fetched, within what is allowed.

`schedule` decides when a source is read next, and `wake` has it read at once, or ends a reading under way. `pauses`
remembers the hosts that asked for a pause. A worker claims a source for a while (`lease`) and reads it as a claimed
`source`. `meters` counts what runs out, and `client` pays before it sends a request. `reader` holds what the readers
share, `pool` the threads that two of them run on.

Three readers: `collect` reads the sources that are due. `backfill` reads what was published before a source was set
up; how far it has come is in `past`. `follow` holds the sources that never end: each is a `stream`, and `skim` drops
early what is about no brand. All three ask `outcome` what becomes of a source afterwards, and `history` counts what
it brought.
"""
