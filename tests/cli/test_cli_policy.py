"""`relay-harness policy init`: a file, and which rules it was drawn from."""

from harness.policy.files import read_policy

WRITTEN = "guide-online-as-written"


def test_it_is_printed_and_the_rules_are_named_beside_it(run):
    ran = run("policy", "init", WRITTEN)
    assert 0 == ran.code
    assert "reviewed = false" in ran.out
    assert ": taken\n" in ran.err
    assert (
        "3 rules taken as intent. Read and correct it, then set reviewed = t" in ran.err
    )


def test_a_check_with_it_is_never_a_yes(run, tmp_path):
    file = tmp_path / "policy.toml"
    assert 0 == run("policy", "init", "guide-online-as-meant", "-o", file).code
    assert 3 == len(read_policy(file).rows)
    file.write_text(
        file.read_text().replace('"zivver"]', '"zivver", "automatic-reply", "receipt"]')
    )
    ran = run("check", "guide-online-as-meant", "--policy", file)
    assert 1 == ran.code
    assert ran.out.startswith("CANNOT TELL: nobody has reviewed the policy (`reviewed")


def test_a_file_that_is_there_is_kept(run, tmp_path):
    file = tmp_path / "policy.toml"
    file.write_text("mine")
    ran = run("policy", "init", WRITTEN, "-o", file)
    assert 2 == ran.code
    assert "policy.toml is there already" in ran.err
    assert "mine" == file.read_text()
