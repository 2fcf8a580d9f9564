"""Makes the shipped model: `python -m sentiment.training`.

`sources` lists the data that may be read and their licences, `written` reads the texts that we wrote, and `aboutness`
makes texts of two brands of them. `lexicons` and `fit` make the linear part. `pretrained` reads the encoder to start
from, `vocabulary` chooses its pieces, `network` is its shape, `finetune` trains it, and `encoder` does these in turn;
`export` writes it in int8. `calibrate` finds the settings from texts held back, `doubts` how far a score may be wrong,
and `card` writes down what the model is made of and how good it is. `command` runs all of these in order.
"""
