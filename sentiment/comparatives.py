r"""The turns of phrase that set one brand above another, in French and English, as patterns for `contest`.

`contest` applies them to a text in lower case, without accents, in which each name is one sign. In a pattern `X` is a
name, `Y` a name of the other side, `W` any name, `_` a short stretch without names, and `«…»` the words that decide.

The outcome: `x`, `y`, `w` say who wins; `lose`, that both do; `foil x` and `foil y`, that this one is the opposite of
what is said of the other; `none`, that the words decide nothing and no later pattern is tried. Where `(?P<adj>…)` is a
fault, the outcome is reversed. The first pattern that fits decides. `then` is the subject of the next clause, if that
clause names nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["x", "y", "w", "lose", "foil x", "foil y", "none"]


@dataclass(frozen=True, slots=True)
class Turn:
    """A pattern, who wins by it, and who is the subject after it."""

    pattern: str
    outcome: Outcome
    then: Literal["x", "y"] = "x"


_FAULTS = {
    "fr": "cher chere chers cheres lent lente lents lentes nul nulle nuls nulles mauvais mauvaise complique compliquee "
    "bruyant bruyante lourd lourde sale sales penible penibles buggue buggee stressant stressante sucre sucree gras "
    "grasse polluant polluante toxique decevant decevante long longue fragile galere gourmand radin arnaqueur "
    "malhonnete desagreable froid froide agressif couteux couteuse moche fade opaque intrusif intrusive bordelique",
    "en": "expensive complicated annoying confusing noisy dirty rude heavy ugly clunky hard loud buggy cold flimsy "
    "weak sketchy shady greasy dumb slow pricey bad frustrating stressful crowded fragile useless awful terrible "
    "painful intrusive bland toxic dishonest",
}
FAULTS = frozenset(word for words in _FAULTS.values() for word in words.split())
"""Adjectives that are no praise: to be more of it is to lose."""

_BETTER = (
    "better|nicer|faster|quicker|cheaper|cleaner|friendlier|easier|safer|tastier|comfier|brighter|smoother|simpler"
    "|stronger|lighter|quieter|kinder|healthier|fresher|superior|greater|fairer|smarter|classier|sturdier"
)
_WORSE = (
    "worse|slower|pricier|dearer|noisier|dirtier|ruder|heavier|uglier|clunkier|harder|louder|buggier|colder|flimsier"
    "|weaker|sketchier|shadier|greasier|dumber|blander|stingier|dodgier|laggier|inferior"
)

FRENCH: tuple[Turn, ...] = (
    Turn(r"\bregrett\w*_\b«avoir (?:quitte|lache|abandonne|resilie)»\b_X", "x"),
    Turn(r"\bregrett\w*_\b«avoir (?:pris|choisi|achete|prefere|signe)»\b_X", "y"),
    Turn(r"\bje «regrett\w*»_X", "x"),
    Turn(r"\b(?:prenez|choisissez|allez|optez|foncez|gardez)\b_X_\b«(?:evitez|fuyez|oubliez|pas|jamais)»\b_Y", "x"),
    Turn(r"«contrairement (?:a|au|aux)\b_»X", "foil x", "y"),
    Turn(r"«(?:a l'inverse|a l'oppose|au contraire|tout le contraire|l'inverse|l'oppose) d_»X", "foil x", "y"),
    Turn(r"«(?:pas comme|rien a voir avec)\b_»X", "foil x", "y"),
    Turn(r"X_\b«(?:pas|guere|jamais) (?:\w+ ){0,2}(?:mieux|meilleure?s?) qu»_Y", "lose"),
    Turn(r"X_\b«(?:pas|guere|jamais) (?:\w+ ){0,2}pires? qu»_Y", "none"),
    Turn(r"X_\b«(?:pas|guere) (?:aussi|si|autant) (?P<adj>\w+)(?: \w+){0,2} qu»_Y", "y"),
    Turn(r"X_\b«(?:pas|guere) plus (?P<adj>\w+)(?: \w+){0,2} qu»_Y", "lose"),
    Turn(r"\b«(?:rien|personne|aucun\w*) n'?e? ?(?:vaut|egale|bat|surpasse|fait mieux que|remplace)\b_»X_Y", "x"),
    Turn(r"\b«mieux vaut|plutot»\b_X_\bqu_Y", "x"),
    Turn(r"X_\b«plutot qu|de preference a\b»_Y", "x"),
    Turn(r"\b«prefer\w*»\b_X_\b(?:a|au|aux|que|plutot que?)\b_Y", "x"),
    Turn(r"\b«prefer\w*»\b_X_,?_ qu'?e? ?_Y", "x"),
    Turn(r"X_\b«moins (?P<adj>\w+)(?: \w+){0,2} qu»_Y", "y"),
    Turn(r"X_\b«moins pires? qu»_Y", "x"),
    Turn(r"X_\b«pires? qu»_Y", "y"),
    Turn(r"X_\b«(?:mieux|meilleure?s?)(?: \w+){0,3} qu»_Y", "x"),
    Turn(r"X_\b«plus (?P<adj>\w+)(?: \w+){0,3} qu»_Y", "x"),
    Turn(
        r"X_\b«(?:pale figure|a la ramasse|a la traine|rien a cote"
        r"|du pipi de chat|une blague|nuls? a cote d|nulles? a cote d)»\b_Y",
        "y",
    ),
    Turn(r"X_\b«(?:a la cheville|vaut pas|valent pas|fait pas le poids|loin derriere|a des annees)»\b_Y", "y"),
    Turn(r"X_\b«(?:prendre exemple sur|s'inspirer d|en prendre de la graine)»_Y", "y"),
    Turn(
        r"X_\b«(?:ecrase|bat|battent|surpasse|domine|explose"
        r"|enterre|devance|eclipse|detrone|met une raclee)\w*»\b_Y",
        "x",
    ),
    Turn(r"X_\b«(?:au-dessus|au dessus|(?:loin|largement|nettement|bien) devant)»_Y", "x"),
    Turn(
        r"X_Y_\b«(?:largement|nettement|loin|bien) (?:devant"
        r"|au-dessus|au dessus|meilleure?s?|mieux)\b»(?! qu)", "y",
        "y",
    ),
    Turn(
        r"\bentre_X_\b(?:et|ou)\b_Y_W_«(?:sans hesiter|direct"
        r"|evidemment|largement|bien sur|mille fois|gagne)\b»",
        "w",
    ),
    Turn(r"\bentre_X_\b(?:et|ou)\b_Y_\b«(?:choisi\w*|pren\w*|vote\w*|prefer\w*|garde\w*)»\b_W", "w"),
    Turn(r"\bentre_X_\b(?:et|ou)\b_Y_«(?:photo|hesite\w*)\b»_W", "w"),
    Turn(r"\b«(?:passe|change|bascul|migr)\w*»\b_\bd(?:e|es|u|')_X_\b(?:a|au|aux|chez|vers|pour)\b_Y", "y", "y"),
    Turn(
        r"\b«(?:quitt|lach|plaqu|abandonn|resili|troqu|largu"
        r"|delaiss)\w*»\b_X_\b(?:pour|contre|au profit d)_Y", "y",
        "y",
    ),
    Turn(
        r"\b«(?:quitt|resili|largu|lach)\w*»\b_X_\b(?:pris"
        r"|prendre|rejoint|signe|opte|parti\w*|alle\w*)\b_Y", "y",
        "y",
    ),
    Turn(r"\b«remplac\w*»_X_\bpar\b_Y", "y", "y"),
    Turn(r"\b«(?:retour|reven\w*|revien\w*|retourn\w*)»_\b(?:chez|a|au|vers)\b_X_\bapres\b_Y", "x"),
    Turn(r"\bapres\b_\b(?:chez|avec)\b_X_\b«(?:decouvr\w*|pass\w*|rejoin\w*|chez)\b»_Y", "y", "y"),
    Turn(r"X_\bapres\b_\b«(?:galere|enfer|desastre|deboires?|deception|cauchemar|catastrophe|fiasco)s?\b»_Y", "x"),
    Turn(
        r"\b«(?:fuyez|fuis|evitez|oubliez|laissez tomber|lachez)»\b"
        r"_X_\b(?:pren\w+|all\w+|choisi\w+|opt\w+|pass\w+)\b_Y", "y",
        "y",
    ),
    Turn(r"X_\b«aurais? du»\b_Y", "y"),
    Turn(
        r"X_\b(?:je|on|nous|vais|fini par)\b_\b«(?:passe|passons|pars|part"
        r"|retourn\w+|file|aller|vais|bascule|migre)\w*»\b_\b(?:chez|a|vers)\b_Y", "y",
        "y",
    ),
    Turn(r"X_«(?:heureusement qu|vivement\b|vive\b)»_Y", "y", "y"),
    Turn(r"X\s*«>+»\s*Y", "x"),
    Turn(r"X\s*«<+»(?!3)\s*Y", "y"),
    Turn(r"X_\b«(?:a cote d|compare\w* a|par rapport a|face a)»_Y", "foil y"),
)  # fmt: skip

ENGLISH: tuple[Turn, ...] = (
    Turn(r"\b«miss(?:ed|ing)?»\b_X_Y", "x"),
    Turn(
        r"\b(?:go with|choose|pick|get|take|try|use)\b_X"
        r"_\b«(?:stay away|steer clear|avoid|not|never|skip|forget)»\b_Y",
        "x",
    ),
    Turn(r"X_\b«(?:joke|trash|garbage|rubbish|nothing|amateurs?|crap|awful|terrible) (?:compared|next) to\b»_Y", "y"),
    Turn(r"«\bunlike\b_»X", "foil x", "y"),
    Turn(r"«\b(?:not|nothing) like\b_»X", "foil x", "y"),
    Turn(r"«\b(?:the )?(?:exact |polar )?opposite of\b_»X", "foil x", "y"),
    Turn(rf"X_\b«(?:no|not|never|hardly|n't)(?: \w+){{0,2}} (?:{_BETTER}) than\b»_Y", "lose"),
    Turn(rf"X_n't(?: \w+){{0,3}} «(?:{_BETTER}) than\b»_Y", "lose"),
    Turn(rf"X_\b«(?:no|not|never|n't)(?: \w+){{0,2}} (?:{_WORSE}) than\b»_Y", "none"),
    Turn(
        r"X_(?:\bnot|n't|\bnever|\bnowhere near"
        r"|\bcannot)«(?: \w+){0,3} (?:as|so) (?P<adj>\w+)(?: \w+){0,2} as\b»_Y",
        "y",
    ),
    Turn(r"\b«regret\w*»_\b(?:leaving|quitting|ditching|dropping|cancelling|canceling)\b_X", "x"),
    Turn(r"\b«regret\w*»_\b\w+ing\b_X", "y"),
    Turn(
        r"\b«(?:nothing|nobody|no one|none)_(?:beats?|comes? close to"
        r"|tops|compares? to|like|better than|touch\w*)»\b_X_Y",
        "x",
    ),
    Turn(r"\b«can(?:'t|not|t) beat»\b_X_Y", "x"),
    Turn(
        r"\b«(?:prefer\w*|pick\w*|choose|chose|take|recommend\w*|rather have"
        r"|favou?r)»\b_X_\b(?:over|to|than|rather than|instead of|before)\b_Y",
        "x",
    ),
    Turn(r"X «(?:over|rather than|instead of)»\b_Y", "x"),
    Turn(rf"X_\b«(?:{_WORSE})(?: \w+){{0,3}} than\b»_Y", "y"),
    Turn(rf"X_\b«(?:{_BETTER})(?: \w+){{0,3}} than\b»_Y", "x"),
    Turn(r"X_\b«less (?P<adj>\w+)(?: \w+){0,3} than\b»_Y", "y"),
    Turn(r"X_\b«more (?P<adj>\w+)(?: \w+){0,3} than\b»_Y", "x"),
    Turn(
        r"X_\b«(?:pales? (?:in comparison|next|beside|compared)"
        r"|hold a candle|no match for|come close to|comes close to)»\b_Y",
        "y",
    ),
    Turn(r"X_\b«(?:a patch on|falls? short of|(?:learn|take notes) from|behind|same league as|wishes)»\b_Y", "y"),
    Turn(
        r"X_\b«(?:beats?|outperforms?|outclass\w*|crush\w*"
        r"|destroys?|smokes?|tops|surpass\w*|trumps?|thrash\w*)»\b_Y",
        "x",
    ),
    Turn(r"X_\b«(?:wipes? the floor with|runs? (?:circles|rings) around|ahead of|above)»\b_Y", "x"),
    Turn(r"X_\b«(?:blows?|knocks?|leaves?)»\b_Y_\b(?:out of|away|in the dust|for dead)\b", "x"),
    Turn(
        r"X_Y_\b«(?:miles|way|light ?years|streets|leagues"
        r"|far) (?:ahead|better|superior)\b»(?! (?:of|than))", "y",
        "y",
    ),
    Turn(
        r"\bbetween_X_\b(?:and|or)\b_Y_W_«(?:any ?day|every time"
        r"|hands down|all the way|obviously|wins|no question)\b»",
        "w",
    ),
    Turn(r"\bbetween_X_\b(?:and|or)\b_Y_\b«(?:pick|choose|take|go with|went with|chose|going)»\b_W", "w"),
    Turn(r"\b«(?:switch|move|moving|went|go|going|gone|migrat|chang|jump|upgrad)\w*»_\bfrom\b_X_\bto\b_Y", "y", "y"),
    Turn(r"\b«(?:switch|mov|went|migrat|chang|back)\w*»_\bto\b_X_\b(?:from|after)\b_Y", "x"),
    Turn(
        r"\b«(?:left|leav\w*|ditch\w*|drop\w*|dump\w*|quit\w*|swap\w*|trad\w*"
        r"|replac\w*|cancel\w*|binn\w*|abandon\w*)»\b_X_\b(?:for|with|by)\b_Y", "y",
        "y",
    ),
    Turn(
        r"\b«(?:left|ditch\w*|drop\w*|dump\w*|quit|cancel\w*|avoid|skip|forget|binn\w*)»\b"
        r"_X_\b(?:join\w*|get|got|go|went|mov\w*|switch\w*|try|use|choose)\b_Y", "y",
        "y",
    ),
    Turn(r"X_\b«(?:mov\w*|switch\w*|going|went|heading|go|back)»_\bto\b_Y", "y", "y"),
    Turn(r"X_\b«should(?:'?ve| have|a)»\b_Y", "y"),
    Turn(r"X_\bafter\b_Y_\b«(?:disaster|nightmare|fiasco|mess|debacle|saga|shambles)\b»", "x"),
    Turn(r"X_«(?:thank (?:god|goodness|heavens) for|luckily|hurray for|long live)\b»_Y", "y", "y"),
    Turn(r"X\s*«>+»\s*Y", "x"),
    Turn(r"X\s*«<+»(?!3)\s*Y", "y"),
    Turn(r"«\b(?:compared (?:to|with)|next to|in comparison (?:to|with)|versus)\b_»X", "foil x", "y"),
)  # fmt: skip

TURNS_OF = {"fr": FRENCH, "en": ENGLISH}
