"""`check --coverage` and `--strict`: what was reached, what is not taken on trust."""

WRITTEN, MEANT = "guide-online-as-written", "guide-online-as-meant"


def test_a_check_says_in_a_line_what_it_has_reached(run):
    text = " ".join(run("check", WRITTEN).out.split())
    assert "Reached: 2 of 3 rules, 2 of 4 conditions and 1 of 1 connector." in text
    assert "What was never reached, and why: --coverage." in text


def test_coverage_names_what_was_never_reached_and_why(run):
    text = " ".join(run("check", WRITTEN, "--coverage").out.split())
    assert text.startswith("NO: ")
    assert 'never rule 1 "Zivver Custom Relay - label"' in text
    assert "no client writes such a label header" in text
    assert "replies to mail that must be secure" in text


def test_strict_says_what_nobody_has_stated(run):
    ran = run("check", MEANT, "--strict")
    text = " ".join(ran.out.split())

    assert 1 == ran.code
    assert "would go as intended, if what nobody has stated is so: " in text
    assert "Zivver: verification (" in text
    assert "state in zivver.toml what is Zivver's" in text
