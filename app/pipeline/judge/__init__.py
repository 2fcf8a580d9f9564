"""How a match gets its stance.

`active_model` says which model scores; `lanes` tells what waits for it, and `pace` how much of that a batch takes.
`model_input` is what the model is asked; `phrases` are words that say a stance in a workspace; `stance` decides whose
word counts. `score` does it, and `restance` does it again where a phrase or the reading of ratings changed.
`reasons` tells which words weighed; `audit_sample` draws matches for people to label.
"""
