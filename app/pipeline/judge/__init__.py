"""How a match gets its stance.

`active_model` says which model scores; `lanes` finds the matches that wait for it, and `pace` says how many of them a
batch takes. `model_input` puts a match as a question to the model; `phrases` finds the words that say a stance in a
workspace, and `common_phrases` are those that ship; `limits` says how likely a label must be; `stance` decides whose
word counts. `score` does all that, and `restance` decides again where any of this changed. `reasons` says which words
weighed; `audit_sample` draws matches for people to label.
"""
