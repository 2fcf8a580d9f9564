"""What a text feels: scorers, and the arithmetic from stances to a reputation score.

`base` says what a scorer is, and how a stance follows from a score or a rating. `scorers` loads the one that a setting
names: `compact`, which blends `linear` (over the hashed `features` of a text) and `encoder`, or a `transformer`, any
text classifier of the hub (`hub`, `model_files`; `naming` reads its labels, `measured` what was measured of it, and
`temperature` fits its calibration).
`language` tells in which language a text is.

`about` scores a text for one of several brands: `named` says where it names them, `clauses` what concerns each, and
`contest` who wins where `comparatives` set one above another. `word_weights` says which `words` weighed.

`sureness` says how likely a label must be before its stance is shown, and otherwise to check.
`quantify` corrects shares for the errors of a scorer, and `indices` makes scores of them. `labelled` reads labelled
texts, `measure` and `compare` say how good a scorer is on them, and `training` makes the shipped model.
"""
