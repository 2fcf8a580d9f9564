"""Makes the shipped model: `python -m sentiment.training`.

`sources` lists the data that may be read and their licences; `written` reads the texts that were written for Vigie, and
`aboutness` makes of them what teaches whom a text is about. `lexicons` and `fit` make the linear part. `pretrained` reads
the weights that the encoder starts from, `vocabulary` chooses its pieces, `network` is its shape, `finetune` trains it,
and `encoder` does all this in turn; `export` writes it in int8. `calibrate` finds the settings and matrices from texts held back, and
`card` writes down what the model is made of and how good it is. `command` runs all of these in order.
"""
