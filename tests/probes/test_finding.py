from app.probes.finding import Finding, findings_of


def test_what_a_probe_raises_is_a_finding_of_one_line_after_what_it_found() -> None:
    def probe() -> object:
        yield Finding("a", "ok", "well")
        raise RuntimeError("it broke\nwith many lines")

    found = findings_of("b", probe)  # type: ignore[arg-type] # a generator of findings
    assert [(one.name, one.state) for one in found] == [("a", "ok"), ("b", "bad")]
    assert found[-1].text == "could not be examined: RuntimeError: it broke"
    assert findings_of("c", lambda: Finding("c", "note", "x")) == [Finding("c", "note", "x")]
