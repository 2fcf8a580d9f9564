"""How people learn that something is unusual.

`watch` looks at a brand, in one transaction: `verdicts` evaluates its rules, without what `news` finds that a
backfill brought; `incidents` keeps the rows of its incidents, `inhibition` finds which of them keeps another one
quiet, `evidence` reads the mentions that explain one, `reach` knows which channels a rule notifies, `announce`
decides which of them hear what, and `outbox` writes what is to be sent. `notify` sends it, at the `pace` that each
channel wants; `letters` are to one member, about what concerns them, and `naming` finds whom a note names. Besides,
`voices` measures how many independent authors there are, and `account_mails` sends mails about accounts, such as the
link to a new password.
"""
