"""The words of dates in French, English, German, Spanish, Italian and Portuguese, in lower case and without accents."""

from __future__ import annotations

from collections.abc import Mapping


def _number_words(*names: str) -> dict[str, int]:
    """{word: its number, from 1}, of lines that hold the words of one number each."""
    return {word: number for number, words in enumerate(names, 1) for word in words.split()}


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


MONTHS: Mapping[str, int] = _number_words(
    "jan janv janvier january januar janner jaen ene enero gen genn gennaio janeiro",
    "feb febr fev fevr fevrier february februar feber febrero febbraio febb fevereiro",
    "mar mars march marz maerz mrz marzo marco",
    "apr avr avril april abr abril aprile",
    "may mai mayo mag magg maggio maio",
    "jun juin june juni junio giu giugno junho",
    "jul juil juill juillet july juli julio lug luglio julho",
    "aug aout august ago agosto ag",
    "sep sept septembre september septiembre setiembre set sett settembre setembro",
    "oct octobre october okt oktober octubre ott ottobre out outubro",
    "nov novembre november noviembre novembro",
    "dec decembre december dez dezember dic dicembre diciembre dezembro",
)
"""What a word says of the month. In «mar. 24 nov.» it is a weekday: a word of WEEKDAYS yields to another month."""

WEEKDAYS: frozenset[str] = _words(
    """
    lun lundi mar mardi mer merc mercr mercredi jeu jeudi ven vendr vendredi sam samedi dim dimanche
    mon monday tue tues tuesday wed weds wednesday thu thur thurs thursday fri friday sat saturday sun sunday
    mo montag di dienstag mi mittwoch do don donnerstag fr fre freitag sa sam samstag sonnabend so sonntag
    lunes martes mie mier miercoles jue jueves vie viernes sab sabado dom domingo lu ma ju vi
    lunedi martedi mercoledi gio giov giovedi venerdi sabato domenica
    seg segunda ter terca qua quarta qui quinta sex sexta segunda-feira terca-feira quarta-feira quinta-feira
    sexta-feira
    """
)

FILLERS: frozenset[str] = _words(
    """
    le a la les du de d l en vers um uhr am den der dem vom at on of the in el las los del al dia il lo alle all ore ora
    della dello dell delle dei gli as os o da do dos em hora horas h hs hrs
    """
)
"""Words that stand between the parts of a date and say nothing of it."""
