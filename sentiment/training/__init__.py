"""Makes the shipped model: `python -m sentiment.training`.

`sources` lists the data that may be read and their licences. `lexicons` and `fit` make the linear part. `vocabulary`
chooses the pieces of the encoder, `network` is its shape, `finetune` trains it, and `encoder` does the three in turn;
`slim` narrows it and `export` writes it in int8. `calibrate` finds the settings and matrices from texts held back, and
`card` writes down what the model is made of and how good it is. `command` runs all of these in order.
"""
