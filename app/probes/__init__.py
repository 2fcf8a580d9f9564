"""What `vigie doctor` tries: each probe asks one thing, and is not stopped by what another one found.

`finding` is what a probe says, and catches what it did not expect. `variables` compares what is set with what can be
set, `disk` writes into the data folder, `port` tries to listen, `database` asks the database why it does not answer,
which schema it has and what time it is there, `sealed` opens the stored secrets, `reach` looks for alert rules that
notify nobody, `mail` logs in to the mail server, and `provider` asks that of the single sign-on who it is.
"""
