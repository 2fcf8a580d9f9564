"""What a text feels: scorers, and the arithmetic from stances to a reputation score.

`base` says what a scorer is, and how a stance follows from a score or a rating. `scorers` loads the one that a setting
names: `compact`, which blends `linear` (over the hashed `features` of a text) and `encoder`, or a `transformer`, any
text classifier of the hub (`hub`, `model_files`; `naming` reads its labels, `measured` what was measured of it, and
`temperature` fits its calibration).
`language` tells in which language a text is.

`about` scores a text for one of several brands: `named` says where it names them, `clauses` what concerns each, and
`contest` who wins where `comparatives` set one above another. `phrase_weights` says which phrases of
its `words` weighed.

`sureness` says how likely a label must be before its stance is shown, and otherwise to check.
`mixture` finds the shares of labels behind a histogram of probabilities, and `correction` those of a language group
(`quantify` says which there are) with how far they may be wrong; `indices` makes scores of them, and `sampled` scores
that labels of one's own make; `change` says in a word what became of a score since the period before; `shift` tells
when the texts of a source became of another kind.

`labelled` reads labelled texts, `measure`, `doubt` and `compare` say how good a scorer and its scores are on them, and
`training` makes the shipped model.
"""
